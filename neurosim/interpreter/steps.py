"""Steps: one frozen record for each thing that a pass does, and a table of their kinds.

A record names what it wrote, the value before and the value after, and the operands. So a list of
records is a journal: it can be printed as arithmetic, compared, and undone. ``before`` is None
where nothing was computed yet; ``start`` is what a term of a sum was added to. A record holds the
neurons and connections themselves, so `undo` needs nothing else.

A new kind is a class, its place in `Step`, a row in `KINDS`, and its rule in a pass.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import WrongTypeError
from neurosim.functions.activations import ACTIVATIONS, Activation
from neurosim.functions.losses import Head, Objective
from neurosim.functions.numbers import short
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter

Number = float | None
_MOST_TERMS = 8  # of an aggregate that a text lists
MAY_LACK = frozenset(("factor", "factors", "adjusted"))  # fields that few steps have
StepSubject: TypeAlias = Neuron | Layer | Network
Slots: TypeAlias = tuple[tuple[Neuron | Connection | Network, str], ...]  # objects, quantities

# `record(Summed, fields)` is `Summed(*fields)` in half the time: a NamedTuple's own call goes
# through a Python function. The passes make the records of connections and neurons by it.
record = tuple.__new__


class Loaded(NamedTuple):
    """An input neuron took its value: of a scaled one, the inner number."""

    neuron: Neuron
    before: Number
    after: float

    def __str__(self) -> str:
        scaling, text = self.neuron.scaling, short(self.after)
        if scaling is not None:
            sign = "+" if scaling.offset < 0.0 else "-"
            difference = f"{short(scaling.raw(self.after))} {sign} {short(abs(scaling.offset))}"
            text = f"({difference})/{operand(scaling.factor)} = {text}"
        return f"{self.neuron.name} = {text}"


class Started(NamedTuple):
    """A neuron's net input starts at its bias, or at 0."""

    neuron: Neuron
    before: Number
    after: float

    def __str__(self) -> str:
        return f"{self.neuron.name}: net = {short(self.after)}"


class Summed(NamedTuple):
    """A connection added its term, weight * value, to its target's net input."""

    connection: Connection
    before: float
    weight: float
    value: float
    after: float

    def __str__(self) -> str:
        term = plus(self.weight, self.value)
        return (
            f"{self.connection.target.name}: net = {short(self.before)}{term} = {short(self.after)}"
        )


class Aggregated(NamedTuple):
    """A neuron's net input became bias + response * aggregate of its terms, weight * value each."""

    neuron: Neuron
    before: Number
    start: float
    response: float
    aggregation: str
    weights: tuple[float, ...]
    values: tuple[float, ...]
    after: float

    @property
    def text(self) -> str:
        """The arithmetic: ``0.5 + max(0.2*3, -0.1*2)``."""
        pairs = zip(self.weights, self.values, strict=True)
        products = (f"{short(w)}*{operand(a)}" for w, a in pairs)
        call = f"{self.aggregation}({_abridged(products, len(self.weights))})"
        if self.response != 1.0:
            call = f"{operand(self.response)}*{call}"
        return call if self.neuron.bias is None else f"{short(self.start)} + {call}"

    def __str__(self) -> str:
        return f"{self.neuron.name}: net = {self.text} = {short(self.after)}"


class Activated(NamedTuple):
    """A neuron's output became activation(net_input)."""

    neuron: Neuron
    before: Number
    net_input: float
    after: float

    def __str__(self) -> str:
        call = f"{self.neuron.activation}({short(self.net_input)})"
        return f"{self.neuron.name} = {call} = {short(self.after)}"


class Normalized(NamedTuple):
    """The outputs of a softmax layer were computed from its net inputs."""

    layer: Layer
    before: tuple[Number, ...]
    net_inputs: tuple[float, ...]
    after: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.layer.name} = softmax({_row(self.net_inputs)}) = {_row(self.after)}"


