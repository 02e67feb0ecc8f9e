"""Sizes in bytes as people write them: ``2MB``, ``1.5 kB``, ``300000``."""

import re
from decimal import Decimal

from neurosim.errors import InvalidValueError

_UNITS = {"GB": 1_000_000_000, "MB": 1_000_000, "kB": 1_000, "B": 1}
_FACTORS = {"": 1} | {name.lower(): factor for name, factor in _UNITS.items()}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)")


def bytes_of(text: str, where: str = "size") -> int:
    """A size in bytes.

    >>> bytes_of("2MB"), bytes_of("1.5 kB"), bytes_of("300000")
    (2000000, 1500, 300000)

    Raises:
        InvalidValueError: it is none.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None or match[2].lower() not in _FACTORS:
        raise InvalidValueError(f"{where}: got {text!r:.80}; expected a size such as 2MB or 400kB")
    return int(Decimal(match[1]) * _FACTORS[match[2].lower()])


def size_text(size: int) -> str:
    """A size as a text that `bytes_of` reads back to the byte.

    >>> size_text(2_000_000), size_text(1_500_000), size_text(1_234_567), size_text(100)
    ('2MB', '1.5MB', '1.234567MB', '100B')
    """
    name, unit = next(one for one in _UNITS.items() if size >= one[1] or one[1] == 1)
    return f"{Decimal(size) / unit:f}{name}"


def about(size: int) -> str:
    """An estimate of a size: whole megabytes, below one whole kilobytes, rounded up.

    >>> about(80_000_000), about(1_200_000_001), about(14_700)
    ('80MB', '1.201GB', '15kB')
    """
    unit = _UNITS["MB"] if size >= _UNITS["MB"] else _UNITS["kB"]
    return size_text(-(-size // unit) * unit)
