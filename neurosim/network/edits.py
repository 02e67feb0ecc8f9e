"""Checked edits of a network: the neurons that a call adds or changes, the pairs it connects."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from neurosim.by_fields import ByFields
from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NameRuleError,
    NeurosimError,
    ShapeError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, Activation
from neurosim.functions.aggregations import AGGREGATIONS, SUM
from neurosim.functions.initializers import (
    Initializer,
    Source,
    draw,
    draw_each,
    make_initializer,
)
from neurosim.functions.numbers import Matrix, require_array, require_number, shown
from neurosim.network.layer import Layer
from neurosim.network.lookup import is_listing, require_layer, require_neuron
from neurosim.network.names import Names, fold, require_name, require_text
from neurosim.network.neuron import Neuron
from neurosim.network.randomness import Randomness
from neurosim.network.scaling import Scaling
from neurosim.network.structure import Structure

PATTERNS = ("full", "one_to_one")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Wiring(ByFields):
    """The pairs that one call connects, and how its weights are given or drawn.

    Attributes:
        label: what the call is named in messages.
        stream: what its random numbers are drawn for.
        sources: where each connection starts.
        targets: where each connection ends.
        shape: of the weights: (n_sources, n_targets), rows are sources; or (n,).
        block: the sizes (n_in, n_out) that an initializer draws for, again and again if need be.
    """

    label: str
    stream: str
    sources: Sequence[Neuron]
    targets: Sequence[Neuron]
    shape: tuple[int, ...]
    block: tuple[int, int]

    def given(self, weight: Any, weights: Any) -> list[float] | None:
        """The weights that the call gives, one for each pair, or None."""
        if weight is not None and weights is not None:
            raise InvalidValueError(
                f"{self.label}: weight and weights are both given; expected one"
            )
        if weight is not None:
            return [require_number(weight, f"{self.label} weight")] * len(self.sources)
        if weights is None:
            return None
        array = require_array(weights, f"{self.label} weights")
        if array.shape != self.shape:
            rows = " (rows are sources)" if len(self.shape) == 2 else ""
            raise ShapeError(
                f"{self.label} weights: wrong shape, got {array.shape}; expected {self.shape}"
                f"{rows}{self._transposed(array)}"
            )
        values: list[float] = array.ravel().tolist()
        return values

    def _transposed(self, array: Matrix) -> str:
        return "; did you mean the transpose?" if array.T.shape == self.shape else ""

    def drawn(self, initializer: Initializer, source: Source) -> list[float]:
        """Fresh weights, one for each pair."""
        values: list[float] = []
        while len(values) < len(self.sources):
            values += (
                draw(initializer, source, self.block, f"{self.label} weights").ravel().tolist()
            )
        return values[: len(self.sources)]


def require_wiring(
    label: str, sources: Sequence[Neuron], targets: Sequence[Neuron], pattern: str
) -> Wiring:
    """The wiring between two layers, where the pattern is known and fits."""
    if not isinstance(pattern, str) or pattern not in PATTERNS:
        raise UnknownNameError(f"{label}: {unknown('pattern', pattern, PATTERNS)}")
    sizes = len(sources), len(targets)
    if pattern == "one_to_one":
        if len(sources) != len(targets):
            raise ShapeError(
                f"{label}: one_to_one between different sizes, got {len(sources)} sources and"
                f" {len(targets)} targets; expected as many of both"
            )
        return Wiring(label, label, sources, targets, sizes[:1], (1, 1))  # each has one source
    starts = [source for source in sources for _ in targets]
    return Wiring(label, label, starts, list(targets) * len(sources), sizes, sizes)


def drawn_each(
    labels: Sequence[str],
    weights: Sequence[float | None],
    initializers: Sequence[object],
    random: Randomness,
) -> list[float]:
    """The weight of each connection: the one given, or one from the stream of its own label."""
    values: list[float] = []
    items = zip(labels, weights, initializers, strict=True)
    for (is_drawn, _), group in groupby(items, lambda item: (item[1] is None, id(item[2]))):
        run = list(group)
        where = f"{run[0][0]} weight" if len(run) == 1 else f"weights from {run[0][0]}"
        if is_drawn:
            chosen = make_initializer(run[0][2])
            values += draw_each(chosen, (random.weights(one[0], None) for one in run), where)
        else:
            values += [require_number(one[1], where) for one in run]
    return values


def require_edges(structure: Structure, pairs: object) -> Wiring:
    """The wiring of a list of pairs (source, target) of neurons or their names.

    Weights not given are drawn in blocks, as between layers of the list's mean numbers of sources
    and targets: a list of all pairs between two layers gets what ``connect`` would give them.
    """
    sources, targets = resolve(structure, pairs, "connect_many pairs")
    n = len(sources)
    n_in = round(n / max(1, len(set(targets)))) or 1
    n_out = round(n / max(1, len(set(sources)))) or 1
    stream = f"{sources[0].name}->{targets[0].name}" if sources else ""
    return Wiring("connect_many", stream, sources, targets, (n,), (n_in, n_out))


def resolve(structure: Structure, pairs: object, where: str) -> tuple[list[Neuron], list[Neuron]]:
    """The sources and the targets that pairs of names mean.

    Raises:
        UnknownNameError: no neuron has the name; like all errors here it says which pair.
        WrongTypeError: they are no pairs.
    """
    if not is_listing(pairs):
        raise WrongTypeError(f"{where}: got {pairs!r}; expected pairs (source, target)")
    sources: list[Neuron] = []
    targets: list[Neuron] = []
    named = structure.named
    for number, pair in enumerate(pairs):
        start, end = (
            pair if type(pair) is tuple and len(pair) == 2 else _unpack(pair, number, where)
        )
        try:
            source, target = named[start], named[end]
        except (KeyError, TypeError):  # a Neuron, or a mistake
            source = _require_end(structure, start, number, where)
            target = _require_end(structure, end, number, where)
        sources.append(source)
        targets.append(target)
    return sources, targets


def _unpack(pair: Any, number: int, where: str) -> tuple[Any, Any]:
    ends = list(pair) if is_listing(pair) else None
    if ends is None or len(ends) != 2:
        raise WrongTypeError(f"{where}[{number}]: got {pair!r}; expected a pair (source, target)")
    return ends[0], ends[1]


def _require_end(structure: Structure, name: object, number: int, where: str) -> Neuron:
    try:
        return require_neuron(structure, name)
    except NeurosimError as error:
        raise type(error)(f"{where}[{number}]: {error}") from error


NOT_GIVEN = "default"
_MOST = 10_000_000  # neurons of one layer: they take some gigabytes; more is a slip of the hand


def require_layer_names(
    name: str, neurons: int | Sequence[str], taken: Names
) -> tuple[str, list[str]]:
    """The names of a new layer and of its neurons, all of them free."""
    name = require_name(name, "layer")
    names = names_or_count(name, neurons)
    if not names:
        raise InvalidValueError(f"layer {name!r}: got no neurons; expected at least one")
    taken.require_free([name], "layer")
    names = taken.require_free(names, "neuron")
    if fold(name) in set(map(fold, names)):
        raise NameRuleError(
            f"layer {name!r}: a neuron has the layer's name; expected different names"
        )
    return name, names


def names_or_count(name: str, neurons: int | Sequence[str]) -> list[str]:
    """The names that are given, or that a count of neurons of this layer means."""
    if isinstance(neurons, (int, np.integer)) and not isinstance(neurons, bool):
        if not 1 <= neurons <= _MOST:
            expected = ">= 1" if neurons < 1 else f"at most {_MOST}"
            raise InvalidValueError(
                f"layer {name!r}: got {shown(neurons)} neurons; expected {expected}"
            )
        return [f"{name}{i}" for i in range(1, int(neurons) + 1)]
    if not is_listing(neurons):
        raise WrongTypeError(
            f"layer {name!r}: got neurons {neurons!r}; expected a count or a list of names"
        )
    return list(neurons)


def require_bare(name: str, activation: object, bias: object) -> str:
    """The activation of the input layer: it has no other, and no bias (0.0 is the default)."""
    activation = require_activation_name(activation, f"layer {name!r}")
    is_number = isinstance(bias, (int, float, np.number)) and not isinstance(bias, bool)
    is_bare = bias is None or bias is False or _is_not_given(bias) or (is_number and bias == 0.0)
    if activation != "identity" or not is_bare:
        raise GraphError(
            f"layer {name!r}: the first layer is the input layer, got"
            f" {activation if activation != 'identity' else bias!r};"
            " expected neither activation nor bias (is an input layer missing?)"
        )
    return activation


def require_scalable(scalings: Iterable[tuple[Neuron, object]], outputs: Sequence[Neuron]) -> None:
    """Refuse a scaling of what is neither an input nor an output, or of a softmax layer."""
    chosen = set(outputs)
    for neuron, scaling in scalings:
        where = f"scaling of {neuron.name!r}"
        if scaling is not None and not isinstance(scaling, Scaling):
            raise WrongTypeError(f"{where}: got {scaling!r:.80}; expected neurosim.Scaling or None")
        if not neuron.is_input and neuron not in chosen:
            raise GraphError(f"{where}: the neuron is hidden; expected an input or an output")
        if neuron.activation == SOFTMAX and scaling is not None:
            raise GraphError(f"{where}: the neuron is of a softmax layer; expected no classes")


def require_activation(activation: object, where: str, *, softmax: bool) -> str:
    """The activation's name; softmax only where it is allowed. An object is registered.

    With options it is given as ``{"leaky_relu": {"slope": 0.1}}`` or ``"leaky_relu(slope=0.1)"``.
    """
    if isinstance(activation, Activation):
        return activation.name if activation.values else ACTIVATIONS.register(activation)
    if isinstance(activation, Mapping):
        return ACTIVATIONS.named(activation, f"{where} activation").name
    activation = require_activation_name(activation, where)
    if activation == SOFTMAX and not softmax:
        raise GraphError(
            f"{where}: softmax belongs to a layer, got a single neuron; expected"
            " add_layer(..., activation='softmax')"
        )
    return activation if activation == SOFTMAX else ACTIVATIONS.find(activation, where).name


def require_activation_name(activation: object, where: str) -> str:
    """What may be the name of an activation, in type."""
    return require_text(activation, f"{where} activation", "a name, such as 'sigmoid'")


def require_biases(
    name: str, bias: Any, count: int, *, initializer: object, random: Randomness
) -> list[float | None]:
    """One bias for each of a layer's neurons: the given, or else drawn, or else 0."""
    where = f"layer {name!r} bias"
    if _is_not_given(bias):
        if initializer is None:
            return [0.0] * count
        chosen = make_initializer(initializer)
        with random.given_back_on_error():
            return list(draw(chosen, random.biases(name), (1, count), where).ravel().tolist())
    if not is_listing(bias):
        return [require_bias(bias, where)] * count
    values = [require_bias(b, where) for b in bias]
    if len(values) != count:
        raise ShapeError(f"{where}: got {len(values)} numbers; expected {count}, one a neuron")
    return values


