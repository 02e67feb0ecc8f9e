"""Bisection of two engines: the first epoch, batch, sample, and neuron or connection.

Both go on batch by batch, each from its own state, until a parameter or the loss differs. Then that
one batch is done once more, by both from the same state, the first engine's: sample by sample,
forward and back. What no sample shows is in the reduction or in the update; and what the whole
batch does not show has drifted apart over the batches before, rounding by rounding.

Numbers are the same where |a - b| <= tolerance * max(1, |a|), a being the first engine's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.ask.parameters import written_out
from neurosim.debugger.time.replay import twin_of
from neurosim.debugger.traces.trace import TraceValue
from neurosim.functions.losses import LOSSES, whole
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.steps import (
    Compared,
    DeltaComputed,
    GradientComputed,
    Step,
    Updated,
    written,
)
from neurosim.interpreter.visits import Visit, schedule_of
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.training.engines.contract import Engine, advance_batch
from neurosim.training.engines.graph import batch_steps, goals_at, row_steps
from neurosim.training.goals.weighing import Weighing
from neurosim.training.state import TrainingState, batch_rows
from neurosim.training.task import Task

TOLERANCE = 1e-10

Remake = Callable[[Task], Engine]
_Judged = tuple[tuple[float, Matrix], tuple[float, Matrix]]  # loss and gradient, by both engines


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where two engines part.

    Attributes:
        epoch: from 0.
        batch: in the epoch, from 0.
        sample: of the epoch, from 0; None where no single sample shows it.
        row: of X; None where ``sample`` is.
        where: the neuron, the connection or bias, or ``loss``.
        quantity: what of it: ``output``, ``loss``, ``delta``, ``gradient``, ``batch gradient``,
            ``batch loss``, ``update``; or ``drift``; of a trace ``step``.
        names: of the engines.
        values: what each says.
        arithmetic: how the number is made, a line each, as the graph does it.
    """

    epoch: int
    batch: int
    sample: int | None
    row: int | None
    where: str
    quantity: str
    names: tuple[str, str]
    values: tuple[TraceValue, TraceValue]
    arithmetic: tuple[str, ...]

    def __str__(self) -> str:
        sample = "" if self.sample is None else f", sample {self.sample} (row {self.row})"
        first, second = self.values
        gap = ""
        if isinstance(first, float) and isinstance(second, float):
            gap = f", {abs(first - second):.3g} apart"
        lines = [
            f"epoch {self.epoch}, batch {self.batch}{sample}: {_WORDS[self.quantity]} {self.where}",
            f"  {self.names[0]}: {first!r}",
            f"  {self.names[1]}: {second!r}{gap}",
            *(f"  {line}" for line in self.arithmetic),
        ]
        return "\n".join(lines)


_WORDS = {
    "output": "the output of",
    "loss": "the",
    "delta": "delta of",
    "gradient": "the gradient of",
    "batch gradient": "no sample alone, but the gradient of the whole batch by",
    "batch loss": "no sample alone, but over the whole batch the",
    "update": "no gradient, but the update of",
    "drift": "no batch alone, but what has added up over all of them in",
    "step": "the step that writes",
}


def bisect(
    task: Task,
    state: TrainingState,
    first: Engine,
    second: Engine,
    *,
    updates: int,
    tolerance: float = TOLERANCE,
    remake: Remake | None = None,
) -> Divergence | None:
    """Find where two engines of one task part first.

    Args:
        task: what they train; the graph's arithmetic is made on a copy of its network.
        state: where both begin.
        first: the engine to go by.
        second: the other.
        updates: how many batches to go at most.
        tolerance: how far apart numbers may be.
        remake: makes the second engine for another task. By it the first neuron that computes
            otherwise is found; without it, the first output.

    Returns:
        Where they part, or None where they do not. A batch after which neither is finite is the
        last.
    """
    comparison = _Comparison(task, first, second, tolerance, remake)
    ours = theirs = state
    for _ in range(updates):
        before = ours
        ours, theirs = comparison.advance(ours, theirs)
        if not (ours.is_finite or theirs.is_finite):
            return None  # which numbers are left then is each engine's own
        if comparison.parts(ours, theirs):
            return comparison.narrow(before, ours, theirs)
    return None


class _Sample(NamedTuple):
    """One sample of a batch: its place in the epoch, its row of X, and the graph's steps."""

    number: int
    row: int
    steps: Sequence[Step]


