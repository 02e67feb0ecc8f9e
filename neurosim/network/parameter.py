"""Parameters: the numbers that training may change, and theta, the vector of them all.

A `Connection` is the parameter of its own weight, and a `Bias` that of its neuron. Connections that
share a weight refer to one `SharedWeight`: ``connection.parameter`` says which parameter it is, and
what one asks a connection (``value``, ``gradient``, ``trainable``) its parameter answers.

Theta goes neuron by neuron: its incoming connections in the order they were added, then its bias
(where it has one), frozen ones included. A shared weight has one entry, where the first of its
connections would have one. Behind all of these come the parameters of activations, such as the
slope of prelu, in the order of their first neurons.

A network takes theta over as a vector. Its entries become the numbers of the objects when one of
them is read or written, or an edit, a pass or a copy asks (`Holder.fill`). Inside the package, who
reads or writes ``_value`` asks first; to ask for ``parameter`` is enough.
"""

import weakref
from collections.abc import Collection, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from neurosim.errors import GraphError, ShapeError, WrongTypeError
from neurosim.functions.numbers import Matrix, require_array, require_number, short

if TYPE_CHECKING:
    from neurosim.network.connection import Connection
    from neurosim.network.network import Network
    from neurosim.network.neuron import Neuron

_SHOWN = 4  # connections that the name of a shared weight lists
_FILLING = RLock()  # of all holders: a lock of its own would keep a holder from being copied


class Parameter:
    """A weight or a bias, or a number of an activation.

    Inside the package, the four slots hold the numbers of a parameter; a connection that shares its
    weight leaves its own unused.
    """

    __slots__ = ("_gradient", "_initial", "_trainable", "_value")
    kind: ClassVar[str]  # ``w``, ``b``, or ``f`` of an activation
    _value: Any  # a float; None for the bias of a neuron without one
    _initial: Any
    _trainable: bool
    _gradient: float | None

    @property
    def name(self) -> str:
        """The name in lists of parameters: ``x1->h1``, ``h1.bias`` or ``a->b = c->d``."""
        raise NotImplementedError

    @property
    def neuron(self) -> "Neuron":
        """The neuron that it leads into; of a shared weight, that of the first connection."""
        raise NotImplementedError

    @property
    def connections(self) -> "tuple[Connection, ...]":
        """The connections whose weight it is; none for a bias."""
        return ()

    @property
    def parameter(self) -> "Parameter":
        """Itself, or the shared weight that it refers to."""
        return self

    @property
    def owner(self) -> "Parameter | Neuron":
        """What has it as an attribute: the connection or shared weight itself, or the neuron."""
        return self

    @property
    def symbol(self) -> str:
        """The parameter in a formula: ``w(x1->h1)`` or ``b(h1)``."""
        return f"{self.kind}({self.parameter.name})"

    @property
    def value(self) -> float:
        """The weight or bias."""
        value: float = self.parameter._value
        return value

    @value.setter
    def value(self, value: float) -> None:
        number = require_number(value, self._where)
        self.neuron._holder.require_own_thread()
        self.parameter._value = number

    @property
    def initial(self) -> float:
        """The value it was made with, which ``reset`` goes back to."""
        initial: float = self.parameter._initial
        return initial

    @property
    def trainable(self) -> bool:
        """Whether training changes it."""
        return self.parameter._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        flag = require_flag(value, f"{self.name}.trainable")
        self.neuron._holder.require_own_thread()
        self.parameter._trainable = flag
        self.neuron._holder.trainable = None

    @property
    def gradient(self) -> float | None:
        """dL/d(value), summed over the samples of the batch so far; None before a pass."""
        return self.parameter._gradient

    @gradient.setter
    def gradient(self, value: float | None) -> None:
        self.parameter._gradient = value

    @property
    def _where(self) -> str:
        """What it is called in messages."""
        return self.name

    def __repr__(self) -> str:
        what = "weight " if self.kind == "w" else ""
        return f"{self.name}: {what}{short(self.value)}{'' if self.trainable else ', frozen'}"

    def __reduce_ex__(self, protocol: Any) -> Any:
        _ = self.parameter  # a copy takes the slots as they are
        return super().__reduce_ex__(protocol)


