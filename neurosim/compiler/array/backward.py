"""The backward half of a program of arrays: loss, deltas, gradients, update."""

from dataclasses import dataclass

import numpy as np

from neurosim.compiler.array.text import (
    Text,
    print_call,
    print_fused,
    print_learned,
    response_of,
    rows_of,
    take_scratch,
)
from neurosim.compiler.blas import descent
from neurosim.compiler.operations import Aim, Assign, Delta, Descend, Fan, Update, WeightedLink
from neurosim.compiler.plan import Block, Bundle, Dense, Terms
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, Activation
from neurosim.functions.aggregations import AGGREGATIONS
from neurosim.functions.losses import weigh


def print_joint(aim: Aim, alone: set[int], text: Text) -> None:
    """Softmax, loss and slope at once."""
    i, joint = aim.block.number, aim.head.loss.joint
    assert joint is not None
    text.judged.add(i)
    text.constant("judge_joint", joint.both)
    e, t = _slope_buffer(aim, alone, text), text.targets(aim)
    text.loop.append(f"loss += judge_joint(z{i}, a{i}, {t}, {e})")
    if text.each_row:  # judge left -log(a) in z; to call the formula costs five times as much
        text.loop.append(f"multiply(z{i}, {t}, z{i})")
        text.add_to_rows(f"add.reduce(z{i}, 0)")
    if text.weighted:
        text.loop.append(f"multiply(a{i}, {text.factors(aim)}, {e})")
        text.loop.append(f"subtract({e}, {t}, {e})")
    text.loop.append(f"multiply({e}, scale, {e})")


def _slope_buffer(aim: Aim, alone: set[int], text: Text) -> str:
    """Where the slopes of the loss are written: the deltas themselves, where nothing else is."""
    name = f"e{aim.name}"
    if aim.block.number in alone and aim.is_whole:
        text.setup.append(f"{name} = delta[{aim.block.start}:{aim.block.stop}]")
    else:
        text.setup.append(f"{name} = empty(({len(aim.rows)}, size), theta.dtype)")
    return name


def print_measure(aim: Aim, alone: set[int], text: Text) -> None:
    """The loss of some outputs, and its slopes; ``alone`` are blocks that get no other error."""
    i, head, name = aim.block.number, aim.head, aim.name
    e, t = _slope_buffer(aim, alone, text), text.targets(aim)
    if t != "t":
        text.loop.append(f"t{name} = {t}")
        t = f"t{name}"
    a = rows_of(text, f"o{name}", f"a{i}", aim.rows, aim.block.size)
    pointwise, is_by_net = head.loss.formula_for(aim.block.activation)
    share = "" if head.divisor == 1.0 else f" / {head.divisor}"
    if is_by_net or text.weighted:
        term = text.constant("term", pointwise.array_value)
        x = rows_of(text, f"o{name}", f"z{i}", aim.rows, aim.block.size) if is_by_net else a
        terms = f"{term}({x}, {t})"
        if text.weighted:
            terms = f"weigh({terms}, {_factors(aim, text)})"
        if text.each_row:
            text.loop.append(f"terms = {terms}")
            terms = "terms"
            text.add_to_rows(f"add.reduce(terms, 0){share}")
        text.loop.append(f"loss += float({terms}.sum()){share}")
        if text.weighted:
            slope = text.constant("slope", pointwise.array_slope)
            text.loop.append(f"{e}[...] = weigh({slope}({a}, {t}), k{name})")
        else:
            text.loop.append(f"subtract({a}, {t}, {e})")
    else:
        judge = text.constant("judge", pointwise.judge)
        text.loop.append(f"loss += {judge}({a}, {t}, {e}){share}")
        if text.each_row:
            term = text.constant("term_by_output", pointwise.array_value)
            text.add_to_rows(f"add.reduce({term}({a}, {t}), 0){share}")
    text.loop.append(f"multiply({e}, scale{share}, {e})")


