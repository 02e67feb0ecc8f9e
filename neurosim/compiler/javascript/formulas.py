"""Formulas in JavaScript, made of the source of the Python functions that define them.

A formula has one home: the function for numbers in `neurosim.functions`, or a user's own. Here its
text is read and written anew, operation by operation, with all functions and constants it uses.
What is not arithmetic is refused, and so is ``erfc``, which JavaScript lacks.
"""

import ast
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from neurosim.errors import InvalidValueError
from neurosim.functions.sources import UnreadableError, definition
from neurosim.functions.users import Guarded

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "===", ast.NotEq: "!==",
}  # fmt: skip
_MATH = {
    **{name: f"Math.{name}" for name in (
        "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "asin",
        "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "ceil",
        "pow",
    )},
    "fabs": "Math.abs", "isfinite": "Number.isFinite", "isnan": "Number.isNaN",
    "copysign": "copysign",
}  # fmt: skip
_OF_MATH = frozenset(_MATH.values())
_OF_TWO = {"Math.pow", "Math.atan2", "copysign"}  # arguments
_RESERVED = frozenset(
    [
        "true",
        "false",
        "arguments",
        "case",
        "catch",
        "const",
        "debugger",
        "default",
        "delete",
        "do",
        "enum",
        "eval",
        "export",
        "extends",
        "function",
        "implements",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "typeof",
        "undefined",
        "var",
        "void",
    ]
)
_BUILTINS = {"abs": "Math.abs", "max": "Math.max", "min": "Math.min", "float": "Number"}


@dataclass(slots=True)
class Formulas:
    """The functions and constants that a module defines, by their names."""

    lines: dict[str, str] = field(default_factory=dict)
    _functions: dict[Any, str] = field(default_factory=dict)

    def call(self, function: Callable[..., float], *arguments: str) -> str:
        """The text of a call; what it calls is defined, and the options it is given are written.

        Raises:
            InvalidValueError: it cannot be written in JavaScript.
        """
        plain: Any = function
        options: dict[str, float] = {}
        while isinstance(plain, Guarded | partial):
            options |= plain.keywords if isinstance(plain, partial) else {}
            plain = plain.func if isinstance(plain, partial) else plain.function
        given = list(arguments)
        if options:
            names = list(inspect.signature(plain).parameters)
            given += [number(options[name]) for name in names if name in options]
        try:
            return f"{self.name_of(plain)}({', '.join(given)})"
        except UnreadableError as error:
            raise InvalidValueError(
                f"module: {getattr(plain, '__name__', plain)!s:.80} cannot be written in"
                f" JavaScript, got {error!s:.80}; expected a function of a module, made by def,"
                " of arithmetic and math"
            ) from error

    def name_of(self, function: Any) -> str:
        """The name of a function; it is defined where it is not yet."""
        if inspect.isbuiltin(function) and function.__name__ in _MATH:
            return _MATH[function.__name__]
        if function in self._functions:
            return self._functions[function]
        try:
            source = definition(function)
        except UnreadableError as error:
            raise UnreadableError(f"{function!r:.60}, which has no source here") from error
        name = f"f{len(self._functions)}_{function.__name__.strip('_')}"
        self._functions[function] = name
        self.lines[name] = _Writer(self, function.__globals__).write(name, source, function)
        return name


