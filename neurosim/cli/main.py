"""The command ``neurosim``: the table of its commands, and the one place that ends the process.

Exit codes: 0 all expectations met, 1 an expectation failed or engines disagree, 2 wrong use or an
invalid file, 3 training diverged, 130 Ctrl-C, 143 SIGTERM.
"""

import importlib
import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from neurosim.cli.messages import complain, warnings_as_lines
from neurosim.cli.output import say
from neurosim.cli.signals import code_of, ending_by_signals
from neurosim.errors import DivergedError, NeurosimError, guess_number, shortened, unknown
from neurosim.version import __version__

PASSED, FAILED, INVALID, DIVERGED = 0, 1, 2, 3
_CHECK = "neurosim.check"
_MANY = 1_000_000  # arguments, the extremes among them


class _Entry(NamedTuple):
    """Where a command is defined, below `neurosim.cli.commands`, and its line of help."""

    place: str
    line: str


_COMMANDS = {  # in the order in which they are met
    "run": _Entry("run.run:run", "Run scenarios and check what they expect."),
    "sweep": _Entry("run.sweep:sweep", "Run FILE with all combinations of values of some keys."),
    "tune": _Entry("run.tune:tune", "Search for good values of some keys of FILE, by Optuna."),
    "debug": _Entry("look.debug:debug", "Step through the training of FILE, forward and backward."),
    "draw": _Entry("look.draw:draw", "Draw the network of FILE, a scenario or a saved network."),
    "doctor": _Entry(
        "check.doctor:doctor", "Say why the training of FILE does not learn, and what helps."
    ),
    "plot": _Entry("look.plot:plot", "Draw the run that `neurosim run --out DIR` left in DIR."),
    "diff": _Entry("look.diff:diff", "List what is different in network B."),
    "animate": _Entry("share.animate:animate", "Film the training of FILE, a scenario."),
    "page": _Entry("share.page:page", "Write the training of FILE as a page to step through."),
    "serve": _Entry(
        "look.serve:serve",
        "Show the training of FILE in a browser, as a debugger.",
    ),
    "agree": _Entry("check.agree:agree", "Compare the engines on FILE: outputs, loss, gradients."),
    "bench": _Entry("check.bench:bench", "Measure what an epoch of FILE costs, and say why."),
    "trace": _Entry("look.trace:trace", "Write every step of the training of FILE as JSON lines."),
    "worksheet": _Entry(
        "share.worksheet:worksheet", "Write the training of FILE as a sheet to fill in."
    ),
    "lesson": _Entry(
        "share.lesson:lesson", "Write the lesson NAME: page, quiz, sheet, solution and a fault."
    ),
    "mark": _Entry("share.mark:mark", "Judge SHEETS by LESSON, a scenario, and count the points."),
    "compile": _Entry("share.compile:compile_", "Print the matrices and the program of FILE."),
    "convert": _Entry(
        "share.convert:convert", "Write the network of file A to file B, by their suffixes."
    ),
    "predict": _Entry("run.predict:predict", "Print the outputs of FILE for each row of DATA."),
    "new": _Entry("run.new:new", "Write NAME.yaml, a commented scenario that runs."),
    "gallery": _Entry("share.gallery:gallery", "Draw every scenario of FOLDER on one page."),
    "help": _Entry("look.help_command:help_", "Show a page of the manual."),
    "list": _Entry("check.list_command:list_", "List the shipped scenarios."),
    "schema": _Entry("check.schema:schema", "Print the JSON Schema of scenario files."),
}


class _Commands(click.Group):
    """The commands of the table, each imported when it is called.

    The help of all commands needs none of them, and Ctrl-C meets an import that is guarded.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own name
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].place.partition(":")
        command = getattr(importlib.import_module(f"neurosim.cli.commands.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(unknown("command", args[0], _COMMANDS), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Print the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in _COMMANDS.items()])


def _note_check(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    context.meta[_CHECK] = is_asked


def _tell_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    is_checked = context.meta[_CHECK]
    if is_asked:
        checks = importlib.import_module("neurosim.kernel.checks")
        click.echo(f"neurosim {__version__}\nkernel: {checks.tell_kernel()}")
        context.exit(_check_kernel(checks) if is_checked else PASSED)
    elif is_checked:
        raise click.UsageError("--check: got no --version; expected neurosim --version --check")


def _check_kernel(checks: Any) -> int:
    """Compare every formula, each on a line; the exit code."""
    if checks.why_no_kernel() is not None:
        return FAILED
    differing = 0
    for name, found in checks.check_formulas(_MANY):
        click.echo(f"{name}: {found:,} of {_MANY:,} differ from the graph engine")
        differing += found
    return FAILED if differing else PASSED


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, expose_value=False, callback=_tell_version,
              help="Show the version, and whether the kernel is there.")  # fmt: skip
@click.option("--check", is_flag=True, is_eager=True, expose_value=False, callback=_note_check,
              help="With --version: check all formulas of the kernel.")  # fmt: skip
def cli() -> None:
    """Run, compare, compile and debug neural networks that are written as scenario files.

    Begin with: neurosim run xor
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    if sys.stderr is None:  # closed, as by 2>&-: there is nowhere to write
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    if sys.stdout is None:
        click.echo("error: standard output is closed; expected one, or > /dev/null", err=True)
        sys.exit(INVALID)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that a terminal lacks is no mistake
        sys.stdout.reconfigure(errors="backslashreplace")
    # a command opens no window and writes no date, and matplotlib would stumble over odd values
    os.environ["MPLBACKEND"] = "agg"
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    for name in [name for name in os.environ if name.startswith("NETWORKX_")]:
        del os.environ[name]  # of its backends, which no command uses: it would stumble, too
    with ending_by_signals():
        code = run_command(arguments)
    sys.exit(code)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run a command of neurosim, and return its exit code."""
    return exit_code(cli, "neurosim", arguments)


def exit_code(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command; a user's mistake is a line on standard error, never a traceback."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with warnings_as_lines(), command.make_context(name, given) as context:
            code = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ending:  # --help and --version end so
        return ending.exit_code
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        for line in _NO_NUMBER.sub(_of_number, words.getvalue()).splitlines():
            say(shortened(line), err=True)
        return INVALID
    except (click.Abort, KeyboardInterrupt) as error:
        say("interrupted", err=True)
        return code_of(error)
    except DivergedError as error:
        say(f"diverged: {shortened(str(error))}", err=True)
        return DIVERGED
    except NeurosimError as error:
        complain(error)
        return INVALID
    except BrokenPipeError:
        # the reader has gone (`neurosim list | head`); nothing is left to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PASSED
    except OSError as error:
        say(f"error: {_told(error)}", err=True)
        return INVALID
    except MemoryError as error:
        reason = f", {shortened(str(error))}" if str(error) else ""
        say(f"error: not enough memory{reason}; expected a smaller task", err=True)
        return INVALID
    return int(code or PASSED)


def _told(error: OSError) -> str:
    """An error of the system in words: only the present folder is asked for without a name."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return "the present folder: got one that was deleted; expected one that is there, as cd ~"
    return f"{shortened(str(error.filename or 'output'))}: {str(error.strerror).lower()}"


def _of_number(found: re.Match[str]) -> str:
    """What is said of an option that is no number, with a guess at the number."""
    whole = found[3] == "integer"
    what = "a whole number" if whole else "a number"
    return f"': got {found[2]!r}; expected {what}{guess_number(found[2], whole=whole)}"


# click's words
_NO_NUMBER = re.compile(r"""': (['"])(.*)\1 is not a valid (float|integer)(?: range)?\.""")


if __name__ == "__main__":
    main()
