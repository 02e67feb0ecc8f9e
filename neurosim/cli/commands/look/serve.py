"""``neurosim serve``: the training of a scenario in a browser, to step through and change."""

import webbrowser
from collections.abc import Sequence

import click

from neurosim.cli.imports import import_option
from neurosim.cli.output import say
from neurosim.cli.overrides import note_time_limit, override_options
from neurosim.cli.sizes import limit_option
from neurosim.live.server import LiveServer
from neurosim.scenario import debug_scenario


@click.command()
@click.argument("file")
@click.option("--open", "is_opened", is_flag=True, help="Open the browser, too.")
@override_options()
@limit_option
@import_option
def serve(
    file: str,
    is_opened: bool,
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
) -> int:
    """Show the training of FILE in a browser, as a debugger.

    FILE is a scenario that trains, or the name of a shipped one. The address that is printed is
    for this machine alone, and good for one browser; each time that it is used, the next one is
    printed. Ctrl-C ends it. See neurosim help live.
    """
    session = debug_scenario(file, engine=engine, seed=seed, overrides=overrides)
    note_time_limit(session.task.options.time_limit)
    server = LiveServer(session, lambda address: say(f"for another browser: {address}", err=True))
    click.echo(server.address)
    say("Ctrl-C ends it.", err=True)
    if is_opened:
        webbrowser.open(server.address)
    server.run()
    return 0
