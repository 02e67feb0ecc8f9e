"""Positions of labels: values in neurons, names beside them, weights on their lines.

No label overlaps another, nor a neuron, nor the line that it belongs to; where it can be, nor any
line. Places are tried in a fixed order, and the first that is free is taken. Where there is no room
for all, weights give way first, the weakest of them, then names.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.items import Circle, Item, More
from neurosim.drawing.geometry.layout import MOST_LABELLED, Arrangement, Point
from neurosim.drawing.geometry.routing import Route
from neurosim.languages import count, grouped, translate
from neurosim.network.connection import Connection

TextSize = Callable[[str, str], tuple[float, float]]  # text, kind -> width, height

KINDS = ("value", "more", "name", "weight")
_NEAR = 0.1  # from a name to its neuron
_AIR = 0.02  # more, from a line to its number
_MOST_SEGMENTS = 20_000  # of lines that labels keep clear of: of more nobody sees which is which
_APART = 0.06  # between two labels
_TOUCH = 0.1  # from a label to the middle of a line that it keeps clear of
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
    """The labels that have room, and what those belong to that have none.

    Attributes:
        n_on_lines: how many lie on a line, though not on their own.
    """

    shown: tuple[Label, ...]
    dropped_weights: tuple[str, ...]
    dropped_names: tuple[str, ...]
    dropped_values: tuple[str, ...]
    n_on_lines: int = 0

    @property
    def n_faults(self) -> tuple[int, int]:
        """How many have no room, and how many lie on a line."""
        dropped = self.dropped_weights, self.dropped_names, self.dropped_values
        return sum(map(len, dropped)), self.n_on_lines

    def __str__(self) -> str:
        said = []
        if self.dropped_weights:
            n = sum(one.kind == "weight" for one in self.shown)
            n_all = n + len(self.dropped_weights)
            if n and n_all > MOST_LABELLED:
                words = "numbers of the strongest into each neuron: {} of {}"
                said.append(translate(words, grouped(n), grouped(n_all)))
            elif n:
                connections = count(n_all, "connection")
                said.append(translate("numbers of the {} strongest of {}", n, connections))
            else:
                said.append(translate("numbers of none of {}", count(n_all, "connection")))
        kinds = (("name", self.dropped_names), ("value", self.dropped_values))
        missing = [count(len(dropped), noun) for noun, dropped in kinds if dropped]
        if missing:
            said.append(translate("no room for {}", ", ".join(missing)))
        return "; ".join(said) or translate("all {}", count(len(self.shown), "label"))


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
        arrangement: where neurons are.
        routes: of its lines.
        values: the text in each neuron, by the neuron's name.
        names: the text beside each neuron, by its name.
        weights: the text on each line, by the connection's name, as in ``x1->h1``; the strongest
            first.
        measure: how wide and high a text of a kind is, in radii of a neuron.
    """
    table = _Table(arrangement, measure)
    lines = _Lines(arrangement, routes)
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
            size = measure(text, "name")
            columns = {"across": (0, last), "down": (), "rows": ()}[arrangement.direction]
            beside = list(_beside(item, place, size, columns))
            if arrangement.direction == "down":
                beside.insert(0, (place[0] + item.half_width + _NEAR + size[0] / 2.0, place[1]))
            clear, others = lines.parted(beside, size, item.name)
            table.put("name", item.name, text, clear, [*others, *beside])
    _put_weights(table, lines, routes, weights or {})
    return table.labels()


def _beside(
    item: Item, place: Point, size: tuple[float, float], outer: Sequence[int]
) -> Iterator[Point]:
    """Where a neuron's name may be: outside of the two outer columns, else below, above."""
    x, y = place
    across = item.half_width + _NEAR + size[0] / 2.0
    up = item.half_height + _NEAR + size[1] / 2.0
    if outer and item.column == outer[0]:
        yield x - across, y
    elif outer and item.column == outer[1]:
        yield x + across, y
    yield from ((x, y - up), (x, y + up))


def _put_weights(
    table: "_Table", lines: "_Lines", routes: Sequence[Route], weights: Mapping[str, str]
) -> None:
    """Put the numbers of the strongest connections beside their lines, as many as have room."""
    ways = {_name(route): route for route in routes if isinstance(route.line.of, Connection)}
    names = [name for name in weights if name in ways]
    kept = names if len(names) <= MOST_LABELLED else _strongest_into_each(names, ways)
    wanted = {}
    for name in kept:
        size = table.measure(weights[name], "weight")
        places = list(_along(ways[name], size))
        wanted[name] = weights[name], *lines.parted(places, size, name)
    while kept:
        trial = _all_put(table, {name: wanted[name] for name in kept})
        if not trial.dropped["weight"]:
            table.take(trial)
            break
        kept = kept[: len(kept) - len(trial.dropped["weight"])]
    table.dropped["weight"] = [name for name in names if name not in set(kept)]


def _strongest_into_each(names: Sequence[str], ways: Mapping[str, Route]) -> list[str]:
    """The first connection into each neuron: a reader finds which number is whose."""
    of_target: dict[int, str] = {}
    for name in names:
        of_target.setdefault(ways[name].line.target, name)
    return list(of_target.values())[:MOST_LABELLED]


def _all_put(table: "_Table", wanted: Mapping[str, "_Wanted"]) -> "_Table":
    """Where some find no room, all are tried again, those first: the best of a few rounds."""
    order = list(wanted)
    trials = []
    for _ in range(_ROUNDS):
        trial = table.copy()
        for name in order:
            trial.put("weight", name, *wanted[name])
        trials.append(trial)
        late = [*trial.dropped["weight"], *(one for one in trial.on_lines if one in wanted)]
        if not late:
            return trial
        order = list(dict.fromkeys([*late, *order]))
    return min(trials, key=lambda trial: (len(trial.dropped["weight"]), len(trial.on_lines)))


