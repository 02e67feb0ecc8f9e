"""Breakpoints, watches and catches.

A stop is asked after each step (``after``), and where a part of the training begins (``at``). It
decides by the step and by the values of the objects alone, and keeps no number of the past, so
that it decides the same on the way back.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from neurosim.debugger.stops.conditions import Condition
from neurosim.debugger.stops.epochs import BACK, dead, is_rising, saturated, turns
from neurosim.debugger.stops.expressions import Quantity
from neurosim.diagnosis.rules.units import twins
from neurosim.errors import NotComputable
from neurosim.functions.numbers import Matrix, counted, short
from neurosim.interpreter.steps import (
    SUMS,
    Aggregated,
    GradientComputed,
    Loaded,
    Step,
    Summed,
    Updated,
    completed,
    kind_of,
    kinds_that_complete,
    subject_of,
    written,
)
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter

FINEST_FIRST = ("step", "phase", "row", "sample", "batch", "epoch")


class Scene(Protocol):
    """What a stop may ask of the moment."""

    @property
    def network(self) -> Network:
        """The network with its present values."""
        ...

    @property
    def begins(self) -> tuple[str, ...]:
        """The parts of the training that begin here: phase, sample, batch, epoch."""
        ...

    def number_of(self, grain: str) -> int:
        """The number of the present epoch, batch, sample, row or step."""
        ...

    @property
    def phase(self) -> str:
        """The present phase."""
        ...

    def read(self, quantity: Quantity) -> float | None:
        """The present value of a quantity; None where there is none yet."""
        ...

    def steps_back(self) -> Iterator[Step]:
        """The steps of this unit that were done before the last one, the last first."""
        ...

    def gradients(self) -> Iterator[tuple[Parameter, float]]:
        """The gradients of all parameters that the update takes, reduced."""
        ...

    def values_of_epoch(self) -> tuple[Matrix, Matrix] | None:
        """Net inputs and outputs of the epoch that ends here, (B, n_neurons); None before it."""
        ...

    def parameters_back(self, epochs: int) -> list[Matrix]:
        """The parameters at the ends of so many epochs before, and here; there may be fewer."""
        ...

    def losses_at(self, thetas: list[Matrix]) -> list[float]:
        """The loss over the training rows with each of these parameters."""
        ...


class StopSubject:
    """What a stop is about; what a subject does not say, it never stops at."""

    __slots__ = ()

    def after(self, step: Step, scene: Scene) -> str:  # noqa: ARG002 # subjects look at them
        """Why to stop after this step; empty where the walk goes on."""
        return ""

    def at(self, scene: Scene) -> str:  # noqa: ARG002 # subjects look at it
        """Why to stop where a part of the training begins; empty where the walk goes on."""
        return ""


# --- breakpoints


@dataclass(frozen=True, slots=True)
class AtNeuron(StopSubject):
    """When a neuron's output is there; ``backward``: its delta; ``update``: its bias."""

    neuron: Neuron
    phase: str = "forward"

    def after(self, step: Step, scene: Scene) -> str:  # noqa: ARG002
        """Whether this step completes what is waited for."""
        quantity = Quantity("neuron", self.neuron, _OF_NEURON[self.phase])
        return str(self) if completes(step, quantity) else ""

    def __str__(self) -> str:
        return _with_phase(self.neuron.name, self.phase)


@dataclass(frozen=True, slots=True)
class AtConnection(StopSubject):
    """When a connection's term is added; ``backward``: its gradient; ``update``: its weight."""

    connection: Connection
    phase: str = "forward"

    def after(self, step: Step, scene: Scene) -> str:  # noqa: ARG002
        """Whether this step is the connection's."""
        is_kind = isinstance(step, self.kind)
        is_own = step[0] in (self.connection, self.connection.target)
        return str(self) if is_kind and is_own else ""

    @property
    def kind(self) -> type:
        """The kind of the step: one that takes all terms at once, where the target has such."""
        if self.phase == "forward" and not self.connection.target.is_plain:
            return Aggregated
        return _OF_CONNECTION[self.phase]

    def __str__(self) -> str:
        return _with_phase(self.connection.name, self.phase)


@dataclass(frozen=True, slots=True)
class AtLayer(StopSubject):
    """When the last of a layer's neurons has its output; ``backward``: its delta; and so on."""

    layer: Layer
    phase: str = "forward"

    def after(self, step: Step, scene: Scene) -> str:
        """Whether this step completes the layer."""
        last = AtNeuron(self.layer.neurons[-1], self.phase)
        return str(self) if last.after(step, scene) else ""

    def __str__(self) -> str:
        return _with_phase(f"layer {self.layer.name}", self.phase)


