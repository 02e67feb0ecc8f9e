"""The command ``neurosim``: one door for all commands, and the one place that ends the process.

Exit codes: 0 all expectations met, 1 an expectation failed or engines disagree, 2 wrong use or an
invalid file, 3 training diverged, 130 Ctrl-C.
"""

import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.messages import complain
from neurosim.errors import DivergedError, NeurosimError, unknown
from neurosim.scenario.format.node import shortened
from neurosim.version import __version__

PASSED, FAILED, INVALID, DIVERGED, INTERRUPTED = 0, 1, 2, 3, 130


class _Commands(click.Group):
    """The commands in the order in which they are met, with a guess at a misspelt one.

    A command is loaded when it is wanted: one need not wait for what the others import, and Ctrl-C
    meets an import that is guarded.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own name
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(unknown("command", args[0], _COMMANDS), ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="neurosim", message="%(prog)s %(version)s")
def cli() -> None:
    """Run, compare, compile and ask neural networks that are written as scenario files.

    Begin with: neurosim run xor
    """


_COMMANDS = {
    "run": "neurosim.cli.commands.run.run:run",
    "debug": "neurosim.cli.commands.look.debug:debug",
    "draw": "neurosim.cli.commands.look.draw:draw",
    "plot": "neurosim.cli.commands.look.plot:plot",
    "diff": "neurosim.cli.commands.look.diff:diff",
    "animate": "neurosim.cli.commands.share.animate:animate",
    "agree": "neurosim.cli.commands.check.agree:agree",
    "trace": "neurosim.cli.commands.look.trace:trace",
    "compile": "neurosim.cli.commands.share.compile:compile_",
    "predict": "neurosim.cli.commands.run.predict:predict",
    "new": "neurosim.cli.commands.run.new:new",
    "gallery": "neurosim.cli.commands.share.gallery:gallery",
    "list": "neurosim.cli.commands.check.list_command:list_",
    "schema": "neurosim.cli.commands.check.schema:schema",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    if sys.stderr is None:  # closed, as by 2>&-: nobody is there to be told
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    if sys.stdout is None:
        click.echo("error: standard output is closed; expected one, or > /dev/null", err=True)
        sys.exit(INVALID)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that a terminal lacks is no mistake
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run a command of neurosim, and return its exit code."""
    return exit_code(cli, "neurosim", arguments)


def exit_code(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command; a user's mistake is a line on standard error, never a traceback."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with command.make_context(name, given) as context:
            code = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ending:  # --help and --version end so
        return ending.exit_code
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        for line in words.getvalue().splitlines():
            click.echo(shortened(line), err=True)
        return INVALID
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except DivergedError as error:
        click.echo(f"diverged: {shortened(str(error))}", err=True)
        return DIVERGED
    except NeurosimError as error:
        complain(error)
        return INVALID
    except BrokenPipeError:
        # the reader has gone (`neurosim list | head`); nothing is left to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PASSED
    except OSError as error:
        where = shortened(str(error.filename or "output"))
        click.echo(f"error: {where}: {str(error.strerror).lower()}", err=True)
        return INVALID
    except MemoryError as error:
        reason = f", {shortened(str(error))}" if str(error) else ""
        click.echo(f"error: not enough memory{reason}; expected a smaller task", err=True)
        return INVALID
    return int(code or PASSED)


if __name__ == "__main__":
    main()