class Holder:
    """What the parameters of one network have in common.

    Attributes:
        shared: which weight each connection refers to that shares one.
        is_special: whether a parameter must ask here before it gives its number.
        data: what users hang on neurons and connections.
        labelled: the neurons by label; None: a label may have changed since that was asked.
        trainable: the parameters and which of them are trainable, where that was asked and nobody
            has changed it since.
    """

    __slots__ = ("_network", "_pending", "data", "is_special", "labelled", "shared", "trainable")

    def __init__(self) -> None:
        self.data: dict[Neuron | Connection, dict[Any, Any]] = {}
        self.labelled: dict[str, Neuron] | None = None
        self._network: weakref.ref[Network] | None = None
        self.shared: dict[Parameter, SharedWeight] = {}
        self.is_special = False
        self._pending: _Pending | PendingRows | None = None
        self.trainable: tuple[Parameters, np.ndarray[Any, np.dtype[np.bool_]]] | None = None

    def __getstate__(self) -> Any:
        """What a copy takes: a network copies its own neurons, so others are of none."""
        own: dict[str, Any] = {"_network": None, "data": {}, "labelled": None, "trainable": None}
        return None, {name: getattr(self, name) for name in self.__slots__} | own

    @property
    def network(self) -> "Network":
        """The network of the parameters.

        Raises:
            GraphError: there is none any more.
        """
        network = None if self._network is None else self._network()
        if network is None:
            raise GraphError("no network: got a neuron whose network is gone; expected one of it")
        return network

    @network.setter
    def network(self, network: "Network") -> None:
        self._network = weakref.ref(network)

    def require_own_thread(self) -> None:
        """Refuse a change while the network is trained in another thread."""
        network = None if self._network is None else self._network()
        if network is not None:
            network.require_own_thread()

    def resolve(self, parameter: Parameter) -> Parameter:
        """The parameter that a parameter refers to, with its present number."""
        self.fill()
        return self.shared.get(parameter, parameter)

    @property
    def pending(self) -> "Matrix | None":
        """Theta, read-only, where the objects do not hold it yet."""
        pending = self._pending
        return None if pending is None else pending.theta

    def hold(self, parameters: "Parameters", theta: "Matrix", given: object) -> None:
        """Keep theta, a copy of what was given, until somebody asks for a number."""
        theta.setflags(write=False)
        source = weakref.ref(given) if isinstance(given, np.ndarray) else None
        with _FILLING:
            self._pending = _Pending(parameters, theta, source)
            self.is_special = True

    def hold_rows(self, rows: "PendingRows") -> None:
        """Keep the present one of some thetas, until somebody asks for a number."""
        with _FILLING:
            self._pending = rows
            self.is_special = True

    def go_to_row(self, rows: "PendingRows", number: int) -> bool:
        """Keep another one of the thetas that are kept; whether they still are."""
        with _FILLING:  # another thread may fill
            if self._pending is not rows:
                return False
            rows.number = number
            return True

    def is_pending(self, given: object) -> bool:
        """Whether what is kept is a copy of this very vector, or a row of these."""
        pending = self._pending
        if isinstance(pending, PendingRows):
            return pending is given
        if given is None or pending is None or pending.given is None:
            return False
        return pending.given() is given

    def fill(self) -> None:
        """Give each parameter its entry of the theta that is kept; then none is kept any more."""
        if self._pending is None:
            return
        with _FILLING:
            if self._pending is not None:  # another thread may have filled meanwhile
                for parameter, value in zip(
                    self._pending.parameters, self._pending.theta.tolist(), strict=True
                ):
                    parameter._value = value
                self._pending = None
                self.is_special = bool(self.shared)

    def share(self, connections: "Sequence[Connection]") -> None:
        """Let connections refer to one weight, the first one's."""
        self.shared.update(dict.fromkeys(connections, SharedWeight(connections)))
        self.is_special = True

    def join(self, shared: "SharedWeight", connections: "Sequence[Connection]") -> None:
        """Let more connections refer to a weight that others share."""
        shared._connections += tuple(connections)
        self.shared.update(dict.fromkeys(connections, shared))

    def unshare(self, shared: "SharedWeight", leaving: "Collection[Connection]") -> None:
        """Give connections weights of their own, which are the shared one as it is now.

        Where a single connection is left, it has its own as well.
        """
        self.fill()
        rest = [c for c in shared.connections if c not in leaving]
        for connection in shared.connections:
            del self.shared[connection]
            connection._value, connection._initial = shared._value, shared._initial
            connection._trainable = shared._trainable
        if len(rest) > 1:
            self.share(rest)
        self.is_special = bool(self.shared)


class _Pending(NamedTuple):
    """Theta, read-only, which the objects do not hold yet, and the array it is a copy of."""

    parameters: "Parameters"
    theta: "Matrix"
    given: "weakref.ref[Any] | None"


