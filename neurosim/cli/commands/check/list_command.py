"""``neurosim list``: the shipped scenarios."""

import click

from neurosim.scenario.build.shipped import list_scenarios


@click.command("list")
def list_() -> int:
    """List the shipped scenarios.

    `neurosim run NAME` runs one.
    """
    shipped = list_scenarios()
    width = max((len(item.name) for item in shipped), default=0)
    for item in shipped:
        click.echo(f"{item.name:{width}}  {' '.join(item.title.split())}")
    return 0
