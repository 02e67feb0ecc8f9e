"""The choice of a training program, and the cache of generated ones."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler.array.printer import print_training, print_values
from neurosim.compiler.costs import is_scalar_faster
from neurosim.compiler.operations import Update
from neurosim.compiler.plan import Plan
from neurosim.compiler.planning import plan_of
from neurosim.compiler.program import Program
from neurosim.compiler.scalar.printer import print_measuring, print_scalar, print_unrolled
from neurosim.functions.activations import ACTIVATIONS, Activation
from neurosim.functions.losses import Loss
from neurosim.network.network import Network

LoadedProgram = tuple[Program, Callable[..., Any]]
Activations = tuple[Activation | None, ...]
KINDS = ("array", "scalar")
_KEPT = 64  # programs; the text of one is seldom more than some 100 kB


def choose_kind(network: Network, rows: int) -> str:
    """The kind of program that is faster for batches of so many rows: ``array`` or ``scalar``.

    Programs of single numbers share no weights.
    """
    plan = plan_of(network, rows)
    scalar = not plan.copies.size and is_scalar_faster(
        plan.n_parameters, rows, len(plan.blocks) - 1
    )
    return "scalar" if scalar else "array"


def plan_for(network: Network, kind: str, rows: int) -> Plan:
    """The plan that a program of this kind is printed from."""
    return plan_of(network, rows, may_be_sparse=kind == "array")


def slots_that_learn(plan: Plan, trainable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of each slot, whether training may change it; ``trainable`` says it of each parameter."""
    return plan.to_slots(trainable, bool)


def array_program(plan: Plan, loss: Loss, update: Update | None, **options: Any) -> LoadedProgram:
    """The program of `print_training`, with its options, generated once for each structure."""
    return _generated(print_training, activations_of(plan), plan, loss, update, **options)


def scalar_program(plan: Plan, loss: Loss, update: Update | None, **options: Any) -> LoadedProgram:
    """The program of `print_scalar`, with its options, generated once for each structure."""
    return _generated(print_scalar, activations_of(plan), plan, loss, update, **options)


def unrolled_program(plan: Plan, loss: Loss, update: Update, **options: Any) -> LoadedProgram:
    """The program of `print_unrolled`, generated once for each structure and its rows."""
    return _generated(print_unrolled, activations_of(plan), plan, loss, update, **options)


def measuring_program(plan: Plan, loss: Loss) -> LoadedProgram:
    """The program of `print_measuring`, generated once for each structure."""
    return _generated(print_measuring, activations_of(plan), plan, loss)


def values_program(plan: Plan) -> LoadedProgram:
    """The program of `print_values`, generated once for each structure."""
    return _generated(print_values, activations_of(plan), plan)


def activations_of(plan: Plan) -> Activations:
    """What a program calls: two programs are the same only where these are, too."""
    return tuple(ACTIVATIONS.get(block.activation) for block in plan.blocks)


@lru_cache(maxsize=_KEPT)
def _generated(
    printer: Callable[..., Program], _key: Activations, *arguments: Any, **options: Any
) -> LoadedProgram:
    program = printer(*arguments, **options)
    return program, program.load()