class PendingRows:
    """Thetas one after the other, of which the objects are to hold the present one.

    Args:
        parameters: what theta is of.
        thetas: (n, n_parameters); nobody may change them any more.

    Attributes:
        number: that of the present one, from 0.
    """

    __slots__ = ("_kept", "_thetas", "number", "parameters")

    def __init__(self, parameters: "Parameters", thetas: "Matrix") -> None:
        self.parameters, self._thetas = parameters, thetas
        self.number = 0
        self._kept: tuple[int, Matrix] | None = None  # one, with its number

    @property
    def theta(self) -> "Matrix":
        """The present one, read-only, the same array until there is another."""
        number, kept = self.number, self._kept  # another thread may go on
        if kept is None or kept[0] != number:
            kept = self._kept = number, self._thetas[number].copy()
            kept[1].setflags(write=False)
        return kept[1]


class Bias(Parameter):
    """The bias of a neuron."""

    __slots__ = ("_neuron",)
    kind = "b"

    def __init__(self, neuron: "Neuron", value: float | None, *, trainable: bool) -> None:
        self._neuron = neuron
        self._value = self._initial = value
        self._trainable = trainable
        self._gradient = None

    @property
    def name(self) -> str:
        """``h1.bias``."""
        return f"{self._neuron.name}.bias"

    @property
    def neuron(self) -> "Neuron":
        """The neuron whose bias it is."""
        return self._neuron

    @property
    def parameter(self) -> Parameter:
        """Itself."""
        if self._neuron._holder.is_special:
            self._neuron._holder.fill()
        return self

    @property
    def owner(self) -> "Neuron":
        """The neuron."""
        return self._neuron

    @property
    def symbol(self) -> str:
        """``b(h1)``."""
        return f"b({self._neuron.name})"


class FunctionParameter(Parameter):
    """An option of an activation that is learned, such as the slope of prelu.

    A neuron has its own; a layer that is given such an activation has one for all of its neurons.
    """

    __slots__ = ("_neurons", "_option")
    kind = "f"

    def __init__(self, neurons: "Sequence[Neuron]", option: str, value: float) -> None:
        self._neurons, self._option = tuple(neurons), option
        self._value = self._initial = value
        self._trainable, self._gradient = True, None

    @property
    def option(self) -> str:
        """The name of the option."""
        return self._option

    @property
    def neurons(self) -> "tuple[Neuron, ...]":
        """The neurons whose activation it is of."""
        return self._neurons

    @property
    def neuron(self) -> "Neuron":
        """The first of them."""
        return self._neurons[0]

    @property
    def parameter(self) -> Parameter:
        """Itself."""
        if self._neurons[0]._holder.is_special:
            self._neurons[0]._holder.fill()
        return self

    @property
    def stem(self) -> str:
        """What it is of: a layer, a neuron, or some neurons."""
        layer = self._neurons[0].layer
        if layer is not None and len(self._neurons) > 1 and self._neurons == layer.neurons:
            return layer.name
        names = [neuron.name for neuron in self._neurons]
        if len(names) > _SHOWN:
            return f"{names[0]} = ... = {names[-1]} ({len(names)} neurons)"
        return " = ".join(names)

    @property
    def name(self) -> str:
        """``h1.slope``; ``h.slope`` where it is that of a layer."""
        return f"{self.stem}.{self._option}"

    @property
    def symbol(self) -> str:
        """``slope(h)``."""
        return f"{self._option}({self.stem})"


class SharedWeight(Parameter):
    """One weight of several connections: the first one's, from when they began to share it."""

    __slots__ = ("_connections",)
    kind = "w"

    def __init__(self, connections: "Sequence[Connection]") -> None:
        first = connections[0]
        self._connections = tuple(connections)
        self._value, self._initial = first.value, first.initial
        self._trainable, self._gradient = first.trainable, None

    @property
    def parameter(self) -> Parameter:
        """Itself."""
        self._connections[0]._source._holder.fill()
        return self

    @property
    def connections(self) -> "tuple[Connection, ...]":
        """The connections that share it, in the order in which they were given."""
        return self._connections

    @property
    def name(self) -> str:
        """``a->b = c->d``; of many connections the first, the last and how many."""
        names = [connection.name for connection in self._connections]
        if len(names) > _SHOWN:
            return f"{names[0]} = ... = {names[-1]} ({len(names)} connections)"
        return " = ".join(names)

    @property
    def neuron(self) -> "Neuron":
        """The neuron that the first connection leads into."""
        return self._connections[0].target


def require_flag(value: object, where: str) -> bool:
    """The value, where it is True or False."""
    if not isinstance(value, bool):
        raise WrongTypeError(f"{where}: got {value!r}; expected True or False")
    return value


# --- theta

Parameters = tuple[Parameter, ...]


def require_theta(theta: Any, parameters: Parameters) -> Matrix:
    """What is given as a new vector of (n_parameters,)."""
    values = require_array(theta, "theta")
    if values.shape != (len(parameters),):
        raise ShapeError(f"theta: got {values.shape}; expected {(len(parameters),)}")
    return values
