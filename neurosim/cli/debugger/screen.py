"""The output of a session: replies, errors, and the commands of scripts."""

import sys

from rich.console import Console
from rich.text import Text

from neurosim.cli.debugger.reply import Reply
from neurosim.cli.messages import problems_of
from neurosim.cli.output import width_of, wrapped
from neurosim.cli.terminal import terminal
from neurosim.errors import NeurosimError
from neurosim.network.names import one_line

PROMPT = "(neurosim) "
_HANGING = 2  # blanks before the rest of a line that is too long
_STYLES = {"hit": "bold yellow", "place": "dim", "arrow": "bold green", "title": "bold"}


class Screen:
    """Standard output and standard error; in colour only where they are terminals."""

    def __init__(self) -> None:
        self._out, self._err = terminal(), terminal(stderr=True)

    def show(self, lines: Reply) -> None:
        """Print a reply; at a terminal, lines that are too long for it go on in the next."""
        for line in lines:
            _print(self._out, one_line(line.text), _STYLES.get(line.tone, ""))
        sys.stdout.flush()

    def echo(self, line: str) -> None:
        """Print a line of a script as if it had been typed; what only explains, as it is."""
        text = one_line(line.strip().replace("\t", " "))
        is_command = bool(text) and not text.startswith("#")
        self._out.print(Text(PROMPT * is_command + text), soft_wrap=True)
        sys.stdout.flush()

    def complain(self, error: NeurosimError | OSError, place: str = "") -> None:
        """Print a mistake; ``place`` says where in a script it is."""
        for problem in _words_of(error):
            _print(self._err, f"error: {place}{one_line(problem)}", "red")


def _print(console: Console, text: str, style: str) -> None:
    indent = " " * (len(text) - len(text.lstrip()) + _HANGING)
    for line in wrapped(text, width_of(console.file), indent).split("\n"):
        console.print(Text(line, style), soft_wrap=True)


def _words_of(error: NeurosimError | OSError) -> tuple[str, ...]:
    if isinstance(error, NeurosimError):
        return problems_of(error)
    return (f"{error.filename or 'file'}: {str(error.strerror or error).lower()}",)
