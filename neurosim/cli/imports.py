"""The option ``--import MODULE``: code that registers functions before a scenario is read."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.errors import NeurosimError

_KEY = "neurosim.imports"


def _import(context: click.Context, option: click.Parameter, names: Sequence[str]) -> None:
    here = str(Path.cwd())
    if names and here not in sys.path:
        sys.path.append(here)  # last: a file here hides nothing that is installed
    importlib.invalidate_caches()
    for name in names:
        try:
            importlib.import_module(name)
        except NeurosimError:
            raise
        except Exception as error:
            is_missing = isinstance(error, ModuleNotFoundError) and error.name == name
            what = "no such module" if is_missing else f"{type(error).__name__}: {error}"
            hint = f" (did you mean {name[:-3]!r}?)" if name.endswith(".py") else ""
            message = f"{what}, got {name!r}; expected a module here or installed{hint}"
            raise click.BadParameter(message, context, option) from error
    context.meta[_KEY] = tuple(names)


def imported() -> tuple[str, ...]:
    """The modules that this command imported by ``--import``."""
    names: tuple[str, ...] = click.get_current_context().meta.get(_KEY, ())
    return names


import_option = click.option(
    "--import", multiple=True, metavar="MODULE", callback=_import, expose_value=False,
    is_eager=True, help="Import a module first, which registers functions; also from this folder.",
)  # fmt: skip
