"""The column of raw rows that an input is read from, where it is not just the number there."""

from dataclasses import dataclass

from neurosim.errors import WrongTypeError
from neurosim.functions.numbers import require_number
from neurosim.network.names import require_text


@dataclass(frozen=True, slots=True)
class InputColumn:
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
