"""Widths of texts in terminal cells, and their ASCII forms."""

import unicodedata

_NO_CELL = {"Mn", "Me", "Mc", "Cf"}


def show_ascii(text: str) -> str:
    r"""Free text for a terminal that has ASCII only: what is more, or cannot be seen, as escapes.

    >>> show_ascii("h\u00e9\n")
    'h\\xe9\\n'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isascii() and c.isprintable() else _escape(c) for c in text)


def n_cells(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese letter two, a mark on a letter none.

    >>> n_cells("h1"), n_cells("重み"), n_cells("é"), n_cells("e\u0301")
    (2, 4, 1, 1)
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def padded(text: str, width: int) -> str:
    """The text and as many spaces as are missing to a width."""
    return text + " " * (width - n_cells(text))


def cut(text: str, most: int) -> str:
    """The text, its end as ``..`` where it takes more cells.

    >>> cut("hidden_neuron", 8), cut("h1", 8)
    ('hidden..', 'h1')
    """
    if n_cells(text) <= most:
        return text
    kept, room = "", most - 2
    for character in text:
        room -= _cells(character)
        if room < 0:
            break
        kept += character
    return f"{kept}.."


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _cells(character: str) -> int:
    if unicodedata.category(character) in _NO_CELL:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
