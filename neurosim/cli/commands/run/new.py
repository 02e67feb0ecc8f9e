"""``neurosim new``: a scenario to start from."""

from pathlib import Path

import click

from neurosim.cli.messages import as_argument
from neurosim.cli.output import say
from neurosim.errors import FileError
from neurosim.scenario import Starter, starter_for_csv
from neurosim.scenario.uses.starter import TEMPLATES


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.argument("data", required=False, type=click.Path(path_type=Path), metavar="[DATA.csv]")
@click.option("--template", type=click.Choice([*TEMPLATES, "csv"]),
              help="What it learns: XOR (as usual), classes, numbers, or DATA.csv.")  # fmt: skip
def new(name: Path, data: Path | None, template: str | None) -> int:
    """Write NAME.yaml, a commented scenario that runs.

    From DATA.csv, inputs and target are guessed, and said: numbers are learned as numbers, texts
    as classes. The first line lets an editor find the schema of scenarios, without a network.
    """
    if not name.name.strip("."):
        raise FileError(f"NAME: no name, got {str(name)!r}; expected one such as my-network")
    path = name if name.suffix in (".yaml", ".yml") else name.with_name(f"{name.name}.yaml")
    if path.exists():
        raise FileError(f"{path}: exists; expected a new name")
    starter = _starter(template, data, path.parent)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter.text)
    except FileNotFoundError as error:
        raise FileError(f"{path}: there is no folder {str(path.parent)!r}; expected one") from error
    for guess in starter.guesses:
        say(guess, err=True)
    say(f"wrote {path}; now: neurosim run {as_argument(path)}", err=True)
    return 0


def _starter(template: str | None, data: Path | None, folder: Path) -> Starter:
    if template in (None, "csv") and data is not None:
        return starter_for_csv(data, folder)
    if data is not None:
        raise FileError(f"DATA: got {str(data)!r} with --template {template}; expected csv")
    if template == "csv":
        raise FileError("DATA: no file; expected one, as in: --template csv DATA.csv")
    return TEMPLATES[template or "xor"]()
