"""``neurosim bench``: what an epoch of a scenario costs on this machine, and why."""

from collections.abc import Sequence

import click

from neurosim.cli.imports import import_option
from neurosim.cli.output import say, say_table
from neurosim.cli.overrides import override_options
from neurosim.cli.sizes import limit_option
from neurosim.scenario import explain_scenario
from neurosim.scenario.uses.epoch_cost import EpochCost, measure_epochs

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


@click.command()
@click.argument("file")
@override_options("overrides")
@limit_option
@import_option
def bench(file: str, overrides: Sequence[str]) -> int:
    """Measure what an epoch of FILE costs, and say why.

    FILE is a scenario with data. An epoch of its training is measured on this machine with each
    engine, and with each kind of program that the compiler makes; then come the reasons of the
    compiler for the program it chooses. neurosim compile --explain shows each block.
    """
    costs = measure_epochs(file, overrides=overrides)
    explanation = explain_scenario(file, overrides=overrides)
    least = min((cost.seconds for cost in costs if cost.seconds is not None), default=0.0)
    rows = [("engine", "program", "an epoch", "times", "")]
    rows += [_row(cost, least) for cost in costs]
    say_table(rows, right={2, 3})
    say(f"\nprogram: {explanation.program}\nthreads: {explanation.threads}")
    return 0


def _row(cost: EpochCost, least: float) -> tuple[str, str, str, str, str]:
    if cost.seconds is None:
        return (cost.engine, cost.program, "-", "-", cost.note)
    times = f"{cost.seconds / least:,.1f}"
    return (cost.engine, cost.program, _duration(cost.seconds), times, cost.note)


def _duration(seconds: float) -> str:
    """Three digits, in the unit that suits them."""
    size, unit = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    return f"{seconds / size:.3g} {unit}"
