"""``neurosim agree``: the engines on a scenario's data, and where they differ most, or first."""

import importlib
from pathlib import Path

import click

from neurosim.cli.imports import import_option
from neurosim.cli.output import say
from neurosim.cli.overrides import EngineName
from neurosim.cli.sizes import limit_option
from neurosim.debugger.traces.bisect import Divergence
from neurosim.scenario import agree_scenario, bisect_scenario, session_at
from neurosim.training.engines.table import DEFAULT


@click.command()
@click.argument("file")
@click.option("--engine", type=EngineName(), default=DEFAULT, show_default=True,
              help="Which to compare with the graph engine.")  # fmt: skip
@click.option("--updates", default=100, show_default=True, type=click.IntRange(min=0),
              help="How many batches to train before parameters are compared.")  # fmt: skip
@click.option("--budget", default=20.0, show_default=True, type=click.FloatRange(min=0.0),
              metavar="SECONDS", help="About how long the walk may take: it compares as many rows"
              " and updates as fit, and says how many.")  # fmt: skip
@click.option("--bisect", is_flag=True,
              help="Find the first batch, sample and neuron where they part.")  # fmt: skip
@click.option("--tolerance", type=float, metavar="T",
              help="With --bisect: allow T * max(1, |a|); 1e-10 if not given.")  # fmt: skip
@click.option("--debug", "is_debugged", is_flag=True,
              help="With --bisect: open a debugging session there.")  # fmt: skip
@click.option("--trace", type=click.Path(path_type=Path), metavar="TRACE",
              help="With --bisect: compare FILE with a saved trace.")  # fmt: skip
@limit_option
@import_option
def agree(
    file: str,
    engine: str,
    updates: int,
    budget: float,
    *,
    bisect: bool,
    tolerance: float | None,
    is_debugged: bool,
    trace: Path | None,
) -> int:
    """Compare the engines on FILE: outputs, loss, gradients.

    FILE is a scenario with data. Prints the worst difference of the outputs, the loss, the
    gradients and the trained parameters, and where it is; 1e-12 * max(1, |x|) is allowed, 1e-10
    after training, and none where the kernel computes. With --bisect, prints where in the training
    they part first; with --debug too, opens a session before that sample (see neurosim debug).
    """
    if bisect:
        found = bisect_scenario(
            file, updates=updates, tolerance=tolerance, trace=trace, engine=engine
        )
        return _show_bisected(file, updates, found, trace, is_debugged=is_debugged)
    for name, value in (("--tolerance", tolerance), ("--trace", trace), ("--debug", is_debugged)):
        if value is not None and value is not False:
            got = "" if value is True else f", got {value}"
            raise click.UsageError(f"{name}: goes with --bisect alone{got}")
    agreement = agree_scenario(file, updates=updates, engine=engine, budget=budget)
    for difference in agreement.differences:
        say(str(difference))
    agreed = "the engines agree to the last bit" if agreement.is_exact else "the engines agree"
    click.echo(agreed if agreement.passed else "the engines do not agree")
    return 0 if agreement.passed else 1


def _show_bisected(
    file: str, updates: int, found: Divergence | None, trace: Path | None, *, is_debugged: bool
) -> int:
    if found is not None:
        say(str(found))
        if is_debugged:
            # it is slow to import
            face = importlib.import_module("neurosim.cli.commands.look.debug")
            face.open_shell(session_at(file, found))
        return 1
    whom = (
        "the engines agree after each of" if trace is None else "the scenario and the trace agree"
    )
    click.echo(f"{whom} {updates} updates" if trace is None else whom)
    return 0
