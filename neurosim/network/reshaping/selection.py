"""Parameters by name, layer or pattern: for `Network.freeze`, `Network.prune`, and options.

A text names neurons or layers: ``h1``, ``h``, ``h*``. It means their biases and the weights that
lead into them, and what is learned of their activations; ``h.bias`` the biases alone, ``h.slope``
such a number of activations, ``x->h`` the weights between the two sides. In a
pattern, ``*`` is any text, ``?`` any character and ``[12]`` one of these.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from neurosim.errors import GraphError, NeurosimError, UnknownNameError, unknown
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.lookup import find, require_connection, require_end
from neurosim.network.names import ParameterName, read_parameter_name
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Bias, FunctionParameter, Parameter, SharedWeight
from neurosim.network.structure import Structure

_BIAS = "bias"


def select(structure: Structure, names: Sequence[object], where: str) -> list[Parameter]:
    """The connections, biases and parameters of activations that are meant, each once.

    Raises:
        UnknownNameError: there is nothing of the name, or nothing that fits the pattern.
        GraphError: what is meant has no parameters.
    """
    if not names:
        raise GraphError(f"{where}: got nothing; expected names, such as 'h1', 'x->h' or '*.bias'")
    found: dict[Parameter, None] = {}
    for name in names:
        try:
            chosen = _places(structure, name)
        except NeurosimError as error:
            raise type(error)(f"{where}: {error}") from None
        if not chosen:
            raise GraphError(f"{where}: {_shown(name)} has no parameters; expected what has some")
        found.update(dict.fromkeys(chosen))
    return list(found)


def select_by_name(structure: Structure, name: str, where: str) -> tuple[int, list[Parameter]]:
    """The parameters of a name, and how narrow it is: a layer 0, a neuron 1, one parameter 3.

    What is disabled has a name, too, which is that of no parameter for the time being.

    Raises:
        UnknownNameError, GraphError: as `select`.
    """
    try:
        found = select(structure, [name], where)
    except NeurosimError:
        if not _is_disabled(structure, name):
            raise
        found = []
    return _narrowness(structure, name), list(dict.fromkeys(each.parameter for each in found))


def require_functions(structure: Structure, names: Sequence[object]) -> list[FunctionParameter]:
    """What is learned of activations that may begin to be shared: two or more of one kind.

    Raises:
        GraphError: there are fewer, or they are of another kind.
    """
    found = select(structure, names, "share")
    functions = [each for each in found if isinstance(each, FunctionParameter)]
    if len(functions) < len(found) or len(functions) < 2:
        got = ", ".join(each.name for each in found)
        raise GraphError(
            f"share: got {got:.200}; expected two connections, or two slopes, at least"
        )
    first = functions[0]
    for other in functions:
        if (other.option, other.neuron.activation) != (first.option, first.neuron.activation):
            raise GraphError(
                f"share: {other.name!r} is of {other.neuron.activation}, {first.name!r} of"
                f" {first.neuron.activation}; expected those of one activation"
            )
    return functions


def _is_disabled(structure: Structure, name: str) -> bool:
    """Whether connections of this name, or into neurons of it, are disabled."""
    if not structure.disabled:
        return False
    try:
        meant = read_parameter_name(name)[0]
        targets = set(_neurons(structure, meant.stem))
        sources = set(_neurons(structure, meant.source)) if meant.source else None
    except NeurosimError:  # the first error says it
        return False
    return not meant.part and any(
        target in targets and (sources is None or source in sources)
        for source, target in structure.disabled
    )


def _narrowness(structure: Structure, name: str) -> int:
    def is_one(end: str) -> bool:
        return isinstance(find(structure, end), Neuron)

    if is_one(name):
        return 1
    meant = read_parameter_name(name)[0]
    ends = [meant.stem, meant.source] if meant.source else [meant.stem]
    return 2 * bool(meant.source or meant.part) + all(map(is_one, ends))


def _places(structure: Structure, name: Any) -> list[Parameter]:
    if isinstance(name, Parameter):
        return _own(structure, name)
    if isinstance(name, tuple) and len(name) == 2:
        return _between(structure, *name)
    if not isinstance(name, str) or find(structure, name) is not None:
        return _of_neurons(structure, _neurons(structure, name))
    first, *others = read_parameter_name(name)
    found = _named(structure, first)
    if others and [place.parameter.name for place in found] != [name]:
        raise UnknownNameError(unknown("parameter", name, [p.parameter.name for p in found]))
    return found


def _named(structure: Structure, name: ParameterName) -> list[Parameter]:
    if name.source:
        return _between(structure, name.source, name.stem)
    neurons = _neurons(structure, name.stem)
    if name.part == _BIAS:
        return _biases(neurons)
    if not name.part:
        return _of_neurons(structure, neurons)
    functions = _functions(neurons)
    found: list[Parameter] = [p for p in functions if p.option == name.part]
    if not found:
        known = dict.fromkeys([_BIAS, *(p.option for p in functions)])
        names = [f"{name.stem}.{part}" for part in known]
        raise UnknownNameError(unknown("parameter", str(name), names))
    return found


def _of_neurons(structure: Structure, neurons: Sequence[Neuron]) -> list[Parameter]:
    weights = [connection for n in neurons for connection in structure.incoming(n.name)]
    return [*weights, *_biases(neurons), *_functions(neurons)]


def _own(structure: Structure, parameter: Parameter) -> list[Parameter]:
    neuron = parameter.neuron
    is_own = structure.named.get(neuron.name) is neuron
    match parameter:
        case Bias():
            is_own = is_own and parameter is neuron.bias_parameter
        case FunctionParameter():
            is_own = is_own and parameter in neuron.function_parameters
        case Connection():
            is_own = is_own and parameter in structure.incoming(neuron.name)
        case SharedWeight():
            is_own = parameter in structure.holder.shared.values()
    if not is_own:
        raise UnknownNameError(f"{parameter!r} is not of this network; expected one of its own")
    return list(parameter.connections) or [parameter]


def _between(structure: Structure, source: Any, target: Any) -> list[Parameter]:
    sources, targets = (_neurons(structure, end) for end in (source, target))
    if len(sources) == len(targets) == 1:
        return [require_connection(structure, (sources[0], targets[0]))]
    chosen = set(sources)
    found: list[Parameter] = [
        connection
        for neuron in targets
        for connection in structure.incoming(neuron.name)
        if connection._source in chosen
    ]
    if not found:
        raise UnknownNameError(f"no connection '{_shown(source)}->{_shown(target)}'")
    return found


def _biases(neurons: Iterable[Neuron]) -> list[Parameter]:
    return [bias for neuron in neurons if (bias := neuron.bias_parameter) is not None]


def _functions(neurons: Iterable[Neuron]) -> list[FunctionParameter]:
    """The parameters of their activations."""
    return list(dict.fromkeys(p for neuron in neurons for p in neuron.function_parameters))


def _neurons(structure: Structure, name: Any) -> list[Neuron]:
    """The neurons of a name, of a layer, or of a pattern."""
    if not isinstance(name, str) or find(structure, name) is not None or not _is_pattern(name):
        end = require_end(structure, name)
        return list(end.neurons) if isinstance(end, Layer) else [end]
    found = [neuron for neuron in structure.neurons if _fits(neuron, name)]
    if not found:
        known = [*structure.layers, *structure.named]
        raise UnknownNameError(unknown("neuron or layer", name, known))
    return found


def _is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def _fits(neuron: Neuron, pattern: str) -> bool:
    layer = neuron.layer
    return fnmatchcase(neuron.name, pattern) or (
        layer is not None and fnmatchcase(layer.name, pattern)
    )


def _shown(name: object) -> str:
    return name if isinstance(name, str) else getattr(name, "name", repr(name))


def set_trainable(parameters: Iterable[Parameter], *, trainable: bool) -> tuple[Parameter, ...]:
    """Freeze parameters or let training change them; the parameters, each shared weight once."""
    chosen = tuple(dict.fromkeys(each.parameter for each in parameters))
    for parameter in chosen:
        parameter.trainable = trainable
    return chosen
