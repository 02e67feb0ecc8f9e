"""The ES module of a network: the operations of the array program, printed for one sample.

The same lowering as that of the array program is printed as calls of a few loops, and the formulas
are those of the functions for numbers (see `formulas`). Values are within rounding of the walk, not
equal to its last bit: a browser's ``Math.exp`` is not libm's.
"""

import json
import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any, assert_never

from neurosim.compiler import operations as ops
from neurosim.compiler.javascript.formulas import Formulas, number
from neurosim.compiler.plan import Block, Bundle, Dense, Plan
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.losses import Loss, Objective, objective_of
from neurosim.functions.numbers import Matrix
from neurosim.functions.variants import family
from neurosim.network.scaling import Conversion


def standalone_module(
    plan: Plan,
    theta: Matrix,
    parameters: tuple[str, ...],
    scalings: tuple[Conversion, Conversion],
    loss: Loss | Objective | None,
) -> str:
    """The module, with the parameters as they are in ``theta`` (in the network's order).

    It exports ``inputs``, ``outputs``, ``neurons`` and ``parameters`` (names), ``theta``,
    ``forward(x, theta)``, and, where a loss is given, ``pass(x, t, theta)``.

    Raises:
        InvalidValueError: a function cannot be written in JavaScript, or a neuron does not sum.
    """
    printer = _Printer(plan, Formulas())
    forward = [line for op in ops.lower_forward(plan) for line in printer.lines(op)]
    backward: list[str] = []
    if loss is not None:
        objective = objective_of(loss, len(plan.outputs))
        lowered = ops.lower_backward(plan, objective, inputs=True)
        backward = [line for op in lowered for line in printer.lines(op)]
    named = [row for row, name in enumerate(plan.names_of_rows) if name is not None]
    parts = [
        f"// A network compiled by neurosim: {len(plan.blocks) - 1} blocks, as an ES module.",
        f"export const inputs = {_names(plan.blocks[0].names)};",
        f"export const outputs = {_names(plan.output_names)};",
        f"export const neurons = {_names(str(plan.names_of_rows[row]) for row in named)};",
        f"export const parameters = {_names(parameters)};",
        f"export const theta = Float64Array.from([{', '.join(map(number, theta.tolist()))}]);",
        "",
        (files("neurosim.compiler.javascript") / "runtime.js").read_text(encoding="utf-8"),
        *printer.formulas.lines.values(),
        _FRAME.format(
            rows=named,
            home=plan.home.tolist(),
            copies=plan.copies.tolist(),
            n_slots=plan.n_slots,
            n_rows=plan.n_rows,
            zero=plan.zero_row,
            n_in=plan.n_in,
            answers=list(plan.outputs),
            forward=_indented(forward),
            **_scaling("x", scalings[0]),
            **_scaling("y", scalings[1]),
        ),
    ]
    if loss is not None:
        most = max(len(block.functions) for block in plan.blocks)
        parts.append(_BOTH_WAYS.format(backward=_indented(backward), n_slots=plan.n_slots,
                                  learned=list(range(most)),
                                  n_rows=plan.n_rows))  # fmt: skip
    return "\n".join(parts)


def as_value(module: str) -> str:
    r"""A module as an expression, whose value has what the module exports by its names.

    >>> as_value("export const inputs = [];")
    '(() => {\nconst inputs = [];\nreturn { inputs };\n})()'
    """
    found = _EXPORT.findall(module)
    names = [name or f"{alias}: {own}" for name, own, alias in found]
    body = _EXPORT.sub(lambda m: m[0].removeprefix("export ") if m[1] else "", module)
    return f"(() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})()"