def _along(route: Route, size: tuple[float, float]) -> Iterator[Point]:
    """Where a text may be beside a line: above it and below, near enough to be its own."""
    for part in _PARTS:
        (left, low), (x, y), (right, high) = (route.at(part + by) for by in (-0.02, 0.0, 0.02))
        length = math.hypot(right - left, high - low) or 1.0
        across, up = (low - high) / length, (right - left) / length
        half_width, half_height = size[0] / 2.0 + _TOUCH, size[1] / 2.0 + _TOUCH
        far = abs(across) * half_width + abs(up) * half_height + _AIR
        side = far if up >= 0.0 else -far
        yield from ((x + across * side, y + up * side), (x - across * side, y - up * side))


def _name(route: Route) -> str:
    assert isinstance(route.line.of, Connection)
    return route.line.of.name


_Wanted = tuple[str, list[Point], list[Point]]  # a text, its places clear of all lines, and others


class _Lines:
    """The lines of a drawing as straight segments, which labels keep clear of."""

    def __init__(self, arrangement: Arrangement, routes: Sequence[Route]) -> None:
        found: list[tuple[Point, Point]] = []
        self._parts: dict[str, list[int]] = {}
        for route in (one for one in routes if isinstance(one.line.of, Connection)):
            ends = [arrangement.folded.items[end] for end in (route.line.source, route.line.target)]
            for segment in pairwise(route.polyline(8)):
                for name in (_name(route), *(end.name for end in ends)):
                    self._parts.setdefault(name, []).append(len(found))
                found.append(segment)
        if len(found) > _MOST_SEGMENTS:
            found, self._parts = [], {}
        segments = np.array(found).reshape(-1, 2, 2)
        self._middles = segments.mean(axis=1)
        self._halves = (segments[:, 1] - segments[:, 0]) / 2.0

    def parted(
        self, places: list[Point], size: tuple[float, float], of: str
    ) -> tuple[list[Point], list[Point]]:
        """Places for a text: those clear of all lines, and those clear of its own alone."""
        meets = self._meets(places, size)
        n_on = zip(places, meets.sum(axis=1), strict=True)
        n_on_own = zip(places, meets[:, self._parts.get(of, [])].sum(axis=1), strict=True)
        clear = [place for place, n in n_on if not n]
        return clear, [place for place, n in n_on_own if not n and place not in clear]

    def _meets(self, places: list[Point], size: tuple[float, float]) -> NDArray[np.bool_]:
        """Which boxes around these places come into which segments, (n_places, n_segments)."""
        half_width, half_height = size[0] / 2.0 + _TOUCH, size[1] / 2.0 + _TOUCH
        apart = self._middles - np.array(places).reshape(-1, 1, 2)
        across, up = self._halves.T
        is_near: NDArray[np.bool_] = np.abs(apart[..., 0]) < half_width + np.abs(across)
        is_near &= np.abs(apart[..., 1]) < half_height + np.abs(up)
        turned = np.abs(across * apart[..., 1] - up * apart[..., 0])
        is_near &= turned < half_width * np.abs(up) + half_height * np.abs(across)
        return is_near


class _Table:
    """What has its place already, in square cells, so that only what is near is looked at."""

    def __init__(self, arrangement: Arrangement, measure: TextSize) -> None:
        self._shown: list[Label] = []
        self.dropped: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.on_lines: list[str] = []
        self.measure = measure
        self._labels: dict[tuple[int, int], list[Label]] = {}
        self._items: dict[tuple[int, int], list[tuple[Item, Point]]] = {}
        for item, (x, y) in zip(arrangement.folded.items, arrangement.places, strict=True):
            reach = item.half_width, item.half_height
            for cell in _cells(x, y, *reach):
                self._items.setdefault(cell, []).append((item, (x, y)))

    def put(
        self, kind: str, of: str, text: str, places: Iterable[Point], others: Iterable[Point] = ()
    ) -> None:
        """Take the first place that is free; where none is, one on a line, or drop the label."""
        width, height = self.measure(text, kind)
        for is_on_line, choice in enumerate((places, others)):
            for x, y in choice:
                label = Label(kind, of, text, x, y, width, height)
                if kind == "more" or self._is_free(label):
                    self._keep(label)
                    self.on_lines += [of] * is_on_line
                    return
        self.dropped[kind].append(of)

    def copy(self) -> "_Table":
        """A twin that can be filled without filling this one."""
        twin = copy(self)
        twin._shown, twin.on_lines = list(self._shown), list(self.on_lines)
        twin.dropped = {kind: list(names) for kind, names in self.dropped.items()}
        twin._labels = {cell: list(labels) for cell, labels in self._labels.items()}
        return twin

    def take(self, other: "_Table") -> None:
        """Become like a twin."""
        self._shown, self.dropped, self._labels = other._shown, other.dropped, other._labels
        self.on_lines = other.on_lines

    def labels(self) -> Labels:
        """What is shown, and what has no room."""
        weights, names, values = (tuple(self.dropped[k]) for k in ("weight", "name", "value"))
        return Labels(tuple(self._shown), weights, names, values, len(self.on_lines))

    def put_value(self, of: str, text: str, place: Point) -> None:
        """Put a text into its neuron, where it fits."""
        width, height = self.measure(text, "value")
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
