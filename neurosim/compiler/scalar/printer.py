"""The scalar printer: operations as the text of a program of single numbers.

For a tiny network a NumPy call takes longer than what it computes. Here every weight, net input
and delta is a local variable of one function, and a formula is the text of its one definition. The
sums run as in the walk: bias first, then the connections in the order they were added.

``w7`` is the weight in slot 7, ``g7`` its gradient, ``m0_7`` what the optimizer remembers of it;
``z4``, ``a4``, ``d4`` are net input, output and delta of the neuron in row 4, ``t0`` is a target.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from neurosim.compiler import operations as ops
from neurosim.compiler.plan import Block, Dense, Plan
from neurosim.compiler.program import SCALAR_LIBRARY, Program
from neurosim.compiler.scalar.inlining import Inliner, NotInlinableError, hoisted
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, softmax
from neurosim.functions.losses import Loss

RowNames = tuple[float, ...]  # inputs, then targets
RowBatches = tuple[tuple[RowNames, ...], ...]
Term = tuple[int, int]  # a slot, and the row of the source of its weight


@dataclass(slots=True)
class _Text:
    """A program while it is printed."""

    plan: Plan
    loss: Loss
    one_row: bool
    averages: bool
    each_row: bool
    step: str  # what every delta is multiplied by, or nothing
    incoming: dict[int, list[Term]]  # of each row: its weights, in the order of theta
    biases: dict[int, int]  # of each row: the slot of its bias
    outgoing: dict[int, list[Term]]  # of each row: the weights it feeds, and their targets
    loop: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    gradients: dict[int, str] = field(default_factory=dict)  # of each slot that has one, its term
    inliner: Inliner = field(init=False)

    values: RowNames | None = None  # of the row that is printed, where it is a certain one
    has_row_loss: bool = False  # whether a line has begun it
    learns: bool = True  # whether gradients are computed

    def print_row(self, values: RowNames | None) -> list[str]:
        """The lines of a row, of any or of this one; the terms of its gradients are kept, too."""
        self.loop, self.values, self.has_row_loss = [], values, False
        self.inliner = Inliner(self.names, self.loop.append)
        lower = ops.lower_backward if self.learns else ops.lower_loss
        for operation in (*ops.lower_forward(self.plan), *lower(self.plan, self.loss)):
            _print_operation(operation, self)
        if self.each_row:
            self.loop.append("keep(row)")
        return self.loop

    def product(self, factor: str, source: int) -> str:
        """A factor times the output in this row of the state; empty where that is known to be 0."""
        if self.values is None or source >= self.plan.n_in:
            return f"{factor}*a{source}"
        value = self.values[source]
        if value == 1.0:
            return factor
        return f"{factor}*{value!r}" if value else ""

    def add_to_loss(self, value: str) -> None:
        """Add a term to the loss of the batch, and to that of the row where it is kept."""
        if self.each_row and not self.has_row_loss:
            self.loop.append(f"row = {value}")
            value = "row"
        elif self.each_row:
            self.loop += [f"term = {value}", "row += term"]
            value = "term"
        self.loop.append(f"loss += {value}")
        self.has_row_loss = True

    def target(self, i: int) -> str:
        """The i-th target."""
        return f"t{i}" if self.values is None else repr(self.values[self.plan.n_in + i])


def print_scalar(
    plan: Plan,
    loss: Loss,
    update: ops.Update | None,
    *,
    learns: tuple[bool, ...],
    averages: bool,
    one_row: bool,
    each_row: bool = False,
) -> Program:
    """The program ``train(theta, memory, count, rate, batches)``.

    A batch is a list of rows, each the inputs and then the targets; with ``one_row`` it is the row
    itself. It returns the losses, each the sum over a batch's rows, and theta and memory as
    lists; without an update, the gradients of the last batch in place of theta. With ``each_row``
    it is given a list ``each`` at the end, to which it appends the loss of each row; what stands
    there when it raises was computed before.

    Args:
        plan: all its blocks are dense.
        loss: what is measured.
        update: the rule, or None.
        learns: of each slot, whether the update may change it.
        averages: whether gradients are divided by the number of rows.
        one_row: whether every batch has one row.
        each_row: whether the loss of each row is wanted.
    """
    text = _begin(plan, loss, update, averages=averages, one_row=one_row, each_row=each_row)
    lines = _batch(text, None, update, learns)
    loop = ["for rows in batches:", *_indented(lines)]
    if one_row:
        loop = [f"for {_row_names(plan)} in batches:", *_indented(lines)]
    return _program(text, update, "batches", loop, each_row=each_row)


def print_unrolled(
    plan: Plan,
    loss: Loss,
    update: ops.Update,
    *,
    learns: tuple[bool, ...],
    averages: bool,
    batches: RowBatches,
    each_row: bool = False,
    each_epoch: bool = False,
) -> Program:
    """The program ``train(theta, memory, count, rate, epochs)`` of these very batches.

    It computes what the program of `print_scalar` computes, to the bit. Each row has lines of its
    own with its numbers in them: a term times 0 is left out, and 1 times a term is the term. With
    ``each_epoch`` it is given a list ``passed`` at the end, to which it appends, after each epoch,
    theta and then the optimizer's memory, if an update changes it, all in one tuple.
    """
    one_row = all(len(batch) == 1 for batch in batches)
    text = _begin(plan, loss, update, averages=averages, one_row=one_row, each_row=each_row)
    lines = [line for batch in batches for line in _batch(text, batch, update, learns)]
    last = "epochs"
    if each_epoch:
        n_memory = 0 if update.is_plain else len(update.optimizer.start)
        names = ["w", *(f"m{k}_" for k in range(n_memory))]
        numbers = " ".join(_list(name, sorted(plan.home.tolist())) for name in names)
        lines.append(f"passed.append(({numbers}))")
        last = "epochs, passed"
    loop = ["for _ in range(epochs):", *_indented(lines)]
    return _program(text, update, last, loop, each_row=each_row)


def print_measuring(plan: Plan, loss: Loss) -> Program:
    """The program ``measure(thetas, rows)``; nothing is learned.

    It returns, for each theta, the loss, summed over the rows, and the outputs of all rows, one
    after the other: the bits of the loss are those of `print_scalar`.
    """
    text = _begin(plan, loss, None, averages=False, one_row=False, each_row=False)
    text.learns = False
    outputs = [f"a{row}" for row in plan.outputs]
    kept = outputs[0] if len(outputs) == 1 else f"({', '.join(outputs)})"
    row = [*text.print_row(None), f"keep({kept})"]
    slots = sorted(plan.home.tolist())
    lines = [
        "losses, outputs = [], []",
        "keep = outputs.append",
        f"for {_list('w', slots) or '_'} in thetas:",
        *_indented(
            [
                "loss = 0.0",
                f"for {_row_names(plan)} in rows:",
                *_indented(row),
                "losses.append(loss)",
            ]
        ),
        "return losses, outputs",
    ]
    title = f"# {ascii(repr(plan))[1:-1]}"
    body = "\n".join(_indented(lines))
    source = f"{title}\ndef measure(thetas, rows):\n{body}\n"
    return Program(source, text.names, "measure", SCALAR_LIBRARY)


def _begin(
    plan: Plan,
    loss: Loss,
    update: ops.Update | None,
    *,
    averages: bool,
    one_row: bool,
    each_row: bool,
) -> _Text:
    incoming, biases, outgoing = _wiring(plan)
    step = ""
    if update is not None and update.is_plain:
        step = "step" if averages and not one_row else "rate"
    keeps = each_row and not one_row  # of one row, the loss of the batch is that of the row
    return _Text(plan, loss, one_row, averages, keeps, step, incoming, biases, outgoing)


def _program(
    text: _Text, update: ops.Update | None, last: str, loop: list[str], *, each_row: bool
) -> Program:
    slots = sorted(text.plan.home.tolist())
    n_memory = 0 if update is None else len(update.optimizer.start)
    lines = [f"{_list('w', slots)} = theta"] if slots else []
    if update is not None and not update.is_plain and slots:
        lines += [f"{_list(f'm{k}_', slots)} = memory[{k}]" for k in range(n_memory)]
    lines.append("losses = each" if each_row and text.one_row else "losses = []")
    lines += ["record = losses.append", *(["keep = each.append"] if text.each_row else [])]
    lines += [*loop, _answer(update, slots, n_memory)]
    if each_row:
        last += ", each"
    title = f"# {ascii(repr(text.plan))[1:-1]}"
    body = "\n".join(_indented(lines))
    source = f"{title}\ndef train(theta, memory, count, rate, {last}):\n{body}\n"
    return Program(source, text.names, "train", SCALAR_LIBRARY)


def _row_names(plan: Plan) -> str:
    names = _list("a", list(range(plan.n_in))) + " " + _list("t", list(range(len(plan.outputs))))
    return names.strip()


def _batch(
    text: _Text,
    batch: Sequence[RowNames] | None,
    update: ops.Update | None,
    learns: tuple[bool, ...],
) -> list[str]:
    """The lines of a batch: of any (the rows come in a loop), or of this one."""
    text.gradients = {}
    rows = [text.print_row(values) for values in ([None] if batch is None else batch)]
    after, held = _print_update(text, update, learns)
    slots = sorted(text.plan.home.tolist())
    first = [f"{name} = {value}" for value, name in held.items()]
    if any("count" in line for line in (*first, *after)):
        first.insert(0, "count += 1")
    start = ["loss = 0.0"]
    if text.one_row:
        zero = [slot for slot in slots if slot not in text.gradients]
        gradients = [] if text.step else [f"g{s} = {term}" for s, term in text.gradients.items()]
    else:
        zero, gradients = slots, []
    if zero and not (text.one_row and text.step):
        start.append(" = ".join(f"g{slot}" for slot in zero) + " = 0.0")
    size = "len(rows)" if batch is None else str(len(batch))
    if text.step == "step":
        start.append(f"step = rate / {size}")
    if any("size" in line for line in after):
        first.insert(0, f"size = {size}")
    if batch is None and not text.one_row:
        inner = [f"for {_row_names(text.plan)} in rows:", *_indented(rows[0])]
    else:
        inner = [line for row in rows for line in row]
    return [*start, *inner, *gradients, *first, *after]


def _wiring(
    plan: Plan,
) -> tuple[dict[int, list[Term]], dict[int, int], dict[int, list[Term]]]:
    incoming: dict[int, list[Term]] = {}
    outgoing: dict[int, list[Term]] = {}
    biases: dict[int, int] = {}
    by_slot: dict[int, tuple[int, int]] = {}
    for block in plan.blocks[1:]:
        assert isinstance(block.weights, Dense)
        sources = block.weights.sources.tolist()
        for i in range(block.size):
            base = block.first_slot + i * len(sources)
            by_slot |= {base + c: (block.start + i, source) for c, source in enumerate(sources)}
    for slot, is_bias in zip(plan.home.tolist(), plan.is_bias.tolist(), strict=True):
        target, source = by_slot[slot]
        if is_bias:
            biases[target] = slot
        else:
            incoming.setdefault(target, []).append((slot, source))
            outgoing.setdefault(source, []).append((slot, target))
    return incoming, biases, outgoing


def _list(prefix: str, numbers: list[int]) -> str:
    return "".join(f"{prefix}{number}, " for number in numbers).rstrip()


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _answer(update: ops.Update | None, slots: list[int], n_memory: int) -> str:
    if update is None:
        return f"return losses, [{_list('g', slots)}], memory"
    kept = "memory"
    if not update.is_plain:
        kept = "[" + ", ".join(f"[{_list(f'm{k}_', slots)}]" for k in range(n_memory)) + "]"
    return f"return losses, [{_list('w', slots)}], {kept}"


def _print_operation(operation: ops.Operation, text: _Text) -> None:
    match operation:
        case ops.Affine():
            for row in _rows(operation.block):
                _print_net_input(row, text)
        case ops.Activate():
            function = ACTIVATIONS[operation.block.activation].value
            for row in _rows(operation.block):
                text.loop.append(f"a{row} = {text.inliner.call(function, f'z{row}')}")
        case ops.Normalise():
            rows = _rows(operation.block)
            call = f"{text.inliner.bind(softmax)}([{_list('z', list(rows))}])"
            text.loop.append(f"{_list('a', list(rows))} = {call}")
        case ops.MeasureLoss():
            _print_measure(operation.aim, text)
        case ops.Delta():
            _print_delta(operation, text)
        case ops.Assign():
            if not operation.is_dead:
                for row in _rows(operation.block):
                    _print_gradients(row, text)
        case ops.Update():
            raise AssertionError("updates are printed last")
        case _:
            assert_never(operation)


def _rows(block: Block) -> range:
    return range(block.start, block.stop)


def _print_net_input(row: int, text: _Text) -> None:
    terms = [f"w{text.biases[row]}"] if row in text.biases else []
    terms += [text.product(f"w{slot}", source) for slot, source in text.incoming.get(row, [])]
    terms = [term for term in terms if term]
    text.loop.append(f"z{row} = {' + '.join(terms) or '0.0'}")


def _print_measure(aim: ops.Aim, text: _Text) -> None:
    loss, start = text.loss, aim.block.start
    if loss.joint is not None:
        z = _list("z", [start + row for row in aim.rows])
        t = ", ".join(map(text.target, aim.targets))
        text.add_to_loss(f"{text.inliner.bind(loss.joint.value)}([{z}], [{t}])")
        return
    pointwise, is_by_net = loss.formula_for(aim.block.activation)
    share = _share(text)
    for row, target in zip(aim.rows, aim.targets, strict=True):
        x = f"{'z' if is_by_net else 'a'}{start + row}"
        text.add_to_loss(f"{text.inliner.call(pointwise.value, x, text.target(target))}{share}")


def _share(text: _Text) -> str:
    divisor = text.loss.divisor(len(text.plan.outputs))
    return "" if divisor == 1.0 else f"/{divisor!r}"


def _print_delta(delta: ops.Delta, text: _Text) -> None:
    block = delta.block
    fed = _fed(delta, text)
    aimed = {} if delta.aim is None else _aimed(delta.aim, text)
    is_delta = delta.aim is not None and delta.aim.is_delta
    sums: dict[int, str] = {}
    for row in _rows(block):
        terms = [*([] if is_delta else aimed.get(row, [])), *fed[row]]
        sums[row] = " + ".join(terms)
    if block.activation == SOFTMAX:
        _print_softmax_slope(block, sums, text)
    else:
        _print_slope(block, sums, text)
    if is_delta:
        for row, terms in aimed.items():
            before = f"d{row} + " if sums[row] else ""
            text.loop.append(f"d{row} = {before}{terms[0]}")


def _fed(delta: ops.Delta, text: _Text) -> dict[int, list[str]]:
    """The error that comes back over each connection to a block that has a delta."""
    consumers = {link.consumer.number for link in delta.links}
    owner = text.plan.block_of_row
    return {
        row: [
            f"w{slot}*d{target}"
            for slot, target in text.outgoing.get(row, [])
            if int(owner[target]) in consumers
        ]
        for row in _rows(delta.block)
    }


def _aimed(aim: ops.Aim, text: _Text) -> dict[int, list[str]]:
    slopes: dict[int, list[str]] = {}
    for row, target in zip(aim.rows, aim.targets, strict=True):
        a, t = f"a{aim.block.start + row}", text.target(target)
        if aim.is_delta:
            value = f"({a} - {t})"
        else:
            pointwise, _ = text.loss.formula_for(aim.block.activation)
            value = f"{text.inliner.call(pointwise.slope, a, t)}{_share(text)}"
        slopes[aim.block.start + row] = [f"{value}*{text.step}" if text.step else value]
    return slopes


def _print_slope(block: Block, sums: dict[int, str], text: _Text) -> None:
    function = ACTIVATIONS[block.activation].slope
    for row, total in sums.items():
        if not total:
            text.loop.append(f"d{row} = 0.0")
        elif block.activation == "identity":
            text.loop.append(f"d{row} = {total}")
        elif function is None:  # nothing is learned through it
            text.loop.append(f"d{row} = ({total})*0.0")
        else:
            slope = text.inliner.call(function, f"z{row}", f"a{row}")
            text.loop.append(f"d{row} = ({total})*{slope}")


def _print_softmax_slope(block: Block, sums: dict[int, str], text: _Text) -> None:
    rows = [row for row, total in sums.items() if total]
    for row in rows:
        text.loop.append(f"u{row} = {sums[row]}")
    mixed = " + ".join(f"a{row}*u{row}" for row in rows) or "0.0"
    text.loop.append(f"mixed = {mixed}")
    for row in _rows(block):
        value = f"a{row}*(u{row} - mixed)" if sums[row] else f"-a{row}*mixed"
        text.loop.append(f"d{row} = {value}" if rows else f"d{row} = 0.0")


def _print_gradients(row: int, text: _Text) -> None:
    terms = {text.biases[row]: f"d{row}"} if row in text.biases else {}
    for slot, source in text.incoming.get(row, []):
        terms[slot] = text.product(f"d{row}", source)
    terms = {slot: term for slot, term in terms.items() if term}
    text.gradients |= terms
    if not text.one_row:
        text.loop += [f"g{slot} += {term}" for slot, term in terms.items()]


def _print_update(
    text: _Text, update: ops.Update | None, learns: tuple[bool, ...]
) -> tuple[list[str], dict[str, str]]:
    """The lines after a batch's gradients, and what is computed once before them."""
    plan = text.plan
    held: dict[str, str] = {}
    size = "1" if text.one_row else "size"
    after: list[str] = []
    slots = [slot for slot in plan.home.tolist() if learns[slot]]
    if update is None:
        if text.averages and not text.one_row:
            after += [f"g{slot} /= size" for slot in plan.home.tolist()]
    elif update.is_plain:
        alive = [slot for slot in slots if slot in text.gradients]
        terms = text.gradients if text.one_row else {slot: f"g{slot}" for slot in alive}
        after += [f"w{slot} -= {terms[slot]}" for slot in alive]
    else:
        weights = set(plan.home[~plan.is_bias].tolist())
        for slot in slots:
            if text.averages and not text.one_row:
                after.append(f"g{slot} /= size")
            if update.penalty is not None and slot in weights:
                added = text.inliner.call(update.penalty.gradient, f"w{slot}", size)
                after.append(f"g{slot} += {added}")
        after += _ruled(text, update, slots, held)
    return [*after, "record(loss)"], held


