"""``neurosim predict``: the outputs for the rows of a CSV file."""

import csv
import sys
from pathlib import Path

import click

from neurosim.cli.imports import import_option
from neurosim.scenario import predictor


@click.command()
@click.argument("file")
@click.argument("data", type=click.Path(path_type=Path))
@import_option
def predict(file: str, data: Path) -> int:
    """Print the outputs of FILE for each row of DATA.

    The outputs are printed as CSV. FILE is a saved network, or a scenario, which is trained first.
    DATA is a CSV file with a column for each input, found by the inputs' names where it has a
    header with them, else in order.
    """
    model = predictor(file)
    X = model.read(data)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(model.output_names)
    for row in model.predict(X).tolist():
        writer.writerow([repr(value) for value in row])
    return 0
