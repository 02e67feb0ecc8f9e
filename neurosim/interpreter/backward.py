"""The loss of a sample, and the backpropagation of its error to every weight and bias.

The order is the reverse of the forward pass: a neuron's delta is computed after those of all its
targets. The errors from its outgoing connections are summed in the order the connections were
added. Gradients are summed over the samples of a batch; the first sample (``position`` 0) starts
them anew.

Where a neuron does not simply sum, its delta is distributed over its terms: to each goes delta *
response * slope of the aggregate by it, which is what goes on along its connection.
"""

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from neurosim.errors import GraphError, InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, add_up
from neurosim.functions.aggregations import AGGREGATIONS, Aggregation
from neurosim.functions.losses import (
    PERCEPTRON,
    TARGET_RULES,
    Head,
    Loss,
    Objective,
    weighted_value,
    whole,
)
from neurosim.functions.numbers import require_array
from neurosim.interpreter.forward import NO_MASKS
from neurosim.interpreter.steps import (
    Backpropagated,
    Compared,
    DeltaComputed,
    Distributed,
    ErrorDropped,
    GradientComputed,
    Measured,
    Step,
    record,
)
from neurosim.interpreter.visits import Schedule, Visit, require_network, schedule_of
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter

_NO_FORWARD = "no forward pass has been made over this structure; expected one before the loss"


def measure(network: Network, target: Any, loss: Loss) -> Generator[Step, None, None]:
    """Measure the loss of the sample that the last forward pass took.

    Args:
        network: after a forward pass.
        target: one raw value per output neuron, (n_out,); the loss is of inner numbers.
        loss: one of `neurosim.functions.losses.LOSSES`.

    Yields:
        One Measured.

    Raises:
        ShapeError: ``target`` has another shape.
        InvalidValueError: ``target`` breaks the rule of the loss.
        WrongTypeError: ``loss`` is not a Loss.
        GraphError: there is no forward pass to measure, or the loss does not fit the outputs.
    """
    values = _require_target(network, target, loss)
    objective = whole(loss, len(values))
    return network.begin_pass(measure_steps(network, schedule_of(network), values, objective))


def backward(
    network: Network, target: Any, loss: Loss, *, position: int = 0, inputs: bool = False
) -> Generator[Step, None, None]:
    """Backpropagate the error of the last sample to every weight and bias.

    Args:
        network: after a forward pass.
        target: one value per output neuron, (n_out,).
        loss: one of `neurosim.functions.losses.LOSSES`.
        position: of the sample in its batch; gradients start anew at 0.
        inputs: whether the error is backpropagated to the input neurons, too, after all else. No
            parameter needs it, and it takes 10 to 50% of the time of a sample.

    Yields:
        Compared, Backpropagated, DeltaComputed, Distributed, GradientComputed.

    Raises:
        ShapeError: ``target`` has another shape.
        InvalidValueError: ``target`` breaks the rule of the loss.
        GraphError: there is no forward pass to go back over, or, behind position 0, no gradient to
            go on from; an activation has no slope, or the loss does not fit the outputs.
    """
    values = _require_target(network, target, loss)
    require_slopes(network)
    if any(neuron.output is None for neuron in network.neurons):
        raise GraphError(_NO_FORWARD)
    if position != 0 and any(p._gradient is None for p in network.parameter_list()):
        raise GraphError(
            f"no backward pass has been made, got position {position!r}; expected position 0 first"
        )
    return network.begin_pass(_backward(network, values, loss, position, inputs=inputs))


def _backward(
    network: Network, targets: list[float], loss: Loss, position: int, *, inputs: bool
) -> Generator[Step, None, None]:
    objective = whole(loss, len(targets))
    yield from backward_steps(schedule_of(network), targets, objective, position)
    if inputs:
        yield from input_steps(network, network.inputs)


