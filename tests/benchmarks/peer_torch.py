"""PyTorch, eager, one thread: the layered problems, and irregular ones with sparse matrices."""

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

from tests.benchmarks.irregular import Irregular
from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import Absent, Outcome, System

NAME = "torch eager"
SPARSE = "torch sparse"


def torch_system(problem: Layered) -> System | Absent:
    """PyTorch on a layered problem."""
    if find_spec("torch") is None:
        return Absent(NAME, "torch", "not installed")
    torch = import_module("torch")
    torch.set_num_threads(1)
    X, T = torch.from_numpy(problem.X), torch.from_numpy(problem.T)
    if problem.loss == "cross_entropy":
        T = T.argmax(dim=1)

    def prepare() -> Callable[[], Outcome]:
        return lambda: _train(torch, problem, X, T)

    return System(NAME, "torch", prepare, lambda outcome: outcome)


def _train(torch: Any, problem: Layered, X: Any, T: Any) -> Outcome:
    weights = [torch.tensor(w.T.copy(), dtype=X.dtype, requires_grad=True) for w in problem.weights]
    biases: list[Any] = [None] * len(weights)
    if problem.biases is not None:
        biases = [torch.tensor(b, dtype=X.dtype, requires_grad=True) for b in problem.biases]
    parameters = [p for p in (*weights, *biases) if p is not None]
    layers = list(zip(weights, biases, _activations(torch, problem), strict=True))
    measure = LOSSES[problem.loss]
    losses = []
    for order in problem.orders():
        epoch_X, epoch_T = X, T
        if problem.shuffle:
            chosen = torch.from_numpy(order)
            epoch_X, epoch_T = X[chosen], T[chosen]
        total = 0.0
        for rows in problem.batches:
            a, t = epoch_X[rows], epoch_T[rows]
            for weight, bias, activate in layers:
                a = activate(torch.nn.functional.linear(a, weight, bias))
            loss = measure(torch, a, t)
            gradients = torch.autograd.grad(loss, parameters)
            step = -problem.step(rows.stop - rows.start)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.data.add_(gradient, alpha=step)
            total += loss.item()
        losses.append(total / problem.divisor())
    flat = problem.flat(
        tuple(w.detach().numpy().T for w in weights),
        None if problem.biases is None else tuple(b.detach().numpy() for b in biases),
    )
    return Outcome({"losses": np.array(losses), "parameters": flat})


def _activations(torch: Any, problem: Layered) -> list[Callable[[Any], Any]]:
    table = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "softmax": lambda z: z,  # the loss takes the net inputs
    }
    return [table[name] for name in problem.activations]


# summed over a batch
LOSSES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "half_squared_error": lambda torch, a, t: (
        0.5 * torch.nn.functional.mse_loss(a, t, reduction="sum")
    ),
    "cross_entropy": lambda torch, z, y: torch.nn.functional.cross_entropy(z, y, reduction="sum"),
}


def torch_sparse_system(problem: Irregular) -> System | Absent:
    """PyTorch on an irregular problem: a sparse matrix for each level, blame carried by hand.

    Through autograd it takes about three times as long.
    """
    if find_spec("torch") is None:
        return Absent(SPARSE, "torch", "not installed")
    torch = import_module("torch")
    torch.set_num_threads(1)
    return System(
        SPARSE, "torch", lambda: lambda: _train_sparse(torch, problem), lambda outcome: outcome
    )


def _train_sparse(torch: Any, problem: Irregular) -> Outcome:
    n, n_in, size = problem.n_neurons, problem.n_in, len(problem.X)
    spans = list(pairwise(problem.levels[1:].tolist()))
    by_source = np.argsort(problem.sources, kind="stable")
    turn = torch.from_numpy(by_source)
    w, b = torch.from_numpy(problem.weights.copy()), torch.zeros(n - n_in, 1, dtype=torch.float64)
    into = _sparse_rows(torch, problem.targets, problem.sources, spans=spans, w=w, n=n)
    out_of = _sparse_rows(
        torch, problem.sources[by_source], problem.targets[by_source], spans=spans, w=w, n=n
    )
    sources, targets = torch.from_numpy(problem.sources), torch.from_numpy(problem.targets)
    X, T = torch.from_numpy(problem.X.T.copy()), torch.from_numpy(problem.T.T.copy())
    A = torch.zeros(n, size, dtype=torch.float64)
    D = torch.zeros_like(A)
    A[:n_in] = X
    losses = []
    for _ in range(problem.epochs):
        for (low, high), (matrix, part) in zip(spans, into, strict=True):
            matrix.values().copy_(w[part])
            z = torch.sparse.mm(matrix, A).add_(b[low - n_in : high - n_in])
            torch.tanh(z, out=A[low:high])
        error = A[n - problem.n_out :] - T
        losses.append(0.5 * float((error * error).sum()) / size)
        D.zero_()
        D[n - problem.n_out :] = error / size
        turned = w[turn]
        for (low, high), (matrix, part) in zip(reversed(spans), reversed(out_of), strict=True):
            matrix.values().copy_(turned[part])
            D[low:high].add_(torch.sparse.mm(matrix, D))
            a = A[low:high]
            D[low:high].mul_(1 - a * a)
        gradient = torch.einsum("eb,eb->e", A[sources], D[targets])
        w.sub_(gradient, alpha=problem.rate)
        b.sub_(D[n_in:].sum(dim=1, keepdim=True), alpha=problem.rate)
    return Outcome({
        "losses": np.array(losses), "parameters": problem.flat(w.numpy(), b.ravel().numpy())
    })  # fmt: skip


def _sparse_rows(
    torch: Any, rows: Any, columns: Any, *, spans: list[tuple[int, int]], w: Any, n: int
) -> list[tuple[Any, slice]]:
    """For each level the matrix of its rows, (rows, n), and which edges are in it."""
    made = []
    for low, high in spans:
        begins = np.searchsorted(rows, np.arange(low, high + 1))
        part = slice(int(begins[0]), int(begins[-1]))
        with warnings.catch_warnings():  # that the format is new, and that indices go unchecked
            warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)
            matrix = torch.sparse_csr_tensor(
                torch.from_numpy(begins - begins[0]), torch.from_numpy(columns[part]),
                w[part].clone(), (high - low, n),
            )  # fmt: skip
        made.append((matrix, part))
    return made
