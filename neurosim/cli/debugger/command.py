"""A command of the debugger: its name, its function, and its help."""

from collections.abc import Callable
from dataclasses import dataclass

from neurosim.cli.debugger.reply import Reply
from neurosim.cli.debugger.state import ShellState


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the table.

    Attributes:
        name: in full; it may be shortened.
        run: does it with what is typed after the name, and gives the reply.
        grammar: how it is typed.
        says: what it does, in a line.
        example: one or more, with a comma between them.
        repeats: whether Enter alone does it once more.
        more: what else there is to know, lines.
    """

    name: str
    run: Callable[[ShellState, str], Reply]
    grammar: str
    says: str
    example: str
    repeats: bool = False
    more: str = ""
