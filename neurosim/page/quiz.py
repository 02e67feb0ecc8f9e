"""A quiz on a page: the lines of a worksheet, entered and judged in the browser.

The page judges by the rule of the sheets (see `neurosim.sheets.judging`); so it has each quantity
with the ones that it is computed from, and how. What a line does not depend on the numbers of other
lines for is a number. All of them are in the page's data, compressed, not secret.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from neurosim.compiler.javascript.formulas import Formulas
from neurosim.errors import InvalidValueError
from neurosim.functions.optimizers import SGD
from neurosim.sheets.formulas import Formula, Key
from neurosim.sheets.recipes import (
    FunctionValue,
    GradientTerm,
    HeadLoss,
    LayerDelta,
    LossSlope,
    LossSum,
    NeuronDelta,
    Products,
    RuleUpdate,
    ScaledValue,
    SoftmaxPart,
)
from neurosim.sheets.worksheet import Worksheet, symbol_of


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz: what the page's data has of it, and the functions that it computes with."""

    document: dict[str, Any]
    script: str


def make_quiz(sheet: Worksheet, formulas: Mapping[Key, Formula]) -> Quiz:
    """The blanks of a worksheet as a quiz.

    Raises:
        InvalidValueError: there is nothing to ask, a number is not finite, or JavaScript cannot
            compute a function.
    """
    functions = _Functions()
    recipes = {
        cell.key: functions.recipe_of(formulas[cell.key].compute)
        for cell in sheet.cells
        if cell.is_blank
    }
    asked = {cell.key: cell for cell in sheet.cells if recipes.get(cell.key) is not None}
    if not asked:
        raise InvalidValueError("page: got no quantity that can be asked; expected some for a quiz")
    kept = _between(asked, formulas)
    number = {key: i for i, key in enumerate(kept)}
    passes = (key for key in asked if formulas[key].phase != "update")
    _, epoch, sample = next(passes, (0, 0, 0))
    document = {
        "epoch": epoch,
        "sample": sample,
        "given": [*sheet.given, *((c.symbol, c.value) for c in sheet.cells if c.key not in asked)],
        "quantities": [
            {
                "value": _finite(formulas[key]),
                "operands": [number[one] for one in formulas[key].operands] if way else [],
                "recipe": way,
            }
            for key in kept
            for way in (_recipe_in(key, kept, formulas, functions),)
        ],
        "lines": [
            {
                "of": number[key], "symbol": cell.symbol, "phase": cell.phase, "shown": cell.value,
                "what": symbol_of(key[0]), "epoch": key[1],
                "sample": key[2] * (sheet.batch_size if cell.phase == "update" else 1),
            }
            for key, cell in asked.items()
        ],
    }  # fmt: skip
    return Quiz(document, functions.script())


def _between(asked: Mapping[Key, Any], formulas: Mapping[Key, Formula]) -> dict[Key, bool]:
    """What is asked, and what leads from it to it; then what is needed besides, as a number."""
    depends: set[Key] = set()
    for key, formula in formulas.items():
        if key in asked or any(one in depends for one in formula.operands):
            depends.add(key)
    needed: set[Key] = set()
    for key in reversed(list(formulas)):
        if key in asked or key in needed:
            needed.add(key)
            if key in depends:
                needed.update(formulas[key].operands)
    return {key: key in depends for key in formulas if key in needed}


def _recipe_in(
    key: Key, kept: Mapping[Key, bool], formulas: Mapping[Key, Formula], functions: "_Functions"
) -> list[Any] | None:
    return functions.recipe_of(formulas[key].compute) if kept[key] else None


def _finite(formula: Formula) -> float:
    if not math.isfinite(formula.value):
        raise InvalidValueError(
            f"page: {formula.key[0]} is {formula.value}; expected finite numbers for a quiz"
        )
    return formula.value


@dataclass(slots=True)
class _Functions:
    """The functions that recipes use, by their numbers."""

    formulas: Formulas = field(default_factory=Formulas)
    _texts: dict[str, int] = field(default_factory=dict)

    def recipe_of(self, compute: Any) -> list[Any] | None:
        """How a quantity is computed, as the page reads it; None: the page cannot."""
        match compute:
            case Products(weights=weights, start=start):
                return ["products", weights, start]
            case FunctionValue(function=function):
                return ["value", self.number(function, 1)]
            case SoftmaxPart(number=number):
                return ["softmax", number]
            case ScaledValue(offset=offset, factor=factor):
                return ["line", offset, factor]
            case LossSlope(function=function, target=target, factor=factor, divisor=divisor):
                return ["slope", self.number(function, 2), target, factor, divisor]
            case NeuronDelta(slope=slope):
                return ["delta", self.number(slope, 2)]
            case LayerDelta(start=start, shift=shift):
                return ["layer_delta", start, shift]
            case GradientTerm(is_single=is_single, goes_on=goes_on):
                return ["term", is_single, goes_on]
            case LossSum(heads=heads):
                return ["loss", [self._head(head) for head in heads]]
            case RuleUpdate(rule=SGD()):
                return ["update", *_update(compute)]
        return None

    def _head(self, head: HeadLoss) -> list[Any]:
        function = None if head.function is None else self.number(head.function, 2)
        return [function, head.outputs, head.targets, head.factors, head.divisor]

    def number(self, function: Callable[..., float], n_arguments: int) -> int:
        names = ("x", "y")[:n_arguments]
        text = f"({', '.join(names)}) => {self.formulas.call(function, *names)}"
        return self._texts.setdefault(text, len(self._texts))

    def script(self) -> str:
        """A script that defines ``quizFunctions``."""
        runtime = files("neurosim.compiler.javascript") / "runtime.js"
        lines = runtime.read_text(encoding="utf-8").splitlines()
        parts = [next(line for line in lines if line.startswith("const copysign"))]
        parts += self.formulas.lines.values()
        parts.append(f"return [{', '.join(self._texts)}];")
        return "const quizFunctions = (() => {\n" + "\n".join(parts) + "\n})();"


def _update(update: RuleUpdate) -> list[float | None]:
    """The number before, before and after in truth, the gradient's factors, and a limit's."""
    step, (clip, factor) = update.step, update.adjusted
    unit = -SGD.scalar(update.rule, 0.0, 1.0, update.rule.start, 1, 1.0)[0]  # type: ignore[arg-type]
    along = update.rate * unit * clip / update.rows
    return [update.before, step.before, step.after, step.gradient, along, factor]
