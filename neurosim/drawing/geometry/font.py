"""Widths of text, and short forms of numbers.

Sizes are in em, the height of the font; what an em is in a picture, `measures` and `texts` say.
"""

import functools
import unicodedata
from typing import TYPE_CHECKING

from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import require_count

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

LINE_HEIGHT = 1.2
DIGITS, MOST_DIGITS = 3, 15  # of a number, where nothing else is said; float64 holds no more
_LARGE = 99999.5  # from here on numbers are written with an exponent
_UNKNOWN_WIDTH = 0.65  # of a letter that the font lacks
_WIDE_WIDTH = 1.05  # of one of East Asia's
_SIZE = 100.0


def brief(value: float, digits: int = DIGITS) -> str:
    """A number in so many digits, whatever its sign and its size, as all drawings write it.

    Up to 100000 it has no exponent, and shows all digits before the point; nor has it one where
    it takes four characters more than its digits. The minus is the one of mathematics, as wide as
    a plus.

    >>> brief(0.9525741), brief(0.001234), brief(1234567.0), brief(1234.5), brief(-0.0)
    ('0.953', '0.00123', '1.23e6', '1234', '0')
    >>> brief(9.0909), brief(0.000149), brief(0.12345, 2), brief(123.4, 2), brief(1e9, 2)
    ('9.09', '1.49e\N{MINUS SIGN}4', '0.12', '123', '1e9')
    """
    sign = "\N{MINUS SIGN}" if value < 0.0 else ""
    size = abs(value)
    if size < _LARGE and float(f"{size:.{digits}g}") >= 10.0**digits:  # else an exponent
        return f"{sign}{size:.0f}"
    plain = f"{size:.{digits}g}"
    is_short = "e" not in plain and len(plain) <= digits + 4
    return f"{sign}{plain if is_short else _with_exponent(size, digits)}"


def require_digits(digits: object) -> int:
    """In how many digits numbers are written.

    Raises:
        WrongTypeError: it is no integer.
        InvalidValueError: it is below 1, or more than a float64 holds.
    """
    if require_count(digits, "digits") > MOST_DIGITS:
        raise InvalidValueError(f"digits: got {digits!r:.80}; expected at most {MOST_DIGITS}")
    return require_count(digits, "digits")


def _with_exponent(size: float, digits: int) -> str:
    mantissa, e, exponent = f"{size:.{digits - 1}e}".partition("e")
    if not e:  # infinite, or not a number
        return mantissa
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}".replace("-", "\N{MINUS SIGN}")


def size_of(text: str) -> tuple[float, float]:
    """Width and height of a text, which may have several lines, in em."""
    lines = text.split("\n")
    return max(map(width_of, lines)), LINE_HEIGHT * len(lines)


def width_of(line: str) -> float:
    """The width of a line, in em of the font that pictures use."""
    return sum(map(_advance, line))


def wrapped(text: str, most: float) -> list[str]:
    r"""A text in lines of at most so many em, broken at line ends and spaces, else anywhere.

    >>> wrapped("one two three\nfour", 5.0)
    ['one two', 'three', 'four']
    """
    if "\n" in text:
        return [line for part in text.split("\n") for line in wrapped(part, most)]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(longer) <= most or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
        while width_of(lines[-1]) > most and len(lines[-1]) > 1:
            cut = _cut(lines[-1], most)
            lines[-1:] = [lines[-1][:cut], lines[-1][cut:]]
    return lines


def _cut(line: str, most: float) -> int:
    """How many letters have room, at least one."""
    width = 0.0
    for number, letter in enumerate(line):
        width += _advance(letter)
        if width > most:
            return max(number, 1)
    return len(line)


@functools.cache
def _advance(letter: str) -> float:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0.0
    font = _font()
    if not font.get_char_index(ord(letter)):
        is_wide = unicodedata.east_asian_width(letter) in {"W", "F"}
        return _WIDE_WIDTH if is_wide else _UNKNOWN_WIDTH
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536.0 / _SIZE


@functools.cache
def _font() -> "FT2Font":
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    font = FT2Font(findfont(FontProperties(family="DejaVu Sans")))  # comes with matplotlib
    font.set_size(_SIZE, 72.0)
    return font
