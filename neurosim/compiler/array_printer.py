"""The array printer: operations as the text of a straight-line NumPy program.

Names in the program are ours (``w2`` the weights of block 2, ``z2`` its net inputs, ``a2`` its
outputs, ``d2`` its deltas, ``g2`` its gradients); the user's stand in comments only, and they are
letters and digits by rule. Buffers and views of them are made once, before the loop over batches;
the loop only fills them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, assert_never

import numpy as np

from neurosim.compiler.inlining import array_lines
from neurosim.compiler.operations import (
    Activate,
    Affine,
    Aim,
    Assign,
    Blame,
    Fan,
    Link,
    Measure,
    Normalise,
    Operation,
    Update,
    lower_backward,
    lower_forward,
)
from neurosim.compiler.plan import Block, Bundle, Dense, Index, Plan
from neurosim.compiler.program import LIBRARY, Program
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, softmax_into
from neurosim.functions.losses import Loss


@dataclass(slots=True)
class _Text:
    """A program while it is printed: its set-up lines, those of its loop, and its names."""

    plan: Plan
    loss: Loss | None
    setup: list[str] = field(default_factory=list)
    loop: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    n_scratch: int = 0
    n_fan_slots: int = 0
    fan_slots: list[Index] = field(default_factory=list)
    judged: set[int] = field(default_factory=set)  # blocks whose loss the forward half measures
    in_place: set[int] = field(default_factory=set)  # blocks whose outputs overwrite net inputs
    begin_of_backward: int | None = None
    numbers: dict[float, str] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)  # views that stay while the loop runs

    def constant(self, name: str, value: Any) -> str:
        """A value that the program uses by a name of ours."""
        self.names[name] = value
        return name

    def number(self, value: float) -> str:
        """The name of an array that holds a number, in the precision of the program."""
        return self.numbers.setdefault(value, f"number{len(self.numbers)}")

    @property
    def is_training(self) -> bool:
        """Whether the program has a backward half."""
        return self.loss is not None


def print_forward(plan: Plan) -> Program:
    """The program ``forward(theta, x)``, (B, n_in) -> (n_out, B)."""
    text = _Text(plan, None)
    _print_operations(text, lower_forward(plan), keep_net_inputs=set())
    setup = ["size = len(x)", *_beginning(text), *text.setup, ""]
    answer = f"return {_rows(text, 'outputs', 'state', plan.outputs, plan.n_rows)}"
    lines = [*setup, f"a0[...] = x.T  # {_listing(plan.blocks[0].names)}", *text.loop, answer]
    source = _function(plan, "forward(theta, x)", lines)
    return Program(source, text.names, "forward", LIBRARY)


def print_training(plan: Plan, loss: Loss, update: Update | None) -> Program:
    """The program ``train(theta, gradient, size, learns, shrink, update)``: yields losses.

    ``size`` is the rows of a batch, ``learns`` is 0 for each slot that training leaves alone, else
    1, ``shrink`` the strength of the penalty on each slot, ``update(count)`` the optimizer.

    It is a generator. Send it ``(batches, count, factor)``: pairs (x, t) of (n_in + 1, size), the
    last row ones, and (n_out, size); the updates made so far; and what every delta is multiplied
    by. It yields the list of their losses, each the sum over its rows, and leaves the last
    gradient. Without an update it only measures.
    """
    text = _Text(plan, loss)
    backward = lower_backward(plan, loss)
    measured = {
        op.aim.block.number
        for op in backward
        if isinstance(op, Measure) and op.aim.is_delta  # only then by the net input
    }
    if not _takes_inputs_directly(plan):
        text.loop.append(f"a0[...] = x[:{plan.n_in}]")
    operations = (*lower_forward(plan), *backward)
    _print_operations(text, operations, keep_net_inputs=measured)
    if update is not None:
        _print_update(update, text)
    lines = [
        *_beginning(text),
        *text.setup,
        "",
        "losses = []",
        "scale = zeros((), theta.dtype)",
        "while True:",
        "    batches, count, factor = yield losses",
        "    losses = []",
        "    scale[...] = factor",
        "    for x, t in batches:",
        "        loss = 0.0",
        *(f"        {line}" for line in text.loop),
        "        losses.append(loss)",
    ]
    source = _function(plan, "train(theta, gradient, size, learns, shrink, update)", lines)
    return Program(source, text.names, "train", LIBRARY)


def _function(plan: Plan, head: str, lines: list[str]) -> str:
    title = f"# {ascii(repr(plan))[1:-1]}"  # a title is free text: escaped, it stays one comment
    return "\n".join(
        [title, f"def {head}:", *(f"    {line}" if line else "" for line in lines), ""]
    )


def _beginning(text: _Text) -> list[str]:
    plan = text.plan
    lines = [
        f"state = ones(({plan.n_rows}, size), theta.dtype)",
        f"state[{plan.zero_row}] = 0.0",
        "gather = state.take",
        f"a0 = state[0:{plan.n_in}]",
    ]
    if text.is_training:
        lines += [f"delta = zeros(({plan.n_rows}, size), theta.dtype)", "recall = delta.take"]
    lines += [f"{name} = array({value!r}, theta.dtype)" for value, name in text.numbers.items()]
    if text.n_scratch:
        lines.append(f"scratch = empty({text.n_scratch} * size, theta.dtype)")
    if text.fan_slots:
        text.constant("slots", np.concatenate(text.fan_slots))
        lines += ["carried = empty(len(slots), theta.dtype)", "carry = theta.take"]
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
    text: _Text, operations: tuple[Operation, ...], *, keep_net_inputs: set[int]
) -> None:
    plan = text.plan
    direct = text.is_training and _takes_inputs_directly(plan)
    for block in plan.blocks[1:]:
        _print_block(block, text, keeps=block.number in keep_net_inputs, direct=direct)
    aims = {op.aim.block.number: op.aim for op in operations if isinstance(op, Measure)}
    alone = {
        op.block.number
        for op in operations
        if isinstance(op, Blame) and not op.links and op.fan is None
    }
    for operation in operations:
        match operation:
            case Affine():
                _print_affine(operation.block, text, direct=direct)
            case Activate():
                _print_activate(operation.block, text)
            case Normalise():
                _print_normalise(operation.block, aims, alone, text)
            case Measure():
                if operation.aim.block.number not in text.judged:
                    _print_measure(operation.aim, alone, text)
            case Blame():
                _print_blame(operation, text)
            case Assign():
                _print_assign(operation, text)
            case Update():
                raise AssertionError("updates are printed last")
            case _:
                assert_never(operation)
    _require_single_definitions(text.setup)
    if text.fan_slots:
        assert text.begin_of_backward is not None
        text.loop.insert(text.begin_of_backward, "carry(slots, 0, carried, 'clip')")


def _print_block(block: Block, text: _Text, *, keeps: bool, direct: bool) -> None:
    i, weights = block.number, block.weights
    text.setup += ["", f"# block {i}: {block.size} {block.activation}: {_listing(block.names)}"]
    text.setup.append(f"a{i} = state[{block.start}:{block.stop}]")
    separate = keeps or not _slope_from_output(block.activation)
    text.setup.append(f"z{i} = empty_like(a{i})" if separate else f"z{i} = a{i}")
    if not separate:
        text.in_place.add(i)
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


def _print_bundle(name: str, block: Block, bundle: Bundle, text: _Text) -> None:
    n, width = bundle.sources.shape
    _scratch(f"v{name}", n, width, text)
    last = bundle.first_slot + n * width
    low, high = bundle.start - block.start, bundle.stop - block.start
    text.constant(f"sources{name}", bundle.sources.ravel())
    text.setup.append(f"w{name} = theta[{bundle.first_slot}:{last}].reshape({n}, 1, {width})")
    text.setup.append(f"z{name} = z{block.number}[{low}:{high}].reshape({n}, 1, size)")


def _scratch(name: str, n: int, width: int, text: _Text) -> None:
    """A matrix (n * width, size) in the common scratch, and as (n, width, size)."""
    text.n_scratch = max(text.n_scratch, n * width)
    text.setup.append(f"{name} = scratch[:{n * width} * size].reshape({n * width}, size)")
    text.setup.append(f"{name}_3 = {name}.reshape({n}, {width}, size)")


def _slope_from_output(activation: str) -> bool:
    return activation == SOFTMAX or ACTIVATIONS[activation].slope_from_output


def _print_affine(block: Block, text: _Text, *, direct: bool) -> None:
    i, weights = block.number, block.weights
    if not isinstance(weights, Dense):
        for j in range(len(weights)):
            text.loop.append(f"gather(sources{i}_{j}, 0, v{i}_{j}, 'clip')")
            text.loop.append(f"matmul(w{i}_{j}, v{i}_{j}_3, z{i}_{j})")
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


def _print_activate(block: Block, text: _Text) -> None:
    i, name = block.number, block.activation
    if name == "identity" and i in text.in_place:
        return
    _print_call(f"{name}_into", ACTIVATIONS[name].array, (f"z{i}", f"a{i}"), text)


def _print_normalise(block: Block, aims: dict[int, Aim], alone: set[int], text: _Text) -> None:
    i = block.number
    if text.loss is not None and text.loss.joint is not None and i in aims:
        _print_joint(aims[i], alone, text)
        return
    text.constant("softmax", softmax_into)
    text.loop.append(f"softmax(z{i}, a{i})")


def _print_joint(aim: Aim, alone: set[int], text: _Text) -> None:
    """Softmax, loss and slope at once."""
    i = aim.block.number
    assert text.loss is not None
    assert text.loss.joint is not None
    text.judged.add(i)
    text.constant("judge", text.loss.joint.both)
    e = _slope_buffer(aim, alone, text)
    t = _rows(text, f"t{i}", "t", aim.targets, len(text.plan.outputs))
    text.loop.append(f"loss += judge(z{i}, a{i}, {t}, {e})")
    text.loop.append(f"multiply({e}, scale, {e})")


def _slope_buffer(aim: Aim, alone: set[int], text: _Text) -> str:
    """Where the slopes of the loss are written: the deltas themselves, where nothing else is."""
    i = aim.block.number
    if i in alone and aim.is_whole:
        text.setup.append(f"e{i} = delta[{aim.block.start}:{aim.block.stop}]")
    else:
        text.setup.append(f"e{i} = empty(({len(aim.rows)}, size), theta.dtype)")
    return f"e{i}"


def _print_measure(aim: Aim, alone: set[int], text: _Text) -> None:
    i, loss = aim.block.number, text.loss
    assert loss is not None
    e = _slope_buffer(aim, alone, text)
    t = _rows(text, f"t{i}", "t", aim.targets, len(text.plan.outputs))
    if t != "t":
        text.loop.append(f"t{i} = {t}")
        t = f"t{i}"
    a = _rows(text, f"o{i}", f"a{i}", aim.rows, aim.block.size)
    pointwise, is_by_net = loss.formula_for(aim.block.activation)
    divisor = loss.divisor(len(text.plan.outputs))
    share = "" if divisor == 1.0 else f" / {divisor}"
    if is_by_net:
        term = text.constant("term", pointwise.array_term)
        z = _rows(text, f"o{i}", f"z{i}", aim.rows, aim.block.size)
        text.loop.append(f"loss += float({term}({z}, {t}).sum()){share}")
        text.loop.append(f"subtract({a}, {t}, {e})")
    else:
        text.constant("judge", pointwise.judge)
        text.loop.append(f"loss += judge({a}, {t}, {e}){share}")
    text.loop.append(f"multiply({e}, scale{share}, {e})")


@dataclass(frozen=True, slots=True)
class _Part:
    """One share of a block's blame: for these rows; as a value, or as a line that writes it."""

    rows: tuple[int, ...]
    value: str
    line: str


