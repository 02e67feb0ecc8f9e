"""Networks of one structure, trained side by side by the kernel with the bits of each alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.numbers import Matrix
from neurosim.kernel.library import KernelCall
from neurosim.training.engines.kernel_program import KernelProgram
from neurosim.training.state import TrainingState, order_of, shuffler, update_rates

MOST_PARAMETERS = 2000  # of a network; with more, all of them together leave the cache
_LONGEST_CALL = 500_000  # places that are passed through; some hundredths of a second


class SideBySide:
    """What trains networks that differ in theta and seed alone.

    ``together`` is how many at once, at most; 1: none but alone, as where an update has options.

    Args:
        program: the kernel's, of one of them.
        count: how many there are to be trained.
        exact: whether each has the bits that it has alone; else sigmoid and tanh, in vectors, are
            within 1e-15 of those of the walk.
    """

    def __init__(self, program: KernelProgram, count: int, *, exact: bool = True) -> None:
        self._exact = exact
        self._program, self._kernel, self._task = program, program.kernel, program.task
        is_usual = self._task.adjustments is None and not program.has_special_neurons
        self.together = program.together(count) if is_usual else 1
        self._learns = np.repeat(self._task.network.trainable_mask(), self.together)
        is_weight = [p.kind == "w" for p in self._task.network.parameter_list()]
        self._is_weight = np.repeat(np.array(is_weight, np.uint8), self.together)

    @cached_property
    def _epochs_at_once(self) -> int:
        if self._task.shuffle:
            return 1
        n_places = len(self._task.network.places())
        return max(1, _LONGEST_CALL // (self._task.n_rows * max(1, n_places)))

    def train(
        self, starts: Sequence[TrainingState], epochs: int, is_stopped: Callable[[], bool]
    ) -> tuple[list[TrainingState], Matrix] | None:
        """Train from fresh states, at most `together` of them, for 1 or more epochs.

        Returns:
            The state of each at the end, and the losses, (epochs, networks), reduced; None where a
            number of any of them is not finite, or where it was stopped.
        """
        assert self.together > 1
        lanes = np.minimum(np.arange(self.together), len(starts) - 1)  # the last fills up
        theta = _aligned(np.array([start.parameters for start in starts])[lanes].T)
        memory = _aligned(np.array([start.memory for start in starts])[lanes].transpose(1, 2, 0))
        problem, keep = self._problem(theta, memory)
        shuffled = lanes[: len(lanes) * self._task.shuffle]
        shufflers = [shuffler(starts[lane].streams) for lane in shuffled]
        found: list[Matrix] = []
        done = 0
        while done < epochs:
            count = min(self._epochs_at_once, epochs - done)
            if shufflers:
                keep["order"] = self._order(shufflers)
                problem.point({"order": keep["order"]})
            if self._task.schedule is not None:
                n_batches = self._task.n_batches
                here = replace(starts[0], epoch=done, updates=done * n_batches)
                keep["rates"] = update_rates(self._task, here, count * n_batches)
                problem.point({"rates": keep["rates"]})
            totals = self._epochs(problem, count)
            if totals is None or is_stopped():
                return None
            found.append(totals[:, : len(starts)])
            done += count
        all_totals = np.concatenate(found)
        if not np.isfinite(all_totals).all():
            return None
        streams = [start.streams for start in starts]
        if shufflers:
            after = ({"shuffling": each.bit_generator.state} for each in shufflers)
            streams = [{**before, **new} for before, new in zip(streams, after, strict=False)]
        last = all_totals[-1].tolist()
        states = [
            TrainingState(
                theta[:, lane].copy(), memory[:, :, lane].copy(), problem.updates, epochs, 0,
                last[lane], streams[lane],
            )
            for lane in range(len(starts))
        ]  # fmt: skip
        return states, all_totals / self._task.divisor(self._task.n_rows)

    def _problem(self, theta: Matrix, memory: Matrix) -> tuple[KernelCall, dict[str, Any]]:
        task = self._task
        problem, keep = self._program.problem(task.X, task.goals(), 1)
        problem.first_batch, problem.last_batch = 0, task.n_batches
        problem.is_near, problem.together = not self._exact, self.together
        keep |= {"theta": theta, "memory": memory, "work": self._kernel.work_of_many(problem)}
        keep |= {"learns": self._learns, "is_weight": self._is_weight}
        problem.point(keep)
        return problem, keep

    def _order(self, shufflers: list[np.random.Generator]) -> NDArray[np.int64]:
        return np.array([order_of(each, self._task) for each in shufflers], np.int64)

    def _epochs(self, problem: KernelCall, count: int) -> Matrix | None:
        """The summed losses of some epochs, (count, together); None where one is not finite."""
        n_batches = self._task.n_batches
        losses = np.empty((count, n_batches, self.together))
        problem.repeats = count
        problem.point({"losses": losses})
        if self._kernel.train_many(problem) < count * n_batches:
            return None
        totals: Matrix = np.add.accumulate(losses, axis=1)[:, -1]
        return totals


def _aligned(values: Matrix) -> Matrix:
    """A copy that begins where a line of the cache does, so that no vector lies in two of them."""
    room = np.empty(values.size + 8)
    first = -room.ctypes.data % 64 // 8
    copy = room[first : first + values.size].reshape(values.shape)
    copy[...] = values
    return copy
