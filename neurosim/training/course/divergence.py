"""The place where a training diverges: its first number that is not finite."""

import math
from typing import NamedTuple

from neurosim.functions.numbers import all_finite
from neurosim.interpreter.steps import Measured, Step
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.graph import batch_steps
from neurosim.training.engines.table import exact_engine
from neurosim.training.state import TrainingState
from neurosim.training.task import Task


class Finite(NamedTuple):
    """What is finite of a stretch that diverges.

    Attributes:
        state: the last one.
        losses: of its epochs that are whole, reduced.
    """

    state: TrainingState
    losses: list[float]


def find_divergence(
    engine: Engine, task: Task, state: TrainingState, epochs: int
) -> tuple[Finite, str]:
    """What was finite of a stretch, and where the first number that is not came up.

    Goes the stretch again, half of it and half of that, then the epoch batch by batch, then the
    batch itself step by step over the graph.
    """
    before = before_divergence(engine, task, state, epochs)
    state = before.state
    where = f"epoch {state.epoch}, batch {state.batch}"
    advice = "expected finite numbers (a smaller learning rate, or scaled inputs, may help)"
    losses = {i: head.loss for head in task.objective.heads for i in head.outputs}
    for step in batch_steps(task, state, state.memory.copy()):
        values = step.after if isinstance(step.after, tuple) else (step.after,)
        if not all(map(math.isfinite, values)):
            for i, neuron in enumerate(task.network.outputs):
                loss, output = losses[i], neuron.output
                asks = loss.targets == "unit" and loss.partner not in ("", neuron.activation)
                if asks and output is not None and not 0.0 < output < 1.0:
                    advice = f"expected an output between 0 and 1: {neuron.name} is"
                    advice += f" {neuron.activation}, where {loss.name} needs a {loss.partner}"
                    break
            return before, f"{where}: not finite{_outputs(step, task)}, got {step}; {advice}"
    if task.precision == "single":
        return before, f"{where}: not finite in single precision, though in double; {advice}"
    return before, f"{where}: the loss or a parameter is not finite; {advice}"


def before_divergence(engine: Engine, task: Task, state: TrainingState, epochs: int) -> Finite:
    """What is done before the batch that leaves a number that is not finite.

    What an engine does that works on the objects, the kernel does in its place where it is exact.
    """
    if engine.capabilities.works_on_objects:
        engine = exact_engine(task)
    found: list[float] = []
    while epochs > 1:
        half = epochs // 2
        after, losses = engine.advance(state, epochs=half)
        if after.is_finite and all_finite(losses):
            found += losses.tolist()
            state, epochs = after, epochs - half
        else:
            epochs = half
    with engine.batches(state) as run:
        for _ in range(epochs * task.n_batches):
            run.advance()
            after = run.state()
            if not after.is_finite:
                break
            state = after
            if not state.batch:
                found.append(loss_of_epoch(task, state))
    return Finite(state, found)


def loss_of_epoch(task: Task, state: TrainingState) -> float:
    """The loss of the epoch that ends with a state, reduced."""
    return state.partial_loss / task.divisor(task.n_rows)


def _outputs(step: Step, task: Task) -> str:
    """Which neurons a loss was measured on; other steps name theirs."""
    if not isinstance(step, Measured):
        return ""
    return f" at {', '.join(neuron.name for neuron in task.network.outputs[:5])}"
