"""Explanations: the formulas of a neuron, a connection or the loss, with the present numbers.

The interpreter computes the numbers: its passes run over this one neuron or layer, and every step
is undone. So a line shows what the formula gives with the present operands and, where the object
holds another number (the walk has not reached it yet, or a value was set by hand), that number.

A number belongs to a sample. Where the present one has not begun, its passes run aside; within it,
what it has not computed is "not yet", whatever the sample before left there.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from neurosim.debugger.ask.description import MOST_TERMS, feeds, head_of
from neurosim.debugger.ask.formulas import (
    error_term_text,
    net_formula,
    net_text,
    returned_text,
    softmax_text,
    term_text,
)
from neurosim.debugger.ask.parameters import find_named, written_out
from neurosim.debugger.time.position import Position
from neurosim.debugger.wording import bounded
from neurosim.errors import WrongTypeError
from neurosim.functions.losses import PERCEPTRON, Objective
from neurosim.functions.numbers import Matrix, counted, short
from neurosim.interpreter.backward import backward_steps, input_steps, measure_steps
from neurosim.interpreter.forward import NO_MASKS, forward_steps
from neurosim.interpreter.steps import (
    Aggregated,
    Backpropagated,
    Distributed,
    GradientComputed,
    Loaded,
    Measured,
    Normalized,
    Number,
    Started,
    Step,
    Summed,
    Updated,
    kind_of,
    operand,
    plus,
    subject_of,
    undo,
)
from neurosim.interpreter.update import planned_update
from neurosim.interpreter.visits import Group, Schedule, schedule_of
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter, Parameter
from neurosim.training.engines.graph import RowGoal, goals_at, row_steps
from neurosim.training.state import TrainingState, rate_of
from neurosim.training.task import Task

IsOwn: TypeAlias = Callable[[object, str], bool]  # of an object and a quantity


@dataclass(frozen=True, slots=True)
class Explanation:
    """The formulas of one thing, a line each."""

    name: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return bounded(str(self))


def explain(
    network: Network,
    name: str,
    *,
    task: Task | None = None,
    state: TrainingState | None = None,
    position: Position | None = None,
    is_own: IsOwn | None = None,
) -> Explanation:
    """Write out the formulas of a neuron (``h1``), a connection (``x1->h1``) or the ``loss``.

    Args:
        network: it is left as it was, to the last bit.
        name: of what. A neuron that is called ``loss`` is meant by that name.
        task: what is trained; without it there is no loss and no update to explain.
        state: at the start of the present batch; without it the optimizer's memory is not known.
        position: where the walk is; without it the targets are not known.
        is_own: whether a number on an object is of the present sample; None: all are.

    Raises:
        UnknownNameError: nothing has the name.
    """
    if not isinstance(name, str):
        raise WrongTypeError(f"explain: got {name!r:.80}; expected the name of a neuron")
    moment = _Moment(network, task, state, position, is_own)
    if task is not None and position is not None and moment.is_start:
        aside = [*_sample_of(task, state, position)]
        try:
            return _explained(name, moment._replace(is_own=None))
        finally:
            for step in reversed(aside):
                undo(step)
    return _explained(name, moment)


def _sample_of(task: Task, state: TrainingState | None, position: Position) -> Iterable[Step]:
    """The passes of the present sample."""
    return row_steps(task, goals_at(task, state), position.row, position.sample % task.batch_size)


def _explained(name: str, moment: "_Moment") -> Explanation:
    network = moment.network
    if name == "loss" and name not in network:
        return Explanation(name, tuple(_loss(moment)))
    found = find_named(network, name)
    if isinstance(found, Connection):
        return Explanation(found.name, tuple(_connection(found, moment)))
    if isinstance(found, FunctionParameter):
        return Explanation(found.name, tuple(_function(found, moment)))
    return Explanation(found.name, tuple(_neuron(found, moment)))


class _Moment(NamedTuple):
    """What is known of the moment."""

    network: Network
    task: Task | None
    state: TrainingState | None
    position: Position | None
    is_own: IsOwn | None

    @property
    def is_start(self) -> bool:
        """Whether the present sample has not begun."""
        position = self.position
        return position is not None and position.phase == "forward" and position.step == 0

    def get(self, thing: Neuron | Network, quantity: str) -> Number:
        """A number of the present sample; None where it is not there yet."""
        value: Number = getattr(thing, quantity)
        return value if self.is_own is None or self.is_own(thing, quantity) else None

    def error(self, connection: Connection) -> Number:
        """What goes back along a connection; None where it is not there yet."""
        target = connection.target
        if target.is_plain:
            return self.get(target, "delta")
        deltas: Any = self.get(target, "term_deltas")
        return deltas[schedule_of(self.network).terms[connection]] if deltas else None

    def gradient(self, place: Parameter) -> Number:
        """The gradient, summed over the batch so far; None where the batch has none yet."""
        quantity = "bias_gradient" if place.kind == "b" else "gradient"
        is_there = self.is_own is None or self.is_own(place.owner, quantity)
        return place.gradient if is_there else None

    @property
    def goal(self) -> RowGoal | None:
        """What the present sample is compared with, and its noise."""
        if self.task is None or self.position is None:
            return None
        return goals_at(self.task, self.state).row(self.position.row)

    @property
    def masks(self) -> Mapping[Neuron, float]:
        """What outputs are multiplied by in the present sample."""
        goal = self.goal
        return NO_MASKS if goal is None or goal.noise is None else goal.noise.factors

    def has_noise(self, neuron: Neuron) -> bool:
        """Whether an input is not just loaded."""
        goal = self.goal
        if goal is None or goal.noise is None:
            return False
        return goal.noise.added is not None or neuron in goal.noise.factors

    def n_rows(self, task: Task) -> int:
        """The number of samples in the present batch."""
        batch = 0
        if self.position is not None:
            batch = self.position.batch
        elif self.state is not None:
            batch = self.state.batch
        return min(task.batch_size, task.n_rows - batch * task.batch_size)

    def heading(self, phase: str) -> str:
        """A phase, and that it is still to come."""
        now = phase if self.position is None else self.position.phase
        if phase == "forward" and self.is_start:
            return "forward (this sample has not begun; computed with the present parameters)"
        if phase == "backward" and now in ("forward", "loss"):
            return "backward (this sample has not come to it yet)"
        if phase == "update" and now != "update":
            return "update (this batch has not come to it yet; with the present gradients)"
        return phase


# --- a neuron


def _neuron(neuron: Neuron, moment: _Moment) -> Iterable[str]:
    network = moment.network
    if neuron.is_input:
        yield head_of(network, neuron)
        value = moment.get(neuron, "output")
        is_noisy = moment.has_noise(neuron)
        text = f"{neuron.name} = {short(value)} (with noise)" if is_noisy else ""
        text = "" if value is None else text or str(Loaded(neuron, None, value))
        yield f"  {text or f'{neuron.name} = not yet'}"
        yield f"  {feeds(network.outgoing(neuron))}"
        yield from _input_backward(neuron, moment)
        return
    yield head_of(network, neuron)
    group = _group_of(network, neuron)
    yield moment.heading("forward")
    yield from _indented(_forward(neuron, group, moment))
    yield moment.heading("backward")
    back = _backward_steps(group, moment)
    yield from _indented(_backward(neuron, back, moment))
    bias = neuron.bias_parameter
    places: list[Parameter] = [*([] if bias is None else [bias]), *network.incoming(neuron)]
    places += neuron.function_parameters
    yield from _indented(_gradients(places, back, moment))
    if moment.task is not None and places:
        yield moment.heading("update")
        for place in places[:MOST_TERMS]:
            yield from _indented(_update(place, moment, moment.task))
        yield from _indented(_more(places))


def _input_backward(neuron: Neuron, moment: _Moment) -> Iterable[str]:
    """dL/dx, which no parameter needs: it is computed here alone."""
    if not moment.network.outgoing(neuron):
        return
    yield moment.heading("backward")
    if any(moment.error(c) is None for c in moment.network.outgoing(neuron)):
        yield f"  dL/d{neuron.name} = not yet"
        return
    steps = _tried(input_steps(moment.network, [neuron]))
    errors = [step for step in steps if isinstance(step, Backpropagated)]
    yield f"  {returned_text(errors)}"
    if neuron.scaling is not None:
        slope, factor = errors[-1].after, neuron.scaling.factor
        text = f"{short(slope)}/{operand(factor)} = {short(slope / factor)}"
        yield f"  by the raw number that is loaded: {text}"


def _forward(neuron: Neuron, group: Group, moment: _Moment) -> Iterable[str]:
    incoming = moment.network.incoming(neuron)
    yield net_formula(neuron, incoming)
    sources = [source for visit in group.visits for *_, source in visit.incoming]
    if _is_missing(sources, moment):
        known = "".join(_term(connection, moment) for connection in incoming[:MOST_TERMS])
        more = " + ..." if len(incoming) > MOST_TERMS else ""
        if neuron.is_plain:
            yield f"net = {short(neuron.bias or 0.0)}{known}{more} = not yet"
        else:
            yield "net = not yet"
        yield f"{neuron.name} = {neuron.activation}(net) = not yet"
        if neuron.scaling is not None:
            offset, factor = short(neuron.scaling.offset), operand(neuron.scaling.factor)
            yield f"{neuron.name} = {offset} + {factor}*{neuron.activation}(net) = not yet"
        return
    schedule = Schedule((), (), (group,), frozenset())
    steps = _about(neuron, _tried(forward_steps(schedule, [], masks=moment.masks)))
    sums = [step for step in steps if isinstance(step, Started | Summed | Aggregated)]
    present = moment.get(neuron, "net_input")
    yield f"net = {net_text(sums)}{_if_other(sums[-1].after, present)}"
    last = {kind_of(step).quantity_of(step): step for step in steps}
    for step in steps[len(sums) :]:
        quantity = kind_of(step).quantity_of(step)
        present = moment.get(neuron, quantity)
        if last[quantity] is not step:  # of an output that is dropped or kept
            yield str(step)
            continue
        if isinstance(step, Normalized):
            made = step.after[step.layer.neurons.index(neuron)]
            yield f"{softmax_text(step, neuron)}{_if_other(made, present)}"
        else:
            assert not isinstance(step, Distributed)  # which goes back
            yield f"{step}{_if_other(step.after, present)}"


def _backward_steps(group: Group, moment: _Moment) -> list[Step] | str:
    """The steps back through this group; or why there are none."""
    network = moment.network
    for visit in group.visits:
        if visit.slope is None and group.layer is None and not _is_given(visit.neuron, moment):
            return f"{visit.neuron.activation} has no slope: nothing is learned through it"
    sources = [source for visit in group.visits for *_, source in visit.incoming]
    outgoing = [connection for visit in group.visits for connection, *_ in visit.outgoing]
    present = [visit.neuron for visit in group.visits]
    no_error = any(moment.error(connection) is None for connection in outgoing)
    if _is_missing([*present, *sources], moment) or no_error:
        return ""
    outputs: tuple[Neuron, ...] = ()
    goal, objective = moment.goal, Objective(())
    if any(visit.is_output for visit in group.visits):
        if moment.task is None or goal is None:
            return "the targets are not known here"
        outputs, objective = network.outputs, moment.task.objective
    targets, factors, _ = ([], None, None) if goal is None else goal
    schedule = Schedule((), outputs, (group,), frozenset(), schedule_of(network).terms)
    return _tried(
        backward_steps(schedule, targets, objective, 0, factors=factors, masks=moment.masks)
    )


def _is_given(neuron: Neuron, moment: _Moment) -> bool:
    """Whether the perceptron rule gives the neuron's delta, so that no slope is asked for."""
    heads = () if moment.task is None else moment.task.objective.heads
    return any(
        head.loss is PERCEPTRON and neuron.activation == PERCEPTRON.partner
        for head in heads
        if any(moment.network.outputs[i] is neuron for i in head.outputs)
    )


