"""A training that goes on within an epoch draws the epoch once, and has the bits of a whole one."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.training import state

random = np.random.default_rng(4)
X, T = random.normal(size=(30, 2)), random.normal(size=(30, 1))


def _training(**options):
    net = ns.Network("n", seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("o", 1)
    net.connect("x", "h")
    net.connect("h", "o")
    return ns.Training(net, X, T, optimizer=ns.Adam(0.01), batch_size=2, shuffle=True, **options)


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_parts_of_epochs_are_the_epoch(engine, noise, monkeypatch):
    whole, parts = (_training(engine=engine, input_noise=noise) for _ in range(2))
    whole.advance(epochs=2)
    n_drawn, between = [], []
    drawn = state.order_of
    monkeypatch.setattr(state, "order_of", lambda *given: n_drawn.append(1) or drawn(*given))
    for _ in range(2):
        while parts.advance_within(4):
            between.append((parts.state, parts.state.parameters.copy()))
        parts.advance(epochs=1)

    assert len(between) == 8
    assert parts.state.parameters.tolist() == whole.state.parameters.tolist()
    for then, parameters in between:  # it goes on, and what was told stays
        assert (then.parameters == parameters).all()
    assert engine == "graph" or len(n_drawn) <= 6  # in an epoch, by its parts, and by its end


def test_an_earlier_state_is_gone_back_to():
    training, twin = _training(), _training()
    training.advance_within(3)
    then = training.state
    training.advance_within(5)
    training.state = then
    training.advance(epochs=1)
    twin.advance(epochs=1)

    assert training.state.parameters.tolist() == twin.state.parameters.tolist()
