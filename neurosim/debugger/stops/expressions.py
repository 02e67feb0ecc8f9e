"""Expressions such as ``h1.output > 0.9 and epoch % 10 == 0``: from a text to a tree.

The text is cut into tokens here, because a neuron's name may be of any script, start with a digit,
or be a word of the language (``and.output`` is the neuron's), and because Python would normalise
names. Each number and quantity goes to Python's parser as a placeholder, which decides what binds
first; what comes back passes a whitelist and becomes a tree of our own. Nothing is ever evaluated
as Python. All that is not in the grammar is refused with its column.
"""

import ast
import itertools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from neurosim.errors import (
    InvalidValueError,
    NeurosimError,
    UnknownNameError,
    WrongTypeError,
    guess,
)
from neurosim.functions.numbers import shown
from neurosim.network.connection import Connection
from neurosim.network.names import fold
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

LONGEST = 500  # characters
DEEPEST = 30  # a tree of this depth is walked by recursion without a thought

QUANTITIES = {
    "neuron": ("output", "net_input", "output_gradient", "delta", "bias", "bias_gradient", "value"),
    "connection": ("weight", "gradient"),
    "position": ("epoch", "batch", "sample", "row", "step"),
    "loss": ("loss",),
}
FUNCTIONS = {  # how many numbers each takes
    **dict.fromkeys(("abs", "exp", "log", "sqrt", "isnan", "isfinite"), range(1, 2)),
    **dict.fromkeys(("min", "max"), range(2, LONGEST)),
}
PREDICATES = ("isnan", "isfinite")  # functions whose value is a truth value
GRAMMAR = (
    "numbers, h1.output, x1->h1.weight, epoch, loss; + - * / %; < <= > >= == !=; and or not; ( );"
    f" {' '.join(FUNCTIONS)}"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an expression asks for by name.

    Attributes:
        kind: a key of ``QUANTITIES``.
        owner: the neuron or connection; None for a position and for the loss.
        name: one of the kind's names.
    """

    kind: str
    owner: Neuron | Connection | None
    name: str

    def __str__(self) -> str:
        return self.name if self.owner is None else f"{self.owner.name}.{self.name}"


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Negation:
    """The operand with its sign changed."""

    operand: "Numeric"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Arithmetic from left to right: to ``first`` each operator is applied with its operand."""

    first: "Numeric"
    rest: tuple[tuple[str, "Numeric"], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of numbers that gives a number."""

    function: str
    operands: tuple["Numeric", ...]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A function of a number that gives a truth value."""

    function: str
    operand: "Numeric"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of comparisons, each of neighbours."""

    first: "Numeric"
    rest: tuple[tuple[str, "Numeric"], ...]


@dataclass(frozen=True, slots=True)
class Denial:
    """``not`` the operand."""

    operand: "Truth"


@dataclass(frozen=True, slots=True)
class Junction:
    """The operands with ``and``, or with ``or``, between them."""

    word: str
    operands: tuple["Truth", ...]


Numeric = Quantity | NumberLiteral | Negation | Arithmetic | Call
Truth = Predicate | Comparison | Denial | Junction


def read_expression(
    text: object, network: Network
) -> tuple[str, tuple[Quantity, ...], Numeric | Truth]:
    """A text that the user typed: itself, the quantities in it (each once), and its tree.

    Raises:
        WrongTypeError: it is no text.
        UnknownNameError: a name in it means nothing.
        InvalidValueError: it is not in the grammar, or too long, or nested too deeply.
    """
    source = _require_source(text, network, "expression")
    return source.text, *_read(source)


def read_condition(text: object, network: Network) -> tuple[str, tuple[Quantity, ...], Truth]:
    """As `read_expression`, of a text that is true or false.

    Raises:
        InvalidValueError: it is a number, too.
    """
    source = _require_source(text, network, "condition")
    quantities, tree = _read(source)
    if isinstance(tree, Truth):
        return source.text, quantities, tree
    column = len(source.text) - len(source.text.lstrip()) + 1
    raise source.error(column, "a number where a comparison or another truth value is wanted")


def _require_source(text: object, network: Network, label: str) -> "_Source":
    if not isinstance(text, str):
        raise WrongTypeError(f"{label}: no text, got {shown(text)}; expected {GRAMMAR}")
    source = _Source(str.__str__(text), network, label)
    if len(source.text) > LONGEST:
        raise source.error(LONGEST + 1, f"longer than {LONGEST} characters")
    return source


def _read(source: "_Source") -> tuple[tuple[Quantity, ...], Numeric | Truth]:
    matches = _TOKEN.finditer(_shape(source.text))
    tokens = [token for match in matches for token in _scan(source, match)]
    if not tokens:
        raise source.error(1, "nothing is written")
    _require_order(source, tokens)
    tree = _Whitelist(source, tokens).read(_parse(source, tokens))
    leaves = [token.leaf for token in tokens]
    return tuple(dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, Quantity))), tree


@dataclass(frozen=True, slots=True)
class _Source:
    """What is being read, for whom."""

    text: str
    network: Network
    label: str

    def error(
        self, column: int, problem: str, kind: type[NeurosimError] = InvalidValueError
    ) -> NeurosimError:
        """The refusal of this text for what is at a column, the first being 1."""
        where = f"{self.label}, column {column}"
        return kind(f"{where}: {problem}, got {shown(self.text)}; expected {GRAMMAR}")

    def unknown(self, column: int, problem: str) -> NeurosimError:
        """The refusal for a name that means nothing."""
        return self.error(column, problem, UnknownNameError)


class _Token(NamedTuple):
    """A piece of the text: what Python's parser is shown of it, and what it means."""

    kind: str  # operand, function or operator
    text: str
    column: int
    leaf: Quantity | NumberLiteral | None = None


def _shape(text: str) -> str:
    """The text with a letter for each mark on one, so that a name matches as one word."""
    return "".join("x" if unicodedata.category(c) in ("Mn", "Mc") else c for c in text)


def _scan(source: _Source, match: re.Match[str]) -> Iterator[_Token]:
    """The token of a match; none for a blank."""
    column, kind = match.start() + 1, str(match.lastgroup)
    word = source.text[match.start() : match.end()]
    if kind == "number":
        if not math.isfinite(float(word)):
            raise source.error(column, "a number that is not finite")
        yield _Token("operand", "_", column, NumberLiteral(float(word)))
    elif kind in ("neuron", "connection"):
        yield _Token("operand", "_", column, _quantity(source, match))
    elif kind == "word" and word in BARE:
        yield _Token("operand", "_", column, Quantity(BARE[word], None, word))
    elif kind == "operator" or word in ("and", "or", "not"):
        yield _Token("operator", word, column)
    elif kind == "call" and word in FUNCTIONS:
        yield _Token("function", word, column)
    elif kind == "call":
        raise source.unknown(column, f"unknown function {word!r}{guess(word, FUNCTIONS)}")
    elif kind == "word":
        raise _unknown_word(source, column, word)
    elif kind in ("wrong", "other"):
        hint = f" (did you mean {_MEANT[word]!r}?)" if word in _MEANT else ""
        raise source.error(column, f"{word!r} is not in the grammar{hint}")


def _quantity(source: _Source, match: re.Match[str]) -> Quantity:
    """A neuron's or a connection's quantity."""
    owner, kind = _owner(source, match), str(match.lastgroup)
    group, known = f"of_{kind}", QUANTITIES[kind]
    if match[group] is None:
        hint = f" (did you mean '{owner.name}.weight'?)"
        raise source.error(match.start() + 1, f"a connection alone{hint}")
    name = source.text[slice(*match.span(group))]
    if name not in known:
        problem = f"a {kind} has no {name!r} but {', '.join(known)}{guess(name, known)}"
        raise source.unknown(match.start(group) + 1, problem)
    return Quantity(kind, owner, name)


def _owner(source: _Source, match: re.Match[str]) -> Neuron | Connection:
    ends = [end for end in ("source", "target", "neuron_name") if match[end] is not None]
    neurons = [_neuron(source, *match.span(end)) for end in ends]
    if len(neurons) == 1:
        return neurons[0]
    try:
        return source.network[neurons[0].name, neurons[1].name]
    except UnknownNameError as error:
        raise source.unknown(match.start() + 1, str(error)) from None


def _neuron(source: _Source, start: int, end: int) -> Neuron:
    """The neuron whose name is there exactly as it was typed."""
    name = source.text[start:end]
    try:
        return source.network[name]
    except UnknownNameError as error:
        twin = fold(name)  # what it looks like
        is_near = twin in source.network
        problem = f"unknown neuron {name!r} (did you mean {twin!r}?)" if is_near else str(error)
        raise source.unknown(start + 1, problem) from None


def _unknown_word(source: _Source, column: int, word: str) -> NeurosimError:
    """The refusal of a word that is alone and means nothing so."""
    if word in source.network:
        return source.error(column, f"a neuron alone (did you mean '{word}.output'?)")
    if word in FUNCTIONS:
        return source.error(column, f"the function {word!r} without its brackets")
    if word[0] in "0123456789":
        return source.error(column, f"{word!r} is no number")
    names = (neuron.name for neuron in source.network.neurons)
    known = itertools.chain(BARE, FUNCTIONS, ("and", "or", "not"), names)
    return source.unknown(column, f"unknown name {word!r}{guess(word, known)}")


def _require_order(source: _Source, tokens: list[_Token]) -> None:
    """Refuse what Python's parser would misplace, accept, or meet too deeply nested."""
    opened: list[int] = []
    n_signs = 0  # in a row
    before = _Token("operator", "", 0)
    for token in tokens:
        is_start = token.kind != "operator" or token.text in ("(", "not")
        if is_start and (before.kind == "operand" or before.text == ")"):
            raise source.error(token.column, "an operator is missing")
        if (before.text, token.text) == (",", ")"):
            raise source.error(token.column, "a number is missing")
        if token.text == ")" and not opened:
            raise source.error(token.column, "a bracket that was not opened")
        opened = [*opened, token.column] if token.text == "(" else opened
        opened = opened[:-1] if token.text == ")" else opened
        n_signs = n_signs + 1 if token.text in ("+", "-", "not") else 0
        if max(len(opened), n_signs) > DEEPEST:
            raise source.error(token.column, f"nested deeper than {DEEPEST}")
        before = token
    if opened:
        raise source.error(opened[-1], "a bracket that is not closed")


def _parse(source: _Source, tokens: list[_Token]) -> ast.expr:
    """What binds first, by Python's own parser, which sees placeholders instead of names."""
    code = " ".join(token.text for token in tokens)
    try:
        return ast.parse(code, mode="eval").body
    except SyntaxError as error:
        place = error.offset or 0
        if not 0 < place <= len(code):
            raise source.error(len(source.text) + 1, "something is missing at the end") from None
        token = tokens[code[: place - 1].count(" ")]
    raise source.error(token.column, f"{token.text!r} is out of place")


class _Whitelist:
    """Takes over from Python's tree what is in the grammar, and refuses the rest."""

    def __init__(self, source: _Source, tokens: list[_Token]) -> None:
        self._source = source
        widths = (len(token.text) + 1 for token in tokens)
        starts = itertools.accumulate(widths, initial=0)
        self._tokens = dict(zip(starts, tokens, strict=False))

    def read(self, node: ast.expr, depth: int = 1) -> Numeric | Truth:
        """The tree of a node and all below it."""
        if depth > DEEPEST:
            raise self._error(node, f"nested deeper than {DEEPEST}")
        match node:
            case ast.Name():
                leaf = self._tokens[node.col_offset].leaf
                assert leaf is not None
                return leaf
            case ast.BinOp():
                return self._arithmetic(node, depth + 1)
            case ast.UnaryOp(op=ast.Not()):
                return Denial(self._truth(node.operand, depth + 1))
            case ast.UnaryOp(op=ast.USub()):
                return Negation(self._number(node.operand, depth + 1))
            case ast.UnaryOp(op=ast.UAdd()):
                return self._number(node.operand, depth + 1)
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self._call(node, name, depth + 1)
            case ast.Compare():
                signs = [_COMPARISONS[type(sign)] for sign in node.ops]
                parts = [self._number(part, depth + 1) for part in node.comparators]
                rest = tuple(zip(signs, parts, strict=True))
                return Comparison(self._number(node.left, depth + 1), rest)
            case ast.BoolOp():
                word = "and" if isinstance(node.op, ast.And) else "or"
                return Junction(word, tuple(self._truth(part, depth + 1) for part in node.values))
        raise self._error(node, "this is not in the grammar")

    def _arithmetic(self, node: ast.expr, depth: int) -> Arithmetic:
        rest: list[tuple[str, Numeric]] = []
        while isinstance(node, ast.BinOp):  # a sum of many terms leans to the left; no recursion
            rest.append((_ARITHMETIC[type(node.op)], self._number(node.right, depth)))
            node = node.left
        return Arithmetic(self._number(node, depth), tuple(reversed(rest)))

    def _call(self, node: ast.Call, name: str, depth: int) -> Call | Predicate:
        operands = tuple(self._number(part, depth) for part in node.args)
        if len(operands) not in FUNCTIONS[name]:
            wanted = "one number" if 1 in FUNCTIONS[name] else "two numbers or more"
            raise self._error(node, f"{name} takes {wanted}, not {len(operands)}")
        return Predicate(name, operands[0]) if name in PREDICATES else Call(name, operands)

    def _number(self, node: ast.expr, depth: int) -> Numeric:
        tree = self.read(node, depth)
        if isinstance(tree, Truth):
            raise self._error(node, "a truth value where a number is wanted")
        return tree

    def _truth(self, node: ast.expr, depth: int) -> Truth:
        tree = self.read(node, depth)
        if not isinstance(tree, Truth):
            raise self._error(node, "a number where a truth value is wanted")
        return tree

    def _error(self, node: ast.expr, problem: str) -> NeurosimError:
        return self._source.error(self._tokens[node.col_offset].column, problem)


BARE = {name: kind for kind in ("position", "loss") for name in QUANTITIES[kind]}
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_MEANT = {
    "=": "==",
    "<>": "!=",
    "!": "not",
    "&": "and",
    "&&": "and",
    "|": "or",
    "||": "or",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u2212": "-",
    "\u00d7": "*",
    "\u00f7": "/",
    "\u2192": "->",
}
# An arrow makes a connection of two words, even of numbers. A number comes before a neuron, so that
# ``1.e5`` is one; followed by a letter or point, as in ``1.output``, it is none.
_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t]+)
  | (?P<connection>(?P<source>\w+)[ \t]*->[ \t]*(?P<target>\w+)(?:\.(?P<of_connection>[^\W\d]\w*))?)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w.])
  | (?P<neuron>(?P<neuron_name>\w+)\.(?P<of_neuron>[^\W\d]\w*))
  | (?P<call>(?!(?:and|or|not)\b)\w+)(?=[ \t]*\()
  | (?P<word>\w+)
  | (?P<wrong>\*\*|//|<<|>>|<>|&&|\|\||->|:=)
  | (?P<operator>[<>=!]=|[-+*/%()<>,])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
