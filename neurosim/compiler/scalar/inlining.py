"""Inlining: a formula's one definition as an expression of a generated program.

The scalar program is fast because it calls nothing, and right because it repeats nothing: where it
needs ``sigmoid`` it takes the source of the function in the table, puts its own names in place of
the parameters and its numbers in place of constants. A function that is not written in the few
forms that are understood here (assignments, an early return, a return) is called instead.
"""

import ast
import copy
import inspect
import keyword
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from neurosim.functions.arithmetic import UnreadableError, definition

Expression = ast.expr


NotInlinableError = UnreadableError  # the function has to be called


class Inliner:
    """Takes functions apart for one program.

    Args:
        names: what the program's names stand for; what a formula needs is added.
        emit: takes a line that must stand before the expression.
    """

    def __init__(self, names: dict[str, Any], emit: Callable[[str], None]) -> None:
        self._names = names
        self._emit = emit
        self._n_locals = 0
        self._templates: dict[Callable[..., Any], tuple[list[str], str] | None] = {}
        self._computed: dict[str, str] = {}  # what a local name holds already

    def call(self, function: Callable[..., Any], *arguments: str) -> str:
        """The text of a function of these names: its formula in brackets, or a call of it."""
        if function not in self._templates:
            self._templates[function] = self._template(function, len(arguments))
        template = self._templates[function]
        if template is None:
            return f"{self.bind(function)}({', '.join(arguments)})"
        lines, text = template
        if lines:
            self._n_locals += 1
        for line in lines:
            filled = _filled(line, arguments, self._n_locals)
            name, _, value = filled.partition(" = ")
            self._computed.setdefault(value, name)
            self._emit(filled)
        result = _filled(text, arguments, self._n_locals)
        return self._computed.get(result[1:-1], result)

    def _template(
        self, function: Callable[..., Any], n_arguments: int
    ) -> tuple[list[str], str] | None:
        lines: list[str] = []
        arguments = tuple(f"ARGUMENT_{i}_" for i in range(n_arguments))
        try:
            result = self.expression(function, arguments, lines.append)
        except NotInlinableError:
            return None
        text = ast.unparse(result)
        return lines, text if isinstance(result, (ast.Name, ast.Constant)) else f"({text})"

    def bind(self, function: Callable[..., Any]) -> str:
        """A name for the function itself."""
        name = getattr(function, "__name__", "function").strip("_")
        if not name.isidentifier() or keyword.iskeyword(name):  # of a lambda, or of no function
            name = "function"
        while self._names.get(name, function) != function:
            name += "_"
        self._names[name] = function
        return name

    def expression(
        self,
        function: Callable[..., Any],
        arguments: tuple[str, ...],
        emit: Callable[[str], None],
        known: Mapping[str, str] | None = None,
    ) -> Expression:
        """The expression that the function returns.

        Args:
            function: a plain function, or a bound method of a frozen record.
            arguments: for each parameter the text that stands for it.
            emit: takes the lines before it; ``_LOCAL`` in their names is to be made unique.
            known: what stands for ``name[i]`` and the like, by their text.

        Raises:
            NotInlinableError: it is not written in one of the forms that are understood.
        """
        source = definition(getattr(function, "__func__", function))
        owner = getattr(function, "__self__", None)
        parameters = [a.arg for a in source.args.args]
        if owner is not None:
            parameters = parameters[1:]
        if len(parameters) != len(arguments):
            raise NotInlinableError
        texts = dict(zip(parameters, arguments, strict=True))
        scope = getattr(function, "__func__", function).__globals__
        fill = _Fill(texts, known or {}, scope, owner, self._names)
        lines: list[str] = []
        result = self._returned(copy.deepcopy(source.body), fill, lines)
        for line in lines:
            emit(line)
        return result

    def pair(
        self,
        function: Callable[..., Any],
        arguments: tuple[str, ...],
        emit: Callable[[str], None],
        known: Mapping[str, str],
    ) -> tuple[Expression, Expression]:
        """Both expressions that a function returns; see `expression`."""
        result = self.expression(function, arguments, emit, known)
        if not isinstance(result, ast.Tuple) or len(result.elts) != 2:
            raise NotInlinableError
        return result.elts[0], result.elts[1]

    def _returned(self, body: list[ast.stmt], fill: "_Fill", lines: list[str]) -> Expression:
        for i, statement in enumerate(body):
            match statement:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Return(value=ast.expr() as value):
                    return fill(value)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._assign(name, fill(value), fill, lines)
                case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                    changed = ast.BinOp(ast.Name(name, ast.Load()), op, value)
                    self._assign(name, fill(changed), fill, lines)
                case ast.If(test=test, body=then, orelse=[]):
                    return self._branch(fill(test), then, body[i + 1 :], fill, lines)
                case _:
                    raise NotInlinableError
        raise NotInlinableError

    def _assign(self, name: str, value: Expression, fill: "_Fill", lines: list[str]) -> None:
        local = f"{name}_LOCAL"
        while any(line.startswith(f"{local} =") for line in lines):
            local += "_"
        lines.append(f"{local} = {ast.unparse(value)}")
        fill.texts[name] = local

    def _branch(
        self,
        test: Expression,
        then: list[ast.stmt],
        rest: list[ast.stmt],
        fill: "_Fill",
        lines: list[str],
    ) -> Expression:
        known = _truth(test)
        if known is not None:
            return self._returned(then if known else rest, fill, lines)
        before = len(lines)
        first = self._returned(then, fill, lines)
        second = self._returned(rest, fill, lines)
        if len(lines) > before:  # a line of one branch must not run for the other
            raise NotInlinableError
        return ast.IfExp(test, first, second)


