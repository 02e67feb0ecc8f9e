"""What goes to standard error: mistakes, a line each."""

import click

from neurosim.errors import NeurosimError, ScenarioError


def complain(error: NeurosimError) -> None:
    """Print each mistake on a line of its own; most begin with file:line:column."""
    for line in problems_of(error):
        click.echo(f"error: {line}", err=True)


def problems_of(error: NeurosimError) -> tuple[str, ...]:
    """The mistakes that an error tells of, one text each."""
    return error.problems if isinstance(error, ScenarioError) else (str(error),)