def _factors(aim: Aim, text: Text) -> str:
    """The factors of some terms, by a name that the loop gives them."""
    text.constant("weigh", weigh)
    text.loop.append(f"k{aim.name} = {text.factors(aim)}")
    return f"k{aim.name}"


@dataclass(frozen=True, slots=True)
class _Part:
    """One share of a block's error: for these rows; as a value, or as a line that writes it."""

    rows: tuple[int, ...]
    value: str
    line: str


def print_delta(delta: Delta, text: Text) -> None:
    """The deltas of a block."""
    block, i = delta.block, delta.block.number
    if text.begin_of_backward is None:
        text.begin_of_backward = len(text.loop)
    text.setup.append(f"d{i} = delta[{block.start}:{block.stop}]")
    parts = [_link_part(link, block, text) for link in delta.links]
    if delta.fan is not None:
        parts.append(_fan_part(delta.fan, block, text))
    by_output = [aim for aim in delta.aims if not aim.is_delta]
    if len(by_output) == len(delta.aims) == 1 and not parts and by_output[0].is_whole:
        _print_slope(block, text)  # the slopes of the loss are in d already
        return
    parts += [_Part(aim.rows, f"e{aim.name}", f"d{i}[...] = e{aim.name}") for aim in by_output]
    if parts:
        _print_sum(i, parts, block.size, text)
        _print_slope(block, text)
    given = [aim for aim in delta.aims if aim.is_delta and (parts or not aim.is_whole)]
    if given and not parts:
        text.loop.append(f"d{i}.fill(0.0)")
    for aim in given:
        rows = rows_of(text, f"o{aim.name}", f"d{i}", aim.rows, block.size)
        target = f"{rows}[...]" if rows == f"d{i}" else rows
        text.loop.append(f"{target} += e{aim.name}")


def _link_part(link: WeightedLink, block: Block, text: Text) -> _Part:
    i, c, weights = block.number, link.consumer.number, link.consumer.weights
    assert isinstance(weights, Dense)
    name = f"{c}_{i}"
    text.setup.append(f"u{name} = w{c}[:, {link.first_column}:{link.last_column}].T")
    value = f"matmul(u{name}, d{c})"
    line = f"matmul(u{name}, d{c}, d{i})"
    if block.size + weights.has_bias == len(weights.sources):
        # dot is faster, but would copy a part of the matrix: so all of it, and the error of the
        # row of ones, behind the block, is written and not read
        text.setup.append(f"back{name} = w{c}.T.dot")
        text.setup.append(f"b{name} = delta[{block.start}:{block.stop + weights.has_bias}]")
        line = f"back{name}(d{c}, b{name})"
    return _Part(link.rows, value, line)


def _fan_part(fan: Fan, block: Block, text: Text) -> _Part:
    """The error from sparse blocks, bundle after bundle, then in the order of the rows."""
    i, done = block.number, 0
    text.setup.append(f"h{i} = empty(({len(fan.rows)}, size), theta.dtype)")
    for j, bundle in enumerate(fan.bundles):
        name = f"{i}_{j}"
        count, width = bundle.targets.shape
        take_scratch(f"y{name}", count, width, text)
        text.constant(f"targets{name}", bundle.targets.ravel())
        first, last = text.n_fan_slots, text.n_fan_slots + count * width
        text.fan_slots.append(bundle.slots.ravel())
        text.n_fan_slots = last
        text.setup.append(f"c{name} = fetched[{first}:{last}].reshape({count}, 1, {width})")
        text.setup.append(f"h{name} = h{i}[{done}:{done + count}].reshape({count}, 1, size)")
        text.loop.append(f"recall(targets{name}, 0, y{name}, 'clip')")
        text.loop.append(f"matmul(c{name}, y{name}_3, h{name})")
        done += count
    order = np.argsort(fan.rows).astype(np.intp)
    text.constant(f"turn{i}", order)
    text.setup.append(f"turned{i} = h{i}.take")
    rows = tuple(fan.rows[order].tolist())
    return _Part(rows, f"turned{i}(turn{i}, 0)", f"turned{i}(turn{i}, 0, d{i}, 'clip')")


