"""The command ``neurosim``, also as ``python -m neurosim``.

Nothing is loaded before `main` is called, so that Ctrl-C is quiet from its first line on.
"""

import os
import signal
from collections.abc import Sequence


def main() -> None:
    """Run a command and end the process with its exit code."""
    signal.signal(signal.SIGINT, _leave)
    from neurosim.cli import main as cli

    cli.main()


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run a command of neurosim, and return its exit code."""
    from neurosim.cli import main as cli

    return cli.run_command(arguments)


def _leave(number: int, _frame: object) -> None:
    """Leave at once: nothing has been begun yet, or all is done."""
    os.write(2, b"interrupted\n")
    os._exit(128 + number)


if __name__ == "__main__":
    main()
