"""Names: letters, digits and ``_``, so that ``x1->h1`` and ``h1.bias`` can be read back.

The alphabet is any script's (NFC). Many scripts, such as Devanagari and Thai, write vowels as marks
on a letter; a mark may follow a letter, or another mark on it. What cannot be seen is refused, even
where it counts as a letter or a mark. Two names that only compatibility normalisation (NFKC) makes
the same, such as ``h1`` with a full-width 1, are taken to be one: they look alike. Names of classes
and of columns are free texts.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, NameRuleError, UnknownNameError, WrongTypeError
from neurosim.functions.numbers import require_number

LONGEST = 64
_ROOM = 10  # characters of a name that is made: for the number behind it
RULE = f"letters (with their marks), digits and _, at most {LONGEST} characters, in NFC"


def require_name(name: object, kind: str) -> str:
    """The name itself, where it obeys the rule.

    >>> require_name("h1", "neuron")
    'h1'
    """
    name = require_text(name, f"{kind} name", RULE)
    if not 0 < len(name) <= LONGEST:
        raise NameRuleError(
            f"{kind} name: {len(name)} characters, got {name!r:.80}; expected {RULE}"
        )
    if name.isascii() and name.replace("_", "0").isalnum():
        return name  # in an instant, because a network may have a hundred thousand
    is_letter = False  # whether a mark may follow
    for character in name:
        category = unicodedata.category(character)
        is_letter = category[0] == "L" or (is_letter and category in _MARKS)
        is_allowed = is_letter or category == "Nd" or character == "_"
        if not is_allowed or _INVISIBLE.match(character):
            raise NameRuleError(
                f"{kind} name: {character!r} is not allowed, got {name!r}; expected {RULE}"
            )
    if unicodedata.normalize("NFC", name) != name:
        raise NameRuleError(f"{kind} name: not in NFC, got {name!r}; expected {RULE}")
    return name


class Names:
    """The names that are taken; neurons and layers share them."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}  # what has the name, by its folded form

    def require_free(self, names: Iterable[object], kind: str) -> list[str]:
        """The names, where each obeys the rule, is free, and occurs once among ``names``."""
        plain = [require_name(name, kind) for name in names]
        fresh: set[str] = set()
        for name in plain:
            folded = fold(name)
            if folded in fresh or folded in self._taken:
                taken = self._taken.get(folded, "neuron")
                raise NameRuleError(
                    f"{kind} name: taken, got {name!r}; expected a name that a {taken} has not"
                )
            fresh.add(folded)
        return plain

    def is_taken(self, name: str) -> bool:
        """Whether a neuron or layer has the name, or one that looks like it."""
        return fold(name) in self._taken

    def take(self, names: Iterable[str], kind: str) -> None:
        """Take names for neurons or layers."""
        self._taken.update((fold(name), kind) for name in names)

    def free(self, name: str) -> None:
        """Let another have the name."""
        self._taken.pop(fold(name), None)


def fold(name: str) -> str:
    """The form in which two names are compared."""
    return unicodedata.normalize("NFKC", name)


class ParameterName(NamedTuple):
    """What the name of parameters says: ``h1`` or ``h``, ``h.bias``, ``x->h``.

    Attributes:
        stem: a neuron or a layer, or a pattern of their names.
        source: where the connections into it start; empty in a name without an arrow.
        part: ``bias``, or an option of its activation, such as ``slope``; empty: all it has.
    """

    stem: str
    source: str = ""
    part: str = ""

    def __str__(self) -> str:
        name = f"{self.source}->{self.stem}" if self.source else self.stem
        return f"{name}.{self.part}" if self.part else name


def read_parameter_name(text: str) -> tuple[ParameterName, ...]:
    """What a name says; of one that several share, what it says of each.

    Raises:
        UnknownNameError: it lacks an end of its arrow, or what is before or behind its dot.

    >>> [str(name) for name in read_parameter_name("a -> b = c->d")]
    ['a->b', 'c->d']
    >>> read_parameter_name("h2 = h3.slope")[1]
    ParameterName(stem='h3', source='', part='slope')
    """
    if "->" in text:
        pairs = [one.partition("->") for one in text.split(" = ") if one != "..."]
        found = [ParameterName(_stem(pair[2]), pair[0].strip()) for pair in pairs]
        is_whole = all(name.source and name.stem for name in found)
    else:
        stems, dot, part = text.rpartition(".") if "." in text else (text, "", "")
        found = [ParameterName(_stem(one), "", part) for one in stems.split(" = ") if one != "..."]
        is_whole = bool(part) == bool(dot) and all(name.stem for name in found)
    if not is_whole:
        raise UnknownNameError(
            f"incomplete name, got {text!r}; expected such as 'h1', 'x->h' or 'h.bias'"
        )
    return tuple(found)


