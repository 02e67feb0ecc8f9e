"""The kernel program: compiled C at work on the wiring of a network, with the bits of the walk."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.losses import LOSSES, PERCEPTRON, Loss, Objective, Pointwise
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import SHIPPED, Optimizer
from neurosim.functions.penalties import L1, L2, Penalty, parts_of_penalty
from neurosim.interpreter.adjustments import Adjustments
from neurosim.kernel.checks import choice_of, formula_of, inexact, set_rule
from neurosim.kernel.library import Kernel, KernelCall, load_kernel
from neurosim.kernel.wiring import why_not_wired, wiring_of
from neurosim.training.engines.contract import (
    NOTED,
    LossSeries,
    Notes,
    NotesWanted,
    Passed,
    Rates,
    RowOrder,
    Some,
)
from neurosim.training.goals.weighing import Goals
from neurosim.training.noise import Noise
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

_LOGISTIC = "logistic"  # its slope is that of every loss that gives delta at once: a - t


def why_not(task: Task) -> str | None:
    """Why the kernel cannot do this task; None where it can."""
    if task.precision != "double":
        return "the kernel computes in double precision"
    losses = [head.loss for head in task.objective.heads]
    own = [f"loss {loss.name!r}" for loss in losses if not _has_loss(loss)]
    own += [f"optimizer {task.optimizer.name!r}"] * (type(task.optimizer) not in SHIPPED.values())
    own += [f"penalty {term.name!r}" for term in _terms(task.penalty) if not _is_shipped(term)]
    if own:
        return f"the kernel has shipped functions only, not {', '.join(own)}"
    return why_not_wired(task.network)


def _has_loss(loss: Loss) -> bool:
    return loss is PERCEPTRON or LOSSES.is_shipped(loss.name, loss)


def inexact_formulas(task: Task) -> list[str]:
    """The formulas of this task whose bits are not the walk's on this machine."""
    return _problem_of(task).inexact_with(task.optimizer)


def _formulas(task: Task) -> list[tuple[Pointwise, bool] | None]:
    """Of each output its formula and whether it is by the net input; None for a joint loss."""
    outputs = task.network.outputs
    found: list[tuple[Pointwise, bool] | None] = [None] * len(outputs)
    for head in task.objective.heads:
        for i in head.outputs if head.loss.joint is None else ():
            found[i] = head.loss.formula_for(outputs[i].activation)
    return found


def _heads(task: Task) -> dict[str, NDArray[Any]]:
    """The outputs of each head, and what the terms of each output are divided by."""
    heads, n_out = task.objective.heads, len(task.network.outputs)
    if task.objective.is_of_one:
        return {
            "divisor": np.full(n_out, heads[0].divisor),
            "heads": np.array([0, n_out], np.uint32),
            "head_outputs": np.arange(n_out, dtype=np.uint32),
        }
    divisor = np.empty(n_out)
    for head in heads:
        divisor[list(head.outputs)] = head.divisor
    return {
        "divisor": divisor,
        "heads": np.cumsum([0, *(len(head.outputs) for head in heads)]).astype(np.uint32),
        "head_outputs": np.concatenate([head.outputs for head in heads]).astype(np.uint32),
    }


def _pointed(goals: Goals | None) -> dict[str, NDArray[Any] | None]:
    """Targets and factors as the kernel takes them."""
    if goals is None:
        return {"T": None, "factors": None}
    T, factors = goals
    return {
        "T": np.ascontiguousarray(T),
        "factors": None if factors is None else np.ascontiguousarray(factors),
    }


def _terms(penalty: Penalty | None) -> tuple[Penalty, ...]:
    """The penalties that are added."""
    return tuple(term for part in parts_of_penalty(penalty) for term in part.terms)


def _is_shipped(penalty: Penalty) -> bool:
    kind: type = type(penalty)
    return kind in {L1, L2}


