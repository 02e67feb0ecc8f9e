"""The problems are what they are said to be, and neurosim builds the same."""

import numpy as np
import pytest

from tests.benchmarks import layered
from tests.benchmarks.best import train_three_one
from tests.benchmarks.irregular import hubs, uniform

SHAPE = (6, 12, 400, 1)


@pytest.mark.parametrize(
    "problem",
    [
        layered.three_one(1),
        layered.xor(1, 4),
        layered.wide(1, 30, 8, (6, 5), "double"),
        uniform(*SHAPE, n_in=20),
        hubs(*SHAPE, n_in=20),
    ],
    ids=["three-one", "xor", "wide", "uniform", "hubs"],
)
def test_parameters_are_put_in_the_networks_order(problem):
    net = problem.build()

    if isinstance(problem, layered.Layered):
        flat = problem.flat(problem.weights, problem.biases)
    else:
        flat = problem.flat(problem.weights, np.zeros(problem.n_neurons - problem.n_in))

    assert flat.tolist() == net.parameters().tolist()


def test_the_three_one_network_learns_the_tutorials_numbers():
    outcome = train_three_one(layered.three_one(10_000))

    # published: the script's weights after 10,000 updates
    published = [9.672983117698651, -0.20801770729093075, -4.629527804370631]
    assert outcome.vectors["parameters"] == pytest.approx(published, abs=1e-11)


@pytest.mark.parametrize("make", [uniform, hubs])
def test_a_random_graph_has_so_many_distinct_edges_each_from_an_earlier_level(make):
    problem = make(*SHAPE, n_in=20)

    level = np.searchsorted(problem.levels, np.arange(problem.n_neurons), "right")
    edges = set(zip(problem.sources.tolist(), problem.targets.tolist(), strict=True))
    gap = level[problem.targets] - level[problem.sources]
    assert len(edges) == problem.n_edges == 400
    assert gap.min() == 1
    assert len(problem.build().generations()) == 7


def test_the_full_graph_is_of_the_size_that_is_named():
    problem = uniform(50, 40, 20_000, 1, n_in=110)

    assert (problem.n_neurons, problem.n_edges, len(problem.levels) - 1) == (2_110, 20_000, 51)


def test_hubs_listen_to_many_times_as_many_as_most():
    even, uneven = (make(50, 40, 20_000, 1, n_in=110) for make in (uniform, hubs))

    degrees = np.bincount(uneven.targets)[110:]
    assert np.bincount(even.targets)[110:].tolist() == [10] * 2_000
    assert degrees.max() > 30 * np.median(degrees)
    assert degrees.min() >= 1
