"""Tables of the steps that samples and updates are made of, and of the texts about them.

Every sample of a training does the same steps, and so does every update; only numbers differ. So
what a step is is written once, and its numbers are a row of a table. What explains a neuron or a
connection are texts over the numbers of some of its steps; see `patterns`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise
from typing import Any, TypeAlias

import numpy as np

from neurosim.debugger.ask.description import MOST_TERMS, head_of
from neurosim.debugger.ask.formulas import (
    error_term_text,
    net_formula,
    net_text,
    returned_text,
    softmax_text,
    term_text,
)
from neurosim.debugger.ask.parameters import written_out
from neurosim.debugger.time.grains import run_of
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import Optimizer
from neurosim.interpreter.steps import (
    KINDS,
    PHASES,
    GradientComputed,
    Normalized,
    Started,
    Step,
    Summed,
    Updated,
    completed,
    is_lacking,
    kind_of,
    subject_of,
    written,
)
from neurosim.languages import grouped, translate
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.page.patterns import Pattern, Patterns

MOST_EXPLAINED = 600  # connections; of more, only neurons are explained
_NOT_NUMBERS = frozenset(("column", "memory", "memory_after"))
# names of numbers, and how many there are of each that is a tuple; 0: one by itself
Layout: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """A line of an explanation: of these steps of a unit, once the last of them is done.

    Attributes:
        of: the name of the neuron or connection, or ``loss``.
        phase: under which heading.
        steps: their places in the unit.
        text: what it says, of the steps; None: the step's own text.
    """

    of: str
    phase: str
    steps: tuple[int, ...]
    text: Callable[[Sequence[Any]], str] | None = None


LinesOf: TypeAlias = Callable[[Sequence[Step]], Iterator[ExplanationLine]]


@dataclass(slots=True)
class UnitTable:
    """A table of all samples, or of all updates.

    Attributes:
        steps: one of the steps that all of them are made of, in order.
        layouts: the numbers of each step.
        first: the column of each step's first number.
        lines: of explanations.
        columns: those of the numbers of each text.
        patterns: of the steps' texts, then of the lines' texts.
        rows: a list of numbers each.
        pattern_rows: which pattern each text has there.
        extras: the further numbers of texts, by row and text.
    """

    steps: tuple[Step, ...] = ()
    layouts: tuple[Layout, ...] = ()
    first: tuple[int, ...] = ()
    n_columns: int = 0
    lines: tuple[ExplanationLine, ...] = ()
    columns: tuple[list[int], ...] = ()
    patterns: tuple[Patterns, ...] = ()
    rows: list[list[float]] = field(default_factory=list)
    pattern_rows: list[list[int]] = field(default_factory=list)
    extras: dict[tuple[int, int], list[float]] = field(default_factory=dict)

    def add(self, steps: Sequence[Step], lines_of: LinesOf, *, texts: Sequence[str] = ()) -> None:
        """Put the steps of a sample or an update at the end; ``texts`` are theirs, else as str."""
        if not self.rows:
            self._set_up(steps, lines_of)
        assert [type(step) for step in steps] == [type(step) for step in self.steps]
        numbers = [number for step in steps for number in numbers_of(step)]
        assert len(numbers) == self.n_columns
        found = []
        for place, text in enumerate(self._texts(steps, texts)):
            own = [numbers[column] for column in self.columns[place]]
            pattern, extras = self.patterns[place].number_of(text, own)
            found.append(pattern)
            if extras:
                self.extras[len(self.rows), place] = extras
        self.rows.append(numbers)
        self.pattern_rows.append(found)

    def _set_up(self, steps: Sequence[Step], lines_of: LinesOf) -> None:
        self.steps = tuple(steps)
        self.layouts = tuple(layout_of(step) for step in steps)
        counts = [sum(count or 1 for _, count in layout) for layout in self.layouts]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(int).tolist()
        self.first, self.n_columns = tuple(starts[:-1]), starts[-1]
        self.lines = tuple(lines_of(steps))
        self.columns = tuple(self.columns_of(places) for places in self._places())
        self.patterns = tuple(Patterns() for _ in range(len(steps) + len(self.own_lines)))

    def _texts(self, steps: Sequence[Step], texts: Sequence[str]) -> Iterator[str]:
        yield from texts or map(str, steps)
        for line in self.own_lines:
            assert line.text is not None
            yield line.text([steps[i] for i in line.steps])

    @property
    def own_lines(self) -> list[ExplanationLine]:
        """The lines that are not just the text of a step."""
        return [line for line in self.lines if line.text is not None]

    def columns_of(self, steps: Sequence[int]) -> list[int]:
        """The columns of the numbers of some steps."""
        return [column for i in steps for column in range(self.first[i], self._end(i))]

    def _end(self, step: int) -> int:
        return self.first[step + 1] if step + 1 < len(self.first) else self.n_columns

    def chosen(self, rows: Sequence[int]) -> "ChosenRows":
        """Some rows as one table, with the further numbers of texts and their patterns behind."""
        n_extras = [0] * len(self.patterns)
        wanted = set(rows)
        for (row, place), extras in self.extras.items():
            if row in wanted:
                n_extras[place] = max(n_extras[place], len(extras))
        starts = self.n_columns + np.concatenate([[0], np.cumsum(n_extras)]).astype(int)
        table = np.full((len(rows), int(starts[-1]) + len(self.patterns)), np.nan)
        for at, row in enumerate(rows):
            table[at, : self.n_columns] = self.rows[row]
            table[at, starts[-1] :] = self.pattern_rows[row]
        where = {row: at for at, row in enumerate(rows)}
        for (row, place), extras in self.extras.items():
            if row in where:
                table[where[row], starts[place] : starts[place] + len(extras)] = extras
        texts = []
        for i, own in enumerate(self.columns):
            which, patterns = int(starts[-1]) + i, list(self.patterns[i].found)
            used, table[:, which] = np.unique(table[:, which], return_inverse=True)
            columns = [*own, *range(starts[i], starts[i + 1])]
            texts.append(UnitText(columns, [patterns[int(number)] for number in used], which))
        return ChosenRows(table, texts)

    def _places(self) -> list[tuple[int, ...]]:
        return [*((i,) for i in range(len(self.steps))), *(line.steps for line in self.own_lines)]


@dataclass(frozen=True, slots=True)
class UnitText:
    """A text of a unit: the columns of its numbers, its patterns, the column that says which."""

    columns: list[int]
    patterns: list[Pattern]
    which: int


@dataclass(frozen=True, slots=True)
class ChosenRows:
    """Some rows of a `UnitTable`."""

    table: Matrix
    texts: list[UnitText]


# --- numbers


def numbers_of(step: Step) -> Iterator[float]:
    """The numbers of a step, without what cannot be seen in it; NaN where one is not there."""
    for _, value in _shown(step):
        if isinstance(value, tuple):
            yield from (np.nan if item is None else float(item) for item in value)
        else:
            yield np.nan if value is None else float(value)


def layout_of(step: Step) -> Layout:
    """The names of the numbers of a step, and how many there are of each that is a tuple."""
    return tuple(
        (name, len(value) if isinstance(value, tuple) else 0) for name, value in _shown(step)
    )


def _shown(step: Step) -> Iterator[tuple[str, Any]]:
    has_before = KINDS[type(step)].continues
    for name, value in zip(step._fields, step, strict=True):
        if name in _NOT_NUMBERS or (name == "before" and not has_before):
            continue
        if isinstance(value, float | int | tuple) and not is_lacking(name, value):
            yield name, value


# --- what a step is about


def facts_of(step: Step, things: dict[Any, int]) -> dict[str, Any]:
    """What a page is to know of a step besides its numbers; things by their numbers."""
    fields = zip(step._fields, step, strict=True)
    marked = [_owner(value) for _, value in fields if isinstance(value, Neuron | Parameter | Layer)]
    shared = [c for value in marked if isinstance(value, Parameter) for c in value.connections]
    marks = [value for value in marked if value in things] + [c for c in shared if c in things]
    if isinstance(step, Normalized):
        marks = list(step.layer.neurons)
    writes = [
        [things[each], quantity]
        for thing, quantity in written(step)
        for each in (thing.parameter.connections if isinstance(thing, Parameter) else (thing,))
    ]
    whole = {quantity for _, quantity in completed(step)}
    subject = subject_of(step)
    return {
        "kind": type(step).__name__,
        "phase": PHASES.index(kind_of(step).phase),
        "verb": kind_of(step).verb,
        "subject": subject.name if isinstance(subject, Neuron | Layer) else "loss",
        "marks": sorted({things[each] for each in marks if each in things}),
        "writes": writes,
        "whole": sorted(whole),
    }


def _owner(value: Any) -> Any:
    return value.owner if isinstance(value, Parameter) else value


def runs_of(steps: Sequence[Step], grain: str, network: Network) -> list[int]:
    """The number of the neuron's or layer's run that each step belongs to."""
    runs = [run_of(step, grain, network) for step in steps]
    changes = (int(one != other) for one, other in pairwise(runs))
    return list(accumulate(changes, initial=0))


# --- lines


def sample_lines(network: Network, steps: Sequence[Step]) -> Iterator[ExplanationLine]:
    """The lines about neurons, connections and the loss, of the steps of a sample."""
    places: dict[Any, list[int]] = {}
    for i, step in enumerate(steps):
        places.setdefault(subject_of(step), []).append(i)
    yield from (ExplanationLine("loss", "loss", (i,)) for i in places.get(network, ()))
    for neuron in network.neurons:
        own = places.get(neuron, [])
        own = sorted([*own, *(places.get(neuron.layer, []) if neuron.layer is not None else [])])
        yield from _neuron_lines(neuron, own, steps)
    if len(network.connections) <= MOST_EXPLAINED:
        yield from _connection_lines(steps)


def _neuron_lines(
    neuron: Neuron, own: list[int], steps: Sequence[Step]
) -> Iterator[ExplanationLine]:
    name = neuron.name
    sums = tuple(i for i in own if isinstance(steps[i], Started | Summed))
    if sums:
        yield ExplanationLine(name, "forward", sums, lambda some: f"net = {net_text(some)}")
    for i in own:
        if kind_of(steps[i]).phase == "forward" and i not in sums:
            is_softmax = isinstance(steps[i], Normalized)
            yield ExplanationLine(
                name, "forward", (i,), _softmax_of(neuron) if is_softmax else None
            )
    back = [i for i in own if kind_of(steps[i]).phase == "backward"]
    errors = [i for i in back if not isinstance(steps[i], GradientComputed)]
    for _, run in groupby(errors, lambda i: type(steps[i])):
        yield ExplanationLine(name, "backward", tuple(run), returned_text)
    gradients = [i for i in back if isinstance(steps[i], GradientComputed)]
    yield from (ExplanationLine(name, "backward", (i,)) for i in gradients[:MOST_TERMS])


def _softmax_of(neuron: Neuron) -> Callable[[Sequence[Any]], str]:
    return lambda some: softmax_text(some[0], neuron)


def _connection_lines(steps: Sequence[Step]) -> Iterator[ExplanationLine]:
    deltas = {
        thing: i for i, step in enumerate(steps) for thing, what in written(step) if what == "delta"
    }
    for i, step in enumerate(steps):
        if isinstance(step, Summed):
            connection, at = step.connection, deltas.get(step.connection.target)
            yield ExplanationLine(connection.name, "forward", (i,), _term)
            if at is not None:
                yield ExplanationLine(connection.name, "backward", (i, at), _error_term)
        elif isinstance(step, GradientComputed) and isinstance(step.parameter, Connection):
            yield ExplanationLine(step.parameter.name, "backward", (i,))


def _term(some: Sequence[Any]) -> str:
    (step,) = some
    return term_text(step.connection, step.weight, step.value)


def _error_term(some: Sequence[Any]) -> str:
    step, delta = some
    return error_term_text(step.connection, step.weight, delta.after)


def update_lines(network: Network, steps: Sequence[Step]) -> Iterator[ExplanationLine]:
    """The lines about the updates of weights and biases; the text is that of the step."""
    is_explained = len(network.connections) <= MOST_EXPLAINED
    counts: dict[str, int] = {}
    for i, step in enumerate(steps):
        if not isinstance(step, Updated):
            continue
        parameter = step.parameter
        name = parameter.neuron.name
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= MOST_TERMS:
            yield ExplanationLine(name, "update", (i,))
        if is_explained and parameter.kind != "b":
            yield from (ExplanationLine(c.name, "update", (i,)) for c in parameter.connections)


def update_texts(steps: Sequence[Step], rule: Optimizer, count: int) -> list[str]:
    """The text of each update, the rule written out."""
    return [
        "\n".join(written_out(step, rule, count=count)) if isinstance(step, Updated) else str(step)
        for step in steps
    ]


def heads_of(network: Network, thing: Neuron | Connection | Network) -> list[str]:
    """What is above an explanation: what it is, and its formula in letters."""
    if isinstance(thing, Network):
        return [translate("loss")]
    if isinstance(thing, Connection):
        return [translate("connection {}", thing.name)]
    if thing.is_input:
        return [head_of(network, thing), _feeds(thing, network)]
    return [head_of(network, thing), net_formula(thing, network.incoming(thing))]


def _feeds(neuron: Neuron, network: Network) -> str:
    """Where an input goes to; without its weights, which change."""
    names = [c.target.name for c in network.outgoing(neuron)]
    rest = len(names) - MOST_TERMS
    more = f", ... {translate('{} more', grouped(rest))}" if rest > 0 else ""
    text = f"{', '.join(names[:MOST_TERMS])}{more}"
    return translate("feeds {}", text) if names else translate("feeds nothing")
