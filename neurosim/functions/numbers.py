"""Numbers: how they are read from a user, and how they are shown to one."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.mapped import as_floats, is_mapped
from neurosim.languages import count, grouped, translate

Matrix = NDArray[np.float64]
_MOST_SHOWN = 200  # characters
_FEW = 32  # numbers that Python goes through in a third of the time that NumPy's calls take
_PIECE = 65_536  # numbers that are looked at at once: what is found of them stays in the cache
_MOST_BITS = 10_000  # Python refuses to write integers of more than 4,300 digits


def short(value: float | None) -> str:
    """A number with six digits, as printed arithmetic shows it.

    >>> short(0.9525741268224334), short(3.0), short(None)
    ('0.952574', '3', '?')
    """
    return "?" if value is None else f"{value:.6g}"


def counted(n: int, noun: str) -> str:
    """So many of something, by a noun whose plural ends in s.

    >>> counted(1, "neuron"), counted(1200, "neuron")
    ('1 neuron', '1,200 neurons')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def after_epochs(n: int, of: int | None = None) -> str:
    """When in its training a network is as it is.

    >>> after_epochs(0), after_epochs(1), after_epochs(5000), after_epochs(5000, 7500)
    ('before training', 'after 1 epoch', 'after 5,000 epochs', 'after 5,000 of 7,500 epochs')
    """
    if not n:
        return translate("before training")
    if of is None:
        return translate("after {}", count(n, "epoch"))
    return translate("after {} of {}", grouped(n), count(of, "epoch"))


def require_count(value: object, where: str, *, least: int = 1, or_none: bool = False) -> int:
    """The value as an int of at least ``least``.

    Raises:
        WrongTypeError: it is no integer.
        InvalidValueError: it is too small.
    """
    expected = f"expected an integer >= {least}{' or None' * or_none}"
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise WrongTypeError(f"{where}: got {value!r:.80}; {expected}")
    if value < least:
        raise InvalidValueError(f"{where}: got {value!r:.80}; {expected}")
    return int(value)


