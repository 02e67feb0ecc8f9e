"""The parts of the rows, and what is measured on each, in words."""

from collections.abc import Mapping

# with their adjectives: training rows, validation accuracy
PARTS = {"train": "training", "validation": "validation", "test": "test"}


def measured_words(validation_loss: float | None, metrics: Mapping[str, float]) -> list[str]:
    """What was measured besides the training loss, each with the rows that it was measured on.

    Metrics are those of the validation rows where there are any.

    >>> measured_words(0.25, {"label_accuracy": 0.5})
    ['validation loss 0.25', 'validation label accuracy 0.5']
    """
    on = measured_on(has_validation=validation_loss is not None)
    loss = [] if validation_loss is None else [f"{PARTS[on]} loss {validation_loss:.6g}"]
    return loss + [f"{metric_words(name, on)} {value:.6g}" for name, value in metrics.items()]


def metric_words(name: str, on: str) -> str:
    """A metric and its rows: ``validation accuracy``."""
    return f"{PARTS[on]} {name.replace('_', ' ')}"


def measured_on(*, has_validation: bool) -> str:
    """The part of the rows that the metrics of a training are measured on."""
    return "validation" if has_validation else "train"
