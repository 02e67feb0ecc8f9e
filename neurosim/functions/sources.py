"""The source of a formula, read from the function that defines it."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple


class UnreadableError(Exception):
    """The source is not there, or is written in a form that is not understood."""


class ArrayCall(NamedTuple):
    """A call of a NumPy function that writes into its output.

    ``operands`` are numbers, or the places of parameters; so is ``out``.
    """

    function: str
    operands: tuple[int | float, ...]
    out: int


@lru_cache(maxsize=256)
def definition(function: Callable[..., Any]) -> ast.FunctionDef:
    """The source of a function of a module, taken apart.

    Raises:
        UnreadableError: it is a lambda or a closure, is decorated, or has no source.
    """
    if not inspect.isfunction(function) or function.__closure__ or "<" in function.__qualname__:
        raise UnreadableError
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError) as error:
        raise UnreadableError from error
    found = tree.body[0]
    if not isinstance(found, ast.FunctionDef) or found.decorator_list:
        raise UnreadableError
    return found


@lru_cache(maxsize=256)
def array_calls(function: Callable[..., Any]) -> tuple[ArrayCall, ...] | None:
    """The NumPy calls of an array form; None where it is more than such calls.

    Parameters with a default, or fixed by `functools.partial`, are numbers in them.
    """
    plain: Any = function.func if isinstance(function, partial) else function
    try:
        source = definition(plain)
        arguments = [each.arg for each in source.args.args]
        defaults = plain.__defaults__ or ()
        numbers = dict(zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True))
        if isinstance(function, partial):
            numbers |= function.keywords
        place = {name: i for i, name in enumerate(arguments) if name not in numbers}
        body = source.body[1:] if ast.get_docstring(source) else source.body
        return tuple(_array_call(each, place, plain.__globals__ | numbers) for each in body)
    except UnreadableError:
        return None


def _array_call(
    statement: ast.stmt, place: Mapping[str, int], scope: Mapping[str, Any]
) -> ArrayCall:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr=name),
                args=args,
                keywords=[ast.keyword(arg="out", value=ast.Name(id=out))],
            )
        ) if out in place:
            return ArrayCall(name, tuple(_operand(arg, place, scope) for arg in args), place[out])
    raise UnreadableError


def _operand(arg: ast.expr, place: Mapping[str, int], scope: Mapping[str, Any]) -> int | float:
    match arg:
        case ast.Name(id=name) if name in place:
            return place[name]
        case ast.Name(id=name) if isinstance(value := scope.get(name), float):
            return value
        case ast.Constant(value=float() as value):
            return value
    raise UnreadableError
