"""The dialect of a CSV file: its delimiter, its decimal mark, whether it has a header line.

What is not given is found. A delimiter is found only if by it the first line has what is asked for;
a decimal comma only where the delimiter is none, by the first number that has a mark.
"""

from collections.abc import Callable
from dataclasses import dataclass

from neurosim.errors import InvalidValueError
from neurosim.training.data.csv_file import CsvText, number_of

DELIMITERS = {
    ",": "','",
    ";": "';'",
    "\t": "tabs",
    "|": "'|'",
    " ": "blanks",
}  # in the order they are tried
DELIMITER_WORDS = {"tab": "\t", "blanks": " "}
DECIMALS = (".", ",")

Fits = Callable[[list[str]], bool]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written.

    Attributes:
        delimiter: one character; a blank means one or more blanks and tabs; None: found.
        decimal: ``.`` or ``,``; None: found.
        header: whether the first line has the names of the columns. Without one they are called by
            their numbers, from 1.

    Raises:
        InvalidValueError: the delimiter is no single character, or is one of numbers or quotes; the
            decimal mark is another, or is the delimiter.
    """

    delimiter: str | None = None
    decimal: str | None = None
    header: bool = True

    def __post_init__(self) -> None:
        given = self.delimiter
        if given is not None and (len(given) != 1 or given.isalnum() or given in "\"'.+-\r\n\0"):
            expected = "expected one character such as ',' or ';', or tab, or blanks"
            raise InvalidValueError(f"delimiter: got {given!r:.60}; {expected}")
        if self.decimal not in (None, *DECIMALS):
            raise InvalidValueError(f"decimal: got {self.decimal!r:.60}; expected '.' or ','")
        if given == self.decimal == ",":
            raise InvalidValueError("decimal: got ',', the delimiter; expected another delimiter")

    def find_delimiter(self, text: CsvText, fits: Fits) -> str | None:
        """The delimiter that is given, or else the first by which the first line fits.

        A comma in a field may be a decimal one; a field with another delimiter in it, by which the
        line fits as well, is two fields.
        """
        fitting = {one: fields for one in self._delimiters() if fits(fields := text.first(one))}
        for delimiter, fields in fitting.items():
            others = fitting.keys() - {delimiter, ",", " "}
            if not any(other in field for field in fields for other in others):
                return delimiter
        return next(iter(fitting), None)

    def likely_delimiter(self, text: CsvText) -> str:
        """The delimiter by which the first line has the most fields, two or more."""
        return max(self._delimiters(), key=lambda one: max(len(text.first(one)), 1))

    def _delimiters(self) -> list[str]:
        if self.delimiter is not None:
            return [self.delimiter]
        return [one for one in DELIMITERS if one != self.decimal]


class NumberReader:
    """The numbers of a file's cells; all have the same decimal mark, that of the first.

    Attributes:
        decimal: the mark; None where it is not known yet.

    >>> read = NumberReader(";", None)
    >>> read("5"), read("1,5"), read("1.5"), read("1.000,5")
    (5.0, 1.5, None, None)
    """

    def __init__(self, delimiter: str, decimal: str | None) -> None:
        self.decimal = "." if delimiter == "," else decimal

    def __call__(self, cell: str) -> float | None:
        """The number in a cell, or None where it is not a finite one."""
        if self.decimal == ".":
            return number_of(cell)
        mark = next((one for one in DECIMALS if one in cell), None)
        if mark is not None and self.decimal is not None and mark != self.decimal:
            return None
        number = number_of(cell.replace(",", "."))
        if number is not None and mark is not None:
            self.decimal = mark
        return number

    @property
    def expected(self) -> str:
        """What a cell must be, in words."""
        return "one with a decimal comma" if self.decimal == "," else "one"


def describe(delimiter: str, decimal: str | None) -> str:
    """How a file is written, in words; empty where it has commas between the fields.

    >>> describe(";", ",")
    "separated by ';', with a decimal comma"
    """
    if delimiter == ",":
        return ""
    comma = ", with a decimal comma" if decimal == "," else ""
    return f"separated by {DELIMITERS.get(delimiter, repr(delimiter))}{comma}"
