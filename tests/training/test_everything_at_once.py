"""Everything switched on at once, on random graphs, for 1,000 updates: all engines agree."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.kernel.library import why_no_kernel

pytestmark = pytest.mark.slow
ROWS, EPOCHS, BATCH = 40, 100, 4


def random_graph(seed):
    """Inputs, two layers with dropout, connections that skip, and outputs of two heads."""
    rng = np.random.default_rng(seed)
    net = ns.Network("everything", seed=seed)
    net.add_layer("x", 4)
    net.add_layer("g", int(rng.integers(3, 7)), activation="tanh", bias=0.1)
    net.add_layer("h", int(rng.integers(3, 7)), activation="elu")
    net.add_layer("o", 3, activation="softmax")
    net.add_layer("y", 2)
    layers = [net.layer(name) for name in "xghoy"]
    for place, target in enumerate(layers[1:4], 1):
        for source in [n for layer in layers[:place] for n in layer.neurons]:
            for neuron in target.neurons:
                if rng.random() < 0.6:
                    net.connect(source.name, neuron.name, weight=float(rng.normal(0, 0.5)))
    for source in [n for layer in layers[:3] for n in layer.neurons]:
        net.connect(source.name, "y1", weight=float(rng.normal(0, 0.5)))
        net.connect(source.name, "y2", weight=float(rng.normal(0, 0.5)))
    net.layer("g").dropout = 0.2
    net.layer("h").dropout = 0.3
    net.outputs = [*net.layer("o").neurons, *net.layer("y").neurons]
    return net


def rows_of(seed):
    rng = np.random.default_rng(seed + 1000)
    X = rng.normal(size=(ROWS, 4))
    classes = np.eye(3)[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
    T = np.hstack([classes, np.sin(X[:, :2]) + 0.1 * rng.normal(size=(ROWS, 2))])
    T[rng.random(ROWS) < 0.1, 3] = np.nan
    return X, T, rng.integers(1, 4, size=ROWS) / 2.0


def trained(seed, optimizer, **options):
    net = random_graph(seed)
    X, T, weights = rows_of(seed)
    history = ns.train(
        net, X, T, epochs=EPOCHS, batch_size=BATCH, shuffle=True, optimizer=optimizer,
        heads=[{"outputs": "o", "loss": "cross_entropy", "class_weight": "balanced"},
               {"outputs": "y", "loss": "huber", "weight": 0.3}],
        weights=weights, missing_targets="ignore", label_smoothing=0.1, input_noise=0.1,
        penalty={"l1": 0.0001, "l2": 0.001, "max_norm": 2.0}, clip={"norm": 1.0},
        weight_decay=0.01, rates={"h": 0.005, "y.bias": 0.02} if seed % 2 else {"h": 0.005},
        schedule={"cosine": {"epochs": EPOCHS, "per": "epoch", "warm_up": 5}}, **options,
    )  # fmt: skip
    return net.parameters(), np.array(history.loss)


@pytest.mark.parametrize(
    ("seed", "optimizer"),
    [(0, ns.SGD(0.02, momentum=0.9)), (1, ns.Adam(0.01)), (2, ns.SGD(0.02, momentum=0.9))],
    ids=str,
)
def test_all_engines_agree_after_1000_updates(seed, optimizer):
    theta, losses = trained(seed, optimizer, engine="graph")

    assert losses[-1] < losses[0]
    found, loss = trained(seed, optimizer, program="arrays")
    np.testing.assert_allclose(found, theta, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(loss, losses, rtol=1e-12, atol=1e-12)
    if why_no_kernel() is None:
        found, loss = trained(seed, optimizer, program="kernel")
        assert found.tobytes() == theta.tobytes()
        assert loss.tobytes() == losses.tobytes()
