"""``neurosim new``: a scenario to start from."""

from pathlib import Path

import click

from neurosim.cli.messages import as_argument
from neurosim.errors import FileError

STARTER = """\
neurosim: 1
title: My first network learns XOR
seed: 1                       # the same seed gives the same numbers

network:
  layers:                     # the first layer is the input layer
    - {name: x, neurons: 2}
    - {name: h, neurons: 4, activation: tanh}
    - {name: o, neurons: 1, activation: sigmoid}
  # without "connections", each layer is fully connected to the next

data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [0]]

training:
  loss: binary_cross_entropy
  optimizer: {name: adam, learning_rate: 0.05}
  epochs: 500
  batch_size: all

expect:                       # what must come out; `neurosim run` checks it
  - {loss: {below: 0.1}}
  - {accuracy: {equals: 1}}
"""


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
def new(name: Path) -> int:
    """Write NAME.yaml, a commented scenario that runs."""
    if not name.name.strip("."):
        raise FileError(f"NAME: no name, got {str(name)!r}; expected one such as my-network")
    path = name if name.suffix in (".yaml", ".yml") else name.with_name(f"{name.name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER)
    except FileExistsError as error:
        raise FileError(f"{path}: exists; expected a new name") from error
    except FileNotFoundError as error:
        raise FileError(f"{path}: there is no folder {str(path.parent)!r}; expected one") from error
    click.echo(f"wrote {path}; now: neurosim run {as_argument(path)}", err=True)
    return 0
