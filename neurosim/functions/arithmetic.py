"""The arithmetic of an optimizer's update, written out from the source of its rule.

The rule that runs is read statement by statement: an assignment is a line, a condition is decided
by the numbers, a helper's formula replaces its call. So what is printed cannot
differ from what is computed. A rule without readable source is one line, ``name(w, g)``.
"""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from neurosim.functions.optimizers import Memory, Optimizer
from neurosim.functions.sources import UnreadableError, definition

_POWERS = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 4}
_SIGNS = {ast.Add: " + ", ast.Sub: " - ", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_ATOM = 5
_GIVEN = ("w", "g", "memory", "count", "rate")
_PLAIN = {"abs": abs, "max": max, "min": min}


class ArithmeticLine(NamedTuple):
    """One number of an update: what it is, how it is made, and the number.

    ``formula`` is a template in the names of ``numbers``.
    """

    what: str
    formula: str
    numbers: Mapping[str, float]
    value: float


def arithmetic(
    rule: Optimizer, w: float, g: float, *, memory: Memory, count: int, rate: float
) -> list[ArithmeticLine]:
    """What ``rule.scalar`` does with these numbers; the last line is the parameter, w."""
    after, _ = rule.scalar(w, g, memory, count, rate)
    reader = _Reader(rule.remembers, (w, g, memory, count, rate))
    try:
        reader.follow(rule.scalar)
    except UnreadableError:
        return [ArithmeticLine("w", f"{rule.name}({{w}}, {{g}})", {"w": w, "g": g}, after)]
    value = reader.lines[-1].value
    assert value == after or (math.isnan(value) and math.isnan(after))
    return reader.lines


@dataclass(slots=True)
class _Frame:
    """A function while it is read: its names, as text and as values."""

    texts: dict[str, tuple[str, int]]
    values: dict[str, Any]

    def value(self, node: ast.expr) -> Any:
        text = ast.fix_missing_locations(ast.Expression(node))
        return eval(compile(text, "<rule>", "eval"), self.values)  # noqa: S307 - the rule's own source


class _Reader:
    def __init__(self, remembers: tuple[str, ...], given: tuple[Any, ...]) -> None:
        self.lines: list[ArithmeticLine] = []
        self._remembers = remembers
        self._given = dict(zip(_GIVEN, given, strict=True))
        self._numbers = {name: self._given[name] for name in _GIVEN if name != "memory"}
        self._numbers |= dict(zip(remembers, self._given["memory"], strict=True))

    def follow(self, rule: Callable[..., Any]) -> None:
        """Read a rule to its return."""
        parameters = _parameters(rule)
        frame = _frame(rule)
        if parameters != list(_GIVEN):
            raise UnreadableError
        frame.values |= self._given
        frame.texts |= {name: (f"{{{name}}}", _ATOM) for name in _GIVEN if name != "memory"}
        self._read(definition(_plain(rule)).body, frame)

    def _read(self, body: list[ast.stmt], frame: _Frame) -> bool:
        """Read statements; whether they returned."""
        for statement in body:
            match statement:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._assign([(name, value)], frame)
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                    found = [name.id for name in names if isinstance(name, ast.Name)]
                    if len(found) != len(values):
                        raise UnreadableError
                    self._assign(list(zip(found, values, strict=True)), frame)
                case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                    changed = ast.BinOp(ast.Name(name, ast.Load()), op, value)
                    self._assign([(name, changed)], frame)
                case ast.If(test=test, body=then, orelse=other):
                    if self._read(then if frame.value(test) else other, frame):
                        return True
                case ast.Return(value=ast.Tuple(elts=[value, _])):
                    self._assign([("w", value)], frame)
                    return True
                case ast.Return(value=ast.Call(func=function, args=given, keywords=[])):
                    if [ast.unparse(argument) for argument in given] != list(_GIVEN):
                        raise UnreadableError
                    self._given |= {name: frame.values[name] for name in _GIVEN}
                    self.follow(frame.value(function))
                    return True
                case _:
                    raise UnreadableError
        return False

    def _assign(self, pairs: list[tuple[str, ast.expr]], frame: _Frame) -> None:
        made = [(name, self._text(value, frame)[0], frame.value(value)) for name, value in pairs]
        for name, text, value in made:
            self.lines.append(ArithmeticLine(name, text, dict(self._numbers), value))
        for name, _, value in made:
            if name in self._remembers:
                self._numbers.setdefault(f"{name} before", self._numbers[name])
            self._numbers[name] = frame.values[name] = value
            frame.texts[name] = (f"{{{name}}}", _ATOM)

    def _text(self, node: ast.expr, frame: _Frame) -> tuple[str, int]:
        """An expression as a template, and how strongly it binds."""
        match node:
            case ast.Name(id=name) if name in frame.texts:
                return frame.texts[name]
            case ast.Constant(value=int() | float() as value):
                return f"{value:g}", _ATOM
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                self._numbers[name] = frame.value(node)
                return f"{{{name}}}", _ATOM
            case ast.Subscript(value=ast.Name(id="memory"), slice=ast.Constant(value=int() as k)):
                name = self._remembers[k]
                before = f"{name} before"
                return f"{{{before if before in self._numbers else name}}}", _ATOM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"-{_bracketed(self._text(operand, frame), 2)}", 2
            case ast.IfExp(test=test, body=then, orelse=other):
                return self._text(then if frame.value(test) else other, frame)
            case ast.BinOp():
                return self._operation(node, frame)
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self._call(frame.value(function), arguments, frame)
        raise UnreadableError

    def _operation(self, node: ast.BinOp, frame: _Frame) -> tuple[str, int]:
        kind = type(node.op)
        if kind not in _POWERS:
            raise UnreadableError
        own = _POWERS[kind]
        left, right = self._text(node.left, frame), self._text(node.right, frame)
        if kind is ast.Mult and right[1] == _ATOM and left[0].endswith("*" + right[0]):
            return f"{left[0]}^2", own  # x*g*g is x*g^2
        if kind is ast.Mult and left == right and left[1] == _ATOM:
            return f"{left[0]}^2", _POWERS[ast.Pow]
        is_power = kind is ast.Pow
        first = _bracketed(left, own + 1 if is_power else own)
        return f"{first}{_SIGNS[kind]}{_bracketed(right, own + 1)}", own

    def _call(self, function: Any, arguments: list[ast.expr], frame: _Frame) -> tuple[str, int]:
        texts = [self._text(argument, frame) for argument in arguments]
        name = getattr(function, "__name__", "")
        if getattr(math, name, _PLAIN.get(name)) is function:
            return f"{name}({', '.join(text for text, _ in texts)})", _ATOM
        parameters = _parameters(function)
        inner = _frame(function)
        if len(parameters) != len(texts):
            raise UnreadableError
        inner.texts |= dict(zip(parameters, texts, strict=True))
        inner.values |= dict(zip(parameters, map(frame.value, arguments), strict=True))
        for statement in definition(_plain(function)).body:
            match statement:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    inner.texts[name] = self._text(value, inner)
                    inner.values[name] = inner.value(value)
                case ast.Return(value=ast.expr() as value):
                    return self._text(value, inner)
                case _:
                    raise UnreadableError
        raise AssertionError("a rule that was computed with what this returns")


def _plain(function: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(function, "__func__", function)
    return found


def _frame(function: Any) -> _Frame:
    """The names in a function that is readable."""
    plain = _plain(function)
    values = {**plain.__globals__, "self": getattr(function, "__self__", None)}
    return _Frame({}, values)


def _parameters(function: Any) -> list[str]:
    names = [argument.arg for argument in definition(_plain(function)).args.args]
    return names[1:] if hasattr(function, "__self__") else names


def _bracketed(text: tuple[str, int], least: int) -> str:
    return text[0] if text[1] >= least else f"({text[0]})"
