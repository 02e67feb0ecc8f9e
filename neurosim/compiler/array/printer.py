"""The array printer: operations as the text of a straight-line NumPy program.

`array_text` says what its names mean, and `array_backward` prints the half that learns.
"""

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler import operations as ops
from neurosim.compiler.array.backward import (
    print_assign,
    print_delta,
    print_joint,
    print_measure,
    print_ties,
    print_update,
)
from neurosim.compiler.array.text import (
    Text,
    listing,
    print_call,
    print_fused,
    print_learned,
    response_of,
    rows_of,
    take_scratch,
)
from neurosim.compiler.plan import Block, Bundle, Dense, Plan, Terms
from neurosim.compiler.program import Program
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, softmax_into
from neurosim.functions.aggregations import AGGREGATIONS
from neurosim.functions.losses import Loss, Objective, objective_of

ArrayValues = NDArray[Any]


def print_forward(plan: Plan) -> Program:
    """The program ``forward(theta, x)``, (B, n_in) -> (n_out, B)."""
    text = Text(plan, None)
    _print_operations(text, ops.lower_forward(plan), keep_net_inputs=set())
    setup = ["size = len(x)", *_beginning(text), *text.setup, ""]
    answer = f"return {rows_of(text, 'outputs', 'state', plan.outputs, plan.n_rows)}"
    lines = [*setup, f"a0[...] = x.T  # {listing(plan.blocks[0].names)}", *text.loop, answer]
    source = _function(plan, "forward(theta, x)", lines)
    return Program(source, text.names, "forward")


def print_values(plan: Plan) -> Program:
    """The program ``values(theta, x)``, (B, n_in) -> two of (n_rows, B): net inputs, outputs.

    It computes what `print_forward` computes, and keeps all of it. The net inputs of input neurons
    are NaN; rows of ones and of zeros have none. Where a block has holes, a target reads its
    own sources only, so that what is infinite or NaN goes where a connection leads.
    """
    text = Text(plan, None, net_inputs="net")
    everything = {block.number for block in plan.blocks}
    _print_operations(text, ops.lower_forward(plan), keep_net_inputs=everything)
    setup = [
        "size = len(x)",
        *_beginning(text),
        f"net = empty(({plan.n_rows}, size), theta.dtype)",
        f"net[:{plan.n_in}] = float('nan')",
        *text.setup,
        "",
    ]
    lines = [*setup, f"a0[...] = x.T  # {listing(plan.blocks[0].names)}", *text.loop]
    source = _function(plan, "values(theta, x)", [*lines, "return net, state"])
    return Program(source, text.names, "values")