class Scaled(NamedTuple):
    """The outer number of a scaled output was computed from its output."""

    neuron: Neuron
    before: Number
    offset: float
    factor: float
    output: float
    after: float

    def __str__(self) -> str:
        text = f"{short(self.offset)}{plus(self.factor, self.output)}"
        return f"{self.neuron.name} = {text} = {short(self.after)}"


class Noised(NamedTuple):
    """Noise was added to an input, as training may do."""

    neuron: Neuron
    before: float
    noise: float
    after: float

    def __str__(self) -> str:
        name = self.neuron.name
        return f"{name} = {short(self.before)}{_signed(self.noise)} (noise) = {short(self.after)}"


class Dropped(NamedTuple):
    """A neuron's output was dropped: multiplied by 0, or by 1/(1 - rate) where it was kept."""

    neuron: Neuron
    before: float
    factor: float
    after: float

    def __str__(self) -> str:
        name = self.neuron.name
        product = f"{name} = {short(self.before)}*{short(self.factor)} = {short(self.after)}"
        return f"{name} {'kept' if self.factor else 'dropped'}: {product}"


class ErrorDropped(NamedTuple):
    """The error of a neuron with dropout was multiplied by what its output was."""

    neuron: Neuron
    before: float
    factor: float
    after: float

    def __str__(self) -> str:
        what = f"dL/d{self.neuron.name}"
        product = f"{short(self.before)}*{short(self.factor)} = {short(self.after)}"
        return f"{what} {'kept' if self.factor else 'dropped'}: {what} = {product}"


class Measured(NamedTuple):
    """The loss of this sample was measured; ``values`` are the outputs it was computed from.

    Where the loss is computed from the net input of an output, ``values`` holds that. ``factors``
    are what the terms of the outputs are multiplied by, if they are; the targets of a joint loss
    are multiplied already.
    """

    network: Network
    before: Number
    loss: Objective
    values: tuple[float, ...]
    targets: tuple[float, ...]
    factors: tuple[float, ...]
    after: float

    def __str__(self) -> str:
        return f"L = {_loss_text(self)} = {short(self.after)}"


class Compared(NamedTuple):
    """An output was compared with its target: dL/da, or dL/dz where the loss gives that at once.

    ``quantity`` is ``output_gradient`` or ``delta``: which of the two was written.
    """

    neuron: Neuron
    quantity: str
    before: Number
    output: float
    target: float
    formula: str
    factor: Number
    after: float

    def __str__(self) -> str:
        what = (
            f"delta({self.neuron.name})" if self.quantity == "delta" else f"dL/d{self.neuron.name}"
        )
        text = self.formula.format(
            x=operand(self.output),
            a=operand(self.output),
            t=operand(self.target),
            k=short(self.factor),
        )
        return f"{what} = {text} = {short(self.after)}"


class Backpropagated(NamedTuple):
    """The error was sent back along a connection: weight * delta(target), added to dL/d(source)."""

    connection: Connection
    before: Number
    start: float
    weight: float
    delta: float
    after: float

    def __str__(self) -> str:
        source = self.connection.source.name
        term = plus(self.weight, self.delta)
        return f"{source}: dL/d{source} = {short(self.start)}{term} = {short(self.after)}"


class DeltaComputed(NamedTuple):
    """A neuron's delta, dL/dz, was computed: dL/da times the slope of its activation.

    ``start`` is the part that the loss gave at once (see `Compared`), else 0. In a softmax layer
    the slope is the neuron's own output and ``shift`` the weighted mean of dL/da in the layer:
    delta = output * (dL/da - shift). ``net_input`` and ``output`` are what the slope is of.
    """

    neuron: Neuron
    before: Number
    start: float
    output_gradient: float
    shift: float
    net_input: float
    output: float
    slope: float
    after: float

    def __str__(self) -> str:
        start = f"{short(self.start)} + " if self.start != 0.0 else ""
        error = operand(self.output_gradient) if start else short(self.output_gradient)
        if self.shift != 0.0:
            error = f"({short(self.output_gradient)} - {operand(self.shift)})"
        product = f"{start}{error}*{self._slope_text()}"
        return f"delta({self.neuron.name}) = {product} = {short(self.after)}"

    def _slope_text(self) -> str:
        activation: Activation | None = ACTIVATIONS.get(self.neuron.activation)
        if activation is None or not activation.slope_text:
            return operand(self.slope)
        return activation.slope_text.format(a=operand(self.output), z=operand(self.net_input))


