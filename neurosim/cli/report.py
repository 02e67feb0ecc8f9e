"""What a person sees after a run: network, loss, a table of rows, and the verdicts."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from neurosim.functions.numerals import short
from neurosim.scenario import RunResult

_MOST_COLUMNS = 8  # of inputs, targets and outputs each; more would not fit a terminal


def print_result(result: RunResult, console: Console) -> None:
    """Print one result."""
    console.print(f"[bold]{escape(result.title)}[/bold]", soft_wrap=True)
    if result.status == "skipped":
        console.print(f"  skipped: {escape(result.message)}", soft_wrap=True)
        return
    if result.network is not None:
        console.print(f"  {escape(repr(result.network))}", soft_wrap=True)
    if result.epochs:
        console.print(f"  {_training_line(result)}", soft_wrap=True)
    _print_rows(result, console)
    for verdict in result.expectations:
        mark = "[green]met[/green]    " if verdict.passed else "[bold red]not met[/bold red]"
        within = "" if verdict.tolerance is None else f" within {verdict.tolerance:g}"
        text = f"{verdict.what}: {_number(verdict.actual)}, expected {_number(verdict.expected)}"
        console.print(f"  {mark} {escape(text + within)}", soft_wrap=True)
    if result.status == "diverged":
        console.print(f"  [bold red]diverged[/bold red]: {escape(result.message)}", soft_wrap=True)


def _training_line(result: RunResult) -> str:
    loss = f"loss {short(result.loss.first)} -> {short(result.loss.last)}"
    return f"{result.epochs} epochs ({result.engine}), {loss}, {result.seconds:.2f} s"


def _number(value: float | str | None) -> str:
    return value if isinstance(value, str) else "nothing" if value is None else repr(float(value))


def _print_rows(result: RunResult, console: Console) -> None:
    rows = result.table
    if not rows:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("inputs", "targets", "outputs"):
        table.add_column(title, overflow="fold")
    for inputs, targets, outputs in rows:
        table.add_row(_row(inputs), _row(targets), _row(outputs))
    console.print(table)


def _row(values: tuple[float, ...] | None) -> str:
    if values is None:
        return ""
    shown = " ".join(f"{value:.4g}" for value in values[:_MOST_COLUMNS])
    more = len(values) - _MOST_COLUMNS
    return f"{shown} ... ({more} more)" if more > 0 else shown
