"""NumPy on irregular graphs, naive and tuned.

Naive: level by level, gather every edge's source, multiply by the weight, add up by `reduceat`.

Tuned: rows of a level are grouped by their number of sources, so that a group is one gather and one
product of stacked matrices with little padding; theta has the padded shape itself, so that weights
and gradients are views of it (a padded weight listens to a row of zeros, so it stays 0). A row of
ones stands for the bias. Blame goes back the same way over the outgoing edges.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tests.benchmarks.irregular import Index, Irregular
from tests.benchmarks.systems import NAIVE, TUNED, Numbers, Outcome, System


def naive_irregular(problem: Irregular) -> System:
    """Naive NumPy on an irregular problem."""
    return System(NAIVE, "naive", lambda: lambda: train_naive(problem), lambda outcome: outcome)


def tuned_irregular(problem: Irregular, name: str = TUNED) -> System:
    """Tuned NumPy on an irregular problem; the groups are made once."""
    shape = _Shape.of(problem)
    return System(name, "tuned", lambda: lambda: train_tuned(problem, shape), lambda made: made)


def train_naive(problem: Irregular) -> Outcome:
    """Train, and tell the losses and the parameters."""
    n_in, n, size = problem.n_in, problem.n_neurons, len(problem.X)
    w, b = problem.weights.copy(), np.zeros(n - n_in)
    by_source = np.argsort(problem.sources, kind="stable")
    into = np.searchsorted(problem.targets, problem.levels)
    starts = np.searchsorted(problem.targets, np.arange(n + 1))
    out_of = np.searchsorted(problem.sources[by_source], np.arange(n + 1))
    losses = []
    for _ in range(problem.epochs):
        A, D = np.empty((n, size)), np.zeros((n, size))
        A[:n_in] = problem.X.T
        for level in range(1, len(problem.levels) - 1):
            low, high = problem.levels[level : level + 2]
            edges = slice(into[level], into[level + 1])
            terms = A[problem.sources[edges]] * w[edges, None]
            sums = np.add.reduceat(terms, starts[low:high] - into[level], axis=0)
            A[low:high] = np.tanh(sums + b[low - n_in : high - n_in, None])
        error = A[n - problem.n_out :] - problem.T.T
        losses.append(0.5 * float((error**2).sum()) / size)
        D[n - problem.n_out :] = error / size
        for level in reversed(range(1, len(problem.levels) - 1)):
            low, high = problem.levels[level : level + 2]
            e = by_source[out_of[low] : out_of[high]]
            if len(e):
                heads = np.flatnonzero(np.diff(out_of[low : high + 1]))
                terms = D[problem.targets[e]] * w[e, None]
                D[low + heads] += np.add.reduceat(terms, out_of[low + heads] - out_of[low], axis=0)
            D[low:high] *= 1 - A[low:high] ** 2
        gradient = (A[problem.sources] * D[problem.targets]).sum(axis=1)
        w, b = w - problem.rate * gradient, b - problem.rate * D[n_in:].sum(axis=1)
    return Outcome({"losses": np.array(losses), "parameters": problem.flat(w, b)})


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Rows start to stop, each with so many places; ``listed`` names the row in each, (n, k)."""

    start: int
    stop: int
    listed: Index
    first: int  # where its (n, k) places begin in the padded vector

    @property
    def places(self) -> slice:
        return slice(self.first, self.first + self.listed.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """How a graph is laid out. Rows are its neurons, then a row of ones, then a row of zeros.

    Attributes:
        row_of: the row of each neuron.
        forward: the groups of each level, by their sources.
        backward: the groups of each level, by their targets; rows are in an order of their own.
        order: of each level, where its rows stand in the order of ``backward``.
        home: of each edge, its place in theta.
        bias: of each neuron behind the inputs, the place of its bias.
        turned: for each place of ``backward``, the place in theta of its weight.
        n_places: the length of theta.
    """

    row_of: Index
    forward: list[list[_Group]]
    backward: list[list[_Group]]
    order: list[Index]
    home: Index
    bias: Index
    turned: Index
    n_places: int

    @classmethod
    def of(cls, problem: Irregular) -> "_Shape":
        n, n_in = problem.n_neurons, problem.n_in
        ones, zeros = n, n + 1
        in_degree = np.bincount(problem.targets, minlength=n)
        row_of, row = np.arange(n), np.arange(n)
        for low, high in pairwise(problem.levels[1:].tolist()):
            row_of[low + np.argsort(in_degree[low:high], kind="stable")] = row[low:high]
        sources, targets = row_of[problem.sources], row_of[problem.targets]
        forward, home = _grouped(problem.levels, targets, sources, zeros, extra=1)
        bias = np.empty(n, np.intp)
        for group in (g for level in forward for g in level):
            group.listed[:, -1] = ones
            width = group.listed.shape[1]
            last = group.first + np.arange(group.stop - group.start) * width + width - 1
            bias[group.start : group.stop] = last
        n_places = sum(g.listed.size for level in forward for g in level)
        out_degree = np.bincount(sources, minlength=n)
        order, turned_row = [], np.arange(n)
        for low, high in pairwise(problem.levels[1:].tolist()):
            ranked = np.argsort(out_degree[low:high], kind="stable")
            turned_row[low + ranked] = row[low:high]
            order.append(turned_row[low:high] - low)
        backward, place = _grouped(problem.levels, turned_row[sources], targets, zeros)
        turned = np.full(sum(g.listed.size for lv in backward for g in lv), n_places)
        behind = place >= 0
        turned[place[behind]] = home[behind]
        return cls(row_of, forward, backward, order, home, bias[row_of[n_in:]], turned, n_places)


def _grouped(
    levels: Index, rows: Index, listed: Index, zeros: int, extra: int = 0
) -> tuple[list[list[_Group]], Index]:
    """The groups of each level behind the inputs, and the place of each edge (-1: of no row)."""
    place = np.full(len(rows), -1)
    by_row = np.argsort(rows, kind="stable")
    degree = np.bincount(rows, minlength=int(levels[-1]))
    begins = np.concatenate(([0], np.cumsum(degree)))
    made: list[list[_Group]] = []
    first = 0
    for low, high in pairwise(levels[1:].tolist()):
        made.append([])
        for start, stop in _runs(degree, low, high):
            width = int(degree[start:stop].max()) + extra
            if not width:
                continue
            edges = by_row[begins[start] : begins[stop]]
            row = np.repeat(np.arange(stop - start), degree[start:stop])
            column = np.arange(len(edges)) - np.repeat(
                begins[start:stop] - begins[start], degree[start:stop]
            )
            cells = np.full((stop - start, width), zeros)
            cells[row, column] = listed[edges]
            place[edges] = first + row * width + column
            made[-1].append(_Group(start, stop, cells, first))
            first += cells.size
    return made, place


def _runs(degree: Index, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Stretches of rows, ascending in degree, whose degrees differ by no more than a third."""
    start = low
    for row in range(low, high):
        if degree[row] > 4 + degree[start] * 4 // 3 or (degree[start] == 0 < degree[row]):
            yield start, row
            start = row
    yield start, high


def train_tuned(problem: Irregular, shape: _Shape) -> Outcome:
    """Train, and tell the losses and the parameters."""
    n, size = problem.n_neurons, len(problem.X)
    theta, gradient = np.zeros(shape.n_places + 1), np.zeros(shape.n_places + 1)
    theta[shape.home] = problem.weights
    turned = np.empty(len(shape.turned))
    A, D, S = (np.zeros((n + 2, size)) for _ in range(3))
    A[: problem.n_in], A[n] = problem.X.T, 1.0
    # one buffer for all, so that it stays in the cache: to gather twice is cheaper than to keep
    widest = max(g.listed.size for level in shape.forward + shape.backward for g in level)
    buffer = np.empty((widest, size))
    ways = [_calls(level, buffer, theta, A) for level in shape.forward]
    back = [_calls(level, buffer, turned, S) for level in shape.backward]
    levels = [slice(*pair) for pair in pairwise(problem.levels[1:].tolist())]
    assigns = _calls([g for level in shape.forward for g in level], buffer, gradient, D)
    outputs, targets = shape.row_of[n - problem.n_out :], problem.T.T.copy()
    one, step, slope = np.array(1.0), problem.rate / size, np.empty((n, size))
    take, pull, matmul, losses = A.take, D.take, np.matmul, []
    for _ in range(problem.epochs):
        for calls, level in zip(ways, levels, strict=True):
            for rows, flat, weights, terms, sums in calls:
                take(rows, 0, flat, "clip")
                matmul(weights, terms, sums)
            np.tanh(A[level], A[level])
        error = A[outputs] - targets
        losses.append(0.5 * float((error * error).sum()) / size)
        theta.take(shape.turned, 0, turned, "clip")
        D[outputs] = error * step
        np.multiply(A[:n], A[:n], slope)
        np.subtract(one, slope, slope)
        for calls, level, order in reversed(list(zip(back, levels, shape.order, strict=True))):
            if calls:  # the last level has nobody to blame it but the loss
                for rows, flat, weights, terms, sums in calls:
                    pull(rows, 0, flat, "clip")
                    matmul(weights, terms, sums)
                S[level].take(order, 0, D[level], "clip")
            np.multiply(D[level], slope[level], D[level])
        for rows, flat, assigned, terms, deltas in assigns:
            take(rows, 0, flat, "clip")
            matmul(deltas, terms.transpose(0, 2, 1), assigned)
        np.subtract(theta, gradient, theta)
    flat_theta = problem.flat(theta[shape.home], theta[shape.bias])
    return Outcome({"losses": np.array(losses), "parameters": flat_theta})


_Call = tuple[Index, Numbers, Numbers, Numbers, Numbers]


def _calls(groups: list[_Group], buffer: Numbers, weights: Numbers, write: Numbers) -> list[_Call]:
    """What each group's gather and product take: rows, buffers, weights, and where sums go."""
    made = []
    for group in groups:
        n, k = group.listed.shape
        flat = buffer[: n * k]
        made.append((
            group.listed.ravel(), flat, weights[group.places].reshape(n, 1, k),
            flat.reshape(n, k, -1), write[group.start : group.stop, None],
        ))  # fmt: skip
    return made