def _backward(neuron: Neuron, steps: list[Step] | str, moment: _Moment) -> Iterable[str]:
    name = neuron.name
    if isinstance(steps, str):
        yield f"dL/d{name} = {_or_not_yet(moment.get(neuron, 'output_gradient'))}"
        yield f"delta({name}) = {_or_not_yet(moment.get(neuron, 'delta'))}"
        if steps:
            yield f"({steps})"
        return
    own = _about(neuron, steps)
    last = {kind_of(step).quantity_of(step): step for step in own}
    for _, run in groupby(own, type):
        *_, step = found = list(run)
        quantity = kind_of(step).quantity_of(step)
        if quantity in ("output_gradient", "delta"):
            is_last = step is last[quantity]
            present = moment.get(neuron, quantity)
            other = _if_other(step.after, present) if is_last else ""  # type: ignore[arg-type] # no Normalized goes back
            yield f"{returned_text(found)}{other}"
        elif isinstance(step, Distributed):
            is_there = moment.get(neuron, "term_deltas")
            yield f"{step}{'' if is_there else ' (not yet)'}"


def _gradients(
    places: Sequence[Parameter], steps: list[Step] | str, moment: _Moment
) -> Iterable[str]:
    made = (
        {}
        if isinstance(steps, str)
        else {s.parameter: s for s in steps if isinstance(s, GradientComputed)}
    )
    for place in places[:MOST_TERMS]:
        present = moment.gradient(place)
        if place in made and place.parameter is place:
            yield f"{made[place]}{_sum_so_far(made[place].after, present, moment)}"
        elif place in made:  # a term of the gradient of a shared weight
            yield f"{made[place]}, a term of {_or_not_yet(present)}"
        else:
            yield f"dL/d{place.symbol} = {_or_not_yet(present)}"
    yield from _more(places)