def _ruled(text: _Text, update: ops.Update, slots: list[int], held: dict[str, str]) -> list[str]:
    """The optimizer's scalar rule for each slot."""
    rule, n = update.optimizer.scalar, len(update.optimizer.start)
    lines: list[str] = []
    arguments = ("wSLOT", "gSLOT", "memory", "count", "rate")
    try:
        known = {f"memory[{k}]": f"m{k}_SLOT" for k in range(n)}
        after, kept = text.inliner.pair(rule, arguments, lines.append, known)
        lines = [_held(line, held) for line in lines]
        targets, values = ["wSLOT"], [_held(ast.unparse(after), held)]
        if isinstance(kept, ast.Tuple):
            targets += [f"m{k}_SLOT" for k in range(n)]
            values += [_held(ast.unparse(value), held) for value in kept.elts]
        lines.append(f"{', '.join(targets)} = {', '.join(values)}")
    except NotInlinableError:
        name = text.inliner.bind(rule)
        memory = _list("m", list(range(n))).replace(",", "_SLOT,")
        lines = [f"wSLOT, ({memory}) = {name}(wSLOT, gSLOT, ({memory}), count, rate)"]
    return [
        line.replace("SLOT", str(slot)).replace("_LOCAL", "_now")
        for slot in slots
        for line in lines
    ]


def _held(line: str, held: dict[str, str]) -> str:
    return ast.unparse(hoisted(ast.parse(line), frozenset({"count", "rate"}), held))
