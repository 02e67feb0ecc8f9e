"""The array printer: operations as the text of a straight-line NumPy program.

Names in the program are ours (``w2`` the weights of block 2, ``a2`` its outputs, ``d2`` its
deltas); the user's stand in comments only, and they are letters and digits by rule. All buffers are
made once, when a program is bound to parameters and a number of samples; a call then only fills.
"""

from dataclasses import dataclass, field
from typing import Any, assert_never

import numpy as np

from neurosim.compiler.operations import (
    Activate,
    Affine,
    Aim,
    Assign,
    Blame,
    Link,
    Measure,
    Normalise,
    Operation,
    lower_backward,
    lower_forward,
)
from neurosim.compiler.plan import Block, Plan
from neurosim.functions.activations import (
    ACTIVATIONS,
    SOFTMAX,
    softmax_into,
)
from neurosim.functions.losses import Loss


@dataclass(slots=True)
class Text:
    """A program while it is printed: its set-up lines, its two bodies, and the names it uses."""

    setup: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    backward: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)

    def constant(self, name: str, value: Any) -> str:
        """A value that the program uses by a name of ours."""
        self.names[name] = value
        return name


def print_forward(plan: Plan) -> Text:
    """The program that computes outputs."""
    text = Text()
    _print_state(plan, text, keep_net_inputs=set())
    for operation in lower_forward(plan):
        _print_operation(operation, plan, text, None)
    return text


def print_training(plan: Plan, loss: Loss, scale_by_rows: bool) -> Text:
    """The program with a backward half.

    ``backward`` returns the loss, and writes the gradient; both are divided by the number of
    samples where ``scale_by_rows`` says so.
    """
    text = Text()
    backward = lower_backward(plan, loss)
    kept = {op.aim.block.number for op in backward if isinstance(op, Measure)}
    _print_state(plan, text, keep_net_inputs=kept)
    text.setup.append("scale = 1.0 / size" if scale_by_rows else "scale = 1.0")
    for operation in lower_forward(plan):
        _print_operation(operation, plan, text, loss)
    for operation in backward:
        _print_operation(operation, plan, text, loss)
    return text


def source_of_forward(plan: Plan, text: Text) -> str:
    """The text of ``forward(theta, x)``, (B, n_in) -> (n_out, B): one function, all names local."""
    lines = [_title(plan), "def forward(theta, x):", "    size = len(x)"]
    lines += [
        f"    {line}" if line else "" for line in [_state(plan), *text.setup, "", *text.forward]
    ]
    return "\n".join([*lines, f"    return {_rows_of_state(plan.outputs, text)}", ""])


def source_of_training(plan: Plan, text: Text) -> str:
    """The text of a module: buffers for ``size`` samples, ``forward(x)`` and ``backward(t)``.

    It expects ``theta``, ``gradient`` and ``size`` to be there. Its names are global on purpose:
    Python compiles a function in a time quadratic in the number of names it closes over.
    """
    lines = [_title(plan), _state(plan), *text.setup, "", "", "def forward(x):"]
    lines += [f"    {line}" for line in text.forward]
    lines += [f"    return {_rows_of_state(plan.outputs, text)}", "", "", "def backward(t):"]
    lines += ["    loss = 0.0", *(f"    {line}" for line in text.backward)]
    return "\n".join([*lines, "    return loss * scale", ""])


def _title(plan: Plan) -> str:
    return f"# {ascii(repr(plan))[1:-1]}"  # a title is free text: escaped, it stays one comment


def _state(plan: Plan) -> str:
    return f"state = ones(({plan.n_rows}, size), theta.dtype)"


def _print_state(plan: Plan, text: Text, *, keep_net_inputs: set[int]) -> None:
    inputs = plan.blocks[0]
    text.setup.append(f"a0 = state[{inputs.start}:{inputs.stop}]  # {_listing(inputs.names)}")
    text.forward.append("a0[...] = x.T")
    for block in plan.blocks[1:]:
        _print_block(block, text, keeps_net_input=block.number in keep_net_inputs)


