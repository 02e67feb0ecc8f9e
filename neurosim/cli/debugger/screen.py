"""The output of a session: replies, errors, and the commands of scripts."""

import sys

from rich.text import Text

from neurosim.cli.debugger.reply import Reply
from neurosim.cli.messages import problems_of
from neurosim.cli.terminal import terminal
from neurosim.errors import NeurosimError
from neurosim.network.names import one_line

PROMPT = "(neurosim) "
_STYLES = {"hit": "bold yellow", "place": "dim", "arrow": "bold green", "title": "bold"}


class Screen:
    """Standard output and standard error; in colour only where they are terminals."""

    def __init__(self) -> None:
        self._out, self._err = terminal(), terminal(stderr=True)

    def show(self, lines: Reply) -> None:
        """Print a reply, each of its lines as long as it is."""
        for line in lines:
            style = _STYLES.get(line.tone, "")
            self._out.print(Text(one_line(line.text), style), soft_wrap=True)
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
            self._err.print(Text(f"error: {place}{one_line(problem)}", "red"), soft_wrap=True)


def _words_of(error: NeurosimError | OSError) -> tuple[str, ...]:
    if isinstance(error, NeurosimError):
        return problems_of(error)
    return (f"{error.filename or 'file'}: {str(error.strerror or error).lower()}",)
