"""``neurosim gallery``: a page with a picture of every scenario of a folder."""

from pathlib import Path

import click
from rich.progress import MofNCompleteColumn

from neurosim.cli.output import say
from neurosim.cli.sizes import limit_option_for
from neurosim.cli.terminal import watched
from neurosim.scenario import exhibits, write_gallery
from neurosim.scenario.uses.gallery import PAGE, require_ours, scenarios_of


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("scenarios"))
@limit_option_for(lambda given: scenarios_of(given["folder"]))
def gallery(folder: Path) -> int:
    """Draw every scenario of FOLDER on one page.

    Trains every scenario of FOLDER (./scenarios) and writes its README.md. The pictures go to
    FOLDER/pictures. One whose data need a package that is not installed is listed without.
    """
    shown = exhibits(folder)
    require_ours(folder / PAGE)
    found = list(watched(shown, "gallery", len(scenarios_of(folder)), MofNCompleteColumn()))
    page = write_gallery(found, folder)
    for one in found:
        if one.picture is None:
            say(f"note: {one.name}: no picture: {one.reason}", err=True)
    click.echo(str(page))
    return 0