class _Fill(ast.NodeTransformer):
    """Puts texts for parameters, numbers for constants, and bound names for functions."""

    def __init__(
        self,
        texts: dict[str, str],
        known: Mapping[str, str],
        scope: dict[str, Any],
        owner: Any,
        names: dict[str, Any],
    ) -> None:
        self.texts = texts
        self._known = known
        self._scope = scope
        self._owner = owner
        self._names = names

    def __call__(self, expression: Expression) -> Expression:
        filled: Expression = self.visit(copy.deepcopy(expression))
        return filled

    def visit(self, node: ast.AST) -> Any:
        if self._known and isinstance(node, ast.Subscript):
            text = self._known.get(ast.unparse(node))
            if text is not None:
                return ast.Name(text, ast.Load())
        return super().visit(node)

    def visit_Name(self, node: ast.Name) -> Expression:
        if node.id in self.texts:
            return ast.parse(self.texts[node.id], mode="eval").body
        if node.id not in self._scope:
            return node  # a builtin
        value = self._scope[node.id]
        if isinstance(value, float):
            return ast.Constant(value)
        if not inspect.isfunction(value) or self._names.get(node.id, value) is not value:
            raise NotInlinableError
        self._names[node.id] = value
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Expression:
        if isinstance(node.value, ast.Name):
            if node.value.id == "self" and self._owner is not None:
                value = getattr(self._owner, node.attr)
                if isinstance(value, (bool, float)):
                    return ast.Constant(value)
            elif self._scope.get(node.value.id) is math:
                return ast.Name(node.attr, ast.Load())
        raise NotInlinableError

    def visit_IfExp(self, node: ast.IfExp) -> Expression:
        test = self.visit(node.test)
        known = _truth(test)
        if known is not None:
            chosen: Expression = self.visit(node.body if known else node.orelse)
            return chosen
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))


def _filled(text: str, arguments: tuple[str, ...], number: int) -> str:
    for i, argument in enumerate(arguments):
        text = text.replace(f"ARGUMENT_{i}_", argument)
    return text.replace("_LOCAL", f"_{number}")


def _truth(test: Expression) -> bool | None:
    """What a condition is, where it is between constants only."""
    if any(isinstance(node, (ast.Name, ast.Call)) for node in ast.walk(test)):
        return None
    text = ast.fix_missing_locations(ast.Expression(test))
    return bool(eval(compile(text, "<condition>", "eval"), {}))  # noqa: S307 - constants of ours


def array_lines(
    function: Callable[..., Any], arguments: tuple[str, ...], number: Callable[[float], str]
) -> list[str] | None:
    """The lines of an array form, where it is nothing but NumPy calls; None where it is more.

    A call given its output by position, and its numbers as arrays, costs half as much.

    Args:
        function: it writes into its last argument.
        arguments: the names that stand for its parameters.
        number: gives the name of an array that holds a number.
    """
    template = _array_template(function, len(arguments))
    if template is None:
        return None
    calls = []
    for name, operands, out in template:
        texts = [number(x) if isinstance(x, float) else _filled(x, arguments, 0) for x in operands]
        calls.append(f"{name}({', '.join([*texts, _filled(out, arguments, 0)])})")
    return calls


_ArrayCall = tuple[str, tuple[str | float, ...], str]  # a name of NumPy, operands, the output
# NumPy's own: by position, the output of these two may soon be taken for a third number
_BY_KEYWORD = ("maximum", "minimum")


@lru_cache(maxsize=256)
def _array_template(function: Callable[..., Any], n_arguments: int) -> list[_ArrayCall] | None:
    arguments = [f"ARGUMENT_{i}_" for i in range(n_arguments)]
    try:
        source = definition(function)
        texts = dict(zip([a.arg for a in source.args.args], arguments, strict=True))
        fill = _Fill(texts, {}, function.__globals__, None, {})
        body = [statement for statement in source.body if not _is_text(statement)]
        return [_array_call(statement, fill) for statement in body]
    except (NotInlinableError, ValueError):
        return None


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _array_call(statement: ast.stmt, fill: "_Fill") -> _ArrayCall:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr=name),
                args=args,
                keywords=[ast.keyword(arg="out", value=ast.Name() as out)],
            )
        ):
            prefix = "out=" if name in _BY_KEYWORD else ""
            operands = tuple(_operand(arg, fill) for arg in args)
            return name, operands, prefix + ast.unparse(fill(out))
        case _:
            raise NotInlinableError


def _operand(arg: Expression, fill: "_Fill") -> str | float:
    filled = fill(arg)
    if isinstance(filled, ast.Constant) and isinstance(filled.value, float):
        return filled.value
    if not isinstance(filled, ast.Name):
        raise NotInlinableError
    return filled.id


def hoisted(tree: ast.AST, steady: frozenset[str], held: dict[str, str]) -> ast.AST:
    """The text, with every part that only names what is steady computed beforehand.

    Args:
        tree: of a line or an expression; is changed.
        steady: names that stay as they are while the expression is computed again and again.
        held: text to name, of what is computed beforehand; new ones are added.
    """
    changed: ast.AST = _Hoist(steady, held).visit(tree)
    return changed


class _Hoist(ast.NodeTransformer):
    def __init__(self, steady: frozenset[str], held: dict[str, str]) -> None:
        self._steady = steady
        self._held = held

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.BinOp, ast.Call)) and self._is_steady(node):
            name = self._held.setdefault(ast.unparse(node), f"held{len(self._held)}")
            return ast.Name(name, ast.Load())
        return self.generic_visit(node)

    def _is_steady(self, node: ast.AST) -> bool:
        used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return bool(used & self._steady) and all(
            name in self._steady or hasattr(math, name) for name in used
        )