def _stem(text: str) -> str:
    """Without the number of those that share something, ``(9 neurons)``."""
    return text.partition(" (")[0].strip()


def label_text(name: object) -> str:
    """A foreign name as the text of a label: a text itself, of anything else its Python form.

    A set has its items in the order of their texts, since that of Python differs between runs.

    >>> label_text("L1-N2"), label_text((2, 3)), label_text(np.int64(7))
    ('L1-N2', '(2, 3)', '7')
    >>> label_text(frozenset({"b", "a"}))
    "frozenset({'a', 'b'})"
    """
    return name if isinstance(name, str) else _python_form(name)


def _python_form(name: object) -> str:
    """As ``repr``, with a number of NumPy as one of Python, and sets in one order."""
    if isinstance(name, np.generic):
        return repr(name.item())
    if isinstance(name, tuple) and name:
        items = ", ".join(map(_python_form, name))
        return f"({items},)" if len(name) == 1 else f"({items})"
    if isinstance(name, frozenset) and name:
        return f"frozenset({{{', '.join(sorted(map(_python_form, name)))}}})"
    return repr(name)


def legal_name(text: str, names: Names) -> str:
    """A free name that obeys the rule and resembles a text.

    >>> legal_name("L1-N2", Names()), legal_name("(2, 3)", Names()), legal_name("?", Names())
    ('L1_N2', 'n2_3', 'n')
    """
    letters = [c if _is_allowed(c) else "_" for c in unicodedata.normalize("NFC", text)]
    short = re.sub("__+", "_", "".join(letters)).strip("_")[: LONGEST - _ROOM]
    stem = short if short and not short[0].isdecimal() else f"n{short}"
    taken = (f"{stem}_{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([stem], taken) if not names.is_taken(name))


def _is_allowed(character: str) -> bool:
    is_kept = unicodedata.category(character)[0] == "L" or character.isdecimal()
    return is_kept and not _INVISIBLE.match(character)


def require_text(text: object, where: str, expected: str) -> str:
    """The text as a plain ``str``, which NumPy's strings and members of an Enum are not."""
    if not isinstance(text, str):
        raise WrongTypeError(f"{where}: not a string, got {text!r}; expected {expected}")
    return text if type(text) is str else str.__str__(text)


def one_line(text: str) -> str:
    r"""Free text as it is, but for what would break the line or cannot be seen.

    >>> one_line("two\nlines")
    'two\\nlines'
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    return character if character.isprintable() else repr(character)[1:-1]


_MARKS = ("Mn", "Mc")
# letters and marks that Unicode calls default ignorable: fillers, joiners, variation selectors
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ClassNames(ByFields):
    """Names of classes, any texts.

    Attributes:
        names: one for each of several outputs, in their order; or two for a single output, of
            which the second is meant above the threshold.
        threshold: of a single output: what it must exceed.
    """

    names: tuple[str, ...]
    threshold: float = 0.5

    @classmethod
    def of(cls, names: Sequence[str], n_outputs: int, threshold: float) -> "ClassNames":
        """The classes of so many outputs.

        Raises:
            InvalidValueError: there are not as many names as classes, or two are the same.
            WrongTypeError: they are no texts.
        """
        if isinstance(names, str) or not isinstance(names, Sequence):
            raise WrongTypeError(f"classes: got {names!r:.80}; expected a list of texts")
        texts = tuple(require_text(name, "classes", "texts") for name in names)
        expected = 2 if n_outputs == 1 else n_outputs
        if len(texts) != expected or len(set(texts)) < len(texts):
            raise InvalidValueError(
                f"classes: got {', '.join(texts)!r:.200}; expected {expected} different names, for"
                f" {n_outputs} output{'s' if n_outputs > 1 else ''}"
            )
        return cls(texts, float(threshold))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class InputColumn(ByFields):
    """The column of raw rows that an input is read from.

    Attributes:
        name: what the column is called, any text.
        value: of a column of texts: the input is 1 where the cell is this text, else 0. None: the
            input is the number in the cell.
        filling: what the input is where the cell is missing; None: a missing cell is a mistake.

    Raises:
        WrongTypeError: the name or the value is no text.
        InvalidValueError: the filling is not finite.
    """

    name: str
    value: str | None = None
    filling: float | None = None

    def __post_init__(self) -> None:
        require_text(self.name, "column.name", "any text")
        if self.value is not None:
            require_text(self.value, "column.value", "any text, or None")
        if self.filling is not None:
            filling = require_number(self.filling, "column.filling")
            object.__setattr__(self, "filling", filling)


def require_input_column(column: object, where: str) -> InputColumn | None:
    """The column itself, or None; or a WrongTypeError."""
    if column is not None and not isinstance(column, InputColumn):
        raise WrongTypeError(f"{where}: got {column!r:.80}; expected an InputColumn, or None")
    return column