@dataclass(frozen=True, slots=True)
class AtPart(StopSubject):
    """When a part of the training begins: an epoch, a batch, a sample, a phase.

    ``numbers`` says which; what it does not name may be any.
    """

    numbers: tuple[tuple[str, int], ...] = ()
    phase: str = ""

    def at(self, scene: Scene) -> str:
        """Whether the finest part that is named begins, and is the right one."""
        named = [*dict(self.numbers), *(["phase"] if self.phase else [])]
        if min(named, key=FINEST_FIRST.index) not in scene.begins:
            return ""
        if self.phase not in {"", scene.phase}:
            return ""
        return str(self) if all(scene.number_of(g) == n for g, n in self.numbers) else ""

    def __str__(self) -> str:
        words = [f"{name} {number}" for name, number in self.numbers]
        return ", ".join([*words, *([self.phase] if self.phase else [])])


@dataclass(frozen=True, slots=True)
class AtAnything(StopSubject):
    """Whenever something is written that a condition names.

    A condition on nothing but the numbers of epochs, batches and samples is looked at where such a
    part begins.
    """

    quantities: tuple[Quantity, ...]

    def after(self, step: Step, scene: Scene) -> str:  # noqa: ARG002
        """Whether this step completes one of the quantities."""
        return str(self) if any(completes(step, q) for q in self.quantities) else ""

    def at(self, scene: Scene) -> str:
        """Whether a part begins whose number is asked for, where nothing but numbers is."""
        if any(q.kind != "position" for q in self.quantities):
            return ""
        names = {"sample" if q.name == "row" else q.name for q in self.quantities}
        return str(self) if names.intersection(scene.begins) else ""

    def __str__(self) -> str:
        return "condition"


Location = AtNeuron | AtConnection | AtLayer | AtPart | AtAnything


def _with_phase(name: str, phase: str) -> str:
    return name if phase == "forward" else f"{name} {phase}"


# --- watches


@dataclass(frozen=True, slots=True)
class Watch(StopSubject):
    """When a quantity changes, crosses a bound, or changes its sign.

    ``mode`` is ``changes``, ``crosses`` or ``sign``; ``bound`` is that of ``crosses``.
    """

    quantity: Quantity
    mode: str = "changes"
    bound: float = 0.0

    def after(self, step: Step, scene: Scene) -> str:
        """Whether the step that completes the quantity moved it so."""
        if not completes(step, self.quantity):
            return ""
        before, after = _before(step, self.quantity, scene), scene.read(self.quantity)
        if before is None or after is None or not self._is_moved(before, after):
            return ""
        return f"{self}: {before!r} -> {after!r}"

    def _is_moved(self, before: float, after: float) -> bool:
        if self.mode == "changes":
            return before != after and not (math.isnan(before) and math.isnan(after))
        if self.mode == "sign":
            return (before > 0.0) - (before < 0.0) != (after > 0.0) - (after < 0.0)
        return (before > self.bound) != (after > self.bound)

    def __str__(self) -> str:
        more = {"changes": "", "sign": " sign", "crosses": f" crosses {short(self.bound)}"}
        return f"{self.quantity}{more[self.mode]}"


def _before(step: Step, quantity: Quantity, scene: Scene) -> float | None:
    """What the quantity was before the steps that wrote it anew; sums are built up over several."""
    if quantity.name in SUMS:
        return _begun(step, scene, quantity.name)
    if quantity.name == "value" and isinstance(step, Loaded) and step.neuron.scaling is not None:
        return None if step.before is None else step.neuron.scaling.raw(step.before)
    if not isinstance(step.before, tuple):
        return step.before
    things = [thing for thing, _ in written(step)]
    return step.before[things.index(quantity.owner)]  # type: ignore[arg-type] # a neuron of these


def _begun(step: Step, scene: Scene, quantity: str) -> float | None:
    """What the first step of a sum wrote over, on the subject of this step."""
    found: float | None = None
    subject = subject_of(step)
    for earlier in scene.steps_back():
        if subject_of(earlier) is subject and kind_of(earlier).quantity_of(earlier) == quantity:
            found = earlier.before  # type: ignore[assignment] # no Normalized writes a sum
        elif found is not None:
            break
    return found


# --- catches