def _print_block(block: Block, text: Text, *, keeps_net_input: bool) -> None:
    i, shape = block.number, (block.size, len(block.sources))
    text.setup += ["", f"# block {i}: {block.size} {block.activation}: {_listing(block.names)}"]
    if not block.sources:
        pass
    elif block.cells is None:
        part = f"[{block.first_parameter}:{block.last_parameter}].reshape{shape}"
        text.setup.append(f"w{i} = theta{part}")
    else:
        text.constant(f"cells{i}", block.cells)
        text.setup.append(f"w{i} = zeros({shape}, theta.dtype)")
    text.setup.append(f"a{i} = state[{block.start}:{block.stop}]")
    separate = keeps_net_input or not _slope_from_output(block.activation)
    text.setup.append(f"z{i} = empty_like(a{i})" if separate else f"z{i} = a{i}")
    if block.is_contiguous:
        text.setup.append(f"v{i} = state[{block.sources[0]}:{block.sources[-1] + 1}]")
    elif block.sources:
        text.constant(f"sources{i}", np.array(block.sources, dtype=np.intp))
        text.setup.append(f"v{i} = empty(({len(block.sources)}, size), theta.dtype)")


def _slope_from_output(activation: str) -> bool:
    return activation == SOFTMAX or ACTIVATIONS[activation].slope_from_output


def _print_operation(operation: Operation, plan: Plan, text: Text, loss: Loss | None) -> None:
    match operation:
        case Affine():
            _print_affine(operation.block, text)
        case Activate():
            i, name = operation.block.number, operation.block.activation
            text.constant(name, ACTIVATIONS[name].array)
            text.forward.append(f"{name}(z{i}, a{i})")
        case Normalise():
            i = operation.block.number
            text.constant("softmax", softmax_into)
            text.forward.append(f"softmax(z{i}, a{i})")
        case Measure():
            assert loss is not None
            _print_measure(operation.aim, plan, text, loss)
        case Blame():
            assert loss is not None
            _print_blame(operation, plan, text, loss)
        case Assign():
            _print_assign(operation, text)
        case _:
            assert_never(operation)


def _print_affine(block: Block, text: Text) -> None:
    i = block.number
    if not block.sources:
        text.forward.append(f"z{i}.fill(0.0)")
        return
    if block.cells is not None:
        part = f"theta[{block.first_parameter}:{block.last_parameter}]"
        text.forward.append(f"w{i}.ravel()[cells{i}] = {part}")
    if not block.is_contiguous:
        text.forward.append(f"take(state, sources{i}, 0, v{i}, 'clip')")
    text.forward.append(f"dot(w{i}, v{i}, z{i})")


def _print_measure(aim: Aim, plan: Plan, text: Text, loss: Loss) -> None:
    i = aim.block.number
    t = _rows(f"t{i}", "t", aim.targets, len(plan.outputs), text)
    text.backward.append(f"t{i} = {t}")
    if loss.joint is not None:
        text.constant("measure", loss.joint.array_value)
        term = f"measure(z{i}, t{i})"
    else:
        pointwise, is_by_net = loss.formula_for(aim.block.activation)
        name = text.constant("measure_net" if is_by_net else "measure", pointwise.array_term)
        x = _rows(f"o{i}", f"{'z' if is_by_net else 'a'}{i}", aim.rows, aim.block.size, text)
        term = f"{name}({x}, t{i})"
    divisor = loss.divisor(len(plan.outputs))
    text.backward.append(f"loss += float({term}.sum())" + (f" / {divisor}" if divisor != 1 else ""))


def _print_blame(blame: Blame, plan: Plan, text: Text, loss: Loss) -> None:
    block, i = blame.block, blame.block.number
    text.setup.append(f"d{i} = empty_like(a{i})")
    deltas = [aim for aim in blame.aims if aim.is_delta]
    gradients = [aim for aim in blame.aims if not aim.is_delta]
    parts = [_link_text(link, block, text) for link in blame.links]
    parts += [_compare_text(aim, plan, text, loss) for aim in gradients]
    if parts:
        _print_sum(i, parts, block.size, text)
        _print_slope(block, text)
    for aim in deltas:
        rows = _rows(f"o{i}", f"d{i}", aim.rows, block.size, text)
        a = _rows(f"o{i}", f"a{i}", aim.rows, block.size, text)
        if not parts and len(aim.rows) < block.size:
            text.backward.append(f"d{i}.fill(0.0)")
        sign = "+=" if parts else "="
        target = f"{rows}[...]" if rows == f"d{i}" else rows
        text.backward.append(f"{target} {sign} ({a} - t{i}) * scale")


