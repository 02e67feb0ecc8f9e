"""The table of commands; one is found by its name, a prefix of it, or a letter as in gdb."""

from neurosim.cli.debugger.arguments import one_word
from neurosim.cli.debugger.asking import EXAMINING
from neurosim.cli.debugger.command import Command
from neurosim.cli.debugger.moving import MOVING
from neurosim.cli.debugger.reply import Reply, ReplyLine, lines_of
from neurosim.cli.debugger.state import ShellState
from neurosim.cli.debugger.stopping import STOPPING
from neurosim.cli.debugger.what_if import WHAT_IF
from neurosim.errors import InvalidValueError, UnknownNameError, guess


def find_command(word: str) -> Command:
    """The command that is meant.

    Raises:
        UnknownNameError: none is.
        InvalidValueError: several may be.
    """
    name = SHORT.get(word, word)
    found = [name] if name in COMMANDS else [n for n in COMMANDS if n.startswith(word)]
    if not found:
        likely = guess(word, COMMANDS)
        raise UnknownNameError(f"unknown command {word!r:.80}{likely}; help lists them")
    if len(found) > 1:
        raise InvalidValueError(f"ambiguous command {word!r}; it may be {', '.join(found)}")
    return COMMANDS[found[0]]


def _help(state: ShellState, text: str) -> Reply:  # noqa: ARG001 - as all commands
    word = one_word(text)
    return _overview() if word is None else _details(find_command(word))


def _overview() -> Reply:
    width = max(map(len, COMMANDS))
    lines = []
    for title, commands in GROUPS.items():
        lines += [ReplyLine(title, "title")]
        lines += [ReplyLine(f"  {command.name:{width}}  {command.says}") for command in commands]
    lines += lines_of(_CLOSING)
    return lines


def _details(command: Command) -> Reply:
    short = ", ".join(letter for letter, name in SHORT.items() if name == command.name)
    return [
        ReplyLine(command.grammar, "title"),
        ReplyLine(f"{command.says} (in short: {short})" if short else command.says),
        *(lines_of(command.more) if command.more else []),
        *(ReplyLine(f"  {example}") for example in command.example.split(", ")),
    ]


def _quit(state: ShellState, text: str) -> Reply:  # noqa: ARG001 - whatever is added, one wants to go
    state.is_left = True
    return []


_CLOSING = (
    "A name may be cut short. Enter repeats; Tab completes; Ctrl-C interrupts; # begins a comment."
    "\nhelp COMMAND says more."
)
_LEAVING = (
    Command("help", _help, "help [COMMAND]", "list the commands, or explain one", "help break"),
    Command("quit", _quit, "quit", "end the session", "quit"),
)
GROUPS = {
    "moving": MOVING,
    "stopping": STOPPING,
    "examining": EXAMINING,
    "what if": WHAT_IF,
    "leaving": _LEAVING,
}
COMMANDS = {command.name: command for group in GROUPS.values() for command in group}
SHORT = {  # what somebody who knows gdb has in the fingers
    "s": "step",
    "n": "next",
    "l": "list",
    "u": "until",
    "c": "continue",
    "r": "run",
    "b": "break",
    "tb": "tbreak",
    "d": "delete",
    "dis": "disable",
    "p": "print",
    "i": "info",
    "f": "where",
    "w": "where",
    "bt": "where",
    "rc": "rcontinue",
    "reverse-continue": "rcontinue",
    "rs": "back",
    "reverse-step": "back",
    "h": "help",
    "q": "quit",
    "exit": "quit",
}