def _print_blame(blame: Blame, text: _Text) -> None:
    block, i = blame.block, blame.block.number
    if text.begin_of_backward is None:
        text.begin_of_backward = len(text.loop)
    text.setup.append(f"d{i} = delta[{block.start}:{block.stop}]")
    parts = [_link_part(link, block, text) for link in blame.links]
    if blame.fan is not None:
        parts.append(_fan_part(blame.fan, block, text))
    aim = blame.aim
    if aim is not None and not aim.is_delta:
        if not parts and aim.is_whole:
            _print_slope(block, text)  # the slopes of the loss stand in d already
            return
        parts.append(_Part(aim.rows, f"e{i}", f"d{i}[...] = e{i}"))
    if parts:
        _print_sum(i, parts, block.size, text)
        _print_slope(block, text)
    if aim is not None and aim.is_delta and (parts or not aim.is_whole):
        if not parts:
            text.loop.append(f"d{i}.fill(0.0)")
        rows = _rows(text, f"o{i}", f"d{i}", aim.rows, block.size)
        target = f"{rows}[...]" if rows == f"d{i}" else rows
        text.loop.append(f"{target} += e{i}")


def _link_part(link: Link, block: Block, text: _Text) -> _Part:
    i, c, weights = block.number, link.consumer.number, link.consumer.weights
    assert isinstance(weights, Dense)
    name = f"{c}_{i}"
    text.setup.append(f"u{name} = w{c}[:, {link.first_column}:{link.last_column}].T")
    value = f"matmul(u{name}, d{c})"
    line = f"matmul(u{name}, d{c}, d{i})"
    if block.size + weights.has_bias == len(weights.sources):
        # dot is faster, but would copy a part of the matrix: so all of it, and the blame of the
        # row of ones, behind the block, is written and not read
        text.setup.append(f"carry{name} = w{c}.T.dot")
        text.setup.append(f"b{name} = delta[{block.start}:{block.stop + weights.has_bias}]")
        line = f"carry{name}(d{c}, b{name})"
    return _Part(link.rows, value, line)


