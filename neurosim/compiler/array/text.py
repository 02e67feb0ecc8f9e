"""The text of an array program while it is printed: its lines and names.

Names in the program are ours (``w2`` the weights of block 2, ``z2`` its net inputs, ``a2`` its
outputs, ``d2`` its deltas, ``g2`` its gradients); the user's are in comments only, and they are
letters and digits by rule. Buffers and views of them are made once, before the loop over batches;
the loop only fills them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurosim.compiler.operations import Aim
from neurosim.compiler.plan import Block, Index, Plan, Terms
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import Objective
from neurosim.functions.sources import ArrayCall, array_calls
from neurosim.functions.variants import family
from neurosim.kernel.fused import PASSES, fused

# NumPy's own: by position, the output of these two may soon be taken for a third number
_BY_KEYWORD = ("maximum", "minimum")


@dataclass(slots=True)
class Text:
    """A program while it is printed: its set-up lines, those of its loop, and its names."""

    plan: Plan
    objective: Objective | None
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
    net_inputs: str = ""  # where all net inputs are kept, if they are
    each_row: bool = False  # whether the loss of each row is kept
    masked: tuple[tuple[int, int, int], ...] = ()  # blocks, and the rows of their masks in t
    fuses: bool = False  # whether passes of the kernel stand for NumPy's
    weighted: bool = False  # whether each term of the loss has a factor, below the targets in t
    has_row_losses: bool = False  # whether a line has begun them

    def constant(self, name: str, value: Any) -> str:
        """A value that the program uses by a name of ours, made longer where another has it."""
        while name in self.names and self.names[name] is not value:
            name += "_"
        self.names[name] = value
        return name

    def number(self, value: float) -> str:
        """The name of an array that holds a number, in the precision of the program."""
        return self.numbers.setdefault(value, f"number{len(self.numbers)}")

    def add_to_rows(self, values: str) -> None:
        """Add a term to the losses of the rows."""
        self.loop.append(f"row {'+=' if self.has_row_losses else '='} {values}")
        self.has_row_losses = True

    def targets(self, aim: Aim) -> str:
        """The rows of t with the targets of some outputs."""
        n_rows = len(self.plan.outputs) * (2 if self.weighted else 1)
        n_rows += sum(b - a for _, a, b in self.masked)
        return rows_of(self, f"t{aim.name}", "t", aim.targets, n_rows)

    def factors(self, aim: Aim) -> str:
        """The rows of t with their factors."""
        n_out = len(self.plan.outputs)
        rows = tuple(n_out + i for i in aim.targets)
        return rows_of(self, f"k{aim.name}", "t", rows, 0)

    def mask_of(self, block: Block) -> str:
        """The rows of t with the masks of a block, or nothing."""
        above = len(self.plan.outputs) * (2 if self.weighted else 1)
        found = [f"t[{above + a}:{above + b}]" for i, a, b in self.masked if i == block.number]
        return found[0] if found else ""

    @property
    def is_training(self) -> bool:
        """Whether the program has a backward half."""
        return self.objective is not None


def take_scratch(name: str, n: int, width: int, text: Text) -> None:
    """A matrix (n * width, size) in the common scratch, and as (n, width, size)."""
    text.n_scratch = max(text.n_scratch, n * width, 1)  # also where a neuron has no sources
    text.setup.append(f"{name} = scratch[:{n * width} * size].reshape({n * width}, size)")
    text.setup.append(f"{name}_3 = {name}.reshape({n}, {width}, size)")


def print_call(
    name: str, function: Callable[..., None], arguments: tuple[str, ...], text: Text
) -> None:
    """A formula: its NumPy calls themselves, where it is nothing else, or a call of it."""
    calls = array_calls(function) if text.is_training else None
    if calls is None:
        text.loop.append(f"{text.constant(name, function)}({', '.join(arguments)})")
    else:
        text.loop += [_line(call, arguments, text) for call in calls]


def print_fused(form: Any, i: int, x: str, y: str, text: Text) -> bool:
    """A pass of the kernel for this array form in block i, bound before the loop to its arrays.

    Returns:
        False where there is none.
    """
    if not text.fuses or form not in PASSES:
        return False
    name, meaning = PASSES[form]
    text.constant("fused", fused)
    text.setup.append(f'{name}{i} = fused("{name}", {x}, {y})')
    text.loop.append(f"{name}{i}()  # {meaning.format(x=x, y=y)}")
    return True


def _line(call: ArrayCall, arguments: tuple[str, ...], text: Text) -> str:
    """A call given its output by position and its numbers as arrays: it costs half as much."""
    operands = [text.number(x) if isinstance(x, float) else arguments[x] for x in call.operands]
    prefix = "out=" if call.function in _BY_KEYWORD else ""
    return f"{call.function}({', '.join([*operands, prefix + arguments[call.out]])})"


def rows_of(text: Text, name: str, array: str, rows: tuple[int, ...], size: int) -> str:
    """Some rows of an array: itself where they are all, a slice where they are consecutive."""
    if rows == tuple(range(size)):
        return array
    if rows == tuple(range(rows[0], rows[0] + len(rows))):
        return f"{array}[{rows[0]}:{rows[-1] + 1}]"
    return f"{array}[{text.constant(f'rows_{name}', np.array(rows, dtype=np.intp))}]"


def print_learned(
    name: str, form: str, arguments: tuple[str, ...], block: Block, text: Text
) -> None:
    """A formula of an activation of which something is learned, with the present numbers."""
    activation, i = ACTIVATIONS[family(block.activation)], block.number
    trained = list(activation.trained)
    chosen = ACTIVATIONS[block.activation]
    options = [
        f"learned{i}_{trained.index(option)}"
        if option in trained
        else repr(chosen.value_of(option))
        for option in activation.options
    ]
    function = text.constant(name, getattr(activation, form))
    text.loop.append(f"{function}({', '.join([*arguments, *options])})")


def response_of(name: str, terms: Terms, text: Text) -> str:
    """The responses of a bundle by a name, (n, 1); nothing where they are 1."""
    if set(terms.responses) == {1.0}:
        return ""
    return text.constant(f"response{name}", np.array(terms.responses).reshape(-1, 1))


def listing(names: tuple[str, ...]) -> str:
    """The first of some names, for a comment."""
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown}, ... ({len(names)} in all)"
