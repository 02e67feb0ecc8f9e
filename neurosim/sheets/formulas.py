"""Formulas of a training: every quantity as a function of those before it.

They are made from the steps of a walk, in the order of the training. So a quantity can be computed
again from other numbers than the true ones: from those that a student wrote before. A formula that
does not give the step's own number back has no operands: such a quantity has only its true value.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from neurosim.debugger.time.position import Position
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import Head, Objective
from neurosim.interpreter.steps import (
    Activated,
    Aggregated,
    Backpropagated,
    Compared,
    DeltaComputed,
    Dropped,
    ErrorDropped,
    GradientComputed,
    Loaded,
    Measured,
    Noised,
    Normalized,
    Scaled,
    Started,
    Step,
    Summed,
    Updated,
)
from neurosim.languages import translate
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter
from neurosim.sheets.recipes import (
    FunctionValue,
    GradientTerm,
    HeadLoss,
    LayerDelta,
    LossSlope,
    LossSum,
    NeuronDelta,
    Products,
    RuleUpdate,
    ScaledValue,
    SoftmaxPart,
)
from neurosim.training.task import Task

Key: TypeAlias = tuple[str, int, int]  # quantity, epoch, and sample; of an update, its batch
Compute: TypeAlias = Callable[[Sequence[float]], float]


class Slip(NamedTuple):
    """A usual mistake in one quantity: in words, and what it makes of the operands."""

    words: str
    operands: tuple[Key, ...]
    compute: Compute


@dataclass(frozen=True, slots=True)
class Formula:
    """One quantity of a training.

    Attributes:
        key: its name, epoch and sample or batch.
        phase: of the training.
        value: the true one.
        operands: the quantities that it is computed from.
        compute: its value from theirs.
        text: the arithmetic with the true numbers.
        place: where in the training.
        slips: usual mistakes.
    """

    key: Key
    phase: str
    value: float
    operands: tuple[Key, ...]
    compute: Compute
    text: str
    place: str
    slips: tuple[Slip, ...] = ()


class _Term(NamedTuple):
    """A term weight * value of a sum; the weight is what an update left, or a given number."""

    connection: Connection
    weight: float
    weight_key: Key | None
    factor_key: Key


@dataclass(slots=True)
class _Sample:
    """What is known of the pass of one sample."""

    epoch: int
    number: int
    batch: int
    bias: dict[Neuron, tuple[float, Key | None]] = field(default_factory=dict)
    terms: dict[Neuron, list[_Term]] = field(default_factory=dict)
    errors: dict[Neuron, list[_Term]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def key(self, what: str) -> Key:
        return what, self.epoch, self.number


def formulas_of(task: Task, pairs: Iterable[tuple[Position, Step]]) -> dict[Key, Formula]:
    """The formulas of a stretch of training, by their keys, in its order."""
    made = _Maker(task)
    for position, step in pairs:
        made.take(position, step)
    made.end_sample()
    return made.found


class _Maker:
    """Makes formulas of steps as they come."""

    def __init__(self, task: Task) -> None:
        self.found: dict[Key, Formula] = {}
        self._task = task
        self._heads = {
            neuron: _head_of(task.objective, number)
            for number, neuron in enumerate(task.network.outputs)
        }
        layers: dict[tuple[Neuron, ...], list[Neuron]] = {}
        for neuron in task.network.neurons:
            sources = tuple(c.source for c in task.network.incoming(neuron))
            layers.setdefault(sources, []).append(neuron)
        # of each neuron its sources, and the neurons that have the same ones
        self._matrices = {
            neuron: (sources, layer) for sources, layer in layers.items() for neuron in layer
        }
        self._latest: dict[str, Key] = {}  # of weights, biases and gradients
        self._sample = _Sample(-1, -1, -1)
        self._place = ""
        self._is_backward = False

    def take(self, position: Position, step: Step) -> None:
        """Take a step, made at a position."""
        now = (position.epoch, position.sample, position.batch)
        if position.phase == "update":
            self.end_sample()
        elif now != (self._sample.epoch, self._sample.number, self._sample.batch):
            self.end_sample()
            self._sample = _Sample(*now)
        where = translate("epoch {}", position.epoch), translate("sample {}", position.sample)
        self._place = ", ".join([*where, translate(position.phase)])
        if isinstance(step, Updated):
            self._updated(step, position)
        elif position.phase == "forward":
            self._forward(step)
        else:
            self._backward(step)

    def _forward(self, step: Step) -> None:
        match step:
            case Loaded():
                self._add(f"{step.neuron.name}.output", "forward", step.after, (), None, str(step))
            case Started():
                name = f"{step.neuron.name}.bias"
                self._sample.bias[step.neuron] = (step.after, self._latest.get(name))
                self._sample.terms[step.neuron] = []
                self._sample.texts[step.neuron.name] = str(step).rpartition("= ")[2]
            case Summed():
                connection = step.connection
                source = self._sample.key(f"{connection.source.name}.output")
                term = _Term(connection, step.weight, self._weight_key(connection), source)
                self._sample.terms[connection.target].append(term)
            case Aggregated():
                name = f"{step.neuron.name}.net_input"
                self._add(name, "forward", step.after, (), None, str(step))
            case Activated():
                if step.neuron in self._sample.terms:
                    self._net_input(step.neuron, step.net_input)
                self._activation(step)
            case Normalized():
                self._softmax(step)
            case Scaled():
                name, keys = step.neuron.name, (self._sample.key(f"{step.neuron.name}.output"),)
                line = ScaledValue(step.offset, step.factor)
                self._add(f"{name}.value", "forward", step.after, keys, line, str(step))
            case Noised() | Dropped():
                name = f"{step.neuron.name}.output"
                self._add(name, "forward", step.after, (), None, str(step))

    def _backward(self, step: Step) -> None:
        match step:
            case Measured():
                self._loss(step)
            case Compared():
                self._compared(step)
            case Backpropagated():
                connection = step.connection
                delta = self._sample.key(f"{connection.target.name}.delta")
                weight = self._weight_key(connection)
                self._sample.errors.setdefault(connection.source, []).append(
                    _Term(connection, step.weight, weight, delta)
                )
                self._error(connection.source, step.after, str(step).partition(": ")[2])
            case ErrorDropped():
                name = f"{step.neuron.name}.output_gradient"
                self._add(name, "backward", step.after, (), None, str(step))
            case DeltaComputed():
                self._delta(step)
            case GradientComputed():
                self._gradient(step)

    def end_sample(self) -> None:
        """Add what no step computes: the error that comes back to the inputs."""
        sample, self._sample = self._sample, _Sample(-1, -1, -1)
        if not sample.terms:
            return
        if not any(key[1:] == (sample.epoch, sample.number) for key in self._deltas(sample)):
            return
        self._sample = sample
        by_source: dict[Neuron, list[_Term]] = {}
        whole = {n for n in self._task.network.inputs if self._leads_to_sums(n)}
        for term in (term for terms in sample.terms.values() for term in terms):
            key = sample.key(f"{term.connection.target.name}.delta")
            if term.connection.source in whole and key in self.found:
                by_source.setdefault(term.connection.source, []).append(
                    term._replace(factor_key=key)
                )
        for neuron, terms in by_source.items():
            value = sum(term.weight * self.found[term.factor_key].value for term in terms)
            sample.errors[neuron] = terms
            text = " + ".join(f"w({t.connection.name})*{t.factor_key[0]}" for t in terms)
            self._error(neuron, value, f"dL/d{neuron.name} = {text} = {value:.6g}")
        self._sample = _Sample(-1, -1, -1)

    def _leads_to_sums(self, neuron: Neuron) -> bool:
        return all(c.target.is_plain for c in self._task.network.outgoing(neuron))

    def _deltas(self, sample: _Sample) -> Iterator[Key]:
        names = (neuron.name for neuron in self._task.network.neurons)
        return (key for n in names if (key := sample.key(f"{n}.delta")) in self.found)

    def _add(  # noqa: PLR0917 - the parts of a formula
        self, what: str, phase: str, value: float, operands: tuple[Key, ...],
        compute: Compute | None, text: str, slips: Iterable[Slip] = (), key: Key | None = None,
    ) -> None:  # fmt: skip
        key = self._sample.key(what) if key is None else key
        head, tail = (key, phase, value), (text, self._place)
        made = Formula(*head, operands, compute or (lambda _: value), *tail, tuple(slips))
        if compute is not None and not self._is_true(made):
            made = Formula(*head, (), lambda _: value, *tail)
        self.found.pop(key, None)  # a sum that goes on has its place behind its last term
        self.found[key] = made

    def _is_true(self, made: Formula) -> bool:
        """Whether a formula gives the step's own number back."""
        if any(key not in self.found for key in made.operands):
            return False
        try:
            value = made.compute([self.found[key].value for key in made.operands])
        except (ArithmeticError, ValueError):
            return False
        return math.isclose(value, made.value, rel_tol=1e-9, abs_tol=1e-12)

    def _weight_key(self, connection: Connection) -> Key | None:
        return self._latest.get(f"{connection.parameter.owner.name}.weight")

    def _net_input(self, neuron: Neuron, value: float) -> None:
        terms, (bias, bias_key) = self._sample.terms[neuron], self._sample.bias[neuron]
        keys, compute = _sum_of(terms, bias, bias_key)
        slips = [Slip("the bias was forgotten", *_sum_of(terms, 0.0, None))] if bias != 0.0 else []
        slips += self._transposed(terms, bias, bias_key)
        parts = [self._sample.texts[neuron.name]] if bias else []
        parts += [f"{t.weight:.6g}*{self.found[t.factor_key].value:.6g}" for t in terms]
        text = f"net({neuron.name}) = {' + '.join(parts).replace('+ -', '- ')} = {value:.6g}"
        self._add(f"{neuron.name}.net_input", "forward", value, keys, compute, text, slips)

    def _transposed(
        self, terms: Sequence[_Term], start: float, start_key: Key | None
    ) -> list[Slip]:
        """The sum with the weights of the transposed matrix, where it is a square one."""
        swapped = []
        for term in terms:
            source, target = term.connection.source, term.connection.target
            sources, layer = self._matrices[target]
            if len(layer) != len(sources) or len(layer) < 2:
                return []
            ends = sources[layer.index(target)], layer[sources.index(source)]
            other = self._task.network[ends[0].name, ends[1].name]
            swapped.append(term._replace(weight=other.weight, weight_key=self._weight_key(other)))
        if [term.weight for term in swapped] == [term.weight for term in terms]:
            return []
        return [Slip("the weights were transposed", *_sum_of(swapped, start, start_key))]

    def _activation(self, step: Activated) -> None:
        name, function = step.neuron.name, ACTIVATIONS[step.neuron.activation].value
        keys = (self._sample.key(f"{name}.net_input"),)
        slips = [Slip("the activation was forgotten", keys, lambda v: v[0])]
        self._add(
            f"{name}.output", "forward", step.after, keys, FunctionValue(function), str(step),
            slips,
        )  # fmt: skip

    def _softmax(self, step: Normalized) -> None:
        neurons = step.layer.neurons
        for neuron, value in zip(neurons, step.net_inputs, strict=True):
            self._net_input(neuron, value)
        keys = tuple(self._sample.key(f"{neuron.name}.net_input") for neuron in neurons)
        for number, neuron in enumerate(neurons):
            part, after = SoftmaxPart(number), step.after[number]
            self._add(f"{neuron.name}.output", "forward", after, keys, part, str(step))

    def _loss(self, step: Measured) -> None:
        keys = tuple(self._sample.key(f"{n.name}.output") for n in step.network.outputs)
        n_out = len(keys)
        for neuron, target in zip(step.network.outputs, step.targets, strict=True):
            text = f"t({neuron.name}) = {target:.6g}"
            self._add(f"{neuron.name}.target", "loss", target, (), None, text)
        compute = LossSum(tuple(_loss_of(head, step) for head in step.loss.heads))
        slips = _scaled(keys, compute, (("a factor 2 was wrong", 2.0),))
        if n_out > 2:  # of two outputs the mean is a factor 2
            slips += _scaled(keys, compute, (("mean and sum were mixed up", float(n_out)),))
        slips.append(_negative(keys, compute))
        self._add("loss", "loss", step.after, keys, compute, str(step), slips)

    def _compared(self, step: Compared) -> None:
        name, head = step.neuron.name, self._heads[step.neuron]
        keys = (self._sample.key(f"{name}.output"),)
        factor = 1.0 if step.factor is None else step.factor
        compute: Compute = ScaledValue(-step.target, factor)
        if head.loss.joint is None:
            function = head.loss.formula_for(step.neuron.activation)[0].slope
            compute = LossSlope(function, step.target, factor, head.divisor)
        slips = _scaled(keys, compute, (("a factor 2 was wrong", 2.0),))
        slips.append(_negative(keys, compute))
        if head.divisor not in (1.0, 2.0):
            slips += _scaled(keys, compute, (("mean and sum were mixed up", head.divisor),))
        what = f"{name}.{step.quantity}"
        self._add(what, "backward", step.after, keys, compute, str(step), slips)

    def _error(self, neuron: Neuron, value: float, text: str) -> None:
        """dL/da of a neuron, by the terms that have come back to it so far."""
        what, terms = f"{neuron.name}.output_gradient", self._sample.errors[neuron]
        keys, compute = _sum_of(terms, 0.0, None)
        batch = (self._sample.epoch, self._sample.batch)
        early = [
            term._replace(weight_key=(f"{term.connection.parameter.owner.name}.weight", *batch))
            for term in terms
        ]
        slips = [Slip("the weights were updated too early", *_sum_of(early, 0.0, None))]
        slips.append(_negative(keys, compute))
        slips += self._transposed(terms, 0.0, None)
        self._add(what, "backward", value, keys, compute, text, slips)

    def _delta(self, step: DeltaComputed) -> None:
        name, key = step.neuron.name, self._sample.key
        function = ACTIVATIONS.get(step.neuron.activation)
        if function is None or function.slope is None or step.shift != 0.0 or step.start != 0.0:
            return self._layer_delta(step)
        slope = function.slope
        keys = tuple(key(f"{name}.{what}") for what in ("output_gradient", "net_input", "output"))
        compute = NeuronDelta(slope)
        wrong = "the slope was taken at the wrong argument"
        slips = [
            Slip("the slope was forgotten", keys, lambda v: v[0]),
            Slip(wrong, keys, lambda v: v[0] * slope(v[2], function.value(v[2]))),
            Slip(wrong, keys, lambda v: v[0] * slope(v[1], v[1])),
            _negative(keys, compute),
        ]
        self._add(f"{name}.delta", "backward", step.after, keys, compute, str(step), slips)
        return None

    def _layer_delta(self, step: DeltaComputed) -> None:
        name, key = step.neuron.name, self._sample.key
        keys = (key(f"{name}.output_gradient"), key(f"{name}.output"))
        delta = LayerDelta(step.start, step.shift)
        self._add(f"{name}.delta", "backward", step.after, keys, delta, str(step))

    def _gradient(self, step: GradientComputed) -> None:
        parameter, sample = step.parameter, self._sample
        if isinstance(parameter, FunctionParameter):
            return  # the slope of prelu has no line on a sheet
        is_bias = parameter.kind == "b"
        target = step.parameter.neuron if is_bias else step.parameter.connections[0].target
        what = f"{parameter.owner.name}.{'bias_gradient' if is_bias else 'gradient'}"
        delta, so_far = sample.key(f"{target.name}.delta"), self._latest.get(what)
        keys: tuple[Key, ...] = (delta,)
        if not is_bias:
            keys += (sample.key(f"{parameter.connections[0].source.name}.output"),)
        goes_on = step.start != 0.0 and so_far is not None and so_far != sample.key(what)
        if goes_on and so_far is not None:
            keys += (so_far,)
        compute = GradientTerm(is_bias, goes_on)
        slips = [_negative(keys, compute)]
        n_rows = sample.number % self._task.batch_size + 1
        if n_rows > 1:
            slips += _scaled(keys, compute, (("mean and sum were mixed up", float(n_rows)),))
        self._add(what, "backward", step.after, keys, compute, str(step), slips)
        self._latest[what] = sample.key(what)

    def _updated(self, step: Updated, position: Position) -> None:
        if isinstance(step.parameter, FunctionParameter):
            return
        parameter, is_bias = step.parameter, step.parameter.kind == "b"
        owner = parameter.owner.name
        what = f"{owner}.{'bias' if is_bias else 'weight'}"
        gradient = self._latest[f"{owner}.{'bias_gradient' if is_bias else 'gradient'}"]
        before = self._latest.get(what)
        keys = (gradient,) if before is None else (gradient, before)
        n_batches = self._task.n_batches
        true = RuleUpdate(
            self._task.optimizer, step, position.epoch * n_batches + position.batch + 1,
            step.before if before is None else None, 1.0, step.rate, float(step.rows),
        )  # fmt: skip
        slips = [Slip("the sign was wrong", keys, replace(true, sign=-1.0))]
        if step.rate != 1.0:
            slips.append(Slip("the learning rate was forgotten", keys, replace(true, rate=1.0)))
        n_rows = position.sample % self._task.batch_size + 1
        if n_rows > 1:
            rows = 1.0 if step.rows > 1 else float(n_rows)
            slips.append(Slip("mean and sum were mixed up", keys, replace(true, rows=rows)))
        slips.append(
            Slip("it was not updated", keys, lambda v: step.before if before is None else v[1])
        )
        key = (what, position.epoch, position.batch)
        self._add(what, "update", step.after, keys, true, str(step), slips, key)
        self._latest[what] = key


