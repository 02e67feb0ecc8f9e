"""``neurosim debug``: step through the training of a scenario, forward and backward in time."""

from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.debugger.script import open_shell
from neurosim.cli.imports import import_option
from neurosim.cli.output import say
from neurosim.cli.overrides import note_time_limit, override_options
from neurosim.cli.sizes import limit_option
from neurosim.debugger.time.journal import LIMIT
from neurosim.scenario import debug_scenario
from neurosim.scenario.format.yaml_text import read_text
from neurosim.sizes import bytes_of


def _size(context: click.Context, option: click.Parameter, text: str) -> int:  # noqa: ARG001
    return bytes_of(text, "--journal")


@click.command()
@click.argument("file")
@click.option("-x", "scripts", multiple=True, type=click.Path(path_type=Path), metavar="SCRIPT",
              help="Run the commands of a file first; the first that fails ends it.")  # fmt: skip
@click.option("-ex", "commands", multiple=True, metavar="COMMAND",
              help="Run a command, after those of files.")  # fmt: skip
@click.option("--batch", "is_batch", is_flag=True, help="End after -x and -ex.")
@override_options()
@click.option("--journal", default=f"{LIMIT}", callback=_size, metavar="SIZE",
              help="Memory for going back, 256MB if not given; what is older is computed"
                   " again.")  # fmt: skip
@limit_option
@import_option
def debug(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    scripts: Sequence[Path],
    commands: Sequence[str],
    is_batch: bool,
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    journal: int,
) -> int:
    """Step through the training of FILE, forward and backward.

    FILE is a scenario that trains, or the name of a shipped one. At the prompt, help lists the
    commands; a user of gdb knows most of them. Commands may come through a pipe, too; then they are
    shown as if typed, and one that fails does not end the session.

    The exit code is 1 where a command of -x, of -ex or of a pipe failed, and 0 where none did.
    """
    files = [(str(path), _lines(read_text(path))) for path in scripts]
    session = debug_scenario(file, engine=engine, seed=seed, overrides=overrides, limit=journal)
    note_time_limit(session.task.options.time_limit)
    if session.lesson and not is_batch:
        say(f"{session.lesson.strip()}\n")
    return open_shell(session, files, commands, is_batch=is_batch)


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []
