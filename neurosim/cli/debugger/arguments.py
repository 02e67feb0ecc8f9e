"""The arguments of a command: the text after its name.

Nothing is quoted, split at ``;`` or redirected: ``->``, ``>``, ``|`` and ``#`` keep their meaning.
Text that does not fit raises `InvalidValueError`; the shell adds the command's grammar to it.
"""

import re
import shlex
from collections.abc import Sequence

from neurosim.debugger.time.position import GRAINS
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import shown
from neurosim.interpreter.steps import PHASES

_LONGEST = 18  # digits: no training has as many steps
_CONDITION = re.compile(r"(?:^|\s)if(?:\s|$)")
_CROSSES = re.compile(r"^(.*?)\s+crosses(?:\s+(.*))?$")
_MODE = re.compile(r"^(.*\S)\s+(sign|changes)$")
_PARTS = ("epoch", "batch", "sample", "step")


def require_nothing(text: str) -> None:
    """Refuse any text."""
    if text:
        raise InvalidValueError(f"got {shown(text)}")


def require_some(text: str, what: str) -> str:
    """The text, where there is one."""
    if not text:
        raise InvalidValueError(f"got no {what}")
    return text


def one_word(text: str) -> str | None:
    """The one word that is there, or None."""
    if len(text.split()) > 1:
        raise InvalidValueError(f"got {shown(text)}")
    return text or None


def count_of(text: str, usual: int = 1) -> int:
    """A number of times, from 1 on."""
    if not text:
        return usual
    number = whole_number(text)
    if number < 1:
        raise InvalidValueError(f"got {text!r}")
    return number


def whole_number(text: str) -> int:
    """An integer from 0 on."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST):
        raise InvalidValueError(f"got {shown(text)}")
    return int(text)


def numbers_of(text: str) -> list[int]:
    """Numbers of breakpoints, with blanks between them."""
    return [whole_number(word) for word in text.split()]


def finite_number(text: str) -> float:
    """A number with its sign, point and exponent."""
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", text, re.ASCII | re.IGNORECASE):
        raise InvalidValueError(f"got {shown(text)}")
    return float(text)


def grain_of(word: str) -> str:
    """A grain, by its name or the beginning of it."""
    found = [grain for grain in GRAINS if grain.startswith(word)]
    if word in GRAINS or len(found) != 1:
        found = [word]
    if found[0] not in GRAINS:
        raise UnknownNameError(unknown("grain", word, GRAINS))
    return found[0]


def grain_and_count(text: str, usual: str) -> tuple[str, int]:
    """``epoch 3``, ``epoch`` or ``3``."""
    words = text.split()
    if len(words) > 2:
        raise InvalidValueError(f"got {shown(text)}")
    if not words or words[0].isdecimal():
        return usual, count_of(text)
    return grain_of(words[0]), count_of(" ".join(words[1:]))


def location_and_condition(text: str) -> tuple[str | None, str | None]:
    """``h1 if h1.output > 0.9``: both, or either."""
    found = _CONDITION.search(text)
    if found is None:
        return text or None, None
    where = text[: found.start()].strip()
    return where or None, require_some(text[found.end() :].strip(), "condition after 'if'")


def moment_of(text: str) -> dict[str, int | str]:
    """``epoch 3 sample 1``, ``step 10``, ``epoch 3 backward``; a number alone is an epoch."""
    words = require_some(text, "moment").split()
    moment: dict[str, int | str] = {}
    if words[-1] in PHASES:
        moment["phase"] = words.pop()
    if len(words) == 1 and words[0] not in _PARTS:
        words.insert(0, "epoch")
    for name, number in _pairs(words):
        if name not in _PARTS or name in moment:
            raise InvalidValueError(f"got {shown(text)}")
        moment[name] = whole_number(number)
    return moment


def _pairs(words: Sequence[str]) -> Sequence[tuple[str, str]]:
    if len(words) % 2:
        raise InvalidValueError(f"got no number after {words[-1]!r}")
    return list(zip(words[::2], words[1::2], strict=True))


def watched(text: str) -> tuple[str, str, float]:
    """``h1.output``, ``h1.output crosses 0.5``, ``h1.output sign``: what, how, and the bound."""
    require_some(text, "quantity")
    if found := _CROSSES.match(text):
        return found[1], "crosses", finite_number(require_some(found[2] or "", "bound"))
    found = _MODE.match(text)
    return (text, "changes", 0.0) if found is None else (found[1], found[2], 0.0)


def assignment(text: str) -> tuple[str, str]:
    """``h1.output = 0.5``, or ``h1.output 0.5``: what, and the expression of its value."""
    what, sign, value = require_some(text, "quantity").partition("=")
    if not sign:
        what, *rest = text.rsplit(None, 1)
        value = "".join(rest)
    return require_some(what.strip(), "quantity"), require_some(value.strip(), "value")


def name_and_epoch(text: str) -> tuple[str, int | None]:
    """``x1->h1``, or ``x1->h1 since epoch 10``."""
    name, word, since = require_some(text, "connection").partition(" since ")
    if not word:
        return joined(name), None
    match since.split():
        case ["epoch", number] | [number]:
            return joined(name), whole_number(number)
    raise InvalidValueError(f"got {shown(text)}")


def joined(name: str) -> str:
    """A connection's name without blanks around its arrow."""
    return re.sub(r"\s*->\s*", "->", name.strip())


def file_and_rest(text: str) -> tuple[str, str, bool]:
    """A file's name, quoted if it has blanks; the text behind it; and whether to overwrite."""
    require_some(text, "file")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InvalidValueError(f"{str(error).lower()}, got {shown(text)}") from None
    plain = [word for word in words if word != "--overwrite"]
    if not plain or not plain[0]:
        raise InvalidValueError("got no file")
    return plain[0], " ".join(plain[1:]), len(plain) < len(words)
