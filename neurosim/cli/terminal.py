"""The console that commands write to."""

from rich.console import Console

LEAST, USUAL = 10, 80  # columns: some terminals and pipes call themselves 0 wide


class _Terminal(Console):
    """A console whose reader may go away: rich would end the process itself, with code 1."""

    def on_broken_pipe(self) -> None:
        """Leave it to `main`, as for all commands."""
        raise BrokenPipeError


def terminal(*, stderr: bool = False) -> Console:
    """Standard output, or standard error; 80 columns wide where it claims to have next to none."""
    console = _Terminal(highlight=False, stderr=stderr)
    if console.width < LEAST:
        console.width = USUAL
    return console
