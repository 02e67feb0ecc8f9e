"""Positions of labels: values in neurons, names beside them, weights on their lines.

No label overlaps another, nor a neuron. Where there is no room they give way in a fixed order:
weights first, then names; what has no room is told. Places are tried in a fixed order, too, and the
first that is free is taken.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.items import Circle, Item, Link, More
from neurosim.drawing.geometry.layout import MOST_LABELLED, Arrangement, Point
from neurosim.drawing.geometry.routing import Route
from neurosim.functions.numbers import counted

TextSize = Callable[[str, str], tuple[float, float]]  # text, kind -> width, height

KINDS = ("value", "more", "name", "weight")
_MOST_WEIGHTS = 1000  # more are not read by anybody
_NEAR = 0.1  # from a name to its neuron
_APART = 0.06  # between two labels
_ROUNDS = 12
# parts of the way, from the source: three tenths and seven tenths first, then finer and finer; the
# middle, where most lines cross, late
_PARTS = (
    *(0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 0.25, 0.75, 0.35, 0.65, 0.15, 0.85, 0.45, 0.55, 0.5, 0.1, 0.9),
    *(0.275, 0.725, 0.225, 0.775, 0.325, 0.675, 0.375, 0.625, 0.175, 0.825, 0.425, 0.575),
    *(0.475, 0.525, 0.125, 0.875),
)


@dataclass(frozen=True, slots=True)
class Label:
    """A text and the box that it fills, around its middle.

    Attributes:
        kind: ``value``, ``more``, ``name`` or ``weight``.
        of: the neuron's name, the mark's, or the connection's, as in ``x1->h1``.
    """

    kind: str
    of: str
    text: str
    x: float
    y: float
    width: float
    height: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        across, up = self.width / 2.0, self.height / 2.0
        return self.x - across, self.y - up, self.x + across, self.y + up


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that have room, and what those belong to that have none."""

    shown: tuple[Label, ...]
    dropped_weights: tuple[str, ...]
    dropped_names: tuple[str, ...]
    dropped_values: tuple[str, ...]

    def __str__(self) -> str:
        kinds = (self.dropped_weights, self.dropped_names, self.dropped_values)
        said = [
            counted(len(dropped), noun)
            for dropped, noun in zip(kinds, ("weight", "name", "value"), strict=True)
            if dropped
        ]
        return (
            f"no room for {', '.join(said)}" if said else f"all {counted(len(self.shown), 'label')}"
        )


def estimate(text: str, kind: str) -> tuple[float, float]:
    """About how wide and high a text is, in radii of a neuron: 0.6 em a character.

    >>> estimate("-0.25", "weight")
    (1.26, 0.504)
    """
    em = m.EM_NAME if kind == "name" else m.EM
    return round(0.6 * em * len(text), 6), round(1.2 * em, 6)


def label_boxes(
    arrangement: Arrangement,
    routes: Sequence[Route],
    *,
    values: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    weights: Mapping[str, str] | None = None,
    measure: TextSize = estimate,
) -> Labels:
    """Find a free place for each label.

    Args:
        arrangement: where neurons stand.
        routes: of its lines.
        values: the text in each neuron, by the neuron's name.
        names: the text beside each neuron, by its name.
        weights: the text on each line, by the connection's name, as in ``x1->h1``.
        measure: how wide and high a text of a kind is, in radii of a neuron.
    """
    table = _Table(arrangement, measure)
    items = list(zip(arrangement.folded.items, arrangement.places, strict=True))
    for item, place in items:
        if isinstance(item, More):
            table.put("more", item.name, item.text, [place])
        elif isinstance(item, Circle) and item.name in (values or {}):
            table.put_value(item.name, (values or {})[item.name], place)
    last = len(arrangement.columns) - 1
    for item, place in items:
        if isinstance(item, Circle) and item.name in (names or {}):
            text = (names or {})[item.name]
            beside = _beside(item, place, measure(text, "name"), last)
            table.put("name", item.name, text, beside)
    _put_weights(table, arrangement, routes, weights or {})
    return table.labels()


def _beside(item: Item, place: Point, size: tuple[float, float], last: int) -> Iterator[Point]:
    """Where a neuron's name may stand: outside the first and the last column, else below, above."""
    x, y = place
    across = item.half_width + _NEAR + size[0] / 2.0
    up = item.half_height + _NEAR + size[1] / 2.0
    if item.column == 0:
        yield x - across, y
    elif item.column == last:
        yield x + across, y
    yield from ((x, y - up), (x, y + up))


def _put_weights(
    table: "_Table", arrangement: Arrangement, routes: Sequence[Route], weights: Mapping[str, str]
) -> None:
    """Put weights on their lines; between two columns that have too many, none.

    Where some find no room, all are tried again, those first, a few times: the round that keeps
    the most counts.
    """
    wanted, dropped = _wanted(arrangement, routes, weights)
    order = list(wanted)
    best: _Table | None = None
    for _ in range(_ROUNDS):
        trial = table.copy()
        for name in order:
            text, places = wanted[name]
            trial.put("weight", name, text, places)
        if best is None or len(trial.dropped["weight"]) < len(best.dropped["weight"]):
            best = trial
        if not trial.dropped["weight"]:
            break
        order = list(dict.fromkeys([*trial.dropped["weight"], *order]))
    assert best is not None
    table.take(best)
    table.dropped["weight"] += dropped


