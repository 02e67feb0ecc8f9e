"""The console that commands write to, and the progress bar on it."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn

from neurosim.cli.output import LEAST, USUAL

_Item = TypeVar("_Item")


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


def watched(
    items: Iterable[_Item],
    name: str,
    total: int,
    *columns: ProgressColumn,
    size: Callable[[_Item], int] = _one,
) -> Iterator[_Item]:
    """The same items; on a terminal, with a bar on standard error.

    Args:
        items: what is worked on.
        name: the text before the bar.
        total: how many there will be, counted by ``size``.
        columns: what is shown behind the bar.
        size: how far an item moves the bar.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    shown = (TextColumn("{task.description}", markup=False), BarColumn(), *columns)
    with Progress(*shown, console=terminal(stderr=True), transient=True) as progress:
        bar = progress.add_task(name, total=total)
        for item in items:
            progress.advance(bar, size(item))
            yield item
