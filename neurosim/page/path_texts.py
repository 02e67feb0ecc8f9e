"""Paths from a weight or bias to the loss, as `why` prints them, for the numbers of any moment.

Which paths there are is a matter of the structure, so each is written once, as a pattern and the
columns of its factors. A page computes the products, and shows the largest first.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from neurosim.debugger.ask.paths import Factor, Path, Paths, inner_of, paths_from, rest_line
from neurosim.debugger.ask.why import MOST_PATHS
from neurosim.interpreter.steps import Backpropagated, Dropped, GradientComputed, Step, Summed
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.page.formulas import drawing, drawn, pattern_for_any
from neurosim.page.patterns import Pattern
from neurosim.page.units import MOST_EXPLAINED, UnitTable, numbers_of

MOST_LISTED = 24  # paths of a parameter; of more, only their number is said
_FIRST = Factor("", 1.0)  # in whose place a parameter's own comes
_MOST_FACTORS = 60_000  # of all paths together


@dataclass(frozen=True, slots=True)
class PathLines:
    """The paths of one parameter.

    Attributes:
        of: the name of the connection, or of the neuron whose bias it is.
        heading: how many there are.
        last: the step after which the numbers are there.
        total: the columns of the two factors whose product all paths add up to.
        paths: of each its columns, the range of factors that its text has as one, its pattern. The
            operands are the factors, their product, the product of that range.
        rest: the pattern of the line about all but the largest, whose operand is what they come to.
    """

    of: str
    heading: str
    last: int
    total: tuple[int, int]
    paths: tuple[tuple[list[int], tuple[int, int], Pattern], ...]
    rest: Pattern


def path_lines(network: Network, table: UnitTable) -> list[PathLines]:
    """The paths of every weight and bias, where each factor is a number of a step.

    Those of a softmax that the loss does not give its delta, of neurons that do not simply sum, and
    of networks with dropout are left out: some of their factors are products.
    """
    is_noisy = any(isinstance(step, Dropped) for step in table.steps)
    if is_noisy or len(network.connections) > MOST_EXPLAINED:
        return []
    kept = network.read_parameters()
    try:
        return list(_found(network, table))
    finally:
        network.load_parameters(kept)


def _found(network: Network, table: UnitTable) -> Iterator[PathLines]:
    chance, left = random.Random(1), _MOST_FACTORS  # noqa: S311 - any numbers that differ do
    number = partial(chance.uniform, 0.1, 9.0)
    network.load_parameters(np.array([number() for _ in network.parameter_list()]))
    steps = [_drawn(step, number) for step in table.steps]
    columns = _columns_of(steps)
    known: dict[Neuron, Paths] = {}  # all that leads to one neuron goes on alike
    for place, step in enumerate(steps):
        if not isinstance(step, GradientComputed) or step.parameter.kind == "f":
            continue
        neuron = step.parameter.neuron
        if neuron not in known:
            known[neuron] = paths_from(network, neuron, steps, first=_FIRST, most=MOST_LISTED)
        found = _lines_of(known[neuron], step, columns, left)
        if found is None:
            continue
        own = table.columns_of([place])
        names = [name for name, _ in table.layouts[place]]
        total = own[names.index("value")], own[names.index("delta")]
        heading, paths, rest = found
        left -= sum(len(factors) for factors, *_ in paths)
        is_weight = isinstance(step.parameter, Connection)
        of = step.parameter.name if is_weight else step.parameter.neuron.name
        yield PathLines(of, heading, place, total, paths, rest)


def _drawn(step: Step, number: Callable[[], float]) -> Any:
    """A step with other numbers, but the weight that the network has."""
    changed = drawn(step, number)
    if isinstance(step, Backpropagated | Summed):
        return changed._replace(weight=step.connection.weight)
    return changed


def _columns_of(steps: Sequence[Step]) -> Mapping[float, int]:
    """The first column of each number."""
    numbers = [number for step in steps for number in numbers_of(step)]
    return {number: column for column, number in reversed(list(enumerate(numbers)))}


def _lines_of(
    found: Paths, step: GradientComputed, columns: Mapping[float, int], left: int
) -> "tuple[str, tuple[Any, ...], Pattern] | None":
    parameter = step.parameter
    name = parameter.source.name if isinstance(parameter, Connection) else "1"
    first = Factor(name, step.value)
    if not found.count:
        return None
    is_listed = found.count <= MOST_LISTED and left > 0
    listed = [(first, *path.factors[1:]) for path in (found.largest if is_listed else ())]
    if any(factor.value not in columns for path in listed for factor in path):
        return None
    paths = tuple(
        ([columns[factor.value] for factor in path], inner_of(path), _pattern(path))
        for path in listed
    )
    return found.heading, paths, _rest_pattern(found.count if is_listed else 0)


def _pattern(path: Sequence[Factor]) -> Pattern:
    """The text of a path for any numbers."""
    start, end = inner_of(path)
    probes = []
    for number in drawing():
        values = [number() for _ in path]
        factors = tuple(map(Factor, (factor.what for factor in path), values))
        share, inner = math.prod(values), math.prod(values[start:end])
        probes.append((str(Path(factors, share, ())), [*values, share, inner]))
    return pattern_for_any(probes)


def _rest_pattern(count: int) -> Pattern:
    """The line about all paths but the largest."""
    hidden, rests = count - MOST_PATHS, [number() for number in drawing()]
    if hidden <= 0:
        return ("",)
    return pattern_for_any([(rest_line(hidden, rest), [rest]) for rest in rests])


def path_document(
    network: Network, table: UnitTable, numbers: Mapping[str, int], pool: dict[Pattern, int]
) -> list[list[Any]]:
    """The paths as a page reads them; ``numbers``: of things by their names."""

    def pooled(pattern: Pattern) -> int:
        return pool.setdefault(pattern, len(pool))

    return [
        [
            numbers[lines.of],
            lines.heading,
            lines.last,
            lines.total,
            [[columns, inner, pooled(pattern)] for columns, inner, pattern in lines.paths],
            pooled(lines.rest),
        ]
        for lines in path_lines(network, table)
    ]