def _wanted(
    arrangement: Arrangement, routes: Sequence[Route], weights: Mapping[str, str]
) -> tuple[dict[str, tuple[str, list[Point]]], list[str]]:
    """The texts of weights, each with its possible places, and the names of what gets none."""
    items = arrangement.folded.items
    asked = [(_name(r), r) for r in routes if not isinstance(r.line.of, Link)]
    asked = [(name, route) for name, route in asked if name in weights]
    gaps = [(items[r.line.source].column, items[r.line.target].column) for _, r in asked]
    n_in = Counter(gaps)
    wanted, dropped = {}, []
    for (name, route), gap in zip(asked, gaps, strict=True):
        if len(asked) > _MOST_WEIGHTS or n_in[gap] > MOST_LABELLED:
            dropped.append(name)
        else:
            wanted[name] = weights[name], [route.at(part) for part in _PARTS]
    return wanted, dropped


def _name(route: Route) -> str:
    assert not isinstance(route.line.of, Link)
    return route.line.of.name


class _Table:
    """What has its place already, in square cells, so that only what is near is looked at."""

    def __init__(self, arrangement: Arrangement, measure: TextSize) -> None:
        self._shown: list[Label] = []
        self.dropped: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self._measure = measure
        self._labels: dict[tuple[int, int], list[Label]] = {}
        self._items: dict[tuple[int, int], list[tuple[Item, Point]]] = {}
        for item, (x, y) in zip(arrangement.folded.items, arrangement.places, strict=True):
            reach = item.half_width, item.half_height
            for cell in _cells(x, y, *reach):
                self._items.setdefault(cell, []).append((item, (x, y)))

    def put(self, kind: str, of: str, text: str, places: Iterable[Point]) -> None:
        """Take the first place that is free; where none is, drop the label."""
        width, height = self._measure(text, kind)
        for x, y in places:
            label = Label(kind, of, text, x, y, width, height)
            if kind == "more" or self._is_free(label):
                self._keep(label)
                return
        self.dropped[kind].append(of)

    def copy(self) -> "_Table":
        """A twin that can be filled without filling this one."""
        twin = copy(self)
        twin._shown = list(self._shown)
        twin.dropped = {kind: list(names) for kind, names in self.dropped.items()}
        twin._labels = {cell: list(labels) for cell, labels in self._labels.items()}
        return twin

    def take(self, other: "_Table") -> None:
        """Become like a twin."""
        self._shown, self.dropped, self._labels = other._shown, other.dropped, other._labels

    def labels(self) -> Labels:
        """What is shown, and what has no room."""
        weights, names, values = (tuple(self.dropped[k]) for k in ("weight", "name", "value"))
        return Labels(tuple(self._shown), weights, names, values)

    def put_value(self, of: str, text: str, place: Point) -> None:
        """Put a text into its neuron, where it fits."""
        width, height = self._measure(text, "value")
        if width * width + height * height > 4.0 * m.RADIUS * m.RADIUS:
            self.dropped["value"].append(of)
        else:
            self._keep(Label("value", of, text, *place, width, height))

    def _keep(self, label: Label) -> None:
        self._shown.append(label)
        for cell in _cells(label.x, label.y, label.width / 2.0, label.height / 2.0):
            self._labels.setdefault(cell, []).append(label)

    def _is_free(self, label: Label) -> bool:
        across, up = label.width / 2.0 + _APART, label.height / 2.0 + _APART
        for cell in _cells(label.x, label.y, across, up):
            for other in self._labels.get(cell, ()):
                is_beside = abs(other.x - label.x) >= across + other.width / 2.0
                if not is_beside and abs(other.y - label.y) < up + other.height / 2.0:
                    return False
            if any(_meets(item, place, label) for item, place in self._items.get(cell, ())):
                return False
        return True


def _meets(item: Item, place: Point, label: Label) -> bool:
    """Whether a label's box comes into an item, which is round or a box."""
    beside = max(abs(place[0] - label.x) - label.width / 2.0, 0.0)
    above = max(abs(place[1] - label.y) - label.height / 2.0, 0.0)
    if isinstance(item, Circle | More):
        reach = item.half_width + _APART
        return beside * beside + above * above < reach * reach
    return beside < item.half_width and above < item.half_height


def _cells(x: float, y: float, across: float, up: float) -> Iterator[tuple[int, int]]:
    """The cells of two radii that a box touches."""
    for column in range(int((x - across) // 2.0), int((x + across) // 2.0) + 1):
        for row in range(int((y - up) // 2.0), int((y + up) // 2.0) + 1):
            yield column, row