class Distributed(NamedTuple):
    """The delta of a neuron that does not simply sum was distributed over its terms.

    To each goes dL/d(weight * value) = delta * response * slope of the aggregate by that term.
    """

    neuron: Neuron
    before: tuple[float, ...]
    delta: float
    response: float
    slopes: tuple[float, ...]
    after: tuple[float, ...]

    def __str__(self) -> str:
        factors = [short(self.delta), *([operand(self.response)] * (self.response != 1.0))]
        slopes, found = (
            f"[{_abridged(map(short, row), len(row))}]" for row in (self.slopes, self.after)
        )
        return f"dL/dterms({self.neuron.name}) = {'*'.join(factors)}*{slopes} = {found}"


class GradientComputed(NamedTuple):
    """A gradient took this sample's term: value * delta for a weight, delta for a bias.

    ``parameter`` is the connection, or the bias of the neuron (then ``value`` is 1). A connection
    that shares its weight added to the gradient of the shared one. For a parameter of an activation
    ``value`` is the slope of the output by it, and ``delta`` is dL/da.
    """

    parameter: Parameter
    before: Number
    start: float
    value: float
    delta: float
    after: float

    def __str__(self) -> str:
        start = f"{short(self.start)} + " if self.start != 0.0 else ""
        term = f"{operand(self.value)}*{operand(self.delta)}"
        if self.parameter.kind == "b":
            term = operand(self.delta) if start else f"delta({self.parameter.neuron.name})"
        return f"dL/d{self.parameter.symbol} = {start}{term} = {short(self.after)}"


class Adjusted(NamedTuple):
    """What the options of an update did to one parameter.

    ``clip`` is what the gradient was multiplied by to clip its norm, ``clipped`` the gradient as
    the rule got it, ``decay`` what weight decay took from the parameter, and ``projection`` what it
    was multiplied by at the end (max-norm).
    """

    clip: float
    clipped: float
    decay: float
    projection: float


