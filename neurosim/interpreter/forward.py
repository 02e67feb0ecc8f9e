"""The forward pass: every neuron is computed once, after all of its sources.

Summation order: the bias first, then the connections in the order they were added. A neuron that
does not simply sum takes all of its terms at once: bias + response * aggregate.
"""

from collections import deque
from collections.abc import Generator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from neurosim.errors import ShapeError
from neurosim.functions.activations import softmax
from neurosim.functions.aggregations import Aggregation
from neurosim.functions.numbers import Matrix, require_array
from neurosim.interpreter.steps import (
    Activated,
    Aggregated,
    Dropped,
    Loaded,
    Noised,
    Normalized,
    Scaled,
    Started,
    Step,
    Summed,
    record,
)
from neurosim.interpreter.visits import Group, Schedule, Visit, require_network, schedule_of
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.scaling import Scaling

NO_MASKS: Mapping[Neuron, float] = MappingProxyType({})


def forward(network: Network, sample: Any) -> Generator[Step, None, None]:
    """Compute every neuron once, each after all of its sources.

    Checks when called, not at the first ``next()``.

    Args:
        network: what is walked.
        sample: one value per input neuron, (n_in,).

    Yields:
        Loaded, Started, Summed, Aggregated, Activated, Normalized, Scaled.

    Raises:
        WrongTypeError: ``network`` is not a Network.
        ShapeError: ``sample`` has another shape.
        InvalidValueError: ``sample`` holds a number that is not finite.
        GraphError: another pass over the network is under way.
    """
    require_network(network)
    values = require_array(sample, "sample")
    if values.ndim == 0 and len(network.inputs) == 1:
        values = values.reshape(1)
    if values.shape != (len(network.inputs),):
        raise ShapeError(
            f"sample: got {values.shape}; expected {(len(network.inputs),)}, one value for each of"
            f" the inputs {', '.join(n.name for n in network.inputs[:8])}"
            f"{'; for many rows there is net.predict(X)' if values.ndim == 2 else ''}"
        )
    network.inputs_conversion.inner(values, "sample")  # refuses what is too large
    return network.begin_pass(forward_steps(schedule_of(network), values.tolist()))


def run_forward(network: Network, sample: Any) -> Matrix:
    """Drain a forward pass and return the outputs, (n_out,)."""
    outputs = network.require_outputs()
    deque(forward(network, sample), maxlen=0)
    return np.array([neuron.value for neuron in outputs], dtype=np.float64)


def forward_steps(
    schedule: Schedule,
    values: list[float],
    *,
    added: list[float] | None = None,
    masks: Mapping[Neuron, float] = NO_MASKS,
) -> Generator[Step, None, None]:
    """The pass itself, unchecked: ``values`` are raw floats, one for each input.

    In training, ``added`` is added to the (scaled) inputs, and the outputs of some neurons are
    multiplied by ``masks``.

    It keeps no number of its own: each step reads the objects, so that a value that is set between
    two steps holds from there on.
    """
    schedule.fill_parameters()
    for number, (neuron, value) in enumerate(zip(schedule.inputs, values, strict=True)):
        yield _load(neuron, value)
        if added is not None:
            yield _add_noise(neuron, added[number])
        if neuron in masks:
            yield _drop(neuron, masks[neuron])
    for group in schedule.groups:
        for visit in group.visits:
            neuron = visit.neuron
            if visit.aggregation is not None:
                yield _aggregate(visit, visit.aggregation)
            else:
                before, bias = neuron.net_input, neuron._bias._value
                z = neuron.net_input = 0.0 if bias is None else bias
                yield record(Started, (neuron, before, z))
                for connection, parameter, source in visit.incoming:
                    start, weight, output = neuron.net_input, parameter._value, source.output
                    assert start is not None
                    assert output is not None
                    z = neuron.net_input = start + weight * output
                    yield record(Summed, (connection, start, weight, output, z))
            if visit.value is not None:
                before, net = neuron.output, neuron.net_input
                assert net is not None
                a = neuron.output = visit.value(net)
                yield record(Activated, (neuron, before, net, a))
            if masks and neuron in masks:
                yield _drop(neuron, masks[neuron])
        if group.layer is not None:
            yield _normalize(group)
        for neuron, scaling in group.scalings:
            yield _scale(neuron, scaling)


def _aggregate(visit: Visit, aggregation: Aggregation) -> Aggregated:
    neuron = visit.neuron
    before, bias, response = neuron.net_input, neuron._bias._value, neuron._response
    start = 0.0 if bias is None else bias
    weights, values = [], []
    for _, parameter, source in visit.incoming:
        assert source.output is not None
        weights.append(parameter._value)
        values.append(source.output)
    found = aggregation.value([w * a for w, a in zip(weights, values, strict=True)])
    after = neuron.net_input = start + response * found
    return Aggregated(
        neuron, before, start, response, aggregation.name, tuple(weights), tuple(values), after
    )


def _load(neuron: Neuron, raw: float) -> Loaded:
    before, scaling = neuron.output, neuron._scaling
    if scaling is None:
        neuron.output = raw
        return Loaded(neuron, before, raw)
    after = neuron.output = scaling.inner(raw)
    return Loaded(neuron, before, after)


def _add_noise(neuron: Neuron, noise: float) -> Noised:
    before = neuron.output
    assert before is not None
    neuron.output = before + noise
    return Noised(neuron, before, noise, neuron.output)


def _drop(neuron: Neuron, factor: float) -> Dropped:
    before = neuron.output
    assert before is not None
    neuron.output = before * factor
    return Dropped(neuron, before, factor, neuron.output)


def _scale(neuron: Neuron, scaling: Scaling) -> Scaled:
    before, output = neuron._outer, neuron.output
    assert output is not None
    after = neuron._outer = scaling.outer(output)
    return Scaled(neuron, before, scaling.offset, scaling.factor, output, after)


def _normalize(group: Group) -> Normalized:
    assert group.layer is not None
    neurons = [visit.neuron for visit in group.visits]
    net_inputs = [neuron.net_input for neuron in neurons]
    numbers = [z for z in net_inputs if z is not None]
    before = tuple(neuron.output for neuron in neurons)
    after = softmax(numbers)
    for neuron, a in zip(neurons, after, strict=True):
        neuron.output = a
    return Normalized(group.layer, before, tuple(numbers), tuple(after))
