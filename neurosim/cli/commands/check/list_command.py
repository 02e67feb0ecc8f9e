"""``neurosim list``: the shipped scenarios."""

import click

from neurosim.cli.output import aligned
from neurosim.scenario.build.shipped import list_scenarios


@click.command("list")
def list_() -> int:
    """List the shipped scenarios.

    `neurosim run NAME` runs one.
    """
    for line in aligned([(item.name, " ".join(item.title.split())) for item in list_scenarios()]):
        click.echo(line)
    return 0