_EXPORT = re.compile(r"^export (?:(?:const|function) (\w+)|\{ (\w+) as (\w+) \};)", re.MULTILINE)
_FRAME = """\
const rows = {rows};
const home = {home};
const [copies, copied] = {copies};
const [xOffset, xFactor] = {x};
const [yOffset, yFactor] = {y};

function slotsOf(parameters) {{
  const w = new Float64Array({n_slots});
  home.forEach((slot, i) => {{ w[slot] = parameters[i]; }});
  copies.forEach((slot, i) => {{ w[slot] = parameters[copied[i]]; }});
  return w;
}}

function compute(x, w) {{
  const [a, z] = [new Float64Array({n_rows}).fill(1), new Float64Array({n_rows}).fill(NaN)];
  a[{zero}] = 0;
  for (let i = 0; i < {n_in}; i += 1) a[i] = xOffset ? (x[i] - xOffset[i]) / xFactor[i] : x[i];
{forward}
  return {{ a, z }};
}}

function answersOf(a) {{
  return Float64Array.from({answers}, (row, i) => (
    yOffset ? yOffset[i] + yFactor[i] * a[row] : a[row]));
}}

/** The outputs for a sample. */
export function forward(x, parameters = theta) {{
  return answersOf(compute(x, slotsOf(parameters)).a);
}}
"""
_BOTH_WAYS = """\
/**
 * The forward and backward pass of a sample and its targets. Of each neuron its net input, output
 * and delta (of inputs the slope of the loss), what the loss itself gives it as error, the slope of
 * its activation, and the slopes by what is learned of that; of each parameter its gradient.
 * Targets are inner numbers, as the loss has them.
 */
function passOf(x, t, parameters = theta) {{
  const w = slotsOf(parameters);
  const {{ a, z }} = compute(x, w);
  const [d, e, s, g] = [{n_rows}, {n_rows}, {n_rows}, {n_slots}].map((n) => new Float64Array(n));
  const learned = {learned}.map(() => new Float64Array({n_rows}));
  const y = Float64Array.from(t, (one, i) => (yOffset ? (one - yOffset[i]) / yFactor[i] : one));
  let loss = 0;
{backward}
  const gradient = Float64Array.from(home, (slot) => g[slot]);
  copies.forEach((slot, i) => {{ gradient[copied[i]] += g[slot]; }});
  const ofNeurons = (all) => Float64Array.from(rows, (row) => all[row]);
  const [net, output, delta, error, slope] = [z, a, d, e, s].map(ofNeurons);
  const by = learned.map(ofNeurons);
  const outputs = answersOf(a);
  return {{ loss, outputs, targets: y, net, output, delta, error, slope, by, gradient }};
}}

export {{ passOf as pass }};
"""


def _names(names: Iterable[str]) -> str:
    return json.dumps(list(names))


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _scaling(name: str, conversion: Conversion) -> dict[str, str]:
    if conversion.is_plain:
        return {name: "[null, null]"}
    pair = (conversion.offset, conversion.factor)
    return {name: "[" + ", ".join(f"[{', '.join(map(number, p.tolist()))}]" for p in pair) + "]"}


