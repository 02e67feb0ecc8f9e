"""``neurosim tune``: a search for good values of some keys of a scenario."""

from collections.abc import Sequence

import click
from rich.progress import MofNCompleteColumn, TextColumn, TimeRemainingColumn

from neurosim.cli.commands.run.sweep import print_sweep, told
from neurosim.cli.imports import import_option, imported
from neurosim.cli.output import say
from neurosim.cli.overrides import override_options
from neurosim.cli.signals import code_of
from neurosim.cli.sizes import limit_option
from neurosim.cli.terminal import watched
from neurosim.errors import shortened
from neurosim.scenario import Search
from neurosim.scenario.format.overrides import listed
from neurosim.scenario.run.folder import to_json
from neurosim.scenario.sweeps.search import PLOT, STORE, TABLE


@click.command()
@click.argument("file", metavar="FILE|NAME")
@click.option("--vary", multiple=True, metavar="KEY=RANGE",
              help="A key of the file and what may be chosen: 0.1..1 any number, 1..64 a whole one,"
              " '0.001..1 log' on a logarithmic scale, relu,tanh one of these. May be given several"
              " times; the learning rate, from a hundredth of the file's to a hundred times it, if"
              " not given.")  # fmt: skip
@click.option("--trials", type=click.IntRange(1), default=50, show_default=True, metavar="N",
              help="How many there are to be, those of an earlier call included.")  # fmt: skip
@click.option("--out", metavar="DIR", help="Keep the trials there; the same command goes on.")
@click.option("--minimize", metavar="NAME",
              help="The number that is to be small; if not given, the loss of folds, else of"
              " validation, else of training rows.")  # fmt: skip
@click.option("--maximize", metavar="NAME", help="The number that is to be large, instead.")
@override_options()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and nothing else.")
@limit_option
@import_option
def tune(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    vary: Sequence[str],
    trials: int,
    out: str | None,
    minimize: str | None,
    maximize: str | None,
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    as_json: bool,
) -> int:
    """Search for good values of some keys of FILE, by Optuna.

    For example: neurosim tune iris --vary network.layers[1].neurons=2..32 --trials 50 --out DIR

    DIR has a folder for each trial as `neurosim run --out` writes one, and at its top tune.csv, a
    row for each trial, tune.svg, and Optuna's storage tune.db. A training that diverges is a
    result. Ctrl-C keeps the trials that are finished; the same command goes on.
    """
    search = Search(
        file, vary or None, trials=trials, out=out, minimize=minimize, maximize=maximize,
        overrides=listed(overrides, engine=engine, seed=seed), imports=imported(),
    )  # fmt: skip
    if search.n_done:
        say(f"note: {search.n_done} of {trials} trials are finished already", err=True)
    columns = (MofNCompleteColumn(), TextColumn("trials"), TimeRemainingColumn())
    try:
        for _ in watched(search, "tune", trials - search.n_done, *columns, tell=told):
            pass
        result = search.result()
    except KeyboardInterrupt as error:
        kept = "" if out is None else f", and kept in {out}; the same command goes on"
        done = f"{search.n_done} of {trials} trials are finished{kept}"
        say(shortened(f"interrupted: {done}"), err=True)
        return code_of(error)
    if as_json:
        click.echo(to_json(result.to_dict()))
        return 0
    print_sweep(result)
    if out is not None:
        say(shortened(f"wrote {TABLE}, {PLOT}, {STORE} and the trials to {out}"), err=True)
    return 0