def _print_sum(i: int, parts: list[_Part], size: int, text: Text) -> None:
    """Sum the parts into d: one may overwrite it, where it covers the whole block."""
    everything = tuple(range(size))
    whole = next((k for k, part in enumerate(parts) if part.rows == everything), None)
    text.loop.append(f"d{i}.fill(0.0)" if whole is None else parts[whole].line)
    for k, part in enumerate(parts):
        if k != whole:
            target = rows_of(text, f"r{i}_{k}", f"d{i}", part.rows, size)
            target = f"{target}[...]" if target == f"d{i}" else target
            text.loop.append(f"{target} += {part.value}")


def _print_slope(block: Block, text: Text) -> None:
    i, name, mask = block.number, block.activation, text.mask_of(block)
    if mask:
        text.loop.append(f"multiply(d{i}, {mask}, d{i})")
    if name == SOFTMAX:
        text.loop.append(f"d{i} -= multiply(a{i}, d{i}).sum(axis=0)")
        text.loop.append(f"multiply(a{i}, d{i}, d{i})")
        return
    if name == "identity":
        return
    activation = ACTIVATIONS[name]
    slope = activation.array_slope
    if slope is None:  # nothing is learned through it
        text.loop.append(f"multiply(d{i}, 0.0, d{i})")
        return
    made = f"raw{i}" if mask else f"a{i}"
    if print_fused(slope, i, made, f"d{i}", text):
        return
    text.setup.append(f"s{i} = empty_like(a{i})")
    if block.functions:
        _print_learned_gradients(block, activation, text)
        arguments = f"z{i}", made, f"s{i}"
        print_learned(f"{activation.family}_slope_into", "array_slope", arguments, block, text)
        text.loop.append(f"multiply(d{i}, s{i}, d{i})")
        return
    print_call(f"{activation.family}_slope_into", slope, (f"z{i}", made, f"s{i}"), text)
    text.loop.append(f"multiply(d{i}, s{i}, d{i})")


def _print_learned_gradients(block: Block, activation: Activation, text: Text) -> None:
    """The gradients of what is learned of the activation: dL/da times the slope of a by it."""
    i = block.number
    for option, first in zip(activation.trained, block.functions, strict=True):
        by, part = activation.trained[option].array, f"gradient[{first}:{first + block.size}]"
        function = text.constant(f"{activation.family}_by_{option}", by)
        learned = ", ".join(f"learned{i}_{k}" for k in range(len(block.functions)))
        text.loop.append(f"{function}(z{i}, s{i}, {learned})")
        text.loop.append(f"multiply(s{i}, d{i}, s{i})")
        text.loop.append(f"add.reduce(s{i}, 1, None, {part})")


def print_assign(assign: Assign | Descend, text: Text) -> None:
    """The gradients of a block, or the weights less these."""
    if isinstance(assign, Descend):
        _print_descend(assign.block, text)
        return
    block, i, weights = assign.block, assign.block.number, assign.block.weights
    part = f"gradient[{block.first_slot}:{block.last_slot}]"
    if assign.is_dead:
        text.loop += [f"gradient[{k}:{k + block.size}] = 0.0" for k in block.functions]
    if assign.is_dead or block.first_slot == block.last_slot:
        if block.first_slot < block.last_slot:
            text.loop.append(f"{part} = 0.0")
        return
    if isinstance(weights, Dense):
        text.setup.append(f"g{i} = {part}.reshape({block.size}, {len(weights.sources)})")
        text.setup.append(f"assign{i} = d{i}.dot")
        text.loop.append(f"assign{i}({_transposed_sources(i, text)}, g{i})")
        return
    for j, bundle in enumerate(weights):
        name, (n, width) = f"{i}_{j}", bundle.sources.shape
        low, high = bundle.start - block.start, bundle.stop - block.start
        last = bundle.first_slot + n * width
        if bundle.terms is not None:
            slots = f"gradient[{bundle.first_slot}:{last}].reshape({n}, {width})"
            text.setup.append(f"g{name} = {slots}")
            text.setup.append(f"d{name} = d{i}[{low}:{high}]")
            _print_distribute(name, bundle, bundle.terms, text)
            continue
        text.setup.append(
            f"g{name} = gradient[{bundle.first_slot}:{last}].reshape({n}, {width}, 1)"
        )
        text.setup.append(f"d{name} = d{i}[{low}:{high}].reshape({n}, size, 1)")
        text.loop.append(f"gather(sources{name}, 0, v{name}, 'clip')")
        text.loop.append(f"matmul(v{name}_3, d{name}, g{name})")