class Updated(NamedTuple):
    """The optimizer changed a parameter.

    ``gradient`` is the sum over the batch, ``rows`` what it was divided by (1 for the reduction
    ``sum``), ``penalty`` what was added then. ``memory`` and ``column`` say where the optimizer
    keeps what it remembers of this parameter. ``adjusted`` is None where an update has no options
    but a plain penalty.
    """

    parameter: Parameter
    before: float
    rule: str
    rate: float
    gradient: float
    rows: int
    penalty: float
    memory: NDArray[np.float64]
    column: int
    memory_before: tuple[float, ...]
    memory_after: tuple[float, ...]
    after: float
    adjusted: Adjusted | None = None

    def __str__(self) -> str:
        return f"{self.parameter.symbol} = {self._text()} = {short(self.after)}"

    @property
    def slope(self) -> float:
        """The gradient as the rule got it: reduced, penalized, clipped."""
        if self.adjusted is not None:
            return self.adjusted.clipped
        return self.gradient / self.rows + self.penalty

    @property
    def _is_clipped(self) -> bool:
        """Whether the gradient was multiplied, to clip a norm."""
        return self.adjusted is not None and self.adjusted.clip != 1.0

    @property
    def slope_text(self) -> str:
        """The same, written out."""
        text = operand(self.gradient)
        if self.rows != 1:
            text = f"{text}/{self.rows}"
        if self.penalty != 0.0:
            text = f"{text} + {operand(self.penalty)}"
        if self.adjusted is None:
            return text
        if self._is_clipped:
            inner = text if text == operand(self.gradient) else f"({text})"
            return f"{short(self.adjusted.clip)}*{inner}"
        if self.adjusted.clipped != self.gradient / self.rows + self.penalty:
            return f"clip({text}, {short(abs(self.adjusted.clipped))})"
        return text

    def _text(self) -> str:
        slope, adjusted = self.slope_text, self.adjusted
        lost, factor = (0.0, 1.0) if adjusted is None else adjusted[2:]
        decay = "" if lost == 0.0 else _signed(-lost)
        if self.rule == "sgd" and self._is_plain():
            is_factor = slope == operand(self.gradient) or slope.startswith("clip(")
            factored = slope if is_factor or self._is_clipped else f"({slope})"
            text = f"{short(self.before)} - {short(self.rate)}*{factored}{decay}"
            return text if factor == 1.0 else f"{short(factor)}*({text})"
        words = [self.rule, f"g = {slope}"]
        words += [f"decay {short(lost)}"] * (lost != 0.0)
        words += [f"times {short(factor)} by max-norm"] * (factor != 1.0)
        return f"{short(self.before)}{_signed(self.after - self.before)} ({', '.join(words)})"

    def _is_plain(self) -> bool:
        """Whether the gradient alone moved it, without momentum."""
        plain = self.before - self.rate * self.slope
        if self.adjusted is not None:
            plain = (plain - self.adjusted.decay) * self.adjusted.projection
        return self.memory_after == self.memory_before and self.after == plain


Step = (
    Loaded
    | Started
    | Summed
    | Aggregated
    | Activated
    | Normalized
    | Scaled
    | Measured
    | Compared
    | Backpropagated
    | Noised
    | Dropped
    | ErrorDropped
    | DeltaComputed
    | Distributed
    | GradientComputed
    | Updated
)


def undo(step: Step) -> None:
    """Write back the value before this step. Undo steps in reverse order, last first."""
    _write(step, kind_of(step), step.before)
    if isinstance(step, Updated):
        step.memory[:, step.column] = step.memory_before


def redo(step: Step) -> None:
    """Write once more what this step wrote; the value before it must be there again."""
    _write(step, kind_of(step), step.after)
    if isinstance(step, Updated):
        step.memory[:, step.column] = step.memory_after


def _write(step: Step, kind: "Kind", value: Any) -> None:
    thing, quantity = kind.written_on(step), kind.quantity_of(step)
    if isinstance(step, Updated):
        step.parameter.parameter._value = value  # past the checks of the setter
    elif isinstance(step, Scaled):
        step.neuron._outer = value
    elif type(thing) is tuple:
        for each, number in zip(thing, value, strict=True):
            setattr(each, quantity, number)
    else:
        setattr(thing, quantity, value)


def kind_of(step: Step) -> "Kind":
    """The row of `KINDS` for a step."""
    kind = KINDS.get(type(step))
    if kind is None:
        raise WrongTypeError(f"step: got {step!r:.80}; expected a record that a pass made")
    return kind


def written(step: Step) -> Slots:
    """The objects that a step wrote on, each with the quantity; one, or those of a layer."""
    kind = kind_of(step)
    things, quantity = kind.written_on(step), kind.quantity_of(step)
    return tuple((each, quantity) for each in (things if type(things) is tuple else (things,)))


def written_names(step: Step) -> tuple[str, ...]:
    """The names of what a step wrote, such as ``h1.output``, ``x1->h1.weight`` or ``loss``."""
    return tuple(
        quantity if isinstance(thing, Network) else f"{thing.name}.{quantity}"
        for thing, quantity in written(step)
    )


def subject_of(step: Step) -> StepSubject:
    """What a step is about: the neuron whose turn it is, a softmax layer, or the network's loss."""
    return kind_of(step).subject(step)