def require_bias(bias: Any, where: str) -> float | None:
    """A bias, True is 0; None, or False as in a scenario, where there is no such parameter."""
    if bias is True:
        return 0.0
    return None if bias is None or bias is False else require_number(bias, where)


def _is_not_given(bias: object) -> bool:
    return bias is True or (isinstance(bias, str) and bias == NOT_GIVEN)


# --- what is changed


def rename(structure: Structure, item: Neuron | Layer, name: object) -> None:
    """Give a neuron or layer another name; the name of a neuron's class stays its label."""
    kind = "layer" if isinstance(item, Layer) else "neuron"
    checked = require_name(name, kind)
    if checked == item.name:
        return
    if fold(checked) != fold(item.name):
        structure.names.require_free([checked], kind)
    if isinstance(item, Layer):
        structure.rename_layer(item, checked)
    else:
        _rename_neuron(structure, item, checked)


def _rename_neuron(structure: Structure, neuron: Neuron, checked: str) -> None:
    caption, classes = neuron.caption, structure.classes
    structure.rename(neuron, checked)
    outputs = structure.outputs
    if classes is not None and neuron in outputs and len(outputs) > 1:
        neuron.label = None if caption == checked else caption


def change_activation(structure: Structure, item: Neuron | Layer, activation: object) -> None:
    """Give a neuron an activation, or all neurons of a layer one, which may be softmax."""
    if isinstance(item, Layer):
        _change_activations(structure, item, activation)
    else:
        _change_activation(structure, item, activation)