# --- a connection


def _connection(connection: Connection, moment: _Moment) -> Iterable[str]:
    source, target = connection.source, connection.target
    yield repr(connection)
    yield moment.heading("forward")
    weight = connection.weight
    yield f"  {term_text(connection, weight, moment.get(source, 'output'))}"
    yield moment.heading("backward")
    yield f"  {error_term_text(connection, weight, moment.error(connection))}"
    steps: list[Step] | str = _backward_steps(_group_of(moment.network, target), moment)
    yield from _indented(_gradients([connection], steps, moment))
    if moment.task is not None:
        yield moment.heading("update")
        yield from _indented(_update(connection, moment, moment.task))


# --- a number of an activation


def _function(parameter: FunctionParameter, moment: _Moment) -> Iterable[str]:
    yield repr(parameter)
    yield moment.heading("backward")
    for neuron in parameter.neurons[:MOST_TERMS]:
        steps = _backward_steps(_group_of(moment.network, neuron), moment)
        if len(parameter.neurons) > 1:
            yield f"  by {neuron.name}"
        yield from _indented(_gradients([parameter], steps, moment))
    yield from _indented(_more(parameter.neurons))
    if moment.task is not None:
        yield moment.heading("update")
        yield from _indented(_update(parameter, moment, moment.task))