def shown(value: object) -> str:
    """What a user gave, as an error says it: not all of it where it is long.

    >>> shown("a"), shown(10**5000)
    ("'a'", 'an integer of 16610 bits')
    """
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"an integer of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def require_number(value: object, where: str) -> float:
    """The value as a finite float.

    Raises:
        WrongTypeError: it is no real number.
        InvalidValueError: it is not finite.
    """
    if isinstance(value, (bool, str, bytes)) or not isinstance(value, (int, float, np.number)):
        raise WrongTypeError(f"{where}: no number, got {shown(value)}; expected a finite number")
    if isinstance(value, np.complexfloating):
        raise WrongTypeError(f"{where}: no real number, got {value!r}; expected a finite number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        got = shown(value)
        raise InvalidValueError(f"{where}: not finite, got {got}; expected a finite number")
    return number


def require_non_negative(value: object, where: str) -> float:
    """The value as a finite float of at least 0.

    Raises:
        WrongTypeError: it is no real number.
        InvalidValueError: it is not finite, or below 0.
    """
    number = require_number(value, where)
    if number < 0.0:
        raise InvalidValueError(f"{where}: got {shown(value)}; expected a number >= 0")
    return number


def all_finite(array: Matrix) -> bool:
    """Whether every number is finite."""
    if array.size <= _FEW:
        return all(map(math.isfinite, array.ravel().tolist()))
    numbers = array.ravel("K")  # as they lie there
    pieces = range(0, len(numbers), _PIECE)
    return all(bool(np.isfinite(numbers[i : i + _PIECE]).all()) for i in pieces)


def constant(value: float, count: int) -> Matrix:
    """An array of one number, (count,), all in one place: nobody may change it."""
    return np.ndarray((count,), np.float64, np.array([value]), strides=(0,))


def joined(parts: Sequence[Matrix]) -> Matrix:
    """Arrays one after the other; a single one is not copied, of none it is a vector."""
    if len(parts) == 1:
        return parts[0]
    found: Matrix = np.concatenate(parts) if parts else np.empty(0)
    return found


def require_array(
    values: object,
    where: str,
    *,
    may_miss: bool = False,
    single: bool = False,
    copy: bool = True,
) -> Matrix:
    """The values as a new float64 array, all of them finite; what is given is not changed.

    What lies in a file (`numpy.memmap`) is not brought into memory: of float64 it is the array
    itself, else its numbers are written into a file of their own.

    Tensors, also those that require a gradient, sparse matrices, and iterators of rows or of
    batches are taken as well as arrays, data frames and lists.

    With ``may_miss``, NaN is a number that is missing; with ``single``, float32 stays float32;
    without ``copy``, what is in its form already is seen where it lies, by a read-only array.

    Raises:
        WrongTypeError: they are no real numbers.
        ShapeError: they are ragged.
        InvalidValueError: one is not finite.
    """
    if isinstance(values, np.ndarray) and hasattr(values, "mask") and values.mask.any():
        raise InvalidValueError(f"{where}: some numbers are masked; expected all of them")
    if not isinstance(values, (np.ndarray, list, tuple)):
        values = _foreign(values, where)
    try:
        given: Any = values if is_mapped(values) else np.asarray(values)
    except ValueError as error:
        raise ShapeError(f"{where}: rows of different lengths; expected a matrix") from error
    if given.dtype.kind == "O":
        given = _from_objects(given, where)
    if given.dtype.kind not in "buif":
        raise WrongTypeError(f"{where}: no real numbers, got {given.dtype}; expected floats")
    array = as_floats(given, single=single, copy=copy)
    if all_finite(array):
        return array
    wrong = ~np.isfinite(array)
    if may_miss:
        wrong &= ~np.isnan(array)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise InvalidValueError(
            f"{where}: not finite at {list(at)}, got {float(array[at])!r}; expected finite numbers"
        )
    return array


def _foreign(values: Any, where: str) -> Any:
    """What NumPy does not take as it is: tensors of PyTorch, sparse matrices, iterators of rows.

    None of their packages is imported: a tensor is what can be detached, a sparse matrix what knows
    how many of its numbers are not zero. An iterator gives rows, or batches of rows.
    """
    if callable(detach := getattr(values, "detach", None)):
        tensor = detach().cpu().double()
        return getattr(tensor, "to_dense", lambda: tensor)().numpy()  # of a sparse one, too
    if hasattr(values, "nnz") and callable(dense := getattr(values, "toarray", None)):
        return dense()
    if not isinstance(values, Iterator):
        return values
    parts = [require_array(part, f"{where}, part {number}") for number, part in enumerate(values)]
    if not parts:
        raise ShapeError(
            f"{where}: got an iterator that gives nothing; expected rows, or batches of them"
            " (an iterator is gone through once)"
        )
    if len({part.shape[1:] for part in parts}) == 1 and parts[0].ndim > 1:
        return np.concatenate(parts)
    return parts


def require_rows(
    X: Any, n_in: int, what: str = "X", *, single: bool = False, copy: bool = True
) -> Matrix:
    """X as a new matrix of (B, n), with at least one row; ``single`` and ``copy`` as above.

    Raises:
        ShapeError: it has another shape, or no rows.
    """
    rows = require_array(X, what, single=single, copy=copy)
    if rows.ndim == 1 and n_in == 1:
        rows = rows.reshape(-1, 1)
    if rows.ndim != 2 or rows.shape[1] != n_in:
        hint = f"; did you mean [{what}]?" if rows.shape == (n_in,) else ""
        raise ShapeError(f"{what}: got {rows.shape}; expected (B, {n_in}), one row a sample{hint}")
    if len(rows) == 0:
        raise ShapeError(f"{what}: no rows, got {rows.shape}; expected at least one sample")
    return rows


def _from_objects(given: Any, where: str) -> Any:
    text = next((item for item in given.ravel().tolist() if isinstance(item, (str, bytes))), None)
    if text is not None:
        raise WrongTypeError(f"{where}: no real numbers, got {text!r:.40}; expected floats")
    try:
        return given.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongTypeError(f"{where}: no real numbers, got {error}; expected floats") from error