def _link_text(link: Link, block: Block, text: Text) -> tuple[tuple[int, ...], str]:
    i, c = block.number, link.consumer.number
    text.setup.append(f"u{c}_{i} = w{c}[:, {link.first_column}:{link.last_column}].T")
    return link.rows, f"dot(u{c}_{i}, d{c}"


def _compare_text(aim: Aim, plan: Plan, text: Text, loss: Loss) -> tuple[tuple[int, ...], str]:
    i = aim.block.number
    pointwise, _ = loss.formula_for(aim.block.activation)
    text.constant("compare", pointwise.array_slope)
    a = _rows(f"o{i}", f"a{i}", aim.rows, aim.block.size, text)
    divisor = loss.divisor(len(plan.outputs))
    factor = "scale" if divisor == 1.0 else f"(scale / {divisor})"
    return aim.rows, f"multiply(compare({a}, t{i}), {factor}"


def _print_sum(i: int, parts: list[tuple[tuple[int, ...], str]], size: int, text: Text) -> None:
    """Sum the parts into d: the first may overwrite it, where it covers the whole block."""
    everything = tuple(range(size))
    whole = next((k for k, (rows, _) in enumerate(parts) if rows == everything), None)
    if whole is None:
        text.backward.append(f"d{i}.fill(0.0)")
    else:
        text.backward.append(f"{parts[whole][1]}, d{i})")
    for k, (rows, call) in enumerate(parts):
        if k != whole:
            target = _rows(f"r{i}_{k}", f"d{i}", rows, size, text)
            # with an index, or "+=" would make the name local to the function
            target = f"{target}[...]" if target == f"d{i}" else target
            text.backward.append(f"{target} += {call})")


def _print_slope(block: Block, text: Text) -> None:
    i, name = block.number, block.activation
    if name == SOFTMAX:
        text.backward.append(f"d{i}[...] -= multiply(a{i}, d{i}).sum(axis=0)")
        text.backward.append(f"multiply(a{i}, d{i}, d{i})")
        return
    if name == "identity":
        return
    text.setup.append(f"s{i} = empty_like(a{i})")
    text.constant(f"{name}_slope", ACTIVATIONS[name].array_slope)
    text.backward.append(f"{name}_slope(z{i}, a{i}, s{i})")
    text.backward.append(f"multiply(d{i}, s{i}, d{i})")


def _print_assign(assign: Assign, text: Text) -> None:
    block, i = assign.block, assign.block.number
    part = f"gradient[{block.first_parameter}:{block.last_parameter}]"
    if assign.is_dead or not block.sources:
        text.backward.append(f"{part} = 0.0")
        return
    shape = (block.size, len(block.sources))
    if block.cells is None:
        text.setup.append(f"g{i} = {part}.reshape{shape}")
        text.backward.append(f"dot(d{i}, v{i}.T, g{i})")
    else:
        text.setup.append(f"g{i} = empty({shape}, theta.dtype)")
        text.backward.append(f"dot(d{i}, v{i}.T, g{i})")
        text.backward.append(f"{part} = g{i}.ravel()[cells{i}]")


def _rows(name: str, array: str, rows: tuple[int, ...], size: int, text: Text) -> str:
    """Some rows of an array: itself where they are all, a slice where they are consecutive."""
    if rows == tuple(range(size)):
        return array
    if rows == tuple(range(rows[0], rows[0] + len(rows))):
        return f"{array}[{rows[0]}:{rows[-1] + 1}]"
    return f"{array}[{text.constant(f'rows_{name}', np.array(rows, dtype=np.intp))}]"


def _rows_of_state(rows: tuple[int, ...], text: Text) -> str:
    return _rows("outputs", "state", rows, -1, text)


def _listing(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown}, ... ({len(names)} in all)"