def _change_activation(structure: Structure, neuron: Neuron, activation: object) -> None:
    where = f"{neuron.name}.activation"
    _require_no_input(neuron, where)
    if neuron.activation == SOFTMAX:
        assert neuron.layer is not None
        raise GraphError(
            f"{where}: the neuron is of a softmax layer, which is computed as a whole; expected"
            f" net.layer({neuron.layer.name!r}).activation = ..."
        )
    structure.activate([neuron], require_activation(activation, where, softmax=False))


def _change_activations(structure: Structure, layer: Layer, activation: object) -> None:
    where = f"{layer.name}.activation"
    _require_no_input(layer, where)
    name = require_activation(activation, where, softmax=True)
    scaled = [neuron.name for neuron in layer.neurons if neuron.scaling is not None]
    if name == SOFTMAX and scaled:
        raise GraphError(f"{where}: {scaled[0]!r} is scaled, got softmax; expected no scaling")
    structure.activate(layer.neurons, name)


def change_dropout(structure: Structure, item: Neuron | Layer, rate: object) -> None:
    """Give a neuron, or those of a layer, a rate of dropout."""
    checked = require_dropout(rate, f"{item.name}.dropout")
    structure.drop(item.neurons if isinstance(item, Layer) else [item], checked)


def require_dropout(rate: object, where: str) -> float:
    """The rate as a float.

    Raises:
        WrongTypeError, InvalidValueError: it is no number from 0 to below 1.
    """
    found = require_number(rate, where)
    if not 0.0 <= found < 1.0:
        raise InvalidValueError(f"{where}: got {found!r}; expected a number from 0 to below 1")
    return found


