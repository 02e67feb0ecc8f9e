"""``neurosim gallery``: a page with a picture of every scenario of a folder."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from neurosim.cli.terminal import terminal
from neurosim.scenario import Exhibit, exhibits, write_gallery
from neurosim.scenario.uses.gallery import PAGE, require_ours


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("scenarios"))
def gallery(folder: Path) -> int:
    """Draw every scenario of FOLDER on one page.

    Trains every scenario of FOLDER (./scenarios) and writes its README.md. The pictures go to
    FOLDER/pictures. One whose data need a package that is not installed is listed without.
    """
    shown = exhibits(folder)
    require_ours(folder / PAGE)
    found = list(_watched(shown, len(list(folder.glob("*.yaml")))))
    page = write_gallery(found, folder)
    for one in found:
        if one.picture is None:
            click.echo(f"note: {one.name}: no picture: {one.reason}", err=True)
    click.echo(str(page))
    return 0


def _watched(shown: Iterable[Exhibit], count: int) -> Iterator[Exhibit]:
    """The same; where a person looks on, with a bar."""
    if not sys.stderr.isatty():
        yield from shown
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=terminal(stderr=True), transient=True) as progress:
        bar = progress.add_task("gallery", total=count)
        for one in shown:
            progress.advance(bar)
            yield one
