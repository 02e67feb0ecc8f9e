"""The command ``neurosim``: one door for all commands, and the one place that ends the process.

Exit codes: 0 all expectations met, 1 an expectation failed or engines disagree, 2 wrong use or an
invalid file, 3 training diverged, 130 Ctrl-C.
"""

import io
import os
import sys
from collections.abc import Sequence

import click

from neurosim.cli.agree import agree
from neurosim.cli.bench import bench
from neurosim.cli.compile import compile_
from neurosim.cli.messages import complain
from neurosim.cli.new import new
from neurosim.cli.predict import predict
from neurosim.cli.run import run
from neurosim.cli.shelf import list_, schema
from neurosim.errors import DivergedError, NeurosimError, unknown
from neurosim.version import __version__

PASSED, FAILED, INVALID, DIVERGED, INTERRUPTED = 0, 1, 2, 3, 130


class _Commands(click.Group):
    """The commands in the order in which they are met, with a guess at a misspelt one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own name
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise click.UsageError(unknown("command", args[0], self.commands), ctx)
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


for command in (run, agree, compile_, predict, new, bench, list_, schema):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that a terminal lacks is no mistake
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run a command; whatever a user did wrong is a line on standard error, never a traceback."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with cli.make_context("neurosim", given) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ending:  # --help and --version end so
        return ending.exit_code
    except click.ClickException as error:
        error.show()
        return INVALID
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except DivergedError as error:
        click.echo(f"diverged: {error}", err=True)
        return DIVERGED
    except NeurosimError as error:
        complain(error)
        return INVALID
    except BrokenPipeError:
        # the reader has gone (`neurosim list | head`); nothing is left to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PASSED
    except OSError as error:
        click.echo(f"error: {error.filename or 'output'}: {str(error.strerror).lower()}", err=True)
        return INVALID
    return int(code or PASSED)


if __name__ == "__main__":
    main()
