"""The report of a run: network, loss, a table of rows, and the verdicts."""

from rich.console import Console
from rich.text import Text

from neurosim.cli.commands.run.table import ResultTable, table_of, table_of_wrong
from neurosim.cli.output import wrapped
from neurosim.functions.numbers import counted, short
from neurosim.network import Network
from neurosim.scenario import RunResult, Verdict, WrongRows
from neurosim.training.parts import PARTS

_MOST_WRONG = 100  # rows; all of them are in the JSON document
_MOST_LABELS = 8  # of inputs, or outputs, that are listed


def print_result(result: RunResult, console: Console) -> None:
    """Print one result."""
    title = " ".join(result.title.split())  # one line, also where it is written as a paragraph
    _print(console, title, style="bold")
    if result.network is None:
        _print(console, f"skipped: {result.message}", first="yellow")
        return
    _print(console, f"network: {_network_line(result.network)}")
    for line in _label_lines(result.network):
        _print(console, line)
    for note in result.notes:
        _print(console, f"data: {note}")
    _print(console, training_line(result))
    for edit in result.edits:
        _print(console, f"edited: {edit}")
    if result.stopped:
        _print(console, f"stopped: {result.stopped}")
    if result.kept is not None and result.kept.words:
        _print(console, f"measured: {result.kept.words}")
    if result.folds is not None:
        _print(console, f"on held-out rows of {result.folds}")
    for part in result.seeds.measures if result.seeds is not None else ():
        assert result.seeds is not None
        count = counted(len(result.seeds.seeds), "seed")
        _print(console, f"{count}, {PARTS[part]} rows: {result.seeds.words(part)}")
    _print_table(result, console)
    if result.is_judged:
        _print(console, f"\ntask: {result.task}")
    if result.expectations:
        _print(console, "\nexpectations", style="bold")
    for verdict in result.expectations:
        mark, colour = ("met    ", "green") if verdict.passed else ("not met", "bold red")
        line = f"{mark}  {_verdict_line(verdict)}"
        _print(console, line, first=colour, n_first=len(mark), indent=" " * 9)
    _print_ending(result, console)


def print_wrong_rows(wrong: WrongRows, result: RunResult, console: Console) -> None:
    """Print the rows that came out wrong."""
    _print(console, str(wrong))
    if wrong.rows:
        _print_lines(table_of_wrong(wrong, result, console.width, _MOST_WRONG), console)
    if len(wrong.rows) > _MOST_WRONG:
        _print(console, f"... ({_MOST_WRONG} of {len(wrong.rows)})")
    console.print()


def _print(
    console: Console,
    line: str,
    *,
    style: str = "",
    first: str = "",
    n_first: int | None = None,
    indent: str = "  ",
) -> None:
    """Print a line as wide as the terminal is; its first word, or letters, in a style."""
    width = console.width if console.is_terminal else None
    text = Text(wrapped(line, width, indent), style)
    if first:
        text.stylize(first, 0, line.find(":") if n_first is None else n_first)
    console.print(text, soft_wrap=True)


def met_of(result: RunResult) -> str:
    """How many expectations were met, in words."""
    if not result.expectations:
        return "nothing was expected"
    met = sum(verdict.passed for verdict in result.expectations)
    return f"{met} of {counted(len(result.expectations), 'expectation')} met"


def _network_line(network: Network) -> str:
    counts = (
        (len(network.inputs), "input"),
        (len(network.neurons) - len(network.inputs), "neuron"),
        (len(network.connections), "connection"),
        (len(network.outputs), "output"),
    )
    return ", ".join(counted(count, noun) for count, noun in counts)


def _label_lines(network: Network) -> list[str]:
    """Which column or class each input and output means, where its name does not say it."""
    lines = []
    for what, neurons in (("inputs", network.inputs), ("outputs", network.outputs)):
        pairs = [f"{n.name} = {n.label}" for n in neurons if n.label is not None]
        if pairs:
            more = f", and {len(pairs) - _MOST_LABELS} more" if len(pairs) > _MOST_LABELS else ""
            lines.append(f"{what}: {', '.join(pairs[:_MOST_LABELS])}{more} (in order)")
    return lines


def training_line(result: RunResult) -> str:
    """Epochs, losses, engine and time of a run, in a line."""
    how = f"{result.engine} engine, {result.seconds:.2f} s"
    first, last = result.loss
    if result.epochs:
        change = f"loss {short(first)} -> {short(last)}"
        if result.best_epoch is not None:
            best = f"{short(result.best_loss)} with the best parameters, of epoch"
            change += f", {best} {result.best_epoch}"
        return f"training: {counted(result.epochs, 'epoch')}, {change} ({how})"
    return f"training: none{'' if last is None else f', loss {short(last)}'} ({how})"


def _print_table(result: RunResult, console: Console) -> None:
    table = table_of(result, console.width)
    if table is None:
        return
    console.print()
    _print_lines(table, console)
    if result.n_rows > len(result.table):
        rest = f"... ({len(result.table)} of {result.n_rows} training rows)"
        _print(console, rest)


def _print_lines(table: ResultTable, console: Console) -> None:
    for number, line in enumerate(table.lines):
        # soft_wrap: a digit is never cut, also where a number is wider than the terminal
        console.print(line, markup=False, soft_wrap=True, style="" if number else "bold")
    if table.left_out:
        rest = f"... (no room for {' and '.join(table.left_out)})"
        _print(console, rest)


def _verdict_line(verdict: Verdict) -> str:
    if verdict.actual is None:
        return f"{verdict.what}: training did not get there"
    line = f"{verdict.what} = {_number(verdict.actual)}, expected {_expected(verdict)}"
    if verdict.passed or isinstance(verdict.expected, str):
        return line
    return f"{line}; off by {abs(verdict.actual - verdict.expected):.2g}"


def _expected(verdict: Verdict) -> str:
    if isinstance(verdict.expected, str):
        return verdict.expected
    within = f"within {verdict.tolerance:g}" if verdict.tolerance else "exactly"
    return f"{_number(verdict.expected)} {within}"


def _number(value: float) -> str:
    """Every digit that counts.

    >>> _number(0.1 + 0.2), _number(3.0)
    ('0.30000000000000004', '3')
    """
    return repr(float(value)).removesuffix(".0")


def _print_ending(result: RunResult, console: Console) -> None:
    if result.status in ("diverged", "interrupted"):
        console.print()
        _print(console, f"{result.status}: {result.message}", first="bold red")
    elif result.expectations:
        colour = "green" if result.passed else "bold red"
        _print(console, met_of(result), style=colour)
