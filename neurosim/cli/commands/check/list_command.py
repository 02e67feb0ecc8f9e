"""``neurosim list``: the shipped scenarios."""

import click

from neurosim.cli.output import say_table
from neurosim.scenario.build.shipped import (
    list_lessons,
    list_scenarios,
    list_sick_scenarios,
)


@click.command("list")
@click.option("--sick", is_flag=True,
              help="List those that do not learn, each with its cured twin.")  # fmt: skip
@click.option("--lessons", is_flag=True,
              help="List those of the course, in its order.")  # fmt: skip
def list_(sick: bool, lessons: bool) -> int:
    """List the shipped scenarios.

    `neurosim run NAME` runs one; `neurosim doctor NAME` says why one does not learn, and
    `neurosim lesson NAME` writes a lesson.
    """
    if sick and lessons:
        raise click.UsageError("--sick: got --lessons, too; expected one of them")
    found = list_sick_scenarios() if sick else list_lessons() if lessons else list_scenarios()
    rows = [(item.name, " ".join(item.title.split())) for item in found]
    if rows:
        say_table(rows)
    return 0
