"""``neurosim compile``: the program that a scenario's network becomes."""

from collections.abc import Iterator
from pathlib import Path

import click

from neurosim.compiler import Matrices, compile_network
from neurosim.errors import FileError
from neurosim.functions.numerals import short
from neurosim.scenario import load_network

_MOST = 10  # rows and columns of a matrix that is printed; larger ones nobody reads


@click.command("compile")
@click.argument("file")
@click.option("--standalone", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.py",
              help="Write a script that needs only NumPy.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace OUT.py where it exists.")
def compile_(file: str, standalone: Path | None, overwrite: bool) -> int:
    """Print the matrices and the program of FILE.

    FILE is a scenario, whose network is taken as it is before training, or a saved network.
    """
    compiled = compile_network(load_network(file))
    if standalone is not None:
        _write(standalone, compiled.standalone(), overwrite=overwrite)
        click.echo(f"wrote {standalone}; now: python {standalone}", err=True)
        return 0
    for block in compiled.matrices:
        for line in _lines_of(block):
            click.echo(f"# {line}".rstrip())
    click.echo(compiled.source)
    return 0


def _write(path: Path, text: str, *, overwrite: bool) -> None:
    try:
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise FileError(f"{path}: exists; expected a new file, or --overwrite") from None


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
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *cells in rows:
        numbers = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {first:{widths[0]}}  {'  '.join(numbers)}"
    yield ""
