"""The interpreter of command lines: from a line to a reply."""

from neurosim.cli.debugger.asking import EXAMINING
from neurosim.cli.debugger.moving import MOVING
from neurosim.cli.debugger.reply import Reply, ReplyLine
from neurosim.cli.debugger.state import ShellState
from neurosim.cli.debugger.table import find_command
from neurosim.cli.debugger.what_if import WHAT_IF
from neurosim.debugger.session import Session
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.errors import InvalidValueError

LONGEST = 2000  # characters of a line


class Shell:
    """Runs lines, one after the other; prints nothing.

    Args:
        session: what is debugged.
    """

    def __init__(self, session: Session) -> None:
        self.state = ShellState(session)
        self._again = ""
        self._stays_at: UnitPlace | None = None  # where a command that only looks is to leave it

    @property
    def is_left(self) -> bool:
        """Whether the user has quit."""
        return self.state.is_left

    def run(self, line: str) -> Reply:
        """Do what a line says; a line that begins with # says nothing.

        Raises:
            NeurosimError: it is no command, or it cannot be done.
        """
        self._again = ""
        words = line.strip()
        if not words or words.startswith("#"):
            return []
        if len(words) > LONGEST:
            raise InvalidValueError(
                f"command: {len(words)} characters, got {words[:40]!r}...; expected at most"
                f" {LONGEST}"
            )
        word, text = _split(words)
        command = find_command(word)
        if command.name != "list":
            self.state.n_listed = 0
        is_looking = command in EXAMINING or command in WHAT_IF
        self._stays_at = self.state.session.place if is_looking else None
        try:
            lines = command.run(self.state, text)
        except InvalidValueError as error:
            if "; expected " in str(error):
                raise
            raise InvalidValueError(
                f"{command.name}: {error}; expected {command.grammar}"
            ) from None
        if command.repeats:
            self._again = words if command.name != "list" else "list"
        return [*lines, *self.state.displayed()] if command in MOVING else lines

    def again(self) -> Reply:
        """What Enter alone does: the last command once more, if it is one that repeats."""
        return self.run(self._again)

    def begin(self) -> Reply:
        """The first lines of a session: its position."""
        return [self.state.where()]

    def interrupted(self) -> Reply:
        """The reply to Ctrl-C: the position of the session, between two steps again.

        A command that only looks at the training leaves it where it was.
        What was interrupted must be gone: its exception would keep the pass that it was in.
        """
        self._again = ""
        self.state.session.recover(self._stays_at)
        return [ReplyLine("interrupted", "hit"), self.state.where()]


def _split(words: str) -> tuple[str, str]:
    """The command's name, and the rest as it was typed."""
    parts = words.split(None, 1)
    return parts[0], parts[1] if len(parts) > 1 else ""