def term_slope(network: Network, connection: Connection) -> float:
    """The slope of the net input, by the term of a connection, of a target that does not sum.

    Raises:
        GraphError: there is no forward pass.
    """
    target = connection.target
    incoming = network.incoming(target)
    if any(c.source.output is None for c in incoming):
        raise GraphError(_NO_FORWARD)
    slopes = AGGREGATIONS[target.aggregation].slopes(
        [c.weight * _number(c.source.output) for c in incoming]
    )
    return target.response * slopes[incoming.index(connection)]


def require_slopes(network: Network, objective: Objective | None = None) -> None:
    """Refuse an activation without slope where an error must pass it to a trainable parameter.

    Elsewhere its slope counts as 0: nothing is learned through it. Outputs need none where the loss
    gives their delta at once, as that of the perceptron rule does; it then trains no others.
    """
    given: set[Neuron] = set()
    if objective is not None and any(head.loss is PERCEPTRON for head in objective.heads):
        given = {n for n in network.outputs if n.activation == PERCEPTRON.partner}
        _require_alone(network, given)
    flat = network._cached(f"flat {ACTIVATIONS.version}", lambda: _flat(network))
    if not flat:
        return
    learning, reached = _learning(network), _reached(network)
    for neuron in network.neurons:
        if neuron in given:
            continue
        if neuron.activation in flat and neuron in learning and neuron in reached:
            raise GraphError(
                f"neuron {neuron.name!r}: {neuron.activation!r} has no slope to learn by; expected"
                " another activation (such as 'sigmoid') in training, no trainable parameter that"
                " leads to it, or optimizer 'perceptron' for outputs of 'step'"
            )


def _flat(network: Network) -> set[str]:
    """The activations that have no slope."""
    names = network.activation_names - {SOFTMAX}
    return {name for name in names if ACTIVATIONS[name].slope is None}


def _require_alone(network: Network, taught: set[Neuron]) -> None:
    """Refuse a trainable parameter of any other neuron under the perceptron rule."""
    for neuron in network.neurons:
        if neuron in taught or not _has_own(network, neuron):
            continue
        got = f"a hidden neuron of {neuron.activation!r}"
        if neuron in network.outputs:
            got = f"an output of {neuron.activation!r}"
        raise GraphError(
            f"neuron {neuron.name!r}: the perceptron rule trains outputs of 'step' alone, as no"
            f" error passes a step, got {got}; expected an output of 'step', no trainable parameter"
            " (freeze it), or another optimizer (such as 'sgd' with 'sigmoid')"
        )


def _has_own(network: Network, neuron: Neuron) -> bool:
    """Whether the neuron's bias, a weight into it, or a number of its activation is trainable."""
    has_bias = neuron.bias is not None and neuron.bias_trainable
    has_bias = has_bias or any(p.trainable for p in neuron.function_parameters)
    return has_bias or any(c.trainable for c in network.incoming(neuron))


def _learning(network: Network) -> set[Neuron]:
    """The neurons that depend on a trainable parameter."""
    found: set[Neuron] = set()
    for neuron in (neuron for generation in network.generations() for neuron in generation):
        if _has_own(network, neuron) or any(c.source in found for c in network.incoming(neuron)):
            found.add(neuron)
    return found


def _reached(network: Network) -> set[Neuron]:
    """The neurons that an error comes back to: outputs, and what leads to them."""
    found, todo = set(network.outputs), list(network.outputs)
    while todo:
        sources = {connection.source for connection in network.incoming(todo.pop())} - found
        found |= sources
        todo += sources
    return found


def require_choice(network: Network) -> None:
    """Refuse to train where the only output is a softmax of one neuron, which is always 1."""
    outputs = network.require_outputs()
    if len(outputs) == 1 and outputs[0].activation == SOFTMAX and len(outputs[0].layer or ()) == 1:
        raise GraphError(
            f"output {outputs[0].name!r}: softmax of one neuron is always 1, nothing can be"
            " learned; expected 'sigmoid' for yes or no, or a neuron for each class"
        )


