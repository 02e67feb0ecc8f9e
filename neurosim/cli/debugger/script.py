"""Commands from files, from the command line and from pipes."""

from collections.abc import Iterable

from neurosim.cli.debugger.screen import Screen
from neurosim.cli.debugger.shell import Shell
from neurosim.errors import NeurosimError


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