@dataclass(frozen=True, slots=True)
class Catch(StopSubject):
    """When something is wrong: see ``CATCHES``; ``bound`` is that of its rule."""

    name: str
    bound: float

    @property
    def parts(self) -> tuple["Catch", ...]:
        """The catch itself; of ``all`` each other one, with its own bound."""
        if self.name != "all":
            return (self,)
        return tuple(Catch(name, bound) for name, (_, bound) in CATCHES.items() if name != "all")

    @property
    def is_of_epochs(self) -> bool:
        """Whether one is looked for that shows only where an epoch has ended."""
        return any(part.name in _OF_EPOCHS for part in self.parts)

    def after(self, step: Step, scene: Scene) -> str:
        """Whether this step shows it."""
        match self.name:
            case "nan":
                return _found(step, math.isnan)
            case "inf":
                return _found(step, math.isinf)
            case "all":
                return next(filter(None, (part.after(step, scene) for part in self.parts)), "")
        return ""

    def at(self, scene: Scene) -> str:
        """Whether it shows where an update begins, or an epoch has ended."""
        if self.name == "all":
            return next(filter(None, (part.at(scene) for part in self.parts)), "")
        if self.name in _AT_EPOCHS:
            return _AT_EPOCHS[self.name](self, scene) if "epoch" in scene.begins else ""
        if "phase" not in scene.begins or scene.phase != "update":
            return ""
        if self.name == "exploding":
            return self._exploding(scene)
        return self._vanishing(scene) if self.name == "vanishing" else ""

    def _dead(self, scene: Scene) -> str:
        values = scene.values_of_epoch()
        names = [] if values is None else dead(scene.network, values[1])
        return f"dead: {', '.join(names)} gave 0 for a whole epoch" if names else ""

    def _saturated(self, scene: Scene) -> str:
        values = scene.values_of_epoch()
        found = {} if values is None else saturated(scene.network, values, self.bound)
        if values is None or not found:
            return ""
        names = ", ".join(f"{name} ({count})" for name, count in found.items())
        rows = f"on so many of the epoch's {counted(len(values[0]), 'row')}"
        return f"saturated: slopes below {short(self.bound)} {rows}: {names}"

    def _twins(self, scene: Scene) -> str:
        network = scene.network
        groups = twins(network, network.read_parameters())
        found = [" = ".join(network.neurons[i].name for i in group) for group in groups]
        return f"twins: equal weights in and out: {', '.join(found)}" if found else ""

    def _rising(self, scene: Scene) -> str:
        losses = scene.losses_at(scene.parameters_back(int(self.bound)))
        if len(losses) <= self.bound or not is_rising(losses):
            return ""
        way = f"{short(losses[0])} -> {short(losses[-1])}"
        return f"rising: the loss rose in each of the last {int(self.bound)} epochs, {way}"

    def _swinging(self, scene: Scene) -> str:
        found = turns(scene.parameters_back(int(self.bound)))
        if len(found) < self.bound - 1 or not max(found) < BACK:
            return ""
        text = f"in each of the last {int(self.bound)} epochs the weights went back where they came"
        return f"swinging: {text} from, cosine {short(max(found))} at most"

    def _exploding(self, scene: Scene) -> str:
        found = max(scene.gradients(), key=lambda pair: abs(pair[1]), default=None)
        if found is None or not abs(found[1]) > self.bound:
            return ""
        name, gradient = found[0].name, found[1]
        return f"exploding: the gradient of {name} is {short(gradient)}, beyond {short(self.bound)}"

    def _vanishing(self, scene: Scene) -> str:
        largest: dict[str, float] = {}
        for parameter, gradient in scene.gradients():
            neuron = parameter.neuron
            name = neuron.name if neuron.layer is None else f"layer {neuron.layer.name}"
            largest[name] = max(largest.get(name, 0.0), abs(gradient))
        for name, gradient in largest.items():
            if gradient < self.bound:
                text = f"the largest gradient into {name} is {short(gradient)}"
                return f"vanishing: {text}, below {short(self.bound)}"
        return ""

    def __str__(self) -> str:
        return f"{self.name} {short(self.bound)}" if CATCHES[self.name][1] else self.name


CATCHES = {  # what each looks for, and the bound that it has by itself
    "nan": ("a step that writes a number which is none", 0.0),
    "inf": ("a step that writes an infinite number", 0.0),
    "saturated": ("a neuron whose |slope| is below the bound on 9 in 10 rows of an epoch", 0.01),
    "dead": ("a relu that gave 0 for a whole epoch", 0.0),
    "exploding": ("a gradient beyond the bound", 1000.0),
    "vanishing": ("a layer whose largest gradient is below the bound", 1e-8),
    "twins": ("hidden neurons with equal weights in and out, where an epoch has ended", 0.0),
    "rising": ("a loss that rose in each of so many epochs", 3.0),
    "swinging": ("weights that went back where they came from in each of so many epochs", 4.0),
    "all": ("any of these, with its own bound", 0.0),
}
LEAST_EPOCHS = {"rising": 1, "swinging": 2}  # what the bound of these is at least
_OF_EPOCHS = ("twins", *LEAST_EPOCHS)  # which no engine screens: it stops where epochs end
_AT_EPOCHS = {
    "dead": Catch._dead,
    "saturated": Catch._saturated,
    "twins": Catch._twins,
    "rising": Catch._rising,
    "swinging": Catch._swinging,
}


