"""The prompt at a terminal: cmd2 reads the line, with its history and Tab; the shell runs it.

cmd2 comes with commands that run programs, Python and editors, and with a syntax of its own for
pipes, redirection, quotes and shortcuts. None of that is reached: a line goes from the prompt to
the shell as it was typed, and the shell knows its own commands only.
"""

from typing import Any

import cmd2
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.keys import Keys

from neurosim.cli.debugger.completion import complete
from neurosim.cli.debugger.screen import PROMPT, Screen
from neurosim.cli.debugger.shell import Shell
from neurosim.cli.debugger.table import COMMANDS
from neurosim.errors import NeurosimError

_CANCELLED = "\x03"  # what the prompt gives for Ctrl-C: no line, and no Enter either
_END = "_eof"  # what cmd2 makes of Ctrl-D


class Prompt(cmd2.Cmd):
    """Asks for lines until the session is left."""

    def __init__(self, shell: Shell, screen: Screen) -> None:
        super().__init__(
            allow_cli_args=False,
            allow_clipboard=False,
            allow_redirection=False,
            auto_suggest=False,
            shortcuts={},
            terminators=None,
        )
        self.prompt = PROMPT
        self._shell, self._screen = shell, screen
        session = self.main_session
        session.multiline = False
        session.lexer = None  # it would colour by cmd2's own syntax
        session.prompt_continuation = ""
        given = [session.key_bindings] if session.key_bindings is not None else []
        session.key_bindings = merge_key_bindings([*given, _bindings()])

    def get_all_commands(self) -> list[str]:
        """Ours alone."""
        return list(COMMANDS)

    def onecmd_plus_hooks(self, line: str, **_: Any) -> bool:
        """Run a line as it was typed; whether to end."""
        if line in {_END, _CANCELLED}:
            return line == _END
        is_interrupted = False
        try:
            self._screen.show(self._shell.run(line) if line.strip() else self._shell.again())
        except (NeurosimError, OSError) as error:
            self._screen.complain(error)
        except KeyboardInterrupt:
            is_interrupted = True
        if is_interrupted:
            with self.sigint_protection:  # a second Ctrl-C has nothing to interrupt
                self._screen.show(self._shell.interrupted())
        return self._shell.is_left

    def complete(
        self, text: str, line: str, begidx: int, endidx: int, custom_settings: Any = None  # noqa: ARG002
    ) -> cmd2.Completions:  # fmt: skip
        """What the word before the cursor may become; ``text`` is the end of it, as cmd2 cuts."""
        typed, answers = complete(self._shell.state, line[:endidx])
        skipped = len(typed) - len(text)
        items = [cmd2.CompletionItem(answer[skipped:], display=answer) for answer in answers]
        is_whole = not (answers and answers[0].endswith("/"))
        return cmd2.Completions(items, is_sorted=True, allow_finalization=is_whole)


def _bindings() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("c-c")
    def _cancel(event: KeyPressEvent) -> None:
        event.app.exit(result=_CANCELLED, style="class:aborting")

    @bindings.add(Keys.Vt100MouseEvent)
    def _ignore(event: KeyPressEvent) -> None:
        """Do nothing: there is no mouse here, but colours that were pasted look like one."""

    return bindings