def print_training(
    plan: Plan,
    loss: Loss | Objective,
    update: ops.Update | None,
    *,
    weighted: bool = False,
    masked: tuple[tuple[int, int, int], ...] = (),
    each_row: bool = False,
    gradients: str = "parameters",
    descends: bool = False,
    fuses: bool = False,
) -> Program:
    """The program ``train(theta, gradient, size, learns, penalize, update)``: yields losses.

    ``size`` is the rows of a batch, ``learns`` is 0 for each slot that training leaves alone, else
    1 (None where it leaves none alone); ``penalize(size)`` adds the penalty to the gradient,
    ``update(count)`` is the optimizer.

    It is a generator. Send it ``(batches, count, factor)``: pairs (x, t) of (n_in + 1, size), the
    last row ones, and (n_out, size), with ``weighted`` (2 n_out, size): the targets, and below them
    the factors of their terms, and below these the masks of the blocks in ``masked`` (number,
    first, last), by which outputs are multiplied; the updates made so far; and what every delta is
    multiplied by. It yields the list of their losses, each the sum over its rows, and leaves
    the last gradient. Without an update it only measures. With ``each_row`` it yields a pair: that
    list, and one of the losses of the rows of each batch, (size,). ``gradients`` are by
    ``parameters``, by ``inputs``, too (then it yields a pair: that list, and those of the last
    batch, (n_in, size)), or ``none`` (then: that list, and the outputs for the last batch).

    With ``descends``, where `operations.can_descend`, layer after layer is updated by one product,
    and there is no gradient. With ``fuses``, passes of the kernel stand for those of NumPy that
    they equal to the bit; see `kernel.fused`.
    """
    objective = objective_of(loss, len(plan.outputs))
    text = Text(plan, objective, each_row=each_row, weighted=weighted, masked=masked, fuses=fuses)
    backward: tuple[ops.Operation, ...] = ops.lower_loss(plan, objective)
    if gradients != "none":
        backward = ops.lower_backward(plan, objective, inputs=gradients == "inputs")
    if descends:
        backward = ops.lower_descent(backward)
    answer = "losses, rows" if each_row else "losses"
    if gradients == "inputs":
        answer = f"losses, delta[:{plan.n_in}]"
    if gradients == "none":
        answer = f"losses, {rows_of(text, 'outputs', 'state', plan.outputs, plan.n_rows)}"
    measured = {
        op.aim.block.number
        for op in backward
        if isinstance(op, ops.MeasureLoss) and op.aim.is_delta  # only then by the net input
    }
    if not _takes_inputs_directly(plan):
        text.loop.append(f"a0[...] = x[:{plan.n_in}]")
    operations = (*ops.lower_forward(plan), *backward)
    _print_operations(text, operations, keep_net_inputs=measured)
    if plan.copies.size:
        print_ties(text)
    if update is not None and not descends:
        print_update(update, text)
    lines = [
        *_beginning(text),
        *text.setup,
        "",
        "losses = []",
        *(["rows = []"] if each_row else []),
        "scale = zeros((), theta.dtype)",
        "while True:",
        f"    batches, count, factor = yield {answer}",
        "    losses = []",
        *(["    rows = []"] if each_row else []),
        "    scale[...] = factor",
        "    for x, t in batches:",
        "        loss = 0.0",
        *(f"        {line}" for line in text.loop),
        "        losses.append(loss)",
        *(["        rows.append(row)"] if each_row else []),
    ]
    source = _function(plan, "train(theta, gradient, size, learns, penalize, update)", lines)
    return Program(source, text.names, "train")


def _function(plan: Plan, head: str, lines: list[str]) -> str:
    title = f"# {ascii(repr(plan))[1:-1]}"  # a title is free text: escaped, it stays one comment
    return "\n".join(
        [title, f"def {head}:", *(f"    {line}" if line else "" for line in lines), ""]
    )


def _beginning(text: Text) -> list[str]:
    plan = text.plan
    lines = [
        f"state = ones(({plan.n_rows}, size), theta.dtype)",
        f"state[{plan.zero_row}] = 0.0",
        "gather = state.take",
        f"a0 = state[0:{plan.n_in}]",
    ]
    if text.is_training:
        n_rows = plan.n_rows + plan.n_terms
        lines += [f"delta = zeros(({n_rows}, size), theta.dtype)", "recall = delta.take"]
    lines += [f"{name} = array({value!r}, theta.dtype)" for value, name in text.numbers.items()]
    if text.n_scratch:
        lines.append(f"scratch = empty({text.n_scratch} * size, theta.dtype)")
    if text.fan_slots:
        text.constant("slots", np.concatenate(text.fan_slots))
        lines += ["fetched = empty(len(slots), theta.dtype)", "fetch = theta.take"]
    return lines


def _require_single_definitions(lines: list[str]) -> None:
    names = [line.partition(" = ")[0] for line in lines if " = " in line]
    names = [name for name in names if name.isidentifier()]
    assert len(set(names)) == len(names), "the program gives one name to two things"


def _takes_inputs_directly(plan: Plan) -> bool:
    """Whether no block mixes inputs with other sources, so that they need not be copied."""
    inputs = plan.n_in + 1  # with the row of ones behind them
    for block in plan.blocks[1:]:
        if not isinstance(block.weights, Dense):
            return False
        sources = block.weights.sources
        reads_inputs = len(sources) and sources[0] < inputs
        if reads_inputs and (sources[-1] >= inputs or not block.weights.is_contiguous):
            return False
    return True


