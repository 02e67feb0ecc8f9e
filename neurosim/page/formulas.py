"""Texts for any numbers: the engine's own, with places for the numbers of a page that is played.

Each text is asked for with numbers that were drawn, several times, so that a pattern of it (see
`patterns`) holds for all numbers, and not just for those of one moment.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Any

from neurosim.debugger.ask.description import MOST_TERMS
from neurosim.errors import InvalidValueError
from neurosim.interpreter.steps import Loaded, Started, Step
from neurosim.page.patterns import Pattern, pattern_of, written
from neurosim.page.sources import PassSource
from neurosim.page.units import UnitTable, layout_of, numbers_of

_PROBES = 4
_CONDITIONS = ("start", "shift")  # what a text leaves out where it is 0


@dataclass(frozen=True, slots=True)
class AnyText:
    """A text for any numbers.

    Attributes:
        columns: those of its operands.
        conditions: columns; what is left out where such a number is 0.
        patterns: where none of those is 0, where the first is, the second, both.
    """

    columns: list[int]
    conditions: list[int]
    patterns: list[Pattern]


def any_texts(table: UnitTable, sources: list[PassSource]) -> Iterator[AnyText]:
    """The texts of a table: of its steps, then of the lines about them.

    Operands that are in no step get a source at the end of ``sources``.

    Raises:
        InvalidValueError: a text does not follow from numbers, as one with a formula of a user may.
    """
    for place, step in enumerate(table.steps):
        yield _any_text(table, sources, (place,), _own_text(step))
    for line in table.own_lines:
        assert line.text is not None
        yield _any_text(table, sources, line.steps, line.text)


def _own_text(_step: Step) -> Callable[[Sequence[Any]], str]:
    return lambda some: str(some[0])


def _any_text(
    table: UnitTable,
    sources: list[PassSource],
    places: tuple[int, ...],
    text: Callable[[Sequence[Any]], str],
) -> AnyText:
    steps = [table.steps[place] for place in places]
    more = _further(table, places, sources)
    columns = table.columns_of(places)
    for source in more:
        columns.append(len(sources))
        sources.append(source)
    names = [name for name, _ in layout_of(steps[0])]
    conditions = [name for name in _CONDITIONS if name in names]
    patterns = [
        _pattern(steps, text, {name for k, name in enumerate(conditions) if zeros >> k & 1})
        for zeros in range(2 ** len(conditions))
    ]
    at = [table.first[places[0]] + names.index(name) for name in conditions]
    return AnyText(columns, at, patterns) if len(set(patterns)) > 1 else AnyText(
        columns, [], patterns[:1]
    )  # fmt: skip


def _further(
    table: UnitTable, places: Sequence[int], sources: Sequence[PassSource]
) -> list[PassSource]:
    """Operands that are in no step: the raw number of a scaled input, the rest of a long sum."""
    first = table.steps[places[0]]
    if isinstance(first, Loaded) and first.neuron.scaling is not None:
        return [("x", *sources[table.first[places[0]]][1:])]
    last = _last_written(table.steps[place] for place in places)
    if last < len(places) - 1:
        return [("-", *(table.columns_of([places[k]])[-1] for k in (-1, last)))]
    return []


def _last_written(some: Iterable[Any]) -> int:
    """The place of the last term of a sum that is written out."""
    first, *_ = some
    return MOST_TERMS - (not isinstance(first, Started))


def _further_values(some: Sequence[Any]) -> list[float]:
    """The values of the same."""
    first = some[0]
    if isinstance(first, Loaded) and first.neuron.scaling is not None:
        return [first.neuron.scaling.raw(first.after)]
    last = _last_written(some)
    return [some[-1].after - some[last].after] if last < len(some) - 1 else []


def _pattern(
    steps: Sequence[Step],
    text: Callable[[Sequence[Any]], str],
    zeros: AbstractSet[str],
) -> Pattern:
    """The pattern that gives a text whatever the numbers are."""
    probes = []
    for number in drawing():
        some = [drawn(step, number, frozenset() if i else zeros) for i, step in enumerate(steps)]
        numbers = [each for step in some for each in numbers_of(step)]
        probes.append((text(some), [*numbers, *_further_values(some)]))
    return pattern_for_any(probes)


def drawing() -> Iterator[Callable[[], float]]:
    """What draws numbers that are different: negative ones, positive ones, and both, twice."""
    for k in range(_PROBES):
        chance = random.Random(k)  # noqa: S311 - any numbers that are different do
        signs = ((-1.0,), (1.0,), (-1.0, 1.0))[min(k, 2)]
        yield partial(_number, chance, signs)


def _number(chance: random.Random, signs: Sequence[float]) -> float:
    return chance.choice(signs) * float(f"{chance.uniform(0.1, 9.0):.5g}")


def pattern_for_any(probes: Sequence[tuple[str, Sequence[float]]]) -> Pattern:
    """The pattern that gives each of some texts with its numbers.

    Raises:
        InvalidValueError: there is none.
    """
    for found, numbers in probes:
        pattern = _settled(*pattern_of(found, numbers), numbers)
        if all(written(pattern, others) == one for one, others in probes):
            return pattern
    raise InvalidValueError(
        f"page: the formula {probes[0][0]!r:.80} cannot be written with other numbers; expected a"
        " text of operands"
    )


def drawn(step: Step, number: Callable[[], float], zeros: AbstractSet[str] = frozenset()) -> Any:
    """A step with other numbers; those of ``zeros`` are 0."""
    changed: dict[str, Any] = {}
    for name, count in layout_of(step):
        value = tuple(number() for _ in range(count)) if count else number()
        changed[name] = 0.0 if name in zeros else value
    return step._replace(**changed)


def _settled(pattern: Pattern, extras: Sequence[float], numbers: Sequence[float]) -> Pattern:
    """The pattern with the numbers that are no operands as letters."""
    parts, everything = [pattern[0]], [*numbers, *extras]
    for operation, behind in zip(pattern[1::2], pattern[2::2], strict=True):
        places = [int(place) for place in operation[1:].split(" ")]
        if max(places) < len(numbers):
            parts += [operation, behind]
        else:
            parts[-1] += written(("", operation, ""), everything) + behind
    return tuple(parts)
