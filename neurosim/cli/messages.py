"""Error messages on standard error, a line each; names of files, quoted for a shell."""

import shlex
from pathlib import Path

from neurosim.cli.output import say
from neurosim.errors import NeurosimError, RowsError, ScenarioError, shortened


def complain(error: NeurosimError) -> None:
    """Print each mistake on a line of its own; most begin with file:line:column."""
    for line in problems_of(error):
        say(f"error: {line}", err=True)


def problems_of(error: NeurosimError) -> tuple[str, ...]:
    """The mistakes that an error holds, one text each."""
    if isinstance(error, ScenarioError):
        return error.problems
    told = error.problems if isinstance(error, RowsError) else (str(error),)
    return tuple(map(shortened, told))


def as_argument(path: Path) -> str:
    """A file's name as it is typed after a command: quoted, and never taken for an option.

    >>> as_argument(Path("my net.yaml")), as_argument(Path("-q.yaml"))
    ("'my net.yaml'", './-q.yaml')
    """
    name = str(path)
    return shlex.quote(f"./{name}" if name.startswith("-") else name)
