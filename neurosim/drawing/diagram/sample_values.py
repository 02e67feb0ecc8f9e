"""Values of one sample on neurons and connections, as a record.

A sample is walked on a copy, by the interpreter; without one, what the last pass left is read.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.geometry.items import Folded
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.losses import Loss, require_loss
from neurosim.functions.numbers import require_array
from neurosim.interpreter.backward import backward, measure
from neurosim.interpreter.forward import forward
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.engines.graph import sample_steps
from neurosim.training.goals.heads import HeadOption, require_heads
from neurosim.training.task import make_task

SHOWN = ("weights", "outputs", "deltas", "gradients")
BLANKS = SHOWN[1:]


@dataclass(frozen=True, slots=True)
class SampleValues:
    """The values of one sample, by the names of neurons and connections.

    Attributes:
        sample: the values of the inputs, or empty where no sample was given.
        outputs: of neurons; colours are of these.
        outer: of scaled inputs and outputs, the numbers that people measure.
        deltas: dL/dz of neurons.
        gradients: dL/dw of connections, by names such as ``x1->h1``, and dL/db of neurons.
        targets: of outputs.
        loss: of the sample, or None.
        loss_name: which loss, or empty.
        reaches: how far from zero a neuron's answers go, where many are drawn as a map.
        blanks: which of `BLANKS` are left out, for a student to write.
    """

    sample: tuple[float, ...] = ()
    outputs: Mapping[str, float] = field(default_factory=dict)
    outer: Mapping[str, float] = field(default_factory=dict)
    deltas: Mapping[str, float] = field(default_factory=dict)
    gradients: Mapping[str, float] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)
    loss: float | None = None
    loss_name: str = ""
    reaches: Mapping[str, float] = field(default_factory=dict)
    blanks: frozenset[str] = frozenset()

    @property
    def written(self) -> Mapping[str, float]:
        """What is written of outputs: of scaled neurons the outer number."""
        outer = {name: value for name, value in self.outer.items() if name in self.outputs}
        return {**self.outputs, **outer}

    def without_noise(self, folded: Folded) -> "SampleValues":
        """The same, with 0 for what rounding left of it beside others that end in its column."""
        column = {c.name: c.column for c in folded.circles if not c.neuron.is_input}
        column |= {
            line.of.name: folded.items[line.target].column
            for line in folded.lines
            if self.gradients and isinstance(line.of, Connection)
        }
        return replace(
            self,
            outputs=_without_noise(self.outputs, column),
            deltas=_without_noise(self.deltas, column),
            gradients=_without_noise(self.gradients, column),
        )

    def without(self, blanks: Collection[str], network: Network) -> "SampleValues":
        """The same without these numbers, and without those that would tell them.

        The outputs of inputs are given; the loss tells outputs, and dL/db of a sample is its delta.
        """
        found = replace(self, blanks=frozenset(blanks))
        if "outputs" in blanks:
            given = {neuron.name for neuron in network.inputs} & self.outputs.keys()
            outputs = {name: self.outputs[name] for name in self.outputs if name in given}
            found = replace(found, outputs=outputs, loss=None)
        if "deltas" in blanks:
            neurons = {neuron.name for neuron in network.neurons}
            others = {name: n for name, n in self.gradients.items() if name not in neurons}
            found = replace(found, deltas={}, gradients=others)
        return replace(found, gradients={}) if "gradients" in blanks else found

    def only(self, show: Collection[str]) -> "SampleValues":
        """Of outputs, deltas and gradients, those that are named."""
        left_out: dict[str, Any] = {
            name: {} for name in ("outputs", "deltas", "gradients") if name not in show
        }
        return replace(self, **left_out)


def _without_noise(
    values: Mapping[str, float], column_of: Mapping[str, int]
) -> Mapping[str, float]:
    members: dict[int, list[float]] = {}
    for name in values.keys() & column_of.keys():
        members.setdefault(column_of[name], []).append(values[name])
    scales = {column: Scale.of(numbers) for column, numbers in members.items()}
    return {
        name: scales[column_of[name]].heard(value) if name in column_of else value
        for name, value in values.items()
    }


def require_shown(show: object) -> tuple[str, ...]:
    """What is to be shown, in the order of `SHOWN`.

    Raises:
        WrongTypeError: it is no collection of words.
        UnknownNameError: there is nothing of such a name.
    """
    if isinstance(show, str) or not isinstance(show, Collection):
        raise WrongTypeError(f"show: got {show!r:.80}; expected some of {', '.join(SHOWN)}")
    for word in show:
        if word not in SHOWN:
            raise UnknownNameError(unknown("thing to show", word, SHOWN))
    return tuple(word for word in SHOWN if word in show)


def require_blanks(blank: object) -> frozenset[str]:
    """What is to be left blank.

    Raises:
        WrongTypeError: it is no collection of words.
        UnknownNameError: nothing of such a name can be blank.
    """
    if isinstance(blank, str) or not isinstance(blank, Collection):
        raise WrongTypeError(f"blank: got {blank!r:.80}; expected some of {', '.join(BLANKS)}")
    for word in blank:
        if word not in BLANKS:
            raise UnknownNameError(f"blank: {unknown('number', word, BLANKS)}")
    return frozenset(blank)


def sample_values_of(
    network: Network,
    *,
    sample: Any = None,
    target: Any = None,
    loss: Any = None,
    show: Collection[str] = ("outputs",),
) -> SampleValues:
    """The values of a sample; those that the last pass left on the objects where none is given.

    Args:
        network: is not changed.
        sample: one value per input, (n_in,), or None.
        target: one value per output, (n_out,), or None.
        loss: the name of the loss, or the heads of a training, or None.
        show: which of `SHOWN` are wanted.

    Raises:
        ShapeError: the sample or the target has another shape.
        InvalidValueError: deltas or gradients are wanted, and there are none.
        UnknownNameError: there is no such loss.
    """
    chosen = None if loss is None else _chosen(loss)
    if chosen is not None and (sample is None or target is None):
        lacks = "sample" if sample is None else "target"
        raise InvalidValueError(f"loss: got {loss!r} without a {lacks}; expected a {lacks} too")
    walked = network if sample is None else _walked(network, sample, target, chosen, show)
    found = values_left(walked, target)
    for word, values in (("deltas", found.deltas), ("gradients", found.gradients)):
        if word in show and not values:
            raise InvalidValueError(
                f"show: no {word} stand on the network, got no sample with a target and a loss;"
                " expected these, or a network after a backward pass"
            )
    given = () if sample is None else tuple(require_array(sample, "sample").ravel().tolist())
    return replace(found.only(show), sample=given, loss_name=_name(loss))


def values_left(
    network: Network, target: Any = None, is_own: Callable[[Any, str], bool] = lambda *_: True
) -> SampleValues:
    """All that a pass under way, or the last one, left on the objects so far.

    Of them those of which ``is_own(object, quantity)``: that are of the sample which is shown.
    """

    def found(things: Iterable[Neuron | Connection], quantity: str) -> dict[str, float]:
        values = {t.name: getattr(t, quantity) for t in things if is_own(t, quantity)}
        return {name: value for name, value in values.items() if value is not None}

    neurons = network.neurons
    return SampleValues(
        outputs=found(neurons, "output"),
        outer=found((n for n in neurons if n.scaling), "value"),
        deltas=found(neurons, "delta"),
        gradients=found(network.connections, "gradient") | found(neurons, "bias_gradient"),
        targets=_targets(network, target),
        loss=network.loss if is_own(network, "loss") else None,
    )


def values_on(neurons: Sequence[Neuron]) -> SampleValues:
    """The outputs that the last pass left on some neurons."""
    return SampleValues(
        outputs={n.name: n.output for n in neurons if n.output is not None},
        outer={n.name: n.value for n in neurons if n.scaling and n.value is not None},
    )


def _chosen(loss: Any) -> Loss | tuple[HeadOption, ...] | None:
    return require_loss(loss) if isinstance(loss, str | Loss) else require_heads(loss)


def _name(loss: Any) -> str:
    if loss is None or isinstance(loss, str):
        return loss or ""
    return " + ".join(require_loss(head.loss).name for head in require_heads(loss) or ())


def _walked(
    network: Network,
    sample: Any,
    target: Any,
    loss: Loss | tuple[HeadOption, ...] | None,
    show: Collection[str],
) -> Network:
    twin = network.copy()
    if isinstance(loss, tuple):
        task = make_task(twin, [sample], [target], heads=loss, missing_targets="ignore")
        deque(sample_steps(task, task.X[0].tolist(), task.T[0].tolist(), 0), maxlen=0)
        return twin
    deque(forward(twin, sample), maxlen=0)
    if target is not None and loss is not None:
        deque(measure(twin, target, loss), maxlen=0)
        if "deltas" in show or "gradients" in show:
            deque(backward(twin, target, loss), maxlen=0)
    return twin


def _targets(network: Network, target: Any) -> dict[str, float]:
    if target is None:
        return {}
    values = require_array(target, "target").ravel().tolist()
    names = [neuron.name for neuron in network.outputs]
    if len(values) != len(names):
        raise InvalidValueError(
            f"target: got {len(values)} values; expected {len(names)}, one for each output"
        )
    return dict(zip(names, values, strict=True))
