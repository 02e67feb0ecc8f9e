"""Axes of a sweep: the keys of a scenario that are varied, each with its values.

An axis is written ``KEY=VALUES``: values in YAML with commas between them, ``0..9`` for all whole
numbers from 0 to 9. To a search a range is an interval: ``1..64``, ``0.001..1 log``.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.scenario.format.node import SourcePlace, node_of, plain, refuse
from neurosim.scenario.format.yaml_text import number_of, parse

Vary: TypeAlias = str | Iterable[str] | Mapping[str, Any]

MOST_POINTS = 100_000
_SIZES = ("network", "data", "training.batch_size")  # the keys that say how large something is
_OPTION = "--vary"
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})( +log)?")


@dataclass(frozen=True, slots=True)
class Axis:
    """A key with the values that it takes, one after the other.

    Attributes:
        key: as `--set` writes it: ``training.optimizer.learning_rate``.
        values: plain data.
        place: what a message about them begins with.
    """

    key: str
    values: tuple[Any, ...]
    place: SourcePlace


@dataclass(frozen=True, slots=True)
class Interval:
    """A key with the numbers that a search may choose from.

    Attributes:
        key: as of an `Axis`.
        low: the least one.
        high: the largest one; whole numbers both, where only whole ones are meant.
        is_log: whether 0.001 to 0.01 is as much as 0.1 to 1.
        place: as of an `Axis`.
    """

    key: str
    low: float
    high: float
    is_log: bool
    place: SourcePlace

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are meant: both ends are written so."""
        return isinstance(self.low, int)

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.low!r}..{self.high!r}{' log' * self.is_log}"


def axes_of(vary: Vary) -> list[Axis]:
    """The axes of a sweep.

    Args:
        vary: texts such as ``"seed=0..9"``; or values by key: a list, or a text such as ``"0..9"``.

    Raises:
        InvalidValueError: an axis cannot be read, is empty, or is there twice; or there are more
            than 100,000 points.
        ScenarioError: values are no YAML.
    """
    axes = [_counted(one) if isinstance(one, Interval) else one for one in space_of(vary)]
    n_points = math.prod(len(axis.values) for axis in axes)
    if n_points > MOST_POINTS:
        raise InvalidValueError(
            f"{_OPTION}: too many points, got {n_points:,}; expected at most {MOST_POINTS:,}"
        )
    return axes


def space_of(vary: Vary) -> list[Axis | Interval]:
    """What a search may choose from; takes and raises what `axes_of` does.

    A range that is all that is written of a key is an interval.
    """
    if isinstance(vary, Mapping):
        found = [_given(str(key), values) for key, values in vary.items()]
    elif isinstance(vary, Iterable):
        found = [_written(text) for text in ([vary] if isinstance(vary, str) else vary)]
    else:
        raise WrongTypeError(f"vary: got {vary!r:.80}; expected texts, or values by key")
    if not found:
        raise InvalidValueError(f"{_OPTION}: nothing to vary; expected KEY=VALUES, as in seed=0..9")
    keys = [axis.key for axis in found]
    for axis in found:
        if keys.count(axis.key) > 1:
            raise InvalidValueError(f"{axis.place}: the key is there twice; expected it once")
    return found


def largest_of(vary: Vary) -> list[list[tuple[str, Any]]]:
    """The changes by which a sweep or a search comes to what takes most memory.

    Of numbers the largest counts, of all else each, and only keys that say how large something is.

    >>> largest_of(["network.layers[1].neurons=2..32", "seed=0..9"])
    [[('network.layers[1].neurons', 32)]]
    """
    axes = [_largest(axis) for axis in space_of(vary) if axis.key.startswith(_SIZES)]
    return [list(values) for values in product(*axes)]


def _largest(axis: Axis | Interval) -> list[tuple[str, Any]]:
    if isinstance(axis, Interval):
        return [(axis.key, axis.high)]
    numbers = [value for value in axis.values if isinstance(value, int | float)]
    others = [value for value in axis.values if not isinstance(value, int | float)]
    return [(axis.key, value) for value in [*others, *([max(numbers)] if numbers else [])]]


