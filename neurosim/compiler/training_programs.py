"""The cache of generated training programs."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from neurosim.compiler.plan import Plan
from neurosim.compiler.program import Program
from neurosim.functions.activations import ACTIVATIONS, Activation

LoadedProgram = tuple[Program, Callable[..., Any]]
_KEPT = 64  # programs; the text of one is seldom more than some 100 kB


def generated(
    printer: Callable[..., Program], plan: Plan, *arguments: Any, **options: Any
) -> LoadedProgram:
    """The program that a printer makes of a plan, generated once for each structure."""
    # what a program calls: two are the same only where these are, too
    activations = tuple(ACTIVATIONS.get(block.activation) for block in plan.blocks)
    return _generated(printer, activations, plan, *arguments, **options)


@lru_cache(maxsize=_KEPT)
def _generated(
    printer: Callable[..., Program],
    _key: tuple[Activation | None, ...],
    *arguments: Any,
    **options: Any,
) -> LoadedProgram:
    program = printer(*arguments, **options)
    return program, program.load()