def _fan_part(fan: Fan, block: Block, text: _Text) -> _Part:
    """Blame from sparse blocks, bundle after bundle, then brought into the order of the rows."""
    i, done = block.number, 0
    text.setup.append(f"h{i} = empty(({len(fan.rows)}, size), theta.dtype)")
    for j, bundle in enumerate(fan.bundles):
        name = f"{i}_{j}"
        count, width = bundle.targets.shape
        _scratch(f"y{name}", count, width, text)
        text.constant(f"targets{name}", bundle.targets.ravel())
        first, last = text.n_fan_slots, text.n_fan_slots + count * width
        text.fan_slots.append(bundle.slots.ravel())
        text.n_fan_slots = last
        text.setup.append(f"c{name} = carried[{first}:{last}].reshape({count}, 1, {width})")
        text.setup.append(f"h{name} = h{i}[{done}:{done + count}].reshape({count}, 1, size)")
        text.loop.append(f"recall(targets{name}, 0, y{name}, 'clip')")
        text.loop.append(f"matmul(c{name}, y{name}_3, h{name})")
        done += count
    order = np.argsort(fan.rows).astype(np.intp)
    text.constant(f"turn{i}", order)
    text.setup.append(f"turned{i} = h{i}.take")
    rows = tuple(fan.rows[order].tolist())
    return _Part(rows, f"turned{i}(turn{i}, 0)", f"turned{i}(turn{i}, 0, d{i}, 'clip')")


