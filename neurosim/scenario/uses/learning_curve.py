"""The learning curve of a scenario."""

from dataclasses import replace

from neurosim.scenario.build.scenario import Scenario
from neurosim.training.validation.folds import Folds
from neurosim.training.validation.learning_curve import LearningCurve, curve_on_folds

FOLDS = 5  # where the training has none


def learning_curve_of(scenario: Scenario) -> LearningCurve:
    """Train the scenario's network on parts of its training rows, by its folds, or by 5.

    Raises:
        InvalidValueError: it has no rows or no training, or its rows cannot be divided.
        DivergedError: one of the trainings met a number that is not finite.
    """
    X, T, training = scenario.require_training(scenario.path, "learn in parts")
    assert scenario.data is not None
    validate = Folds(folds=FOLDS) if training.validate is None else training.validate
    options = replace(training, validate=validate, validation=None)
    return curve_on_folds(scenario.network, X, T, options, scenario.data.scales)
