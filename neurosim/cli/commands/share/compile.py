"""``neurosim compile``: the program that the compiler makes of a network."""

from collections.abc import Iterator
from pathlib import Path

import click

from neurosim.cli.imports import import_option
from neurosim.cli.messages import as_argument
from neurosim.cli.output import aligned, say, say_table, write_new
from neurosim.cli.sizes import limit_option
from neurosim.compiler import Matrices, compile_network
from neurosim.compiler.explain import ProgramExplanation
from neurosim.functions.numbers import counted, short
from neurosim.scenario import explain_scenario, load_network
from neurosim.scenario.uses.compare import load_module

_MOST = 10  # rows and columns of a matrix that is printed; larger ones are too long to read


@click.command("compile")
@click.argument("file")
@click.option("--standalone", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT",
              help="Write a script that needs only NumPy (OUT.py), or an ES module of the"
                   " forward and backward pass (OUT.js).")  # fmt: skip
@click.option("--explain", is_flag=True,
              help="Print what was chosen for each block, why, and its cost.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace OUT where it exists.")
@limit_option
@import_option
def compile_(file: str, standalone: Path | None, explain: bool, overwrite: bool) -> int:
    """Print the matrices and the program of FILE.

    FILE is a scenario, whose network is taken as it is before training, or a saved network.
    """
    if explain:
        _print_explanation(explain_scenario(file))
        return 0
    if standalone is not None and standalone.suffix.lower() in {".js", ".mjs"}:
        write_new(standalone, load_module(file), overwrite=overwrite)
        say(f"wrote {standalone}; it exports forward, pass, theta and names", err=True)
        return 0
    compiled = compile_network(load_network(file))
    if standalone is not None:
        write_new(standalone, compiled.standalone(), overwrite=overwrite)
        sample = ",".join("0" for _ in compiled.plan.blocks[0].names)
        script = as_argument(standalone)
        say(f"wrote {standalone}; now: echo {sample} | python {script}", err=True)
        return 0
    for block in compiled.matrices:
        for line in _lines_of(block):
            click.echo(f"# {line}".rstrip())
    click.echo(compiled.source)
    return 0


def _print_explanation(explanation: ProgramExplanation) -> None:
    say(f"batches of {counted(explanation.rows, 'row')}")
    say(f"program: {explanation.program}")
    say(f"threads: {explanation.threads}")
    click.echo("")
    rows = [("block", "neurons", "sources", "multiply-adds", "bytes", "kind", "why")]
    rows += [
        (
            str(block.number),
            block.neurons,
            f"{block.sources:,}",
            f"{block.operations:,}",
            f"{block.n_bytes:,}",
            block.kind,
            block.why,
        )
        for block in explanation.blocks
    ]
    total = (f"{explanation.operations:,}", f"{explanation.n_bytes:,}")
    rows.append(("all", "", "", *total, "", ""))
    say_table(rows, right={2, 3, 4})


def _lines_of(block: Matrices) -> Iterator[str]:
    """A block in a line; below it, where they are small, its weights: rows are sources."""
    yield repr(block)
    if max(len(block.sources), len(block.targets)) > _MOST:
        return
    rows = [["", *block.targets]]
    rows += [
        [source, *map(short, weights)]
        for source, weights in zip(block.sources, block.weights.tolist(), strict=True)
    ]
    rows += [["bias", *map(short, block.biases.tolist())]] if block.biases.any() else []
    yield from (f"  {line}" for line in aligned(rows, right=range(1, len(rows[0]))))
    yield ""