class _Printer:
    """Prints operations as lines."""

    def __init__(self, plan: Plan, formulas: Formulas) -> None:
        self.plan, self.formulas = plan, formulas

    def lines(self, operation: ops.Operation) -> list[str]:
        """The lines of an operation."""
        match operation:
            case ops.Affine():
                return self._affine(operation.block)
            case ops.Activate():
                return self._activate(operation.block)
            case ops.Normalise():
                block = operation.block
                return [f"softmax(z, a, {block.start}, {block.stop});"]
            case ops.MeasureLoss():
                return self._measure(operation.aim)
            case ops.Delta():
                return self._delta(operation)
            case ops.Assign():
                return [] if operation.is_dead else self._assign(operation.block)
            case ops.Update() | ops.Descend():
                raise AssertionError("a module has no updates")
            case _:
                assert_never(operation)

    def _affine(self, block: Block) -> list[str]:
        names = json.dumps(", ".join(block.names[:8]))[1:-1]
        head = f"// block {block.number}: {block.size} {block.activation}: {names}"
        return [head, *self._weighted("{kind}(z, a, w", block)]

    def _assign(self, block: Block) -> list[str]:
        return self._weighted("{kind}Gradient(g, a, d", block)

    def _weighted(self, call: str, block: Block) -> list[str]:
        if isinstance(block.weights, Dense):
            place = f"{block.start}, {block.stop}, {block.first_slot}"
            sources = block.weights.sources.tolist()
            return [f"{call.format(kind='dense')}, {place}, {sources});"]
        return [self._bundle(call, block, bundle) for bundle in block.weights]

    def _bundle(self, call: str, block: Block, bundle: Bundle) -> str:
        if bundle.terms is not None:
            raise InvalidValueError(
                f"module: the net input of {block.names[0]} cannot be written in JavaScript, got"
                f" the aggregation {bundle.terms.aggregation!r}; expected sums of terms"
            )
        place = f"{bundle.start}, {bundle.stop}, {bundle.first_slot}"
        sources = bundle.sources.ravel().tolist()
        return f"{call.format(kind='sparse')}, {place}, {sources}, {bundle.width});"

    def _activate(self, block: Block) -> list[str]:
        value = ACTIVATIONS[block.activation].value
        return [_loop(block, f"a[i] = {self._formula(value, block, 'z[i]')};")]

    def _formula(self, function: Callable[..., float], block: Block, *arguments: str) -> str:
        """A call of a form of an activation; what is learned of it is a parameter."""
        if not block.functions:
            return self.formulas.call(function, *arguments)
        activation = ACTIVATIONS[family(block.activation)]
        chosen, trained = ACTIVATIONS[block.activation], list(activation.trained)
        options = [
            f"w[{block.functions[trained.index(option)]} + i - {block.start}]"
            if option in trained
            else number(chosen.value_of(option))
            for option in activation.options
        ]
        plain = getattr(function, "func", function)
        return self.formulas.call(plain, *arguments, *options)

    def _measure(self, aim: ops.Aim) -> list[str]:
        rows = [aim.block.start + row for row in aim.rows]
        loss = aim.head.loss
        slope = "a[row] - y[{t}[k]]"
        if loss.joint is not None:
            lines = [f"loss += crossEntropy(z, {rows}, y, {list(aim.targets)});"]
            line = f"e[row] = {slope.format(t=list(aim.targets))};"
            return [*lines, f"{rows}.forEach((row, k) => {{ {line} }});"]
        formula, is_by_net = loss.formula_for(aim.block.activation)
        share, target = aim.head.divisor, f"y[{list(aim.targets)}[k]]"
        value = self.formulas.call(formula.value, "z[row]" if is_by_net else "a[row]", target)
        steep = self.formulas.call(formula.slope, "a[row]", target)
        body = f"loss += {value} / {share}; e[row] = {steep} / {share};"
        return [f"{rows}.forEach((row, k) => {{ {body} }});"]

    def _delta(self, delta: ops.Delta) -> list[str]:
        block, lines = delta.block, []
        for link in delta.links:
            consumer = link.consumer
            assert isinstance(consumer.weights, Dense)
            rows = [block.start + row for row in link.rows]
            place = f"{consumer.start}, {consumer.stop}, {consumer.first_slot}"
            width = len(consumer.weights.sources)
            lines.append(f"back(d, w, {rows}, {place}, {width}, {link.first_column});")
        if delta.fan is not None:
            lines += self._fan(delta.fan, block)
        given = [(aim, [block.start + row for row in aim.rows]) for aim in delta.aims]
        add = "{rows}.forEach((row) => {{ d[row] += e[row]; }});"
        lines += [add.format(rows=rows) for aim, rows in given if not aim.is_delta]
        if block.number:
            lines += self._slope(block)
        return lines + [add.format(rows=rows) for aim, rows in given if aim.is_delta]

    def _fan(self, fan: ops.Fan, block: Block) -> list[str]:
        done, lines = 0, []
        for bundle in fan.bundles:
            count, width = bundle.targets.shape
            rows = [block.start + row for row in fan.rows[done : done + count].tolist()]
            tables = f"{bundle.targets.ravel().tolist()}, {bundle.slots.ravel().tolist()}"
            lines.append(f"fan(d, w, {rows}, {tables}, {width});")
            done += count
        return lines

    def _slope(self, block: Block) -> list[str]:
        if block.activation == SOFTMAX:
            return [f"softmaxDelta(a, d, {block.start}, {block.stop});"]
        activation: Any = ACTIVATIONS[block.activation]
        if activation.slope is None:  # nothing is learned through it
            return [_loop(block, "d[i] *= 0;")]
        lines = []
        trained = ACTIVATIONS[family(block.activation)].trained.values()
        pairs = zip(trained, block.functions, strict=bool(block.functions))
        for k, (by, slot) in enumerate(pairs):
            value = self._formula(by.value, block, "z[i]")
            gradient = f"g[{slot} + i - {block.start}] = d[i] * learned[{k}][i];"
            lines.append(_loop(block, f"learned[{k}][i] = {value}; {gradient}"))
        slope = self._formula(activation.slope, block, "z[i]", "a[i]")
        return [*lines, _loop(block, f"s[i] = {slope}; d[i] *= s[i];")]


def _loop(block: Block, body: str) -> str:
    return f"for (let i = {block.start}; i < {block.stop}; i += 1) {{ {body} }}"
