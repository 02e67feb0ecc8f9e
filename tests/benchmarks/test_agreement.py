"""All systems of a workload compute the same, and one that computes something else is refused.

That all peers compute the same in all workloads is shown in `test_small`. Here each peer is
seen to fail once: with a part of it changed, the check refuses it.
"""

import importlib.util
from dataclasses import replace

import pytest

from neurosim.functions.optimizers import SGD
from tests.benchmarks import (
    best,
    layered,
    many,
    naive,
    peer_jax,
    peer_sklearn,
    peer_torch,
    tuned,
    walk,
)
from tests.benchmarks.irregular import hubs, uniform
from tests.benchmarks.irregular_numpy import train_naive, tuned_irregular
from tests.benchmarks.rounds import Measurement, check
from tests.benchmarks.systems import BEST, NAIVE, NEUROSIM, System
from tests.benchmarks.workloads import WORKLOADS
from tests.each import each

QUICK = frozenset({"best", "tuned", "naive", "sklearn"})
TRAINED = ["W1", "W2", "W3", "W4", "W4f", "W5", "W5f", "W6"]


def needs(module):
    return pytest.mark.skipif(
        importlib.util.find_spec(module) is None, reason=f"{module} is not installed"
    )


def refused(*systems, name="W2"):
    """Who is refused among these."""
    verdicts = check([s for s in systems if isinstance(s, System)], WORKLOADS[name], "small")
    return [name for name, verdict in verdicts.items() if not verdict.passed]


@pytest.mark.slow
@each("name", [*TRAINED, "W7", "W7w"])
def test_numpy_and_scikit_learn_compute_what_neurosim_computes(name):
    result = Measurement(WORKLOADS[name], size="small", peers=QUICK).result()

    assert result.refused == ()


@pytest.mark.parametrize("name", TRAINED)
def test_a_neurosim_that_learns_at_another_rate_is_refused(name, monkeypatch):
    monkeypatch.setattr(
        "tests.benchmarks.ours.SGD", lambda learning_rate: SGD(1.05 * learning_rate)
    )

    result = Measurement(WORKLOADS[name], size="small", peers=frozenset({"tuned"})).result()

    assert NEUROSIM in result.refused


def test_networks_side_by_side_that_are_trained_for_longer_are_refused(monkeypatch):
    honest = many.train_many
    monkeypatch.setattr(
        many, "train_many", lambda *given, epochs, **more: honest(*given, epochs=epochs + 1, **more)
    )

    result = Measurement(WORKLOADS["many"], size="small", peers=frozenset()).result()

    assert result.refused == (NEUROSIM, many.OBJECTS)


def test_a_naive_numpy_with_another_slope_is_refused(monkeypatch):
    problem = layered.xor(20, 4)
    monkeypatch.setitem(naive.SLOPES, "sigmoid", lambda a: a)

    names = refused(tuned.tuned_system(problem), naive.naive_system(problem))

    assert names == [NAIVE]


def test_the_best_numpy_is_refused_where_it_takes_the_rows_in_another_order():
    problem = replace(layered.wide(2, 60, 8, (6, 5), "double"), batch_size=16)
    turned = replace(problem, X=problem.X[::-1].copy(), T=problem.T[::-1].copy())
    train = best.train_classifier

    names = refused(tuned.tuned_system(problem), best.best_system(turned, train))

    assert names == [BEST]
    assert refused(tuned.tuned_system(problem), best.best_system(problem, train)) == []


@needs("sklearn")
def test_a_scikit_learn_with_momentum_is_refused(monkeypatch):
    problem = layered.digits(1, 70, "double")
    made = peer_sklearn.sklearn_system(problem)
    model = peer_sklearn._model

    def with_momentum(near, labels):
        return model(near, labels).set_params(momentum=0.9)

    monkeypatch.setattr(peer_sklearn, "_model", with_momentum)

    assert refused(made, name="W4") == ["scikit-learn"]


@pytest.mark.slow
@needs("torch")
def test_a_torch_with_another_loss_is_refused(monkeypatch):
    problem = layered.xor(20, 4)
    loss = peer_torch.LOSSES["half_squared_error"]
    doubled = {"half_squared_error": lambda torch, a, t: 2 * loss(torch, a, t)}
    monkeypatch.setattr(peer_torch, "LOSSES", doubled)

    names = refused(tuned.tuned_system(problem), peer_torch.torch_system(problem))

    assert names == ["torch eager"]


@pytest.mark.slow
@needs("jax")
def test_a_jax_with_another_activation_is_refused(monkeypatch):
    problem = layered.xor(20, 4)
    monkeypatch.setattr(peer_jax, "_activation", lambda jax, _name: jax.numpy.tanh)

    names = refused(tuned.tuned_system(problem), peer_jax.jax_system(problem))

    assert names == ["jax.jit"]


@pytest.mark.parametrize("make", [uniform, hubs])
def test_the_groups_of_tuned_numpy_lose_no_edge(make):
    problem = make(6, 12, 400, 3, n_in=20)
    naive_outcome = train_naive(problem)

    tuned_outcome = tuned_irregular(problem).prepare()()

    for name, vector in naive_outcome.vectors.items():
        assert tuned_outcome.vectors[name] == pytest.approx(vector, abs=1e-13)


def test_a_walk_that_starts_from_other_weights_is_refused():
    problem = walk.sample((2, 3, 1))
    other = replace(problem, weights=tuple(w + 1e-6 for w in problem.weights))

    names = refused(walk.neurosim_walk(problem, 1), walk.walk_by_hand(other, 1), name="W7")

    assert names == [walk.BY_HAND]


@pytest.mark.slow
@needs("micrograd")
def test_a_micrograd_that_adds_up_its_gradients_is_refused(monkeypatch):
    problem = walk.sample((2, 3, 1))
    made = walk.micrograd_walk(problem, 2)
    monkeypatch.setattr("micrograd.nn.Module.zero_grad", lambda _self: None)

    assert refused(walk.neurosim_walk(problem, 2), made, name="W7") == ["micrograd"]
