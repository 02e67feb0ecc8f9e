"""``neurosim sweep``: a scenario with every combination of values for some of its keys."""

from collections.abc import Sequence

import click
from rich.progress import MofNCompleteColumn, TextColumn, TimeRemainingColumn

from neurosim.cli.imports import import_option, imported
from neurosim.cli.output import say, say_table
from neurosim.cli.overrides import override_options
from neurosim.cli.signals import code_of
from neurosim.cli.sizes import limit_option
from neurosim.cli.terminal import watched
from neurosim.errors import shortened
from neurosim.functions.numbers import counted
from neurosim.scenario import Sweep, SweepResult, SweptPoint
from neurosim.scenario.format.overrides import listed
from neurosim.scenario.run.folder import to_json
from neurosim.scenario.sweeps.axes import value_text
from neurosim.scenario.sweeps.folder import PLOT, TABLE
from neurosim.scenario.sweeps.points import short_keys

_MOST_ROWS = 50


@click.command()
@click.argument("file", metavar="FILE|NAME")
@click.option("--vary", multiple=True, required=True, metavar="KEY=VALUES",
              help="A key of the file and its values, in YAML with commas between them; 0..9 is all"
              " whole numbers from 0 to 9. May be given several times.")  # fmt: skip
@click.option("--out", required=True, metavar="DIR",
              help="Keep every point, the table and the plot there; points that are finished are"
              " not run again.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), metavar="N",
              help="How many processes; as many as processors, if not given.")  # fmt: skip
@click.option("--dask", metavar="ADDRESS",
              help="Use the Dask cluster there instead, such as tcp://127.0.0.1:8786.")  # fmt: skip
@click.option("--minimize", metavar="NAME",
              help="The number that the best point has least of; if not given, the loss of folds,"
              " else of validation, else of training rows.")  # fmt: skip
@click.option("--maximize", metavar="NAME", help="The number that it has most of, instead.")
@override_options()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and nothing else.")
@limit_option
@import_option
def sweep(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    vary: Sequence[str],
    out: str,
    jobs: int | None,
    dask: str | None,
    minimize: str | None,
    maximize: str | None,
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    as_json: bool,
) -> int:
    """Run FILE with all combinations of values of some keys.

    For example: neurosim sweep iris --vary training.epochs=30,60 --vary seed=0..9 --out DIR

    DIR has a folder for each point as `neurosim run --out` writes one, and at its top sweep.csv, a
    row for each point, and sweep.svg. No number depends on --jobs. A training that diverges is a
    result, as is an expectation that is not met. Ctrl-C keeps the points that are finished; the
    same command goes on.
    """
    made = Sweep(
        file, vary, out=out, jobs=jobs, dask=dask, minimize=minimize, maximize=maximize,
        overrides=listed(overrides, engine=engine, seed=seed), imports=imported(),
    )  # fmt: skip
    if made.n_done:
        say(f"note: {made.n_done} of {made.n_points} points are finished already", err=True)
    try:
        _watch(made)
        result = made.result()
    except KeyboardInterrupt as error:
        made.close()
        done = f"{made.n_done} of {made.n_points} points are finished, and kept in {out}"
        say(shortened(f"interrupted: {done}; the same command goes on"), err=True)
        return code_of(error)
    if as_json:
        click.echo(to_json(result.to_dict()))
        return 0
    print_sweep(result)
    say(shortened(f"wrote {TABLE}, {PLOT} and the points to {out}"), err=True)
    return 0


def told(point: SweptPoint) -> str:
    """What a bar says of the last point."""
    return f"{point.found['status']}: {point}"


def print_sweep(result: SweepResult) -> None:
    """Print the table of a sweep or a search, and the best point."""
    head, *rows = result.rows()
    n_keys = len(result.axes)
    titles = [
        head[0],
        *short_keys(head[1 : 1 + n_keys]),
        *(t.replace("_", " ") for t in head[1 + n_keys :]),
    ]
    cells = [[_text(cell) for cell in row] for row in rows[:_MOST_ROWS]]
    numbers = {n for n, title in enumerate(head) if title != "status"}
    say_table([titles, *cells], right=numbers)
    if len(rows) > _MOST_ROWS:
        say(f"... ({_MOST_ROWS} of {counted(len(rows), result.noun)})")
    say(f"\n{result}")


def _watch(made: Sweep) -> None:
    columns = (MofNCompleteColumn(), TextColumn("points"), TimeRemainingColumn())
    for _ in watched(made, "sweep", made.n_points - made.n_done, *columns, tell=told):
        pass


def _text(cell: object) -> str:
    if cell is None:
        return "-"
    return f"{cell:.6g}" if isinstance(cell, float) else value_text(cell)
