"""``neurosim compile``: the program that a scenario's network becomes."""

from pathlib import Path

import click

from neurosim.compiler import compile_network
from neurosim.errors import FileError
from neurosim.scenario import load_network


@click.command("compile")
@click.argument("file")
@click.option("--standalone", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.py",
              help="Write a script that needs only NumPy.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace OUT.py where it exists.")
def compile_(file: str, standalone: Path | None, overwrite: bool) -> int:
    """Print the matrices and the program of FILE, a scenario or a saved network."""
    compiled = compile_network(load_network(file))
    if standalone is not None:
        if standalone.exists() and not overwrite:
            raise FileError(f"{standalone}: exists; expected a new file, or --overwrite")
        standalone.write_text(compiled.standalone(), encoding="utf-8")
        click.echo(f"wrote {standalone}", err=True)
        return 0
    for block in compiled.matrices:
        click.echo(f"# {block!r}")
    click.echo(compiled.source)
    return 0