class _Comparison:
    """Two engines of one task, and a copy of the network for the arithmetic."""

    def __init__(
        self, task: Task, first: Engine, second: Engine, tolerance: float, remake: Remake | None
    ) -> None:
        self._task = twin_of(task)
        network = self._task.network
        self._given = task
        self._engines = first, second
        self._tolerance = tolerance
        self._remake = remake
        self._parameters = network.parameter_list()
        self._names = network.parameter_names()

    def advance(
        self, ours: TrainingState, theirs: TrainingState
    ) -> tuple[TrainingState, TrainingState]:
        """Go one batch on, each engine from its own state."""
        with np.errstate(all="ignore"):
            first, second = self._engines
            return advance_batch(first, ours), advance_batch(second, theirs)

    def parts(self, ours: TrainingState, theirs: TrainingState) -> bool:
        """Whether a parameter or the loss differs."""
        return bool(
            self._apart(ours.parameters, theirs.parameters).any()
            or self._are_apart(ours.partial_loss, theirs.partial_loss)
        )

    def narrow(
        self, before: TrainingState, ours: TrainingState, theirs: TrainingState
    ) -> Divergence:
        """Find the place in the batch after ``before``; ``ours`` and ``theirs`` are its ends."""
        found = next(self._places(before), None)
        if found is not None:
            return found
        apart = self._apart(ours.parameters, theirs.parameters)
        if not apart.any():
            values = ours.partial_loss, theirs.partial_loss
            return self._divergence(before, None, "loss", "drift", values)
        gaps = np.where(apart, np.abs(ours.parameters - theirs.parameters), -1.0)
        i = int(np.nan_to_num(gaps, nan=np.inf).argmax())
        values = float(ours.parameters[i]), float(theirs.parameters[i])
        return self._divergence(before, None, self._names[i], "drift", values)

    # --- inside a batch

    def _places(self, before: TrainingState) -> Iterator[Divergence]:
        """Where the two part in this batch, in the order of what happens."""
        rows = batch_rows(self._task, before).tolist()
        start = before.batch * self._task.batch_size
        for number, row in enumerate(rows, start=start):
            sample = _Sample(number, row, self._steps(before, row))
            yield from self._forward_places(before, sample)
            judged = self._judged(before, [row])
            yield from self._loss_places(before, judged, sample)
            yield from self._backward_places(before, judged, sample)
        judged = self._judged(before, rows)
        yield from self._loss_places(before, judged, None)
        yield from self._backward_places(before, judged, None)
        yield from self._update_places(before)

    def _steps(self, before: TrainingState, row: int) -> list[Step]:
        task = self._task
        task.network.load_parameters(before.parameters)
        return list(row_steps(task, goals_at(task, before), row, 0))

    def _forward_places(self, before: TrainingState, sample: _Sample) -> Iterator[Divergence]:
        x = self._task.X[[sample.row]]
        a, b = (self._outputs(engine, before.parameters, x) for engine in self._engines)
        if not self._apart(a, b).any():
            return
        yield from self._neuron_places(before, sample)
        i = int(np.flatnonzero(self._apart(a, b))[0])
        neuron = self._task.network.outputs[i]
        yield self._output_divergence(before, sample, neuron, (float(a[i]), float(b[i])))

    def _neuron_places(self, before: TrainingState, sample: _Sample) -> Iterator[Divergence]:
        """The neurons whose outputs differ, by an engine whose outputs are all neurons."""
        if self._remake is None:
            return
        visits = [v for group in schedule_of(self._task.network).groups for v in group.visits]
        neurons = [visit.neuron for visit in visits]
        network = self._task.network.copy()
        network.outputs = [neuron.name for neuron in neurons]
        loss = LOSSES["half_squared_error"]  # fits all outputs, and is not asked for
        of_all = replace(
            self._given,
            network=network,
            T=np.zeros((self._given.n_rows, len(neurons))),
            weighing=Weighing(whole(loss, len(neurons))),
            weights=None,
            version=network.version,
        )
        engine = self._remake(of_all)
        values = self._outputs(engine, before.parameters, self._task.X[[sample.row]])
        computed = np.array([neuron.output for neuron in neurons], dtype=np.float64)
        for i in np.flatnonzero(self._apart(computed, values)).tolist():
            yield self._output_divergence(
                before, sample, neurons[i], (float(computed[i]), float(values[i]))
            )

    def _outputs(self, engine: Engine, theta: Matrix, x: Matrix) -> Matrix:
        with np.errstate(all="ignore"):
            outputs: Matrix = engine.outputs(theta, x)[0]
        return outputs

    def _output_divergence(
        self, before: TrainingState, sample: _Sample, neuron: Neuron, values: tuple[float, float]
    ) -> Divergence:
        text = _texts(sample, neuron, "output")
        return self._divergence(before, sample, neuron.name, "output", values, *text)

    def _loss_places(
        self, before: TrainingState, judged: _Judged, sample: _Sample | None
    ) -> Iterator[Divergence]:
        (a, _), (b, _) = judged
        if self._are_apart(a, b):
            text = _texts(sample, self._task.network, "loss")
            quantity = "batch loss" if sample is None else "loss"
            yield self._divergence(before, sample, "loss", quantity, (a, b), *text)

    def _backward_places(
        self, before: TrainingState, judged: _Judged, sample: _Sample | None
    ) -> Iterator[Divergence]:
        """The gradients that differ, in the order of the backward pass."""
        (_, a), (_, b) = judged
        apart = dict(zip(self._parameters, self._apart(a, b).tolist(), strict=True))
        theirs = dict(zip(self._parameters, b.tolist(), strict=True))
        ours = dict(zip(self._parameters, a.tolist(), strict=True))
        for group in reversed(schedule_of(self._task.network).groups):
            for visit in group.visits:
                wrong = [p for p in _parameters_at(visit) if apart[p]]
                if not wrong:
                    continue
                if sample is None:
                    values = ours[wrong[0]], theirs[wrong[0]]
                    yield self._divergence(before, None, wrong[0].name, "batch gradient", values)
                    continue
                delta = self._delta_of(sample, visit.neuron, theirs)
                if delta is not None:
                    yield self._delta_divergence(before, sample, visit.neuron, delta)
                for parameter in wrong:
                    values = ours[parameter], theirs[parameter]
                    text = _texts(sample, parameter, "gradient", "bias_gradient")
                    yield self._divergence(
                        before, sample, parameter.name, "gradient", values, *text
                    )

    def _delta_of(
        self, sample: _Sample, neuron: Neuron, theirs: dict[Parameter, float]
    ) -> float | None:
        """The delta that makes the other engine's gradients at this neuron, if one makes them all.

        None where there are fewer than two gradients to compare, or the neuron does not simply sum.
        """
        if not neuron.is_plain:  # then each of its weights has a delta of its own
            return None
        terms = [s for s in sample.steps if isinstance(s, GradientComputed) and s.value != 0.0]
        terms = [s for s in terms if s.parameter.neuron is neuron and s.parameter in theirs]
        if len(terms) < 2:
            return None
        largest = max(terms, key=lambda term: abs(term.value))
        delta = theirs[largest.parameter] / largest.value
        fits = not any(self._are_apart(s.value * delta, theirs[s.parameter]) for s in terms)
        return delta if fits else None

    def _delta_divergence(
        self, before: TrainingState, sample: _Sample, neuron: Neuron, delta: float
    ) -> Divergence:
        steps = [
            s
            for s in sample.steps
            if isinstance(s, Compared | DeltaComputed) and s.neuron is neuron
        ]
        last = steps[-1]
        return self._divergence(
            before, sample, neuron.name, "delta", (last.after, delta), *map(str, steps)
        )

    def _update_places(self, before: TrainingState) -> Iterator[Divergence]:
        """The parameters that are updated otherwise, from the same state."""
        ours, theirs = self.advance(before, before)
        if self._are_apart(ours.partial_loss, theirs.partial_loss):
            values = ours.partial_loss, theirs.partial_loss
            yield self._divergence(before, None, "loss", "batch loss", values)
        apart = np.flatnonzero(self._apart(ours.parameters, theirs.parameters))
        for i in apart[:1].tolist():
            values = float(ours.parameters[i]), float(theirs.parameters[i])
            text = self._update_text(before, self._parameters[i])
            yield self._divergence(before, None, self._names[i], "update", values, *text)

    def _update_text(self, before: TrainingState, parameter: Parameter) -> list[str]:
        steps = batch_steps(self._task, before, before.memory.copy())
        made = [s for s in steps if isinstance(s, Updated) and s.parameter is parameter]
        if not made:
            return [f"{parameter.name} is frozen: stays"]
        (step,) = made
        return written_out(step, self._task.optimizer, count=before.updates + 1)

    # --- numbers

    def _judged(self, before: TrainingState, rows: list[int]) -> _Judged:
        theta, X, T = before.parameters, self._task.X[rows], self._task.T[rows]
        weights = self._task.weights_of(rows)
        with np.errstate(all="ignore"):
            first, second = (
                engine.loss_and_gradient(theta, X, T, **weights) for engine in self._engines
            )
        return first, second

    def _apart(self, a: Matrix, b: Matrix) -> NDArray[np.bool_]:
        with np.errstate(all="ignore"):
            near = np.abs(a - b) <= self._tolerance * np.maximum(1.0, np.abs(a))
        apart: NDArray[np.bool_] = ~(near | (a == b) | (np.isnan(a) & np.isnan(b)))
        return apart

    def _are_apart(self, a: float, b: float) -> bool:
        return bool(self._apart(np.array([a]), np.array([b]))[0])

    def _divergence(
        self,
        before: TrainingState,
        sample: _Sample | None,
        where: str,
        quantity: str,
        values: tuple[float, float],
        *arithmetic: str,
    ) -> Divergence:
        return Divergence(
            before.epoch,
            before.batch,
            None if sample is None else sample.number,
            None if sample is None else sample.row,
            where,
            quantity,
            (self._engines[0].name, self._engines[1].name),
            values,
            arithmetic,
        )


def _texts(sample: _Sample | None, thing: object, *quantities: str) -> list[str]:
    """The steps of a sample that wrote such a quantity on a thing, or on what it refers to."""
    if isinstance(thing, Parameter):
        thing = thing.owner
    steps = () if sample is None else sample.steps
    found = (
        step
        for step in steps
        if any(getattr(t, "parameter", t) is thing and q in quantities for t, q in written(step))
    )
    return [str(step) for step in found]


def _parameters_at(visit: Visit) -> list[Parameter]:
    bias = visit.neuron.bias_parameter
    parameters = [parameter for _, parameter, _ in visit.incoming]
    return parameters if bias is None else [*parameters, bias]