def require_fitting(network: Network, loss: Loss, head: Head | None = None) -> None:
    """Refuse a loss that does not fit the outputs, or those of a head."""
    outputs = network.require_outputs()
    if loss.joint is None:
        return
    expected = "that is the whole output"
    if head is not None:
        outputs, expected = tuple(outputs[i] for i in head.outputs), "as the outputs of its head"
    layer = outputs[0].layer
    if layer is None or layer.activation != loss.partner or tuple(outputs) != layer.neurons:
        raise GraphError(
            f"loss {loss.name!r}: the outputs are {', '.join(n.name for n in outputs[:8])};"
            f" expected one {loss.partner} layer {expected}"
        )


def _require_target(network: Network, target: Any, loss: Loss) -> list[float]:
    require_network(network)
    if not isinstance(loss, Loss):
        raise WrongTypeError(
            f"loss: got {loss!r}; expected a Loss, such as LOSSES['squared_error']"
        )
    require_fitting(network, loss)
    values = require_array(target, "target")
    if values.ndim == 0 and len(network.outputs) == 1:
        values = values.reshape(1)
    if values.shape != (len(network.outputs),):
        raise ShapeError(f"target: got {values.shape}; expected {(len(network.outputs),)}")
    values = network.outputs_conversion.inner(values, "target")
    obeys, expected = TARGET_RULES[loss.targets]
    if not obeys(values.reshape(1, -1)):
        raise InvalidValueError(f"target: got {values.tolist()}; {loss.name} expected {expected}")
    if any(neuron.output is None for neuron in network.outputs):
        raise GraphError(_NO_FORWARD)
    listed: list[float] = values.tolist()
    return listed


def measure_steps(
    network: Network,
    schedule: Schedule,
    targets: list[float],
    objective: Objective,
    factors: list[float] | None = None,
) -> Generator[Step, None, None]:
    """The measuring itself, unchecked.

    With ``factors``, each term is multiplied by that of its output; the targets of a joint loss
    are multiplied already, and their factor is their sum.
    """
    values, after = [0.0] * len(targets), 0.0
    for head in objective.heads:
        after += _measure_head(schedule, head, values, targets, factors)
    before, network.loss = network.loss, after
    more = () if factors is None else tuple(factors)
    yield Measured(network, before, objective, tuple(values), tuple(targets), more, after)


def _measure_head(
    schedule: Schedule,
    head: Head,
    values: list[float],
    targets: list[float],
    factors: list[float] | None,
) -> float:
    """The loss of some outputs; ``values`` are given what it is computed from."""
    joint, total = head.loss.joint, 0.0
    if joint is not None:
        for i in head.outputs:
            values[i] = _number(schedule.outputs[i].net_input)
        return joint.value([values[i] for i in head.outputs], [targets[i] for i in head.outputs])
    for i in head.outputs:
        neuron = schedule.outputs[i]
        pointwise, is_by_net = head.loss.formula_for(neuron.activation)
        values[i] = _number(neuron.net_input if is_by_net else neuron.output)
        term = pointwise.value(values[i], targets[i])
        total += term if factors is None else weighted_value(term, factors[i])
    return total / head.divisor


