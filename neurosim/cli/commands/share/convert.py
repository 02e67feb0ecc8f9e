"""``neurosim convert``: a network from one kind of file to another."""

from pathlib import Path

import click

from neurosim.cli.imports import import_option
from neurosim.cli.output import require_free, say
from neurosim.cli.sizes import limit_option_for
from neurosim.doors.files import lost_in, read_network, write_network
from neurosim.scenario import load_network


@click.command()
@click.argument("source", metavar="A")
@click.argument("target", metavar="B", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace B where it exists.")
@limit_option_for(lambda given: filter(_is_scenario, [given["source"]]))
@import_option
def convert(source: str, target: Path, overwrite: bool) -> int:
    """Write the network of file A to file B, by their suffixes.

    A is a scenario, whose network is taken as it is before training, or a saved network, or the
    file of another system: see `neurosim help doors`. B is read again: what it does not hold is
    said.
    """
    require_free(target, overwrite=overwrite)
    network = load_network(source) if _is_scenario(source) else read_network(source)
    write_network(network, target)
    say(f"wrote {target}: {network!r}")
    if lost := lost_in(network, target):
        say(f"{target.name} does not hold: {', '.join(lost)}", err=True)
    return 0


def _is_scenario(source: str) -> bool:
    return Path(source).suffix.lower() in {"", ".yaml", ".yml"}
