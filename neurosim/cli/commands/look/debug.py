"""``neurosim debug``: step through the training of a scenario, forward and backward in time."""

import importlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from neurosim.cli.debugger.screen import Screen
from neurosim.cli.debugger.script import run_all, run_file
from neurosim.cli.debugger.shell import Shell
from neurosim.cli.imports import import_option
from neurosim.cli.overrides import override_options
from neurosim.debugger.session import Session
from neurosim.debugger.time.journal import LIMIT
from neurosim.scenario import debug_scenario
from neurosim.scenario.format.yaml_text import read_text

_UNITS = {"": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}


def _size(context: click.Context, option: click.Parameter, text: str) -> int:
    """Bytes, as 64MB or 64000000."""
    found = re.fullmatch(r"(\d{1,12})\s*(|kb|mb|gb)", text.strip().lower(), re.ASCII)
    if found is None:
        reason = f"got {text!r:.80}; expected a size such as 64MB"
        raise click.BadParameter(reason, context, option)
    return int(found[1]) * _UNITS[found[2]]


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
    return open_shell(session, files, commands, is_batch=is_batch)


def open_shell(
    session: Session,
    files: Sequence[tuple[str, list[str]]] = (),
    commands: Sequence[str] = (),
    *,
    is_batch: bool = False,
) -> int:
    """Work on a session with commands: of files, by their names; others; then those of a user.

    Returns:
        The exit code: 1 where a command failed that no user typed.
    """
    shell, screen = Shell(session), Screen()
    screen.show(shell.begin())
    is_asked = not is_batch and _is_terminal()
    is_interrupted = False
    try:
        is_good = _run_given(files, commands, shell, screen)
    except KeyboardInterrupt:
        if not is_asked:
            raise
        is_interrupted, is_good = True, False
    if is_interrupted:
        screen.show(shell.interrupted())
    if is_asked and not shell.is_left:
        _ask(shell, screen)
    elif not is_batch and not shell.is_left:
        is_good = run_all(_piped(), shell, screen) and is_good
    session.close()
    return 0 if is_good else 1


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _run_given(
    files: Sequence[tuple[str, list[str]]], commands: Sequence[str], shell: Shell, screen: Screen
) -> bool:
    """Run what the command line gives; whether none of it failed."""
    is_good = True
    for name, lines in files:
        if not shell.is_left:
            is_good = run_file(lines, name, shell, screen) and is_good
    return (shell.is_left or run_all(commands, shell, screen)) and is_good


def _is_terminal() -> bool:
    """Whether input and output are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _ask(shell: Shell, screen: Screen) -> None:
    prompt = importlib.import_module("neurosim.cli.debugger.prompt")  # cmd2 is slow to import
    prompt.Prompt(shell, screen).cmdloop()


def _piped() -> Iterator[str]:
    """The lines that come through a pipe, as they come; bytes that are no text are shown."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="backslashreplace")
    return iter(sys.stdin or ())
