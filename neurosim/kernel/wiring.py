"""The wiring: a network as the kernel's arrays, in the order in which the walk goes.

A place is a connection or a bias, in the order of theta; unless weights are shared it is a
parameter. A neuron's places are its connections in the order they were added, then its bias.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.kernel.library import MOST_OPTIONS, Kernel, choices_of, why_no_kernel
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter
from neurosim.network.reshaping.adjacency import BIAS, EdgeEnds, take_lists

_SOFTMAX_CODE = 255
_NONE = 0xFFFFFFFF
_LEAST_RUN = 4  # sources that fill a vector
_ALIKE = 8  # neurons of a layer that the kernel takes at once
_MOST_LAYERED = 250_000  # parameters of a network that is known as layers; see layers.h


class KernelWiring(NamedTuple):
    """Fields of the kernel's problem that a network's structure fills.

    ``column`` is the place of each of the network's neurons in the kernel's order.
    """

    sizes: dict[str, int]
    arrays: dict[str, NDArray[Any] | None]
    column: NDArray[np.intp]


def why_not_wired(network: Network) -> str | None:
    """Why the kernel cannot compute this network; None where it can."""
    missing = why_no_kernel()
    if missing is not None:
        return f"the kernel is not there: {missing}"
    own = network._cached(f"own activations {ACTIVATIONS.version}", lambda: _own(network))
    return f"the kernel has shipped functions only, not {', '.join(own)}" if own else None


def _own(network: Network) -> list[str]:
    """The activations that are not shipped."""
    names = sorted(network.activation_names - {SOFTMAX})
    return [f"activation {name!r}" for name in names if not ACTIVATIONS.is_shipped(name)]


def wiring_of(network: Network, kernel: Kernel) -> KernelWiring:
    """The wiring of the present structure, made once."""
    return network._cached("wiring", lambda: _make(network, kernel))


def _make(network: Network, kernel: Kernel) -> KernelWiring:
    groups = [list(network.inputs), *_groups(network)]
    order = [neuron for group in groups for neuron in group]
    number = {neuron: i for i, neuron in enumerate(order)}
    neurons = network.neurons
    column = np.array([number[neuron] for neuron in neurons], np.intp)
    found, counts, first = network.sources()
    n_places, is_source = len(found), found != BIAS
    has_bias = np.array([neuron.bias_parameter is not None for neuron in neurons], bool)
    n_sources = counts - has_bias
    source = np.zeros(n_places, np.int64)
    source[is_source] = column[found[is_source]]
    target = np.repeat(column, n_sources)
    place = np.flatnonzero(is_source)
    outgoing = _outgoing(network.targets(), column, source[is_source], target, place)
    outputs = [number[neuron] for neuron in network.outputs]
    output_number = np.full(len(order), -1, np.int32)
    output_number[outputs] = np.arange(len(outputs))
    sizes = _sizes(network, len(groups), n_places)
    by_number = np.empty((3, len(order)), np.int64)
    by_number[:, column] = first, n_sources, has_bias
    is_run = _runs(first, n_sources, source)[np.argsort(column)]
    ends = np.cumsum([len(group) for group in groups])
    alike = {
        "n_alike": _alike(is_run, by_number[0], by_number[1], source, ends),
        "n_alike_out": _alike_out(outgoing, output_number, ends),
    }
    sizes["has_runs"] = int(is_run.any())
    sizes["has_alike"] = int(max(counts.max() for counts in alike.values()) >= _ALIKE)
    aggregations, sizes["n_terms"] = _aggregations(order, by_number[1], kernel)
    arrays: dict[str, NDArray[Any] | None] = {
        "groups": ends,
        "is_run": is_run.astype(np.uint8),
        **alike,
        "is_layer": np.array([_is_layer(group) for group in groups[1:]], np.uint8),
        "first": by_number[0],
        "n_sources": by_number[1],
        "has_bias": by_number[2].astype(np.uint8),
        "source": source,
        **_activations(order, kernel),
        **aggregations,
        **_parameters(network, order, is_source),
        **outgoing,
        "outputs": np.array(outputs),
        "output_number": output_number,
    }
    is_plain = arrays["aggregation"] is None and not network.has_shared_weights
    sizes["is_layered"] = int(is_plain and _is_layered(network, groups, arrays))
    return KernelWiring(sizes, {name: _indexed(array) for name, array in arrays.items()}, column)


def _sizes(network: Network, n_groups: int, n_places: int) -> dict[str, int]:
    """How many there are; the inputs are a group that is not counted."""
    return {
        "n_neurons": len(network.neurons),
        "n_inputs": len(network.inputs),
        "n_outputs": len(network.outputs),
        "n_groups": n_groups - 1,
        "n_places": n_places,
        "n_parameters": len(network.parameter_list()),
        "n_functions": len(network.function_parameters),
    }


def _groups(network: Network) -> list[list[Neuron]]:
    """The neurons behind the inputs as the walk groups them: a generation, then its layers."""
    found = []
    for generation in network.generations():
        groups: dict[Layer | None, list[Neuron]] = {None: []}
        for neuron in generation:
            if not neuron.is_input:
                key = neuron.layer if neuron.activation == SOFTMAX else None
                groups.setdefault(key, []).append(neuron)
        found += [group for group in groups.values() if group]
    return found


def _activations(order: list[Neuron], kernel: Kernel) -> dict[str, NDArray[Any]]:
    """Of each neuron the code of its activation, and the values of its options."""
    made = {n.activation: ACTIVATIONS[n.activation] for n in order if n.activation != SOFTMAX}
    codes = {name: kernel.codes["activation"][a.family] for name, a in made.items()}
    codes[SOFTMAX] = _SOFTMAX_CODE
    choices = {name: choices_of(activation) for name, activation in made.items()}
    choices[SOFTMAX] = choices_of(ACTIVATIONS["identity"])  # it has none
    return {
        "activation": np.array([codes[neuron.activation] for neuron in order], np.uint8),
        "choices": np.array([choices[neuron.activation] for neuron in order]),
    }


def _aggregations(
    order: list[Neuron], n_sources: NDArray[Any], kernel: Kernel
) -> tuple[dict[str, NDArray[Any] | None], int]:
    """Of each neuron what is made of its terms, and where they begin.

    Nothing where all sum and nothing of their activations is learned.
    """
    if all(neuron.is_plain and not neuron.function_parameters for neuron in order):
        return dict.fromkeys(("aggregation", "response", "first_term")), 0
    codes = kernel.codes["aggregation"]
    found = [0 if neuron.is_plain else 1 + codes[neuron.aggregation] for neuron in order]
    code = np.array(found, np.uint8)
    ends = np.cumsum(np.where(code > 0, n_sources, 0))
    return {
        "aggregation": code,
        "response": np.array([neuron.response for neuron in order]),
        "first_term": np.concatenate(([0], ends[:-1])),
    }, int(ends[-1])


def _parameters(
    network: Network, order: list[Neuron], is_source: NDArray[np.bool_]
) -> dict[str, NDArray[Any] | None]:
    """Which parameters are weights; those of places, if shared; those of activations, if any."""
    functions, n = network.function_parameters, len(network.parameter_list())
    is_weight = np.concatenate((is_source, np.zeros(len(functions), bool)))
    is_shared = network.has_shared_weights
    if is_shared:
        is_weight = np.array([parameter.kind == "w" for parameter in network.parameter_list()])
    return {
        "is_weight": is_weight.astype(np.uint8),
        "parameter": network.place_numbers() if is_shared else None,
        "learned": _learned(order, functions, n) if functions else None,
    }


def _learned(
    order: list[Neuron], functions: tuple[FunctionParameter, ...], n_parameters: int
) -> NDArray[Any]:
    """Of each neuron and option of its activation, the number of the parameter, if it is one."""
    found = np.full((len(order), MOST_OPTIONS), _NONE, np.uint32)
    first = n_parameters - len(functions)
    number = {parameter: first + i for i, parameter in enumerate(functions)}
    for i, neuron in enumerate(order):
        for parameter in neuron.function_parameters:
            options = list(ACTIVATIONS[neuron.activation].options)
            found[i, options.index(parameter.option)] = number[parameter]
    return found


def _is_layered(network: Network, groups: list[list[Neuron]], arrays: dict[str, Any]) -> bool:
    """Whether each group is a layer, connected to all of the one before in their order.

    Then all neurons of a layer are alike, and the last layer are the outputs.
    """
    n_parameters = len(network.parameter_list())
    if n_parameters > _MOST_LAYERED or groups[-1] != list(network.outputs):
        return False
    at = begin = n_connections = 0  # a place, and the first neuron of the layer before
    for before, group in pairwise(groups):
        n, size, middle = len(before), len(group), begin + len(before)
        layer, activation = slice(middle, middle + size), group[0].activation
        has_bias = int(arrays["has_bias"][middle])
        stop = at + (n + has_bias) * size
        if activation == SOFTMAX or any(each.activation != activation for each in group):
            return False
        if n + has_bias == 0:
            return False
        if (arrays["n_sources"][layer] != n).any() or (arrays["has_bias"][layer] != has_bias).any():
            return False
        if not np.array_equal(arrays["first"][layer], range(at, stop, n + has_bias)):
            return False
        places = np.arange(at, stop).reshape(size, n + has_bias)[:, :n]
        out = slice(n_connections, n_connections + n * size)
        if (arrays["source"][places] != range(begin, middle)).any():
            return False
        if not np.array_equal(arrays["out_place"][out], places.T.ravel()):
            return False
        at, begin, n_connections = stop, middle, out.stop
    return True


def _is_layer(group: list[Neuron]) -> bool:
    return group[0].activation == SOFTMAX


def _outgoing(
    targets: EdgeEnds,
    column: NDArray[Any],
    source: NDArray[Any],
    target: NDArray[Any],
    place: NDArray[Any],
) -> dict[str, NDArray[Any]]:
    """Of each neuron its targets, in the order in which the connections were added.

    ``source``, ``target`` and ``place`` are of all connections, in the order of theta.
    """
    order, n = np.argsort(column), len(column)
    counts = targets.counts[order]
    ends = column[targets.numbers[take_lists(targets.first[order], counts)]]
    first = np.concatenate(([0], np.cumsum(counts)))
    # the sort of 16-bit numbers is linear
    found = np.argsort(source.astype(np.uint16) if n <= 1 << 16 else source, kind="stable")
    if not np.array_equal(target[found], ends):  # they were added in another order than theta's
        by_ends = np.argsort(np.repeat(np.arange(n), counts) * n + ends)
        found[by_ends] = np.argsort(source * n + target)
    return {"out_first": first, "out_place": place[found], "out_target": ends.astype(np.int64)}


def _runs(first: NDArray[Any], n_sources: NDArray[Any], source: NDArray[Any]) -> NDArray[Any]:
    """Of each neuron, whether its sources follow each other, as those in a layer do."""
    breaks = np.concatenate(([0], np.cumsum(np.diff(source, append=0) != 1)))
    last = np.maximum(first + n_sources - 1, first)
    runs: NDArray[Any] = (n_sources >= _LEAST_RUN) & (breaks[last] == breaks[first])
    return runs


def _alike(
    is_run: NDArray[Any],
    first: NDArray[Any],
    n_sources: NDArray[Any],
    source: NDArray[Any],
    ends: NDArray[Any],
) -> NDArray[Any]:
    """Of each neuron, how many from it on in its group have the same run of sources."""
    begin = np.full(len(first), -1)
    begin[is_run] = source[first[is_run]]
    same = is_run[1:] & (begin[1:] == begin[:-1]) & (n_sources[1:] == n_sources[:-1])
    return np.where(is_run, _lengths(same, ends), 0)


def _alike_out(
    outgoing: dict[str, NDArray[Any]], output_number: NDArray[Any], ends: NDArray[Any]
) -> NDArray[Any]:
    """Of each neuron but outputs, how many from it on in its group have the same targets.

    Only those whose weights follow those of the neuron before.
    """
    first, place, target = outgoing.values()
    n_targets = np.diff(first)
    is_hidden = (output_number < 0) & (n_targets > 0)
    same = is_hidden[1:] & is_hidden[:-1] & (n_targets[1:] == n_targets[:-1])
    for i in np.flatnonzero(same).tolist():
        here, after, end = first[i], first[i + 1], first[i + 2]
        same[i] = bool(
            np.array_equal(target[here:after], target[after:end])
            and np.array_equal(place[here:after] + 1, place[after:end])
        )
    return np.where(is_hidden, _lengths(same, ends), 0)


def _lengths(same: NDArray[Any], ends: NDArray[Any]) -> NDArray[Any]:
    """Of each neuron, how many from it on are the same as the one before, itself included."""
    n = len(same) + 1
    breaks = np.sort(np.concatenate((np.flatnonzero(~same) + 1, ends)))
    numbers = np.arange(n)
    lengths: NDArray[Any] = breaks[np.searchsorted(breaks, numbers, side="right")] - numbers
    return lengths


def _indexed(array: NDArray[Any] | None) -> NDArray[Any] | None:
    """Indices as the kernel takes them."""
    if array is None or array.dtype != np.int64:
        return array
    return np.ascontiguousarray(array, np.uint32)