def _print_sum(i: int, parts: list[_Part], size: int, text: _Text) -> None:
    """Sum the parts into d: one may overwrite it, where it covers the whole block."""
    everything = tuple(range(size))
    whole = next((k for k, part in enumerate(parts) if part.rows == everything), None)
    text.loop.append(f"d{i}.fill(0.0)" if whole is None else parts[whole].line)
    for k, part in enumerate(parts):
        if k != whole:
            target = _rows(text, f"r{i}_{k}", f"d{i}", part.rows, size)
            target = f"{target}[...]" if target == f"d{i}" else target
            text.loop.append(f"{target} += {part.value}")


def _print_slope(block: Block, text: _Text) -> None:
    i, name = block.number, block.activation
    if name == SOFTMAX:
        text.loop.append(f"d{i} -= multiply(a{i}, d{i}).sum(axis=0)")
        text.loop.append(f"multiply(a{i}, d{i}, d{i})")
        return
    if name == "identity":
        return
    text.setup.append(f"s{i} = empty_like(a{i})")
    slope = ACTIVATIONS[name].array_slope
    assert slope is not None
    _print_call(f"{name}_slope_into", slope, (f"z{i}", f"a{i}", f"s{i}"), text)
    text.loop.append(f"multiply(d{i}, s{i}, d{i})")


