"""The console that commands write to, and the progress bar on it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
from rich.table import Column

from neurosim.cli.output import LEAST, USUAL

_Item = TypeVar("_Item")
_BAR, _TOLD, _REST = 40, 28, 26  # columns of a bar, of the words, of a time and what is between


class _Terminal(Console):
    """A console whose reader may go away: rich would end the process itself, with code 1."""

    def on_broken_pipe(self) -> None:
        """Leave it to `main`, as for all commands."""
        raise BrokenPipeError


def terminal(*, stderr: bool = False) -> Console:
    """Standard output, or standard error; 80 columns wide where it claims to have next to none."""
    console = _Terminal(highlight=False, stderr=stderr)
    if console.width < LEAST:
        console.width = USUAL
    return console


def _one(_: object) -> int:
    return 1


def _nothing(_: object) -> str:
    return ""


def watched(
    items: Iterable[_Item],
    name: str,
    total: int,
    *columns: ProgressColumn,
    size: Callable[[_Item], int] = _one,
    tell: Callable[[_Item], str] = _nothing,
    follows: Callable[[], str] = str,
) -> Iterator[_Item]:
    """The same items; on a terminal, with a bar on standard error.

    Args:
        items: what is worked on.
        name: the text before the bar.
        total: how many there will be, counted by ``size``.
        columns: what is shown behind the bar.
        size: how far an item moves the bar.
        tell: what is said of the last item, behind the columns.
        follows: what is worked on after an item, of which nobody knows how far it is; else empty.
            The bar then moves to and fro.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    console = terminal(stderr=True)
    room = max(0, console.width - len(name) - 2 * len(str(total)) - _REST)
    bar_width = _BAR if tell is _nothing else min(_BAR, max(_BAR // 5, room - _TOLD))
    room_told = Column(no_wrap=True, max_width=max(1, room - bar_width))
    name_column = TextColumn("{task.description}", markup=False)
    told_column = TextColumn("{task.fields[told]}", markup=False, table_column=room_told)
    shown = (name_column, BarColumn(bar_width), *columns, told_column)
    with Progress(*shown, console=console, transient=True) as progress:
        bar = progress.add_task(name, total=total, told="")
        for item in items:
            progress.update(bar, advance=size(item), told=tell(item))
            if more := follows():
                progress.reset(bar, total=None, description=f"{name}: {more}", told="")
            yield item
