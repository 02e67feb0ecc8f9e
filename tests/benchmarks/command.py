"""The command of the benchmark: a table of each workload, or figures as JSON."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from neurosim.cli.main import exit_code
from neurosim.cli.terminal import terminal
from tests.benchmarks.machine import Machine, describe_machine, one_core
from tests.benchmarks.rounds import JudgedBar, Measurement, Result, Row
from tests.benchmarks.systems import Workload
from tests.benchmarks.workloads import PEERS, find_peers, find_workloads


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark, and return its exit code."""
    return exit_code(bench, "python -m tests.benchmarks", arguments)


@click.command()
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD...]")
@click.option("--rounds", type=click.IntRange(min=1),
              help="How often each system runs, 7 if not given, 1 if small.")  # fmt: skip
@click.option("--small", is_flag=True, help="Tiny sizes, in seconds: shows that it works.")
@click.option(
    "--json", "json_file", metavar="FILE", help="Write the figures; - for standard output."
)
@click.option("--peers", default="", metavar="A,B", help=f"Only these of: {', '.join(PEERS)}.")
def bench(
    workloads: Sequence[str], rounds: int | None, small: bool, json_file: str | None, peers: str
) -> int:
    """Measure neurosim beside other libraries, after checking that all compute the same.

    WORKLOAD is one of: W1, W2, W3, W4, W4f, W5, W5f, W6, W7, W7w, many, cold, choice, compile,
    step, build. Without one, all of them run, which takes some minutes.
    """
    chosen = find_workloads(workloads)
    asked = find_peers(filter(None, peers.split(",")))
    console = terminal(stderr=json_file == "-")
    size, count = ("small", rounds or 1) if small else ("full", rounds or 7)
    results: list[Result] = []
    with one_core():
        machine = describe_machine()
        _print_machine(machine, console)
        try:
            for workload in chosen:
                _measure(
                    workload, size=size, peers=asked, rounds=count, console=console, results=results
                )
        finally:  # after Ctrl-C, too: what is done so far is shown
            _print_bars(results, console)
            _write(machine, results, json_file)
    return 1 if any(result.refused for result in results) else 0


def _measure(
    workload: Workload,
    *,
    size: str,
    peers: frozenset[str],
    rounds: int,
    console: Console,
    results: list[Result],
) -> None:
    """Measure one workload; what the rounds done so far say is kept when it is broken off."""
    _show_progress(f"{workload.name}: all systems run once, and are compared")
    measurement = Measurement(workload, size=size, peers=peers)
    try:
        for done in measurement.rounds(rounds):
            _show_progress(f"{workload.name}: round {done} of {rounds}")
    finally:
        _show_progress("")
        results.append(measurement.result())
        _print_result(results[-1], console)


def _show_progress(text: str) -> None:
    # no spinner: it would draw, and so compute, while others are timed
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[2K{text}", nl=False, err=True)


def _print_machine(machine: Machine, console: Console) -> None:
    console.print(escape(str(machine)), soft_wrap=True)
    peers = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    console.print(escape(f"one core, one thread; {peers}"), soft_wrap=True)
    for warning in machine.warnings:
        console.print(f"[bold yellow]warning[/bold yellow]: {escape(warning)}", soft_wrap=True)
    console.print()


def _print_result(result: Result, console: Console) -> None:
    size = "" if result.size == "full" else " (in a tiny size)"
    console.print(f"[bold]{result.name}[/bold] {escape(result.title)}{size}", soft_wrap=True)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("system")
    table.add_column(f"per {result.unit}", justify="right")
    table.add_column("/ neurosim", justify="right")
    table.add_column("computed the same?", overflow="fold")
    for row in result.rows:
        times = "" if row.times is None else f"{row.times:.3g}"
        remarks = "; ".join(filter(None, (_check(row), row.note)))
        figure = row.status if row.median is None else _figure(row.median, row.unit)
        table.add_row(escape(row.name), figure, times, escape(remarks))
    console.print(table)
    for judged in result.bars:
        console.print(f"  {_mark(judged)} {escape(judged.bar.text)}: {_values(judged)}")
    console.print()


def _print_bars(results: Sequence[Result], console: Console) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "bar", "", "aim", "measured"):
        table.add_column(title)
    for result in results:
        for judged in result.bars:
            bar = judged.bar
            aim, value = f"{bar.sense} {bar.limit:g}", _value(judged.value)
            table.add_row(result.name, escape(bar.text), _mark(judged), aim, value)
    if table.row_count:
        console.print(table)


def _write(machine: Machine, results: Sequence[Result], json_file: str | None) -> None:
    if json_file is None:
        return
    document = {
        "machine": dataclasses.asdict(machine),
        "workloads": [dataclasses.asdict(result) for result in results],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    if json_file == "-":
        click.echo(text)
    else:
        Path(json_file).write_text(text + "\n", encoding="utf-8")


def _check(row: Row) -> str:
    return f"no: {row.check}" if row.status == "refused" else row.check


def _mark(judged: JudgedBar) -> str:
    if judged.met is None:
        return "[dim]not judged[/dim]"
    return "[green]met[/green]" if judged.met else "[bold red]missed[/bold red]"


def _values(judged: JudgedBar) -> str:
    return f"{_value(judged.value)}, aim {judged.bar.sense} {judged.bar.limit:g}"


def _value(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.3g}"


def _figure(value: float, unit: str) -> str:
    """A figure as a person reads it.

    >>> _figure(0.0000123, "s"), _figure(0.25, "s"), _figure(350.2, "bytes")
    ('12.3 us', '250 ms', '350 bytes')
    """
    if unit != "s":
        return f"{value:.3g} {unit}"
    for scale, name in _SCALES:
        if value >= scale:
            return f"{value / scale:.3g} {name}"
    return f"{value / 1e-9:.3g} ns"


_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))