def backward_steps(
    schedule: Schedule,
    targets: list[float],
    objective: Objective,
    position: int,
    *,
    factors: list[float] | None = None,
    masks: Mapping[Neuron, float] = NO_MASKS,
) -> Generator[Step, None, None]:
    """The pass itself, unchecked.

    ``factors`` are those of `measure_steps`, ``masks`` those of the forward pass.

    Like the forward pass it reads every number from the objects. ``is_given`` says that the loss
    gave the neuron's delta at once, ``has_error`` that there is a dL/da.
    """
    schedule.fill_parameters()
    terms = schedule.terms
    aims = {
        schedule.outputs[i]: (head, targets[i], None if factors is None else factors[i])
        for head in objective.heads
        for i in head.outputs
    }
    for group in reversed(schedule.groups):
        found: list[tuple[bool, bool]] = []
        for visit in group.visits:
            neuron, is_given, has_error = visit.neuron, False, False
            if visit.is_output:
                compared = _compare(neuron, *aims[neuron])
                yield compared
                is_given = compared.quantity == "delta"
                has_error = not is_given
            for connection, parameter, target in visit.outgoing:
                before, weight, delta = neuron.output_gradient, parameter._value, target.delta
                if terms and connection in terms:
                    delta = target.term_deltas[terms[connection]]
                addend = before if has_error else 0.0
                assert addend is not None
                assert delta is not None
                after = neuron.output_gradient = addend + weight * delta
                has_error = True
                yield record(Backpropagated, (connection, before, addend, weight, delta, after))
            if group.layer is not None:
                found.append((is_given, has_error))
                continue
            if masks and neuron in masks:
                if has_error:
                    yield _drop_error(neuron, masks[neuron])
                yield _delta_of_dropped(visit, has_error)
            elif has_error or not is_given:
                yield _delta(visit, is_given, has_error)
            yield from _gradients(visit, position, schedule, has_error=has_error)
        if group.layer is not None:
            yield from _layer_deltas(group.visits, found)
            for visit in group.visits:
                yield from _gradients(visit, position, schedule)


def input_steps(network: Network, inputs: Iterable[Neuron]) -> Generator[Step, None, None]:
    """Backpropagate the error to input neurons: dL/dx of each that has connections."""
    terms = schedule_of(network).terms
    for neuron in inputs:
        for number, connection in enumerate(network.outgoing(neuron)):
            before, delta = neuron.output_gradient, connection.target.delta
            if connection in terms:
                delta = connection.target.term_deltas[terms[connection]]
            assert delta is not None
            start, weight = _number(before) if number else 0.0, connection.weight
            after = neuron.output_gradient = start + weight * delta
            yield record(Backpropagated, (connection, before, start, weight, delta, after))


def _compare(neuron: Neuron, head: Head, target: float, factor: float | None) -> Compared:
    output, loss = _number(neuron.output), head.loss
    if loss.joint is not None:
        quantity, after, formula = "delta", output - target, "{a} - {t}"
        if factor is not None:
            after, formula = output * factor - target, "{a}*{k} - {t}"
    else:
        pointwise, is_by_net = loss.formula_for(neuron.activation)
        quantity = "delta" if is_by_net else "output_gradient"
        after = pointwise.slope(output, target)
        formula = pointwise.slope_text
        if factor is not None:
            after, formula = weighted_value(after, factor), f"{{k}}*({formula})"
        if loss.averages and len(head.outputs) > 1:
            after /= head.divisor
            formula = f"{formula}/{len(head.outputs)}"
    before = getattr(neuron, quantity)
    setattr(neuron, quantity, after)
    return Compared(neuron, quantity, before, output, target, formula, factor, after)


def _delta(visit: Visit, is_given: bool, has_error: bool) -> DeltaComputed:
    neuron = visit.neuron
    before, z, a = neuron.delta, neuron.net_input, neuron.output
    assert z is not None
    assert a is not None
    slope = 0.0 if visit.slope is None else visit.slope(z, a)
    start, error = _parts(neuron, is_given, has_error)
    after = start + error * slope if is_given else error * slope
    neuron.delta = after
    return record(DeltaComputed, (neuron, before, start, error, 0.0, z, a, slope, after))


def _drop_error(neuron: Neuron, factor: float) -> ErrorDropped:
    before = _number(neuron.output_gradient)
    neuron.output_gradient = before * factor
    return ErrorDropped(neuron, before, factor, neuron.output_gradient)


