"""Bars beside outputs between 0 and 1: how large each is, and which are aimed at."""

from dataclasses import dataclass

from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.geometry.labels import Labels
from neurosim.drawing.geometry.layout import Arrangement

LENGTH, HALF_HEIGHT = 4.0, 0.35  # of the bar of 1, in radii of a neuron
_APART = 0.5  # from names to bars


@dataclass(frozen=True, slots=True)
class OutputBar:
    """A bar: its left end, the middle of its height, how much of it is full, the target or None."""

    of: str
    x: float
    y: float
    part: float
    target: float | None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.x, self.y - HALF_HEIGHT, self.x + LENGTH, self.y + HALF_HEIGHT


def output_bars(
    arrangement: Arrangement, labels: Labels, values: SampleValues
) -> tuple[OutputBar, ...]:
    """A bar for each neuron of the last column; none where an output is not from 0 to 1."""
    if arrangement.direction != "across":
        return ()  # nothing is behind the outputs
    last = len(arrangement.columns) - 1
    places = arrangement.by_name()
    names = [c.name for c in arrangement.folded.circles if c.column == last]
    numbers = {name: values.written[name] for name in names if name in values.outputs}
    if not all(0.0 <= number <= 1.0 for number in numbers.values()):
        return ()
    ends = [label.box[2] for label in labels.shown if label.kind == "name" and label.of in numbers]
    x = max([arrangement.columns[last].x + 1.0, *ends]) + _APART
    return tuple(
        OutputBar(name, x, places[name][1], number, values.targets.get(name))
        for name, number in numbers.items()
    )
