"""Errors and warnings on standard error, a line each; names of files, quoted for a shell."""

import shlex
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from neurosim.cli.output import say
from neurosim.errors import LeftOutWarning, NeurosimError, RowsError, ScenarioError, shortened


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


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Print what a file's reading leaves out as a line, each time; other warnings as usual."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", LeftOutWarning)
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, LeftOutWarning):
                say(f"warning: {shortened(str(message))}", err=True)
            else:
                usual(message, category, *where, **more)

        warnings.showwarning = show
        yield


def as_argument(path: Path) -> str:
    """A file's name as it is typed after a command: quoted, and never taken for an option.

    >>> as_argument(Path("my net.yaml")), as_argument(Path("-q.yaml"))
    ("'my net.yaml'", './-q.yaml')
    """
    name = str(path)
    return shlex.quote(f"./{name}" if name.startswith("-") else name)