def _print_call(
    name: str, function: Callable[..., None], arguments: tuple[str, ...], text: _Text
) -> None:
    """A formula: its NumPy calls themselves, where it is nothing else, or a call of it."""
    lines = array_lines(function, arguments, text.number) if text.is_training else None
    if lines is None:
        text.constant(name, function)
        lines = [f"{name}({', '.join(arguments)})"]
    text.loop += lines


def _print_assign(assign: Assign, text: _Text) -> None:
    block, i, weights = assign.block, assign.block.number, assign.block.weights
    part = f"gradient[{block.first_slot}:{block.last_slot}]"
    if assign.is_dead or block.first_slot == block.last_slot:
        if block.first_slot < block.last_slot:
            text.loop.append(f"{part} = 0.0")
        return
    if isinstance(weights, Dense):
        text.setup.append(f"g{i} = {part}.reshape({block.size}, {len(weights.sources)})")
        text.setup.append(f"assign{i} = d{i}.dot")
        if f"v{i}" in text.fixed:
            text.setup.append(f"v{i}_T = v{i}.T")
        text.loop.append(f"assign{i}(v{i}{'_T' if f'v{i}' in text.fixed else '.T'}, g{i})")
        return
    for j, bundle in enumerate(weights):
        name, (n, width) = f"{i}_{j}", bundle.sources.shape
        low, high = bundle.start - block.start, bundle.stop - block.start
        last = bundle.first_slot + n * width
        text.setup.append(
            f"g{name} = gradient[{bundle.first_slot}:{last}].reshape({n}, {width}, 1)"
        )
        text.setup.append(f"d{name} = d{i}[{low}:{high}].reshape({n}, size, 1)")
        text.loop.append(f"gather(sources{name}, 0, v{name}, 'clip')")
        text.loop.append(f"matmul(v{name}_3, d{name}, g{name})")


def _print_update(update: Update, text: _Text) -> None:
    if update.penalty is not None:
        text.setup.append("decay = shrink / size")
        text.loop.append("gradient += decay * theta")
    if update.has_fixed:
        text.loop.append("multiply(gradient, learns, gradient)")
    if update.is_plain:
        text.loop.append("subtract(theta, gradient, theta)")
        return
    text.loop.append("count += 1")
    text.loop.append("update(count)")


def _rows(text: _Text, name: str, array: str, rows: tuple[int, ...], size: int) -> str:
    """Some rows of an array: itself where they are all, a slice where they are consecutive."""
    if rows == tuple(range(size)):
        return array
    if rows == tuple(range(rows[0], rows[0] + len(rows))):
        return f"{array}[{rows[0]}:{rows[-1] + 1}]"
    return f"{array}[{text.constant(f'rows_{name}', np.array(rows, dtype=np.intp))}]"


def _listing(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown}, ... ({len(names)} in all)"
