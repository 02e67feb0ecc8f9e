"""``neurosim schema``: what a scenario may say."""

import json

import click

from neurosim.scenario import schema as scenario_schema


@click.command()
def schema() -> int:
    """Print the JSON Schema of scenario files, for editors."""
    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
    return 0
