"""Reading of calculations by hand: CSV files as spreadsheets and people write them.

Fields are separated by commas, semicolons or tabs; where it is no comma, a number may have a
decimal comma. A byte order mark, UTF-16, and the code page of an old spreadsheet are read, too. The
columns are ``what`` and ``value``; ``epoch`` and ``sample`` may follow. A header is optional; blank
lines, and all behind a ``#``, are left out. A value is a number or a fraction; of a whole line of
arithmetic the last number counts.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from neurosim.debugger.traces.quantities import NO_SYMBOLS, quantity_of
from neurosim.errors import FileError, unknown
from neurosim.regular import open_regular
from neurosim.training.data.csv_file import number_of

COLUMNS = ("what", "value", "epoch", "sample")
_MOST_BYTES = 10_000_000
_MOST_PROBLEMS = 100


class Given(NamedTuple):
    """A line of a hand calculation; ``where`` is its file and line, ``value`` as it is written.

    ``number`` is its value, ``half_unit`` half a unit of its last digit: 0 for a fraction.
    """

    where: str
    what: str
    value: str
    epoch: int | None
    sample: int | None
    number: Decimal
    half_unit: Decimal


class Blank(NamedTuple):
    """A line of a hand calculation without a value."""

    where: str
    what: str
    epoch: int | None
    sample: int | None


class HandFile(NamedTuple):
    """A hand calculation as it was read.

    Attributes:
        lines: those with a value.
        blanks: those without one.
        problems: the lines that could not be read, an error for each.
        code: what follows ``# code:`` in a line, else empty.
    """

    lines: tuple[Given, ...]
    blanks: tuple[Blank, ...]
    problems: tuple[str, ...]
    code: str


def read_hand_file(
    path: Path,
    names: Collection[str] = (),
    symbols: Mapping[str, str] = NO_SYMBOLS,
    *,
    name: str | None = None,
) -> HandFile:
    """Read a hand calculation; a line that cannot be read is a problem, and the rest is read.

    Args:
        path: the file.
        names: of the neurons, where they are known.
        symbols: see `quantity_of`.
        name: what errors call the file, if not by its path.

    Raises:
        FileError: the file cannot be read, or has no line of a hand calculation.
    """
    called = str(path) if name is None else name
    text = _text_of(path, called)
    delimiter = _delimiter(text)
    columns: Sequence[str] = COLUMNS
    lines: list[Given] = []
    blanks: list[Blank] = []
    problems: list[str] = []
    for number, fields in _rows(text, delimiter, called):
        cells = _without_comment(fields)
        if not any(cells):
            continue
        where = f"{called}:{number}"
        heads = [cell.lower() for cell in cells]
        if not lines and not problems and columns is COLUMNS and "what" in heads:
            columns = _require_columns(heads, where)
            continue
        try:
            one = _line(cells, columns, where, names, symbols, delimiter != ",")
        except FileError as error:
            problems.append(str(error))
            if len(problems) == _MOST_PROBLEMS:
                break
            continue
        if isinstance(one, Given):
            lines.append(one)
        else:
            blanks.append(one)
    if not (lines or blanks or problems):
        raise FileError(
            f"{called}: empty, got no line with a value; expected such as h1.output,0.5"
        )
    code = re.search(r"#\s*code:\s*([\w.-]{1,60})", text)
    return HandFile(tuple(lines), tuple(blanks), tuple(problems), code[1] if code else "")


def read_hand(path: Path) -> tuple[Given, ...]:
    """Read a hand calculation whose every line has a quantity and its value.

    Raises:
        FileError: the file cannot be read, has no line with a value, or one that is no such line.
    """
    found = read_hand_file(path)
    if found.problems:
        raise FileError(found.problems[0])
    for blank in found.blanks:
        what = "got 1 fields; expected what, value"
        raise FileError(f"{blank.where}: no quantity with its value, {what}")
    return found.lines


def number_in(text: str, *, comma: bool) -> tuple[Decimal, Decimal] | None:
    """A number as it is written, and half a unit of its last digit; None where it is none.

    >>> number_in("0,50", comma=True), number_in("-1/4", comma=False), number_in("x", comma=True)
    ((Decimal('0.50'), Decimal('0.005')), (Decimal('-0.25'), Decimal('0')), None)
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip(" ≈~=")
    plain = re.sub(r"\s*[*·\u00d7x]\s*10\s*(?:\^|\*\*)\s*\(?([+-]?\d+)\)?\Z", r"e\1", plain)
    if comma and "." not in plain:
        plain = plain.replace(",", ".")
    parts = [part.strip() for part in re.sub(r"\A([+-])\s+", r"\1", plain).split("/")]
    if len(plain) > 60 or len(parts) > 2 or any(number_of(part) is None for part in parts):
        return None
    try:
        numbers = [Decimal(part) for part in parts]
        if len(parts) == 2:
            return _PRECISE.divide(*numbers), Decimal(0)
        exponent = numbers[0].as_tuple().exponent
        assert isinstance(exponent, int)
        return numbers[0], Decimal((0, (5,), exponent - 1))
    except (InvalidOperation, DivisionByZero):  # an exponent that nobody could write out, or n/0
        return None