def _print_operations(
    text: Text, operations: tuple[ops.Operation, ...], *, keep_net_inputs: set[int]
) -> None:
    plan = text.plan
    direct = text.is_training and _takes_inputs_directly(plan)
    for block in plan.blocks[1:]:
        _print_block(block, text, keeps=block.number in keep_net_inputs, direct=direct)
    aims = {
        op.aim.block.number: op.aim
        for op in operations
        if isinstance(op, ops.MeasureLoss) and op.aim.head.loss.joint is not None
    }
    alone = {
        op.block.number
        for op in operations
        if isinstance(op, ops.Delta) and not op.links and op.fan is None
    }
    for operation in operations:
        match operation:
            case ops.Affine():
                _print_affine(operation.block, text, direct=direct)
            case ops.Activate():
                _print_activate(operation.block, text)
            case ops.Normalise():
                _print_normalise(operation.block, aims, alone, text)
            case ops.MeasureLoss():
                if operation.aim.block.number not in text.judged:
                    print_measure(operation.aim, alone, text)
            case ops.Delta():
                print_delta(operation, text)
            case ops.Assign() | ops.Descend():
                print_assign(operation, text)
            case ops.Update():
                raise AssertionError("updates are printed last")
            case _:
                assert_never(operation)
    _require_single_definitions(text.setup)
    if text.fan_slots:
        assert text.begin_of_backward is not None
        text.loop.insert(text.begin_of_backward, "fetch(slots, 0, fetched, 'clip')")


def _print_block(block: Block, text: Text, *, keeps: bool, direct: bool) -> None:
    i, weights = block.number, block.weights
    text.setup += ["", f"# block {i}: {block.size} {block.activation}: {listing(block.names)}"]
    text.setup.append(f"a{i} = state[{block.start}:{block.stop}]")
    is_masked = bool(text.mask_of(block))
    separate = keeps or is_masked or not _slope_from_output(block.activation)
    if is_masked:
        text.setup.append(f"raw{i} = empty_like(a{i})")
    if text.net_inputs:
        text.setup.append(f"z{i} = {text.net_inputs}[{block.start}:{block.stop}]")
    else:
        text.setup.append(f"z{i} = empty_like(a{i})" if separate else f"z{i} = a{i}")
    if not separate:
        text.in_place.add(i)
    for k, slot in enumerate(block.functions):
        slots = f"theta[{slot}:{slot + block.size}]"
        text.setup.append(f"learned{i}_{k} = {slots}.reshape({block.size}, 1)")
    if not isinstance(weights, Dense):
        for j, bundle in enumerate(weights):
            _print_bundle(f"{i}_{j}", block, bundle, text)
        return
    if not len(weights.sources):
        return
    shape = (block.size, len(weights.sources))
    text.setup.append(f"w{i} = theta[{block.first_slot}:{block.last_slot}].reshape{shape}")
    text.setup.append(f"product{i} = w{i}.dot")
    if not weights.is_contiguous:
        text.constant(f"sources{i}", weights.sources)
        text.setup.append(f"v{i} = empty(({shape[1]}, size), theta.dtype)")
        text.fixed.add(f"v{i}")
    elif not (direct and weights.sources[0] <= text.plan.n_in):
        low, high = int(weights.sources[0]), int(weights.sources[-1]) + 1
        text.setup.append(f"v{i} = state[{low}:{high}]")
        text.fixed.add(f"v{i}")


def _print_bundle(name: str, block: Block, bundle: Bundle, text: Text) -> None:
    n, width = bundle.sources.shape
    take_scratch(f"v{name}", n, width, text)
    last = bundle.first_slot + n * width
    low, high = bundle.start - block.start, bundle.stop - block.start
    text.constant(f"sources{name}", bundle.sources.ravel())
    slots = f"theta[{bundle.first_slot}:{last}]"
    if bundle.terms is not None:
        text.setup.append(f"w{name} = {slots}.reshape({n}, {width}, 1)")
        text.setup.append(f"z{name} = z{block.number}[{low}:{high}]")
        return
    text.setup.append(f"w{name} = {slots}.reshape({n}, 1, {width})")
    text.setup.append(f"z{name} = z{block.number}[{low}:{high}].reshape({n}, 1, size)")