# --- an update


def _update(place: Parameter, moment: _Moment, task: Task) -> Iterable[str]:
    parameter = place.parameter
    what, present = parameter.symbol, parameter.value
    if not parameter.trainable:
        yield f"{what} = {short(present)}, frozen: stays"
        return
    total = moment.gradient(place)
    if total is None:
        yield f"{what} = {short(present)} by {task.optimizer.name}: not yet, there is no gradient"
        return
    rows, rule = moment.n_rows(task), task.optimizer
    rate = rule.learning_rate if moment.state is None else rate_of(task, moment.state)

    def step_from(theta: Matrix, memory: Matrix, count: int) -> Updated:
        return planned_update(
            moment.network, parameter, rule, memory, theta=theta.tolist(), count=count, rate=rate,
            rows=rows, divisor=task.divisor(rows), penalty=task.penalty,
            adjustments=task.adjustments,
        )  # fmt: skip

    if moment.state is None:
        theta = moment.network.parameters()
        memory = np.repeat(np.array(rule.start)[:, None], len(theta), axis=1)
        lines = written_out(step_from(theta, memory, 1), rule, count=1)
        hidden = f"{what} by {rule.name}: what it remembers is not known here"
        yield from lines if len(lines) == 1 else [hidden]
        return
    column = moment.network.parameter_list().index(parameter)
    theta, memory, count = moment.state.parameters, moment.state.memory, moment.state.updates + 1
    step = step_from(theta, memory, count)
    if present not in (step.before, step.after):  # it was set since, and goes on from there
        theta = theta.copy()
        theta[column] = present
        step = step_from(theta, memory, count)
    before, after = step.before, step.after
    *first, last = written_out(step, rule, count=count)
    yield from first
    yield f"{last}{' (done)' if present == after != before else ''}"