def _set_adjustments(problem: KernelCall, adjustments: Adjustments) -> dict[str, NDArray[Any]]:
    """Set what an update does besides its rule; the arrays that it then needs."""
    clip = adjustments.clip
    problem.is_adjusted, problem.n_norms = 1, adjustments.n_groups
    problem.base_rate = adjustments.learning_rate
    problem.n_penalties = len(adjustments.penalties)
    problem.clip_limit = 0.0 if clip is None else clip.limit
    problem.has_max_norm = adjustments.has_max_norm
    groups = adjustments.norm_groups
    limits = np.full(adjustments.n_groups, np.inf)
    limits[: len(adjustments.norm_limits)] = adjustments.norm_limits
    arrays: dict[str, NDArray[Any]] = {
        "is_penalized": np.ascontiguousarray(adjustments.is_penalized, np.uint8),
        "l1": _strengths(adjustments, L1),
        "l2": _strengths(adjustments, L2),
        "norm_limits": limits,
        "norm_groups": np.where(groups < 0, adjustments.n_groups, groups).astype(np.uint32),
        "own_rates": adjustments.rates,
        "decay": adjustments.decay,
    }
    if clip is not None and clip.norm is not None:
        arrays["clip_groups"] = adjustments.clip_groups.astype(np.uint32)
    return arrays


def _strengths(adjustments: Adjustments, kind: type[L1 | L2]) -> Matrix:
    """That of each penalty of the kind, (n_penalties,); -1 where it has none."""
    found = np.full(len(adjustments.penalties), -1.0)
    for k, part in enumerate(adjustments.penalties):
        for term in part.terms:
            if isinstance(term, kind):
                found[k] = term.strength
    return found


class _NetworkProblem(NamedTuple):
    """What the kernel gets of a network with losses, whatever the rows and the options are.

    Attributes:
        kernel: the library.
        objective: the losses.
        call: the fields.
        arrays: what they point to.
        column: the place of each of the network's neurons in the kernel's order.
        inexact: the formulas whose bits are not the walk's on this machine.
    """

    kernel: Kernel
    objective: Objective
    call: KernelCall
    arrays: dict[str, NDArray[Any] | None]
    column: NDArray[np.intp]
    inexact: list[str]

    def inexact_with(self, optimizer: Optimizer) -> list[str]:
        """All such formulas of a task with this optimizer."""
        return [*self.inexact, *inexact((), (), optimizer)]


def _problem_of(task: Task) -> _NetworkProblem:
    """The problem of a task's structure and losses; that of the last ones is kept."""
    kernel, kept = load_kernel(), task.network._cached("kernel problem", list[_NetworkProblem])
    for problem in kept:
        if problem.kernel is kernel and problem.objective == task.objective:
            return problem
    kept[:] = [made := _make_problem(task, kernel)]
    return made


def _make_problem(task: Task, kernel: Kernel) -> _NetworkProblem:
    network, formulas = task.network, _formulas(task)
    wiring, codes = wiring_of(network, kernel), kernel.codes["formula"]
    names = [_LOGISTIC if pair is None else formula_of(pair[0]) for pair in formulas]
    arrays = {
        **wiring.arrays,
        "formula": np.array([codes[name] for name in names], np.uint8),
        "formula_choice": np.array([1.0 if p is None else choice_of(p[0]) for p in formulas]),
        "by_net_input": np.array([pair is None or pair[1] for pair in formulas], np.uint8),
        "is_joint": np.array([pair is None for pair in formulas], np.uint8),
        **_heads(task),
    }
    call = KernelCall(**wiring.sizes, n_heads=len(task.objective.heads))
    if None in formulas or len(set(formulas)) > 1 or len(task.objective.heads) > 1:
        call.is_layered = 0
    call.point(arrays)
    activations = [ACTIVATIONS[name] for name in network.activation_names - {SOFTMAX}]
    call.in_vectors = kernel.vectors_of(activation.family for activation in activations)
    differing = inexact(activations, {pair[0] for pair in formulas if pair is not None})
    return _NetworkProblem(kernel, task.objective, call, arrays, wiring.column, differing)