def phase_of(step: Step) -> str:
    """The phase that a step belongs to, one of `PHASES`."""
    return kind_of(step).phase


def completed(step: Step) -> Slots:
    """The objects and quantities that are up to date after a step; a sum is after its last term.

    Connections that share a weight have it, and its gradient, in common.
    """
    return tuple(
        (each, whole)
        for thing, quantity in written(step)
        for each in _sharers(thing)
        for whole in _COMPLETES.get(quantity, (quantity,))
    )


def _sharers(thing: Any) -> tuple[Any, ...]:
    return (thing.parameter.connections or (thing,)) if isinstance(thing, Parameter) else (thing,)


def kinds_that_complete(quantity: str) -> frozenset[type]:
    """The kinds of steps that may complete a quantity."""
    return frozenset(
        record
        for record, kind in KINDS.items()
        if any(quantity in _COMPLETES.get(q, (q,)) for q in kind.quantities)
    )


def value_of(step: Step) -> tuple[Any, ...]:
    """What a step wrote, without its objects: kind, names, and numbers, for comparing networks."""
    fields: list[Any] = [type(step).__name__]
    for field, value in zip(step._fields, step, strict=True):
        if isinstance(value, np.ndarray | Network) or is_lacking(field, value):
            continue
        if isinstance(value, Adjusted):
            fields += value
            continue
        named = value.owner if isinstance(value, Parameter) else value
        fields.append(getattr(named, "name", value))
    return tuple(fields)


def is_lacking(field: str, value: object) -> bool:
    """Whether a field is one that only some steps of a kind have, and this one does not."""
    return field in MAY_LACK and value in (None, ())


def operand(value: float) -> str:
    """A number as a factor: in brackets where it is negative.

    >>> operand(2.0), operand(-0.5)
    ('2', '(-0.5)')
    """
    return f"({short(value)})" if value < 0.0 else short(value)


def plus(weight: float, value: float) -> str:
    """The term weight * value, with its sign in front.

    >>> plus(-0.5, 2.0)
    ' - 0.5*2'
    """
    return f" {'-' if weight < 0.0 else '+'} {short(abs(weight))}*{operand(value)}"


def delta_name(connection: Connection) -> str:
    """What goes back along a connection: the delta of its target, or that of its own term."""
    target = connection.target
    return f"delta({target.name})" if target.is_plain else f"dL/dterm({connection.name})"


def leading(terms: str) -> str:
    """Terms with their signs in front, as they begin a sum.

    >>> leading(plus(0.5, 2.0) + plus(-0.5, 2.0)), leading(plus(-0.5, 2.0))
    ('0.5*2 - 0.5*2', '-0.5*2')
    """
    return f"-{terms[3:]}" if terms.startswith(" - ") else terms.removeprefix(" + ")


def _signed(change: float) -> str:
    return f" {'-' if change < 0.0 else '+'} {short(abs(change))}"


def _row(values: Sequence[float]) -> str:
    return f"[{', '.join(map(short, values))}]"


def _abridged(texts: Iterable[str], count: int) -> str:
    """The first of some texts."""
    more = [f"... {count - _MOST_TERMS} more"] * (count > _MOST_TERMS)
    return ", ".join([*islice(texts, _MOST_TERMS), *more])


def _loss_text(step: Measured) -> str:
    return " + ".join(_head_text(head, step) for head in step.loss.heads)


def _head_text(head: Head, step: Measured) -> str:
    neurons, terms = step.network.outputs, []
    if head.loss.joint is not None:
        values, targets = ([row[i] for i in head.outputs] for row in (step.values, step.targets))
        return f"cross_entropy({_row(values)}, {_row(targets)})"
    for i in head.outputs:
        pointwise, _ = head.loss.formula_for(neurons[i].activation)
        term = pointwise.text.format(x=operand(step.values[i]), t=operand(step.targets[i]))
        terms.append(f"{short(step.factors[i])}*({term})" if step.factors else term)
    total = " + ".join(terms)
    return f"({total})/{len(terms)}" if head.loss.averages and len(terms) > 1 else total