def _delta_of_dropped(visit: Visit, has_error: bool) -> DeltaComputed:
    """That of a neuron whose output is no longer what its activation made."""
    assert visit.value is not None
    neuron = visit.neuron
    before, z = neuron.delta, _number(neuron.net_input)
    a = visit.value(z)
    slope = 0.0 if visit.slope is None else visit.slope(z, a)
    _, error = _parts(neuron, False, has_error)
    after = neuron.delta = error * slope
    return DeltaComputed(neuron, before, 0.0, error, 0.0, z, a, slope, after)


def _parts(neuron: Neuron, is_given: bool, has_error: bool) -> tuple[float, float]:
    """What the loss gave as delta at once, and dL/da; 0 where there is none."""
    start = _number(neuron.delta) if is_given else 0.0
    return start, _number(neuron.output_gradient) if has_error else 0.0


def _layer_deltas(
    visits: tuple[Visit, ...], found: list[tuple[bool, bool]]
) -> Generator[Step, None, None]:
    outputs = [_number(visit.neuron.output) for visit in visits]
    parts = [_parts(visit.neuron, *known) for visit, known in zip(visits, found, strict=True)]
    shift = add_up(a * error for a, (_, error) in zip(outputs, parts, strict=True))
    came_back = any(has_error for _, has_error in found)
    for visit, output, known, (start, error) in zip(visits, outputs, found, parts, strict=True):
        if known[0] and not came_back:
            continue  # the loss gave delta itself, and nothing else came back
        neuron, before = visit.neuron, visit.neuron.delta
        after = start + output * (error - shift)
        neuron.delta = after
        z = _number(neuron.net_input)
        yield DeltaComputed(neuron, before, start, error, shift, z, output, output, after)


def _gradients(
    visit: Visit, position: int, schedule: Schedule, *, has_error: bool = False
) -> Generator[Step, None, None]:
    neuron, added = visit.neuron, schedule.added
    if visit.aggregation is not None:
        yield _distribute(visit, visit.aggregation)
    for number, (connection, parameter, source) in enumerate(visit.incoming):
        before, value, delta, start = parameter._gradient, source.output, neuron.delta, 0.0
        if visit.aggregation is not None:
            delta = neuron.term_deltas[number]
        assert value is not None
        assert delta is not None
        if position or (added and connection in added):
            assert before is not None
            start = before
        after = parameter._gradient = start + value * delta
        yield record(GradientComputed, (connection, before, start, value, delta, after))
    bias = neuron._bias
    if bias._value is not None:
        before, delta, start = bias._gradient, neuron.delta, 0.0
        assert delta is not None
        if position:
            assert before is not None
            start = before
        after = bias._gradient = start + delta
        yield record(GradientComputed, (bias, before, start, 1.0, delta, after))
    if visit.learned:
        yield from _learned_gradients(visit, position, schedule.first, has_error=has_error)


def _learned_gradients(
    visit: Visit, position: int, first: Mapping[FunctionParameter, Neuron], *, has_error: bool
) -> Generator[Step, None, None]:
    """What is learned of the activation: each takes dL/da times the slope of a by it."""
    neuron = visit.neuron
    error = _number(neuron.output_gradient) if has_error else 0.0
    for parameter, slope in visit.learned:
        before, value, start = parameter._gradient, slope(_number(neuron.net_input)), 0.0
        if position or first.get(parameter, neuron) is not neuron:
            start = _number(before)
        after = parameter._gradient = start + value * error
        yield record(GradientComputed, (parameter, before, start, value, error, after))


def _distribute(visit: Visit, aggregation: Aggregation) -> Distributed:
    neuron = visit.neuron
    before, delta, response = neuron.term_deltas, _number(neuron.delta), neuron._response
    terms = [parameter._value * _number(source.output) for _, parameter, source in visit.incoming]
    slopes = tuple(aggregation.slopes(terms))
    after = neuron.term_deltas = tuple(
        delta * response * slope + 0.0  # no -0, which reads badly
        for slope in slopes
    )
    return Distributed(neuron, before, delta, response, slopes, after)


def _number(value: float | None) -> float:
    assert value is not None
    return value