def _found(step: Step, is_it: object) -> str:
    assert callable(is_it)
    values = step.after if isinstance(step.after, tuple) else (step.after,)
    return str(step) if any(map(is_it, values)) else ""


# --- what a step completes


def completes(step: Step, quantity: Quantity) -> bool:
    """Whether after this step a quantity is there anew; of a sum, after its last term."""
    if quantity.kind == "position":
        return quantity.name == "step"
    wanted = _written_name(quantity)
    return any(
        name == wanted and (thing is quantity.owner or quantity.kind == "loss")
        for thing, name in completed(step)
    )


def _written_name(quantity: Quantity) -> str:
    """By what a step writes it: of a neuron the value is its output, if that is not scaled."""
    owner = quantity.owner
    if quantity.name != "value" or not isinstance(owner, Neuron):
        return quantity.name
    return "output" if owner.scaling is None or owner.is_input else "value"


_OF_NEURON = {"forward": "value", "backward": "delta", "update": "bias"}
_OF_CONNECTION: dict[str, type] = {
    "forward": Summed,
    "backward": GradientComputed,
    "update": Updated,
}


def kinds_of(subject: StopSubject) -> frozenset[type] | None:
    """The kinds of steps after which a subject is to be asked; None: any."""
    match subject:
        case AtNeuron() | AtLayer():
            last = subject.neuron if isinstance(subject, AtNeuron) else subject.layer.neurons[-1]
            return _kinds_of_quantities([Quantity("neuron", last, _OF_NEURON[subject.phase])])
        case AtConnection():
            return frozenset({subject.kind})
        case AtPart():
            return frozenset()
        case Watch():
            return _kinds_of_quantities([subject.quantity])
        case AtAnything():
            return _kinds_of_quantities(subject.quantities)
        case Catch():
            return None if subject.name in {"nan", "inf", "all"} else frozenset()
    return None


def _kinds_of_quantities(quantities: Iterable[Quantity]) -> frozenset[type] | None:
    if any(quantity.name == "step" for quantity in quantities):
        return None
    names = map(_written_name, quantities)
    return frozenset[type]().union(*map(kinds_that_complete, names))


# --- the stop itself


@dataclass(slots=True, eq=False, repr=False)
class Stop:
    """A breakpoint, a watch or a catch, as ``info`` lists it.

    Attributes:
        number: from 1, for the commands.
        kind: ``breakpoint``, ``watch`` or ``catch``.
        subject: what it is about.
        condition: what must hold, too; None: nothing.
        is_temporary: it goes when it was hit.
        is_enabled: whether it counts.
        ignore: so many hits more are passed over.
        hits: how often it was hit.
        note: why its condition could not be computed the last time, or empty.
    """

    number: int
    kind: str
    subject: StopSubject
    condition: Condition | None = None
    is_temporary: bool = False
    is_enabled: bool = True
    ignore: int = 0
    hits: int = 0
    note: str = ""

    def after(self, step: Step, scene: Scene) -> str:
        """Why to stop after this step."""
        return self._checked(self.subject.after(step, scene), scene)

    def at(self, scene: Scene) -> str:
        """Why to stop where something begins."""
        return self._checked(self.subject.at(scene), scene)

    def _checked(self, reason: str, scene: Scene) -> str:
        """The reason, if the condition holds; one that cannot be computed does not."""
        if not reason or self.condition is None:
            return reason
        try:
            return reason if self.condition.holds(scene.read) else ""
        except NotComputable as error:
            self.note = str(error)
            return ""

    def __str__(self) -> str:
        condition = "" if self.condition is None else f" if {self.condition}"
        more = [
            *(["temporary"] if self.is_temporary else []),
            *([] if self.is_enabled else ["disabled"]),
            *([f"ignored {self.ignore} times more"] if self.ignore else []),
            *([f"hit {self.hits} time{'s' if self.hits > 1 else ''}"] if self.hits else []),
            *([f"could not be computed: {self.note}"] if self.note else []),
        ]
        subject = "" if isinstance(self.subject, AtAnything) else f" {self.subject}"
        text = f"{self.number} {self.kind}{subject}{condition}"
        return f"{text} ({', '.join(more)})" if more else text

    def __repr__(self) -> str:
        return str(self)