def _slope_from_output(activation: str) -> bool:
    return activation == SOFTMAX or ACTIVATIONS[activation].slope_from_output


def _print_affine(block: Block, text: Text, *, direct: bool) -> None:
    i, weights = block.number, block.weights
    if not isinstance(weights, Dense):
        for j, bundle in enumerate(weights):
            text.loop.append(f"gather(sources{i}_{j}, 0, v{i}_{j}, 'clip')")
            if bundle.terms is None:
                text.loop.append(f"matmul(w{i}_{j}, v{i}_{j}_3, z{i}_{j})")
            else:
                _print_terms(f"{i}_{j}", bundle.width, bundle.terms, text)
        return
    if not len(weights.sources):
        text.loop.append(f"z{i}.fill(0.0)")
        return
    if not weights.is_contiguous:
        text.loop.append(f"gather(sources{i}, 0, v{i}, 'clip')")
    elif direct and weights.sources[0] <= text.plan.n_in:
        low, high = int(weights.sources[0]), int(weights.sources[-1]) + 1
        is_all = (low, high) == (0, text.plan.n_in + 1)
        text.loop.append(f"v{i} = x" if is_all else f"v{i} = x[{low}:{high}]")
    text.loop.append(f"product{i}(v{i}, z{i})")
    if text.net_inputs and len(weights.holes):
        reads = np.ones(block.size * len(weights.sources), dtype=bool)
        reads[weights.holes] = False
        text.constant(f"reads{i}", reads.reshape(block.size, -1))
        text.constant("mend", mend)
        text.loop.append(f"mend(w{i}, v{i}, reads{i}, z{i})")


def _print_terms(name: str, width: int, terms: Terms, text: Text) -> None:
    """Net inputs: bias + response * aggregate of the terms."""
    bias = width - 1
    function = text.constant(f"{terms.aggregation}_of", AGGREGATIONS[terms.aggregation].array)
    text.loop.append(f"multiply(v{name}_3, w{name}, v{name}_3)")
    text.loop.append(f"{function}(v{name}_3{f'[:, :{bias}]' if terms.has_bias else ''}, z{name})")
    if response := response_of(name, terms, text):
        text.loop.append(f"multiply(z{name}, {response}, z{name})")
    if terms.has_bias:
        text.loop.append(f"add(z{name}, v{name}_3[:, {bias}], z{name})")


def mend(weights: ArrayValues, values: ArrayValues, reads: ArrayValues, out: ArrayValues) -> None:
    """Compute the net inputs again, for samples of which a source is not finite.

    0 times what is not finite is NaN: here a target has terms of the sources it reads, alone.
    """
    spoilt = ~np.isfinite(values).all(axis=0)
    if not spoilt.any():
        return
    columns = values[:, spoilt]
    for row, own, target in zip(weights, reads, out, strict=True):
        target[spoilt] = row[own] @ columns[own]


def _print_activate(block: Block, text: Text) -> None:
    i, name, mask = block.number, block.activation, text.mask_of(block)
    if name == "identity" and i in text.in_place and not mask:
        return
    activation, made = ACTIVATIONS[name], f"raw{i}" if mask else f"a{i}"
    if block.functions:
        print_learned(f"{activation.family}_into", "array", (f"z{i}", made), block, text)
    elif not print_fused(activation.array, i, f"z{i}", made, text):
        print_call(f"{activation.family}_into", activation.array, (f"z{i}", made), text)
    if mask:
        text.loop.append(f"multiply({made}, {mask}, a{i})")


def _print_normalise(block: Block, aims: dict[int, ops.Aim], alone: set[int], text: Text) -> None:
    i = block.number
    if i in aims:
        print_joint(aims[i], alone, text)
        return
    text.constant("softmax", softmax_into)
    text.loop.append(f"softmax(z{i}, a{i})")