def _transposed_sources(i: int, text: Text) -> str:
    """The sources of a dense block, a row a sample."""
    if f"v{i}" not in text.fixed:
        return f"v{i}.T"
    text.setup.append(f"v{i}_T = v{i}.T")
    return f"v{i}_T"


def _print_distribute(name: str, bundle: Bundle, terms: Terms, text: Text) -> None:
    """The deltas of terms, from which errors go on, and the gradients of their weights."""
    n, width = bundle.sources.shape
    part, inner = f"[:, :{width - 1}]" if terms.has_bias else "", f"e{name}"
    last = terms.first_row + n * width
    function = text.constant(
        f"slopes_of_{terms.aggregation}", AGGREGATIONS[terms.aggregation].array_slopes
    )
    text.setup.append(f"D{name} = delta[{terms.first_row}:{last}].reshape({n}, {width}, size)")
    text.setup.append(f"{inner} = D{name}{part}")
    text.loop.append(f"gather(sources{name}, 0, v{name}, 'clip')")
    text.loop.append(f"multiply(v{name}_3{part}, w{name}{part}, {inner})")
    text.loop.append(f"{function}({inner}, {inner})")
    text.setup.append(f"d{name}_3 = d{name}.reshape({n}, 1, size)")
    text.loop.append(f"multiply({inner}, d{name}_3, {inner})")
    if response := response_of(name, terms, text):
        text.setup.append(f"{response}_3 = {response}.reshape({n}, 1, 1)")
        text.loop.append(f"multiply({inner}, {response}_3, {inner})")
    if terms.has_bias:
        text.loop.append(f"D{name}[:, {width - 1}] = d{name}")
    text.loop.append(f"multiply(v{name}_3, D{name}, v{name}_3)")
    text.loop.append(f"add.reduce(v{name}_3, 2, None, g{name})")


def _print_descend(block: Block, text: Text) -> None:
    """The weights of a block less the products that are their gradients."""
    i, weights = block.number, block.weights
    assert isinstance(weights, Dense)
    if not len(weights.sources):
        return
    text.constant("descent", descent)
    text.setup.append(f"descend{i} = descent(w{i}, d{i})")
    text.loop.append(f"descend{i}({_transposed_sources(i, text)})  # w{i} -= d{i} @ v{i}.T")


def print_ties(text: Text) -> None:
    """One gradient for each shared weight: the sum over its slots, in ascending order."""
    slots, weights = text.plan.ties
    tied, weight_of = text.constant("tied", slots), text.constant("weight_of", weights)
    text.loop.append(
        f"gradient[{tied}] = bincount({weight_of}, gradient[{tied}])[{weight_of}]  # shared weights"
    )


def print_update(update: Update, text: Text) -> None:
    """The update of all parameters."""
    if update.penalty is not None:
        text.loop.append("penalize(size)")
    if update.has_fixed:
        text.loop.append("multiply(gradient, learns, gradient)")
    if update.is_plain:
        text.loop.append("subtract(theta, gradient, theta)")
        return
    text.loop.append("count += 1")
    text.loop.append("update(count)")
