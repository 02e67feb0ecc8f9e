"""``neurosim schema``: the JSON Schema of scenario files."""

import click

from neurosim.scenario.build.shipped import SCHEMA, shipped_folder


@click.command()
def schema() -> int:
    """Print the JSON Schema of scenario files.

    Editors offer keys and mark mistakes by it.
    """
    click.echo((shipped_folder() / SCHEMA).read_text(encoding="utf-8"), nl=False)
    return 0
