"""Sizes that options give: ``2MB``, ``memory=2GB``."""

import re

from neurosim.errors import InvalidValueError

_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}


def bytes_of(text: str) -> int:
    """A size such as ``2MB`` or ``400 kB`` in bytes.

    >>> bytes_of("2MB"), bytes_of("1.5 kB"), bytes_of("300000")
    (2000000, 1500, 300000)

    Raises:
        InvalidValueError: it is none.
    """
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)", text.strip())
    if match is None or match[2].lower() not in _UNITS:
        raise InvalidValueError(f"--limit: got {text!r:.80}; expected a size such as 2MB or 400kB")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def memory_of(text: str) -> int:
    """The bytes of ``memory=2GB``.

    >>> memory_of("memory=2GB")
    2000000000

    Raises:
        InvalidValueError: it is something else.
    """
    name, found, size = text.partition("=")
    if not found or name.strip() != "memory":
        raise InvalidValueError(f"--limit: got {text!r:.80}; expected memory=SIZE, as memory=2GB")
    return bytes_of(size)