def number(value: float) -> str:
    """A number as JavaScript reads it.

    >>> number(0.5), number(-math.inf), number(math.nan)
    ('0.5', '-Infinity', 'NaN')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(float(value))


@dataclass(slots=True)
class _Writer:
    """Writes one function; ``known`` are its parameters and variables."""

    formulas: Formulas
    scope: dict[str, Any]
    known: set[str] = field(default_factory=set)

    def write(self, name: str, source: ast.FunctionDef, function: Any) -> str:
        parameters = [each.arg for each in source.args.args]
        defaults = function.__defaults__ or ()
        first = len(parameters) - len(defaults)
        for each in parameters:
            self.declared(each)
        heads = [
            each if i < first else f"{each} = {number(defaults[i - first])}"
            for i, each in enumerate(parameters)
        ]
        body = source.body[1:] if ast.get_docstring(source) else source.body
        lines = "\n".join(f"  {self.statement(each)}" for each in body)
        return f"function {name}({', '.join(heads)}) {{\n{lines}\n}}"

    def statement(self, node: ast.stmt) -> str:
        match node:
            case ast.Return(value=ast.expr() as value):
                return f"return {self.of(value)};"
            case ast.If(test=test, body=body, orelse=other):
                text = f"if ({self.of(test)}) {{ {' '.join(map(self.statement, body))} }}"
                return (
                    f"{text} else {{ {' '.join(map(self.statement, other))} }}" if other else text
                )
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = self.of(value)
                return f"{self.declared(name)} = {text};"
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                read = {n.id for v in values for n in ast.walk(v) if isinstance(n, ast.Name)}
                is_exchange = any(isinstance(n, ast.Name) and n.id in read for n in names)
                if len(names) == len(values) and not is_exchange:  # one after the other is the same
                    pairs = zip(names, map(self.of, values), strict=True)
                    return " ".join(f"{self.target(each)} = {text};" for each, text in pairs)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
                text = self.of(value)
                return f"let [{', '.join(map(self.fresh, names))}] = {text};"
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if (
                name in self.known and type(op) in _BINARY
            ):
                return f"{name} {_BINARY[type(op)]}= {self.of(value)};"
        raise UnreadableError(ast.unparse(node))

    def target(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise UnreadableError(ast.unparse(node))
        return self.declared(node.id)

    def declared(self, name: str) -> str:
        if name in _RESERVED:
            raise UnreadableError(f"the name {name}, which JavaScript keeps for itself")
        is_known = name in self.known
        self.known.add(name)
        return name if is_known else f"var {name}"

    def fresh(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name) or node.id in self.known:
            raise UnreadableError(ast.unparse(node))
        self.declared(node.id)
        return node.id

    def of(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=bool() as value):
                return str(value).lower()
            case ast.Constant(value=int() | float() as value):
                return number(value)
            case ast.Name(id=name):
                return name if name in self.known else self.constant(self.scope.get(name), node)
            case ast.Attribute(value=ast.Name(id="math"), attr=name):
                return self.constant(getattr(math, name), node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return f"({self.of(left)} {_BINARY[type(op)]} {self.of(right)})"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.of(operand)})"
            case ast.Tuple(elts=parts):
                return f"[{', '.join(map(self.of, parts))}]"
            case ast.Subscript(value=value, slice=ast.Constant(value=int() as at)) if at >= 0:
                return f"{self.of(value)}[{at}]"
            case ast.Call(func=function, args=args, keywords=[]):
                name = self.called(function)
                if name in _OF_MATH and len(args) != (2 if name in _OF_TWO else 1):
                    raise UnreadableError(ast.unparse(node))  # JavaScript drops the base of a log
                return f"{name}({', '.join(map(self.of, args))})"
        return self.decision(node)

    def decision(self, node: ast.expr) -> str:
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"(!{self.of(operand)})"
            case ast.BoolOp(op=op, values=values):
                sign = " && " if isinstance(op, ast.And) else " || "
                return f"({sign.join(map(self.of, values))})"
            case ast.Compare(left=left, ops=ops, comparators=others) if all(
                type(op) in _COMPARE for op in ops
            ):
                sides = [left, *others]
                parts = [
                    f"{self.of(sides[i])} {_COMPARE[type(op)]} {self.of(sides[i + 1])}"
                    for i, op in enumerate(ops)
                ]
                return f"({' && '.join(parts)})"
            case ast.IfExp(test=test, body=body, orelse=other):
                return f"({self.of(test)} ? {self.of(body)} : {self.of(other)})"
        raise UnreadableError(ast.unparse(node))

    def constant(self, value: object, node: ast.expr) -> str:
        if isinstance(value, int | float):
            text = number(value)
            return f"({text})" if text.startswith("-") else text
        raise UnreadableError(ast.unparse(node))

    def called(self, node: ast.expr) -> str:
        match node:
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name in _MATH:
                return _MATH[name]
            case ast.Name(id=name) if name in self.scope and name not in self.known:
                return self.formulas.name_of(self.scope[name])
            case ast.Name(id=name) if name in _BUILTINS and name not in self.known:
                return _BUILTINS[name]
        raise UnreadableError(ast.unparse(node))
