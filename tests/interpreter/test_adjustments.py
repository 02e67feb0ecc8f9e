"""The options of an update, one entry for each parameter."""

import numpy as np
import pytest

from neurosim.functions.optimizers import SGD
from neurosim.functions.penalties import Penalties
from neurosim.functions.update_options import Clip, NamedRates
from neurosim.interpreter.adjustments import adjustments_of
from neurosim.interpreter.update import update_steps


def test_only_a_max_norm_makes_groups_of_a_most_length(line):
    assert not adjustments_of(line, 0.1, clip=Clip(norm=1.0)).has_max_norm
    assert adjustments_of(line, 0.1, penalty=Penalties((), max_norm=1.0, on="all")).has_max_norm


def test_rates_of_names_change_in_proportion_and_stay_where_the_base_is_zero(line):
    rates = NamedRates((("h", 0.4),))

    assert adjustments_of(line, 0.1, rates=rates).rates_at(0.05).tolist() == [0.2, 0.2, 0.05, 0.05]
    assert adjustments_of(line, 0.0, rates=rates).rates_at(0.0).tolist() == [0.4, 0.4, 0.0, 0.0]


def test_a_frozen_weight_does_not_count_in_the_length_of_the_others(line):
    line["x", "h"].trainable = False
    adjustments = adjustments_of(line, 0.1, penalty=Penalties((), max_norm=0.5, on="all"))
    for parameter in line.parameter_list():
        parameter._gradient = 0.0

    given = {"count": 1, "rate": 0.1, "rows": 1, "divisor": 1, "penalty": None}
    steps = update_steps(line, SGD(0.1), np.zeros((1, 4)), adjustments=adjustments, **given)

    assert next(steps).after == pytest.approx(
        0.5, rel=1e-6
    )  # of the bias 1; the weight 2 is left out
