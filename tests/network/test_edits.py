"""Patterns, initializers and seeds of ``connect``."""

import numpy as np

from neurosim.errors import ShapeError
from neurosim.functions.initializers import INITIALIZERS
from neurosim.network import Network
from tests.each import each


def layers(*sizes, **options):
    net = Network(**options)
    for name, size in zip("xhopq", sizes, strict=False):
        net.add_layer(name, size)
    return net


def weights(connections):
    return [connection.weight for connection in connections]


def test_one_to_one_connects_each_source_with_its_own_target():
    net = layers(3, 3)

    made = net.connect("x", "h", pattern="one_to_one", weights=[1, 2, 3])

    assert [c.name for c in made] == ["x1->h1", "x2->h2", "x3->h3"]
    assert weights(made) == [1.0, 2.0, 3.0]


def test_one_to_one_between_different_sizes_is_refused(refused):
    net = layers(3, 2)

    with refused(net, ShapeError, "x->h: one_to_one between different sizes", "got 3", "2 targets"):
        net.connect("x", "h", pattern="one_to_one")


def test_one_to_one_takes_a_vector_and_no_matrix(refused):
    net = layers(2, 2)

    with refused(net, ShapeError, "x->h weights: wrong shape, got (2, 2); expected (2,)"):
        net.connect("x", "h", pattern="one_to_one", weights=np.eye(2))


def test_one_to_one_weights_are_scaled_for_one_source_and_one_target():
    net = layers(200, 200)

    drawn = np.array(weights(net.connect("x", "h", pattern="one_to_one")))

    bound = np.sqrt(6 / (1 + 1))
    assert 0.95 * bound < np.abs(drawn).max() <= bound


def test_a_layer_and_a_neuron_are_connected_like_layers():
    net = layers(2, 3)

    fan_in = net.connect("x", "h2", weights=[[1], [2]])
    fan_out = net.connect("h2", net.add_layer("o", 2), weights=[[3, 4]])

    assert [c.name for c in fan_in] == ["x1->h2", "x2->h2"]
    assert weights(fan_in + fan_out) == [1.0, 2.0, 3.0, 4.0]


def test_one_weight_serves_all():
    net = layers(2, 2)

    assert weights(net.connect("x", "h", weight=0.5)) == [0.5] * 4


def test_given_weights_are_not_kept_by_reference():
    net = layers(2, 1)
    given = np.array([[1.0], [2.0]])

    net.connect("x", "h", weights=given)
    given[:] = 9.0

    assert net["x1", "h1"].weight == 1.0


def test_trainable_false_freezes_every_connection_of_the_call():
    net = layers(2, 2)

    made = net.connect("x", "h", trainable=False)

    assert [c.trainable for c in made] == [False] * 4


def test_weights_not_given_are_xavier_uniform():
    net = layers(30, 20)

    drawn = np.array(weights(net.connect("x", "h")))

    bound = np.sqrt(6 / (30 + 20))  # Glorot and Bengio 2010, equation 16
    assert 0.95 * bound < np.abs(drawn).max() <= bound
    assert abs(drawn.mean()) < 0.1 * bound


@each("name", sorted(INITIALIZERS))
def test_every_initializer_serves_connect(name):
    from neurosim.functions.initializers import make_initializer

    numbers = {"constant": (0.25,), "uniform": (-1.0, 1.0)}.get(name, ())
    net = layers(4, 3)

    made = net.connect("x", "h", initializer=make_initializer(name, *numbers))

    assert len(made) == 12
    assert np.isfinite(weights(made)).all()


def test_the_seed_of_the_network_decides_and_that_of_the_call_before_it():
    first, same, other = (layers(3, 3, seed=seed) for seed in (1, 1, 2))

    drawn = [weights(net.connect("x", "h")) for net in (first, same, other)]
    by_call = weights(layers(3, 3, seed=2).connect("x", "h", seed=1))

    assert drawn[0] == drawn[1] == by_call
    assert drawn[0] != drawn[2]


def test_adding_a_layer_does_not_reshuffle_the_others():
    small, large = layers(2, 2), layers(2, 2, 2)
    large.connect("h", "o")

    assert weights(small.connect("x", "h")) == weights(large.connect("x", "h"))


def test_legacy_draws_the_groups_in_the_order_of_the_calls_row_by_row():
    np.random.seed(7)  # noqa: NPY002 - the script that is to be reproduced
    first = np.random.uniform(-1, 1, (3, 4))  # noqa: NPY002
    second = np.random.uniform(-1, 1, (4, 2))  # noqa: NPY002
    net = Network(seed=7, generator="legacy")
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation="sigmoid")
    net.add_layer("o", 2, activation="sigmoid")  # the biases are zeros that nobody drew

    from neurosim.functions.initializers import Uniform

    made = [net.connect(a, b, initializer=Uniform(-1.0, 1.0)) for a, b in ("xh", "ho")]

    assert weights(made[0]) == first.ravel().tolist()
    assert weights(made[1]) == second.ravel().tolist()


def test_legacy_reproduces_a_script_that_draws_normal_numbers():
    np.random.seed(42)  # noqa: NPY002
    expected = [np.random.randn(2, 3), np.random.randn(3, 1)]  # noqa: NPY002
    net = layers(2, 3, 1, seed=42, generator="legacy")

    made = [net.connect(a, b, initializer="normal") for a, b in ("xh", "ho")]

    assert [weights(group) for group in made] == [e.ravel().tolist() for e in expected]


def test_legacy_draws_nothing_where_weights_are_given():
    net, twin = (layers(1, 1, 1, seed=3, generator="legacy") for _ in range(2))
    net.connect("x", "h", weight=0.5)

    assert weights(net.connect("h", "o")) == weights(twin.connect("h", "o"))


def test_legacy_draws_one_to_one_in_turn():
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.uniform(size=3).tolist()  # noqa: NPY002
    net = layers(3, 3, seed=5, generator="legacy")

    from neurosim.functions.initializers import Uniform

    made = net.connect("x", "h", pattern="one_to_one", initializer=Uniform(0.0, 1.0))

    assert weights(made) == expected


def test_a_layers_biases_can_be_drawn():
    net = Network(seed=1)
    net.add_layer("x", 1)

    net.add_layer("h", 3, bias_initializer="normal")

    drawn = [neuron.bias for neuron in net.layer("h").neurons]
    assert len(set(drawn)) == 3
    assert 0.0 not in drawn