class KernelProgram:
    """The kernel's problem of a task, and the rows as it takes them."""

    source = ""

    def __init__(self, task: Task) -> None:
        of_network = _problem_of(task)
        self.task, self.kernel, self.column = task, of_network.kernel, of_network.column
        self.inexact = of_network.inexact_with(task.optimizer)
        self._problem = problem = KernelCall.from_buffer_copy(of_network.call)
        self._of_network = of_network  # its arrays are pointed at
        learns, penalty = task.network.trainable_mask(), task.penalty
        arrays = set_rule(self.kernel, problem, task.optimizer, learns)
        problem.has_penalty = penalty is not None
        problem.penalty = penalty.strength if isinstance(penalty, L2) else 0.0
        if task.adjustments is not None:
            arrays |= _set_adjustments(problem, task.adjustments)
        problem.is_mean = task.reduction == "mean"
        problem.batch_size, problem.repeats, problem.n_thetas = task.batch_size, 1, 1
        problem.is_finite = 1
        self._arrays = arrays
        problem.point(arrays)

    def computing(self, _rows: int) -> np.errstate:
        """NumPy says nothing of numbers that are not finite."""
        return np.errstate(all="ignore")

    @property
    def has_special_neurons(self) -> bool:
        """Whether a neuron does not simply sum, or something of its activation is learned."""
        return bool(self._problem.aggregation)

    def together(self, count: int) -> int:
        """How many of so many networks like this one are best trained side by side."""
        return self.kernel.together(self._problem, count)

    def problem(
        self, X: Matrix, goals: Goals | None, rows: int
    ) -> tuple[KernelCall, dict[str, Any]]:
        """A problem of its own for these rows, ``rows`` of them at once; the arrays to keep."""
        problem = KernelCall.from_buffer_copy(self._problem)
        problem.n_rows, problem.takes_lanes = len(X), rows > 1
        arrays = {
            "X": np.ascontiguousarray(X),
            **_pointed(goals),
            "work": self.kernel.work(problem),
        }
        if problem.n_norms:
            arrays["norms"] = np.empty(problem.n_norms)
        problem.point(arrays)
        return problem, arrays

    def begin(self, state: TrainingState, *, each_row: bool = False) -> "_KernelRun":
        """Go on from here; ``each_row``: and keep the loss of each row."""
        return _KernelRun(self, state, each_row=each_row)

    def measure(self, thetas: Matrix, X: Matrix, goals: Goals) -> tuple[Matrix, Matrix]:
        """Of each theta the loss, summed over the rows, and the outputs, (n, B, n_out)."""
        losses, outputs = np.empty(len(thetas)), np.empty((len(thetas), *goals.T.shape))
        self._measure(thetas, X, goals, losses=losses, found_outputs=outputs)
        return losses, outputs

    def gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        loss, gradient = np.empty(1), np.empty_like(theta)
        self._measure(theta, X, goals, losses=loss, gradient=gradient)
        return float(loss[0]), gradient / self.task.divisor(len(X))

    def all_gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix, Matrix]:
        """As `gradients`, and the gradient by the raw rows, (B, n_in)."""
        loss, gradient, by_inputs = np.empty(1), np.empty_like(theta), np.empty(X.shape)
        self._measure(theta, X, goals, losses=loss, gradient=gradient, input_gradient=by_inputs)
        divisor = self.task.divisor(len(X))
        by_raw = self.task.network.inputs_conversion.factor * divisor
        return float(loss[0]), gradient / divisor, by_inputs / by_raw

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        outputs = np.empty((len(X), self._problem.n_outputs))
        self._measure(theta, X, None, found_outputs=outputs)
        return outputs

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons in the network's order, (B, n_neurons) each."""
        both = np.empty((2, len(X), self._problem.n_neurons))
        self._measure(theta, X, None, net_inputs=both[0], values=both[1])
        net_inputs, outputs = both[..., self.column]
        return net_inputs, outputs

    def _measure(
        self, thetas: Matrix, X: Matrix, goals: Goals | None, **found: NDArray[np.float64]
    ) -> None:
        problem, keep = self.problem(X, goals, len(X))
        keep["theta"] = np.ascontiguousarray(thetas)
        problem.n_thetas = len(thetas) if thetas.ndim > 1 else 1
        problem.point({"theta": keep["theta"], **found})
        self.kernel.measure(problem)