def require_free_keys(
    axes: Iterable[Axis | Interval], overrides: Iterable[str | tuple[str, Any]]
) -> None:
    """Refuse to vary a key that is set for all points.

    Raises:
        InvalidValueError: one is both varied and set.
    """
    keys = (one.partition("=")[0] if isinstance(one, str) else one[0] for one in overrides)
    is_set = {key.strip() for key in keys}
    for axis in axes:
        if axis.key in is_set:
            raise InvalidValueError(f"{axis.place}: the key is set, too; expected one of the two")


def value_text(value: Any) -> str:
    """A value in a line.

    >>> value_text(0.1), value_text(True), value_text({"l2": 0.5})
    ('0.1', 'true', '{"l2":0.5}')
    """
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _written(text: Any) -> Axis | Interval:
    key, equals, values = text.partition("=") if isinstance(text, str) else ("", "", "")
    if not equals or not key.strip():
        raise InvalidValueError(
            f"{_OPTION}: not understood, got {text!r:.80}; expected KEY=VALUES, such as"
            " training.optimizer.learning_rate=0.01,0.1,1"
        )
    return _parsed(key.strip(), values, SourcePlace(f"{_OPTION} {key.strip()}"))


def _given(key: str, values: Any) -> Axis | Interval:
    """An axis from Python: a text is read as on the command line, all else are values."""
    place = SourcePlace(f"vary {key}")
    if isinstance(values, str):
        return _parsed(key, values, place)
    if not isinstance(values, Iterable) or isinstance(values, Mapping):
        raise WrongTypeError(f"{place}: got {values!r:.80}; expected a list of values, or a text")
    items = values.tolist() if isinstance(values, np.ndarray) else list(values)
    plain_items = [item.item() if isinstance(item, np.generic) else item for item in items]
    return _axis(key, [plain(node_of(item, place)) for item in plain_items], place)


def _parsed(key: str, text: str, place: SourcePlace) -> Axis | Interval:
    """The values that a text in YAML denotes, as the items of a list."""
    node, problems = parse(f"[{text}\n]", str(place))
    refuse(problem._replace(place=place) for problem in problems)
    if not text.strip() or node is None or not isinstance(node.value, tuple):
        raise InvalidValueError(f"{place}: got {text!r:.80}; expected values with commas between")
    items = plain(node)
    ranges = [_interval(key, item, place) for item in items]
    if len(items) == 1 and ranges[0] is not None:
        return ranges[0]
    expanded = [
        (item,) if interval is None else _counted(interval).values
        for item, interval in zip(items, ranges, strict=True)
    ]
    return _axis(key, [value for values in expanded for value in values], place)


def _interval(key: str, item: Any, place: SourcePlace) -> Interval | None:
    """The interval that an item denotes; None where it is another value."""
    found = _RANGE.fullmatch(item) if isinstance(item, str) else None
    if found is None:
        return None
    ends = [number_of(found[1]), number_of(found[2])]
    if None in ends:
        raise InvalidValueError(f"{place}: got {item!r:.80}; expected finite numbers")
    low, high = (end for end in ends if end is not None)
    if not (isinstance(low, int) and isinstance(high, int)):
        low, high = float(low), float(high)
    is_log = found[3] is not None
    if low > high or (is_log and low <= 0):
        expected = "low..high" + ", both above 0, where it ends with log" * is_log
        raise InvalidValueError(f"{place}: empty range, got {item!r:.80}; expected {expected}")
    return Interval(key, low, high, is_log, place)


def _counted(interval: Interval) -> Axis:
    """The whole numbers of an interval one by one, for a sweep."""
    if not interval.is_whole or interval.is_log:
        raise InvalidValueError(
            f"{interval.place}: got {str(interval)!r}; expected values with commas between them, or"
            " a range of whole numbers such as 0..9 (other intervals are for `neurosim tune`)"
        )
    low, high = int(interval.low), int(interval.high)
    if high - low >= MOST_POINTS:
        raise InvalidValueError(
            f"{interval.place}: too many values, got {str(interval)!r}; expected at most"
            f" {MOST_POINTS:,}"
        )
    return Axis(interval.key, tuple(range(low, high + 1)), interval.place)


def _axis(key: str, values: list[Any], place: SourcePlace) -> Axis:
    if not values:
        raise InvalidValueError(f"{place}: no values; expected at least one")
    for text, count in Counter(map(value_text, values)).items():
        if count > 1:
            raise InvalidValueError(f"{place}: got {text!r:.80} twice; expected each value once")
    return Axis(key, tuple(values), place)
