"""The options that override keys of a scenario: ``--engine``, ``--seed``, ``--set``."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from neurosim import scenario
from neurosim.cli.output import say
from neurosim.training.engines.table import ENGINES

_Function = TypeVar("_Function", bound=Callable[..., Any])

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]  # older versions of click take no argument at run time
else:
    _ParamType = click.ParamType


class EngineName(_ParamType):
    """The name of an engine; the table is asked when a command runs, after ``--import``."""

    name = "choice"

    def get_metavar(self, *given: Any, **named: Any) -> str | None:
        """The names, as help shows them."""
        return click.Choice(list(ENGINES)).get_metavar(*given, **named)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """The name, or the error that lists all."""
        return click.Choice(list(ENGINES)).convert(value, param, ctx)


_OPTIONS = {
    "engine": click.option("--engine", type=EngineName(), help="Instead of the file's."),
    "seed": click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="N",
                         help="Instead of the file's."),
    "overrides": click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE",
                              help="Change a key of the file, as in training.epochs=10."),
}  # fmt: skip


def override_options(*names: str) -> Callable[[_Function], _Function]:
    """Add the options of these names, ``engine``, ``seed`` and ``overrides``; none: all three."""

    def decorate(function: _Function) -> _Function:
        for name in reversed(names or tuple(_OPTIONS)):
            function = _OPTIONS[name](function)
        return function

    return decorate


def note_unused_seed(file: str, seed: int | None, overrides: Sequence[str]) -> None:
    """Say on standard error where ``--seed`` changes nothing."""
    if seed is not None and not scenario.is_drawn(file, seed=seed, overrides=overrides):
        why = "every weight is given, and no row is drawn or shuffled"
        say(f"note: --seed {seed} changes nothing: {why}", err=True)


def note_time_limit(limit: float | None) -> None:
    """Say on standard error that a time limit ends no training that is gone through by steps."""
    if limit is not None:
        why = "steps take as long as they are looked at"
        say(f"note: the time limit of {limit:g} s is without effect here: {why}", err=True)
