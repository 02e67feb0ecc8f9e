"""Values of the objects after the compiled engine ran, where the walk goes on.

Beside the parameters that is what the last sample before the snapshot made every neuron say, and
its loss. Nothing is there of its backward pass, which the engine does not give neuron by neuron.
"""

import math
from typing import NamedTuple

from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.graph import noisy_values
from neurosim.training.state import TrainingState, batch_rows
from neurosim.training.task import Task


class EngineSnapshot(NamedTuple):
    """What the last sample left: its loss, and for each neuron z and a, (n_neurons,)."""

    loss: float
    net_inputs: Matrix
    outputs: Matrix

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return self.net_inputs.nbytes + self.outputs.nbytes


def engine_snapshot_after(
    engine: Engine, task: Task, last: TrainingState, loss: float
) -> EngineSnapshot:
    """What is left by the batch that ``last`` is the state before; its last row had this loss."""
    row = batch_rows(task, last)[-1]
    if task.noises:
        return EngineSnapshot(loss, *noisy_values(task, last, int(row)))
    net_inputs, outputs = engine.values(last.parameters, task.X[[row]])
    return EngineSnapshot(loss, net_inputs[0], outputs[0])


def run_to_snapshot(
    engine: Engine, task: Task, state: TrainingState, count: int
) -> tuple[TrainingState, EngineSnapshot] | None:
    """Do so many batches, at least one; None where a number is not finite."""
    with engine.batches(state) as run:
        for _ in range(count - 1):
            run.advance()
        last = run.state()
        losses = run.advance()
        after = run.state()
    loss = float(losses[-1])
    if not (after.is_finite and math.isfinite(loss)):
        return None
    return after, engine_snapshot_after(engine, task, last, loss)


def put_engine_snapshot(snapshot: EngineSnapshot, network: Network) -> None:
    """Put it on the objects, on which nothing is computed."""
    network.loss = snapshot.loss
    values = zip(snapshot.net_inputs.tolist(), snapshot.outputs.tolist(), strict=True)
    for neuron, (z, a) in zip(network.neurons, values, strict=True):
        neuron.output = a
        if neuron.scaling is not None and not neuron.is_input:
            neuron._outer = neuron.scaling.outer(a)
        if not neuron.is_input:
            neuron.net_input = z
