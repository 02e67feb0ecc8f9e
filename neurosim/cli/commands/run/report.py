"""The report of a run: network, loss, a table of rows, and the verdicts."""

from rich.console import Console
from rich.markup import escape

from neurosim.cli.commands.run.table import ResultTable, table_of, table_of_wrong
from neurosim.functions.numbers import counted, short
from neurosim.network import Network
from neurosim.scenario import RunResult, Verdict, WrongRows

_MOST_WRONG = 100  # rows; all of them are in the JSON document
_MOST_LABELS = 8  # of inputs, or outputs, that are listed


def print_result(result: RunResult, console: Console) -> None:
    """Print one result."""
    title = " ".join(result.title.split())  # one line, also where it is written as a paragraph
    console.print(f"[bold]{escape(title)}[/bold]", soft_wrap=True)
    if result.network is None:
        console.print(f"[yellow]skipped[/yellow]: {escape(result.message)}", soft_wrap=True)
        return
    console.print(f"network: {_network_line(result.network)}", soft_wrap=True)
    for line in _label_lines(result.network):
        console.print(line, markup=False, soft_wrap=True)
    for note in result.notes:
        console.print(f"data: {note}", markup=False, soft_wrap=True)
    console.print(_training_line(result), soft_wrap=True)
    if result.last is not None and result.last.words:
        console.print(f"measured: {result.last.words}", soft_wrap=True)
    _print_table(result, console)
    if result.is_judged:
        console.print(f"\ntask: {result.task}", markup=False, soft_wrap=True)
    if result.expectations:
        console.print("\n[bold]expectations[/bold]", soft_wrap=True)
    for verdict in result.expectations:
        mark = "[green]met    [/green]" if verdict.passed else "[bold red]not met[/bold red]"
        console.print(f"{mark}  {escape(_verdict_line(verdict))}", soft_wrap=True)
    _print_ending(result, console)


def print_wrong_rows(wrong: WrongRows, result: RunResult, console: Console) -> None:
    """Print the rows that came out wrong."""
    console.print(str(wrong), soft_wrap=True)
    if wrong.rows:
        _print_lines(table_of_wrong(wrong, result, console.width, _MOST_WRONG), console)
    if len(wrong.rows) > _MOST_WRONG:
        console.print(f"... ({_MOST_WRONG} of {len(wrong.rows)})", soft_wrap=True)
    console.print()


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
    """Which column or class each input and output stands for, where its name does not say it."""
    lines = []
    for what, neurons in (("inputs", network.inputs), ("outputs", network.outputs)):
        pairs = [f"{n.name} = {n.label}" for n in neurons if n.label is not None]
        if pairs:
            more = f", and {len(pairs) - _MOST_LABELS} more" if len(pairs) > _MOST_LABELS else ""
            lines.append(f"{what}: {', '.join(pairs[:_MOST_LABELS])}{more} (in order)")
    return lines


def _training_line(result: RunResult) -> str:
    how = f"{result.engine} engine, {result.seconds:.2f} s"
    first, last = result.loss
    if result.epochs:
        change = f"loss {short(first)} -> {short(last)}"
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
        console.print(rest, markup=False, soft_wrap=True)


def _print_lines(table: ResultTable, console: Console) -> None:
    for number, line in enumerate(table.lines):
        # soft_wrap: a digit is never cut, also where a number is wider than the terminal
        console.print(line, markup=False, soft_wrap=True, style="" if number else "bold")
    if table.left_out:
        rest = f"... (no room for {' and '.join(table.left_out)})"
        console.print(rest, markup=False, soft_wrap=True)


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
        ending = f"\n[bold red]{result.status}[/bold red]: {escape(result.message)}"
        console.print(ending, soft_wrap=True)
    elif result.expectations:
        colour = "green" if result.passed else "bold red"
        console.print(f"[{colour}]{met_of(result)}[/{colour}]", soft_wrap=True)