class _KernelRun:
    """A stretch of training by the kernel; it ends at the first number that is not finite."""

    def __init__(self, program: KernelProgram, state: TrainingState, *, each_row: bool) -> None:
        task = program.task
        self._program, self._each_row = program, each_row
        self._theta, self._memory = state.parameters.copy(), state.memory.copy()
        self._problem, self._keep = program.problem(task.X, task.goals(), task.batch_size)
        self._problem.updates, self._problem.is_finite = state.updates, 1
        self._problem.point({"theta": self._theta, "memory": self._memory})
        self._row_losses: list[Matrix] = []

    def take_noise(self, noise: Noise) -> None:
        task = self._program.task
        X = noise.inputs(task.X, task.network.inputs)
        number = {neuron: i for i, neuron in enumerate(task.network.neurons)}
        mask_of = np.full(len(number), -1, np.int32)
        for k, neuron in enumerate(noise.dropped):
            if not neuron.is_input:  # X has their masks already
                mask_of[self._program.column[number[neuron]]] = k
        self._problem.n_masks = len(noise.dropped)
        arrays: dict[str, NDArray[Any] | None] = {
            "X": X,
            "mask_of": mask_of,
            "masks": noise.masks if noise.dropped else None,
        }
        self._keep |= arrays
        self._problem.point(arrays)

    def steps(
        self, order: RowOrder, first: int, last: int, repeats: int = 1, rates: Rates = None
    ) -> LossSeries:
        return self._run(order, first, last, repeats, rates)

    def epochs(self, order: RowOrder, first: int, count: int, rates: Rates = None) -> Passed:
        passed = np.empty((count, 1 + len(self._memory), len(self._theta)))
        n_batches = self._program.task.n_batches
        return self._run(order, first, n_batches, count, rates, passed), passed

    def note(  # noqa: PLR0917 - a stretch, as `steps` has it
        self,
        order: RowOrder,
        first: int,
        last: int,
        repeats: int,
        wanted: NotesWanted,
        rates: Rates = None,
    ) -> tuple[LossSeries, Notes]:
        """Go on as `steps` does; and what was noted on the way."""
        task, problem, column = self._program.task, self._problem, self._program.column
        n_rows = (min(last * task.batch_size, task.n_rows) - first * task.batch_size) * repeats
        n_batches, neurons, parameters = (last - first) * repeats, wanted.neurons, wanted.parameters
        problem.n_noted, problem.n_followed = len(neurons), len(parameters)
        problem.noted_rows, problem.noted_batches = n_rows, n_batches
        notes, path = np.empty((len(neurons), n_rows)), np.empty((len(parameters), n_batches))
        slopes = np.empty((n_batches, len(self._theta))) if wanted.gradients else None
        given: dict[str, NDArray[Any]] = {
            "noted_neuron": np.array([column[i] for _, i in neurons], np.uint32),
            "noted_quantity": np.array([NOTED.index(name) for name, _ in neurons], np.uint8),
            "followed": np.array(parameters, np.uint32),
        }
        problem.point({**given, "notes": notes, "path": path, "slopes": slopes})
        try:
            losses = self._run(order, first, last, repeats, rates)
        finally:
            problem.n_noted = problem.n_followed = 0
            problem.point({"slopes": None})
        return losses, Notes(self.take_row_losses(), notes, path, slopes)

    def _run(  # noqa: PLR0917 - a stretch, as `steps` has it
        self,
        order: RowOrder,
        first: int,
        last: int,
        repeats: int,
        rates: Rates,
        passed: Matrix | None = None,
    ) -> LossSeries:
        task, problem = self._program.task, self._problem
        losses = np.empty((last - first) * repeats)
        arrays: dict[str, Any] = {"losses": losses, "passed": passed, "rates": rates}
        if order is not self._keep.get("order"):
            self._keep["order"] = order
            arrays["order"] = None if order is None else np.ascontiguousarray(order, np.int64)
            self._keep["order as it is read"] = arrays["order"]
            if task.has_factors:
                self._keep |= (goals := _pointed(task.goals(order)))
                arrays |= goals
        if self._each_row:
            n_rows = min(last * task.batch_size, task.n_rows) - first * task.batch_size
            arrays["row_losses"] = np.empty(n_rows * repeats)
            self._row_losses.append(arrays["row_losses"])
        problem.first_batch, problem.last_batch, problem.repeats = first, last, repeats
        problem.rate = task.optimizer.learning_rate
        problem.point(arrays)
        self._program.kernel.train(problem)
        return losses

    def parameters(self, some: Some = None) -> Matrix:
        return self._theta.copy() if some is None else self._theta[some]

    def values(self) -> tuple[Matrix, Matrix]:
        return self._theta.copy(), self._memory.copy()

    def take_row_losses(self) -> Matrix:
        found, self._row_losses = self._row_losses, []
        return np.concatenate([np.empty(0), *found])
