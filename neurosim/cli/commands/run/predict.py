"""``neurosim predict``: the outputs for the rows of a CSV file."""

import csv
import sys
from pathlib import Path

import click

from neurosim.cli.imports import import_option
from neurosim.cli.sizes import limit_option
from neurosim.scenario import predictor
from neurosim.training.data import DELIMITER_WORDS, Dialect


@click.command()
@click.argument("file")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--delimiter", metavar="CHARACTER",
              help="Of DATA, as in a scenario: one character, tab, or blanks.")  # fmt: skip
@click.option("--decimal", metavar="MARK", help="Of DATA: '.' or ','.")
@click.option("--no-header", is_flag=True, help="The first line of DATA is a row.")
@limit_option
@import_option
def predict(
    file: str, data: Path, delimiter: str | None, decimal: str | None, no_header: bool
) -> int:
    """Print the outputs of FILE for each row of DATA.

    The outputs are printed as CSV; where the outputs stand for classes, the last column is the
    row's class. FILE is a saved network, or a scenario, which is trained first.
    DATA is a CSV file with a column for each input, found by the inputs' names where it has a
    header with them, or with the columns' names of the data it was trained on, else in order. Its
    delimiter and its decimal mark are found, if not given; texts and gaps are read as those it was
    trained on.
    """
    mark = None if delimiter is None else DELIMITER_WORDS.get(delimiter, delimiter)
    dialect = Dialect(mark, decimal, header=not no_header)
    model = predictor(file)
    X = model.read(data, dialect, lambda words: click.echo(f"note: {words}", err=True))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(model.header)
    outputs = model.predict(X)
    classes = model.classes(outputs)
    for number, row in enumerate(outputs.tolist()):
        winner = [] if classes is None else [classes[number]]
        writer.writerow([*map(repr, row), *winner])
    return 0
