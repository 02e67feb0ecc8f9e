"""Work on a session with commands: from files, the command line, pipes, and of a user."""

import importlib
import io
import sys
from collections.abc import Iterable, Iterator, Sequence

from neurosim.cli.debugger.screen import Screen
from neurosim.cli.debugger.shell import Shell
from neurosim.debugger.session import Session
from neurosim.errors import NeurosimError


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
    """The lines of a pipe or a notebook, as they come; bytes that are no text are shown."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="backslashreplace")
    while sys.stdin is not None:
        try:
            yield input()
        except EOFError:
            return


def run_file(lines: Iterable[str], name: str, shell: Shell, screen: Screen) -> bool:
    """Run the lines of a file up to the first that fails; whether none did."""
    for number, line in enumerate(lines, start=1):
        if not run_line(line, shell, screen, f"{name}:{number}: "):
            return False
        if shell.is_left:
            break
    return True


def run_all(lines: Iterable[str], shell: Shell, screen: Screen) -> bool:
    """Run lines, whether they fail or not; whether none did."""
    is_good = True
    for line in lines:
        is_good = run_line(line, shell, screen) and is_good
        if shell.is_left:
            break
    return is_good


def run_line(line: str, shell: Shell, screen: Screen, place: str = "") -> bool:
    """Show a command and its reply, or its mistake; whether it was none."""
    screen.echo(line)
    try:
        screen.show(shell.run(line))
    except (NeurosimError, OSError) as error:
        screen.complain(error, place)
        return False
    return True