def _text_of(path: Path, called: str) -> str:
    try:
        with open_regular(path, _MOST_BYTES) as file:
            data = file.read(_MOST_BYTES) or b""
    except FileError as error:
        raise FileError(str(error).replace(str(path), called, 1)) from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise FileError(f"{called}:{line}: no text, got a NUL; expected a CSV file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """What separates the fields: what most lines have, outside of comments; of equals, no comma."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    return max("\t;,", key=lambda one: sum(one in line for line in lines))


def _rows(text: str, delimiter: str, called: str) -> list[tuple[int, list[str]]]:
    rows = []
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    line = 1
    try:
        for fields in reader:
            rows.append((line, [field.strip() for field in fields]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileError(f"{called}:{line}: not CSV, {error}; expected a value a line") from None
    return rows


def _without_comment(fields: list[str]) -> list[str]:
    cells = []
    for field in fields:
        before, mark, _ = field.partition("#")
        cells.append(before.strip())
        if mark:
            break
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _require_columns(names: list[str], where: str) -> list[str]:
    strange = next((name for name in names if name not in COLUMNS), None)
    if strange is not None:
        raise FileError(f"{where}: {unknown('column', f'{strange:.60}', COLUMNS)}")
    if "value" not in names or len(set(names)) < len(names):
        raise FileError(f"{where}: got the columns {', '.join(names)}; expected what and value")
    return names


def _line(  # noqa: PLR0917 - a line with what it is read by
    cells: list[str], columns: Sequence[str], where: str, names: Collection[str],
    symbols: Mapping[str, str], comma: bool,
) -> Given | Blank:  # fmt: skip
    if len(cells) == 1 and "=" in cells[0]:  # a line of arithmetic: z = 0.1*2 + 1 = 1.2
        what, _, rest = cells[0].partition("=")
        cells = [what.strip(), rest.rpartition("=")[2].strip()]
    if len(cells) > len(columns):
        what = f"got {len(cells)} fields; expected {', '.join(columns)}"
        raise FileError(f"{where}: no quantity with its value, {what}")
    known = dict(zip(columns, cells, strict=False))
    what = quantity_of(known.get("what", ""), where, names, symbols)
    epoch, sample = _count(known, "epoch", where), _count(known, "sample", where)
    value = known.get("value", "")
    if not value:
        return Blank(where, what, epoch, sample)
    found = number_in(value, comma=comma)
    if found is None:
        raise FileError(f"{where}: value: no finite number, got {value!r:.60}; expected one")
    return Given(where, what, value, epoch, sample, *found)


def _count(cells: dict[str, str], name: str, where: str) -> int | None:
    text = cells.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise FileError(f"{where}: {name}: got {text!r:.60}; expected an integer >= 0")
    return int(text)


_PRECISE = Context(prec=50)
_SIGNS = {0x2044: "/", 0x2212: "-", 0x2013: "-"}