def _head_of(objective: Objective, number: int) -> Head:
    return next(head for head in objective.heads if number in head.outputs)


def _sum_of(
    terms: Sequence[_Term], start: float, start_key: Key | None
) -> tuple[tuple[Key, ...], Compute]:
    """The keys of a sum of terms, and the sum of their values."""
    keys = [term.factor_key for term in terms]
    keys += [term.weight_key for term in terms if term.weight_key is not None]
    keys += [start_key] if start_key is not None else []
    weights = tuple(term.weight if term.weight_key is None else None for term in terms)
    return tuple(keys), Products(weights, start if start_key is None else None)


def _scaled(
    keys: tuple[Key, ...], compute: Compute, factors: Iterable[tuple[str, float]]
) -> list[Slip]:
    """The value multiplied and divided by a factor."""
    return [
        Slip(words, keys, lambda v, by=by: by * compute(v))  # type: ignore[misc] # bound now
        for words, factor in factors
        for by in (factor, 1.0 / factor)
    ]


def _negative(keys: tuple[Key, ...], compute: Compute) -> Slip:
    return Slip("the sign was wrong", keys, lambda v: -compute(v))


def _loss_of(head: Head, step: Measured) -> HeadLoss:
    """The loss of a head from outputs, as a student computes it."""
    function = None
    if head.loss.joint is None:
        assert head.loss.by_output is not None
        function = head.loss.by_output.value
    factors = tuple(step.factors or ())
    return HeadLoss(function, tuple(head.outputs), tuple(step.targets), factors, head.divisor)