# --- the table of kinds


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Kind(ByFields):
    """What holds for every step of a kind.

    Attributes:
        phase: one of `PHASES`.
        verb: what happens to what it writes, a participle: "h1 = 0.5 is about to be *computed*".
        written_on: of a step: the object that it wrote on; the neurons, where they are a layer's.
        quantities: what it may write there.
        subject: of a step: the object whose turn it is; what it wrote on, if nothing is said.
        choose: of a step: which of the quantities it wrote, where there are several.
        continues: whether ``before`` is an operand: the arithmetic begins with what was there.
    """

    phase: str
    verb: str
    written_on: Callable[[Any], Any]
    quantities: tuple[str, ...]
    subject: Callable[[Any], StepSubject]
    choose: Callable[[Any], str] | None = None
    continues: bool = False

    def quantity_of(self, step: Step) -> str:
        """The quantity that a step of this kind wrote."""
        return self.quantities[0] if self.choose is None else self.choose(step)


def _kind(phase: str, verb: str, path: str, *quantities: str, **more: Any) -> Kind:
    """A row: ``path`` leads from the record to what it writes on, which is its subject, too."""
    at = attrgetter(path)
    return Kind(phase, verb, at, quantities, **{"subject": at, **more})


def _gradient(step: GradientComputed) -> str:
    return "bias_gradient" if step.parameter.kind == "b" else "gradient"


def _value(step: Updated) -> str:
    return {"w": "weight", "b": "bias", "f": "value"}[step.parameter.kind]


PHASES = ("forward", "loss", "backward", "update")
# A sum is not complete by one of its terms: it is when what is computed from it is written.
_COMPLETES: dict[str, tuple[str, ...]] = {
    "net_input": (),
    "output": ("net_input", "output"),
    "output_gradient": (),
    "delta": ("output_gradient", "delta"),
}
SUMS = frozenset(quantity for quantity, whole in _COMPLETES.items() if not whole)
KINDS: dict[type, Kind] = {
    Loaded: _kind("forward", "loaded", "neuron", "output"),
    Started: _kind("forward", "started", "neuron", "net_input"),
    Summed: _kind("forward", "added", "connection.target", "net_input", continues=True),
    Aggregated: _kind("forward", "aggregated", "neuron", "net_input"),
    Activated: _kind("forward", "computed", "neuron", "output"),
    Normalized: _kind(
        "forward", "computed", "layer.neurons", "output", subject=attrgetter("layer")
    ),
    Scaled: _kind("forward", "scaled", "neuron", "value"),
    Noised: _kind("forward", "noised", "neuron", "output", continues=True),
    Dropped: _kind("forward", "kept or dropped", "neuron", "output", continues=True),
    Measured: _kind("loss", "measured", "network", "loss"),
    Compared: _kind(
        "backward", "compared with its target", "neuron", "output_gradient", "delta",
        choose=attrgetter("quantity"),
    ),
    Backpropagated: _kind("backward", "added", "connection.source", "output_gradient"),
    ErrorDropped: _kind(
        "backward", "kept or dropped", "neuron", "output_gradient", continues=True
    ),
    DeltaComputed: _kind("backward", "computed", "neuron", "delta"),
    Distributed: _kind("backward", "distributed", "neuron", "term_deltas"),
    GradientComputed: _kind(
        "backward", "assigned", "parameter.owner", "gradient", "bias_gradient",
        choose=_gradient, subject=attrgetter("parameter.neuron"),
    ),
    Updated: _kind(
        "update", "updated", "parameter.owner", "weight", "bias", "value",
        choose=_value, subject=attrgetter("parameter.neuron"), continues=True,
    ),
}  # fmt: skip
