"""``neurosim list`` and ``neurosim schema``: what is shipped, and what a scenario may say."""

import json

import click

from neurosim.scenario import list_scenarios
from neurosim.scenario import schema as scenario_schema


@click.command("list")
def list_() -> int:
    """List the shipped scenarios; `neurosim run NAME` runs one."""
    shelf = list_scenarios()
    width = max((len(item.name) for item in shelf), default=0)
    for item in shelf:
        click.echo(f"{item.name:{width}}  {item.title}")
    return 0


@click.command()
def schema() -> int:
    """Print the JSON Schema of scenario files, for editors."""
    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
    return 0