def change_aggregation(structure: Structure, item: Neuron | Layer, aggregation: object) -> None:
    """Give a neuron, or those of a layer, an aggregation."""
    where = f"{item.name}.aggregation"
    _require_no_input(item, where)
    name = require_aggregation(aggregation, where)
    structure.aggregate(item.neurons if isinstance(item, Layer) else [item], name)


def change_response(structure: Structure, item: Neuron | Layer, response: object) -> None:
    """Give a neuron, or those of a layer, a response."""
    where = f"{item.name}.response"
    _require_no_input(item, where)
    number = require_number(response, where)
    structure.respond(item.neurons if isinstance(item, Layer) else [item], number)


def require_aggregation(aggregation: object, where: str) -> str:
    """The name of an aggregation.

    Raises:
        WrongTypeError, UnknownNameError: there is none of that name.
    """
    return AGGREGATIONS.find(require_text(aggregation, where, "a name, such as 'max'"), where).name


def require_combining(
    aggregation: object, response: object, where: str, *, is_input: bool
) -> tuple[str, float]:
    """The aggregation and the response of new neurons; inputs have none."""
    name = require_aggregation(aggregation, f"{where} aggregation")
    number = require_number(response, f"{where} response")
    if is_input and (name != SUM or number != 1.0):
        got = repr(name) if name != SUM else f"response {number:g}"
        raise GraphError(
            f"{where}: the first layer is the input layer, got {got}; expected neither aggregation"
            " nor response (is an input layer missing?)"
        )
    return name, number


def _require_no_input(item: Neuron | Layer, where: str) -> None:
    if item.is_input:
        raise GraphError(f"{where}: inputs have none; expected another neuron or layer")


def move(structure: Structure, neuron: Neuron, target: object) -> None:
    """Put a neuron at the end of a layer, or, with None, in no layer; behind what it was in."""
    where = f"{neuron.name}.layer"
    layer = None if target is None else require_layer(structure, target)
    if layer is neuron.layer:
        return
    for one in (neuron.layer, layer):
        if one is not None and one.activation == SOFTMAX:
            raise GraphError(
                f"{where}: {one.name!r} is a softmax layer, which stays whole; expected another"
                " layer, or another activation of this one first"
            )
    if layer is not None and layer.is_input != neuron.is_input:
        kinds = ("an input", "no input")
        raise GraphError(
            f"{where}: the neuron is {kinds[not neuron.is_input]}, got {layer!r}; expected a layer"
            f" of {'inputs' if neuron.is_input else 'other neurons'}"
        )
    structure.move(neuron, layer)


_Change = Callable[[Structure, Any, object], None]
CHANGES: Mapping[str, _Change] = {
    "name": rename,
    "activation": change_activation,
    "layer": move,
    "dropout": change_dropout,
    "aggregation": change_aggregation,
    "response": change_response,
}
