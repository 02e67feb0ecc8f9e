"""``neurosim list``: the shipped scenarios."""

import click

from neurosim.cli.output import say_table
from neurosim.scenario.build.shipped import list_scenarios


@click.command("list")
def list_() -> int:
    """List the shipped scenarios.

    `neurosim run NAME` runs one.
    """
    say_table([(item.name, " ".join(item.title.split())) for item in list_scenarios()])
    return 0
