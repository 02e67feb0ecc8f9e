"""Tables of rows: inputs, targets and outputs, as many columns as the terminal is wide."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neurosim.cli.output import aligned
from neurosim.scenario import RunResult, TableRow, WrongRows

_MOST_COLUMNS = 10  # of a group; more cannot be taken in at a glance
_LETTERS = (12, 8, 6)  # of a name over its column, at most: fewer where it is narrow
_GAP = 3


@dataclass(frozen=True, slots=True)
class ResultTable:
    """The lines of a table, the first of them the titles; and the groups there is no room for."""

    lines: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Columns that belong together: the inputs, the targets or the outputs."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[float | str, ...], ...]
    shown: int
    letters: int = _LETTERS[0]

    @property
    def lines(self) -> list[str]:
        """The title, the names, and the rows, as wide as each other."""
        letters = self.letters if self.title else _LETTERS[0]
        cells = [[_cut(name, letters) for name in self.names[: self.shown]]]
        cells += [[_text(value) for value in row[: self.shown]] for row in self.rows]
        more = "  ..." if self.shown < len(self.names) else ""
        lines = [line + more for line in aligned(cells, right=range(self.shown))]
        count = f" ({self.shown} of {len(self.names)})" if more else ""
        fits = len(self.title + count) <= max(map(len, lines))
        title = [self.title + count if fits else self.title] if self.title else [""]
        return [*title, *lines]

    @property
    def width(self) -> int:
        return max(map(len, self.lines))


def table_of(result: RunResult, width: int) -> ResultTable | None:
    """The table of a result, for a terminal of so many columns; None where it has no rows."""
    return _table(_groups(result), width) if result.table else None


def table_of_wrong(wrong: WrongRows, result: RunResult, width: int, most: int) -> ResultTable:
    """The table of at most so many wrong rows, with the true and the predicted class."""
    rows = wrong.rows[:most]
    groups = [
        _group("", ("row",), [(str(row.row),) for row in rows]),
        _group("inputs", result.input_names, [row.inputs for row in rows]),
        _group("outputs", result.output_names, [row.outputs for row in rows]),
        _group("", ("true",), [(row.target,) for row in rows]),
        _group("", ("predicted",), [(row.predicted,) for row in rows]),
    ]
    return _table(groups, width)


def _table(groups: list[_Group], width: int) -> ResultTable:
    shown = _fitting(groups, width)
    titles = [group.title for group in shown]
    rows = zip(*(group.lines for group in shown), strict=True)
    lines = [
        (" " * _GAP).join(cell.ljust(group.width) for cell, group in zip(row, shown, strict=True))
        for row in rows
    ]
    left_out = [group.title for group in groups if group.title not in titles]
    return ResultTable(tuple(line.rstrip() for line in lines), tuple(left_out))


def _text(value: float | str) -> str:
    """Four digits, or all that are before the point; a text as it is.

    >>> _text(0.123456), _text(17000.2), _text(1e12)
    ('0.1235', '17000', '1e+12')
    """
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def _groups(result: RunResult) -> list[_Group]:
    rows: Sequence[TableRow] = result.table
    targets = [row.targets for row in rows if row.targets is not None]
    columns = [
        ("inputs", result.input_names, [row.inputs for row in rows]),
        ("targets", result.output_names, targets),
        ("outputs", result.output_names, [row.outputs for row in rows]),
    ]
    return [_group(title, names, rows) for title, names, rows in columns if rows and names]


def _group(title: str, names: tuple[str, ...], rows: Sequence[tuple[float | str, ...]]) -> _Group:
    return _Group(title, names, tuple(rows), min(len(names), _MOST_COLUMNS))


def _fitting(groups: list[_Group], width: int) -> list[_Group]:
    """All groups, or else those there is room for; the outputs always."""
    for left_out in ((), ("targets",), ("targets", "inputs")):
        kept = [group for group in groups if group.title not in left_out]
        narrow = _narrowed(kept, width)
        if _width(narrow) <= width:
            break
    return narrow


def _narrowed(groups: list[_Group], width: int) -> list[_Group]:
    """The groups with shorter names, and then with fewer columns, until all of them fit."""
    for letters in _LETTERS:
        groups = [replace(group, letters=letters) for group in groups]
        if _width(groups) <= width:
            return groups
    while _width(groups) > width:
        wide = [number for number, group in enumerate(groups) if group.shown > 1]
        if not wide:
            break
        widest = max(wide, key=lambda number: groups[number].width)
        groups[widest] = replace(groups[widest], shown=groups[widest].shown - 1)
    return groups


def _width(groups: list[_Group]) -> int:
    return sum(group.width + _GAP for group in groups) - _GAP


def _cut(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 2]}.."