# --- the loss


def _loss(moment: _Moment) -> Iterable[str]:
    network, task, goal = moment.network, moment.task, moment.goal
    targets, factors, _ = (None, None, None) if goal is None else goal
    yield "loss" if task is None else f"loss: {'; '.join(_heads(task))}"
    scaled = [(n, t) for n, t in zip(network.outputs, targets or (), strict=False) if n.scaling]
    for neuron, target in scaled[:MOST_TERMS]:
        yield f"  t of {Loaded(neuron, None, target)}"
    loss = moment.get(network, "loss")
    if task is None or targets is None or _is_missing(network.outputs, moment):
        reason = "" if loss is None or targets is not None else ": the targets are not known here"
        yield f"  L = {_or_not_yet(loss)}{reason}"
        return
    schedule = schedule_of(network)
    (step,) = _tried(measure_steps(network, schedule, targets, task.objective, factors))
    assert isinstance(step, Measured)
    text = str(step)
    if len(step.targets) > MOST_TERMS:
        text = f"L = over {counted(len(step.targets), 'output')} {short(step.after)}"
    yield f"  {text}{_if_other(step.after, None if moment.is_start else loss)}"
    rows = moment.n_rows(task)
    if rows > 1:
        yield f"  over the batch: the {task.reduction} of its {rows} samples"


def _heads(task: Task) -> Iterable[str]:
    """What is minimized, head by head."""
    objective, names = task.objective, [neuron.name for neuron in task.network.outputs]
    for head, weight in zip(objective.heads, task.weighing.head_weights, strict=True):
        factor = f"{short(weight)}*" if weight != 1.0 else ""
        own = "" if objective.is_of_one else f" of {', '.join(names[i] for i in head.outputs[:8])}"
        yield f"{factor}{head.loss.name}{own}, {head.loss.formula}"


# --- words


def _tried(steps: Iterable[Step]) -> list[Step]:
    """The records of a pass, which is undone at once."""
    made: list[Step] = []
    try:
        made.extend(steps)
    finally:
        for step in reversed(made):
            undo(step)
    return made


def _about(neuron: Neuron, steps: Iterable[Step]) -> list[Step]:
    """The steps whose subject is the neuron or its layer."""
    return [step for step in steps if subject_of(step) in (neuron, neuron.layer)]


def _group_of(network: Network, neuron: Neuron) -> Group:
    """The neuron alone, or its softmax layer."""
    for group in schedule_of(network).groups:
        for visit in group.visits:
            if visit.neuron is neuron:
                if group.layer is not None:
                    return group
                own = tuple(pair for pair in group.scalings if pair[0] is neuron)
                return Group((visit,), None, own)
    raise AssertionError(neuron)


def _is_missing(neurons: Iterable[Neuron], moment: _Moment) -> bool:
    return any(moment.get(neuron, "output") is None for neuron in neurons)


def _term(connection: Connection, moment: _Moment) -> str:
    value = moment.get(connection.source, "output")
    if value is None:
        return plus(connection.weight, 0.0).removesuffix("0") + "?"
    return plus(connection.weight, value)


def _or_not_yet(value: Number) -> str:
    return "not yet" if value is None else short(value)


def _if_other(made: float, present: Number) -> str:
    if present is None:
        return " (not yet)"
    if made == present or (math.isnan(made) and math.isnan(present)):
        return ""
    return f" (now {short(present) if short(present) != short(made) else repr(present)})"


def _sum_so_far(made: float, present: Number, moment: _Moment) -> str:
    if moment.task is None or moment.n_rows(moment.task) == 1 or present is None or present == made:
        return _if_other(made, present)
    return f" (sum over the batch so far: {short(present)})"


def _more(things: Sequence[object]) -> Iterable[str]:
    if len(things) > MOST_TERMS:
        yield f"... {len(things) - MOST_TERMS:,} more parameters"


def _indented(lines: Iterable[str]) -> Iterable[str]:
    return (f"  {line}" for line in lines)
