"""Trainings that do not learn, each by one cause, in random variations; and healthy ones."""

import numpy as np

import neurosim as ns
from neurosim.functions.initializers import Uniform

XOR, DIFFERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0], [1], [1], [0.0]])
BITS = np.array([[int(bit) for bit in f"{i:03b}"] for i in range(8)], float)
BINARY = "binary_cross_entropy"


def network(sizes, activation="sigmoid", output="sigmoid", *, seed=0, bias=None, **wiring):
    net = ns.Network(seed=seed)
    net.add_layer("x", sizes[0])
    for i, size in enumerate(sizes[1:-1], 1):
        biases = {} if bias is None else {"bias": bias}
        net.add_layer(f"h{i}_", size, activation=activation, **biases)
    net.add_layer("o", sizes[-1], activation=output)
    for source, target in zip(net.layers, net.layers[1:], strict=False):
        net.connect(source.name, target.name, **wiring)
    return net


def points(rng, n=None, inputs=None):
    """Rows, and a direction."""
    n, inputs = n or int(rng.integers(30, 120)), inputs or int(rng.integers(2, 6))
    return rng.normal(0, 1, (n, inputs)), rng.normal(0, 1, (inputs, 1))


def steepest(X):
    """The rate above which a linear neuron diverges, and the direction in which it does."""
    ones = np.c_[X, np.ones(len(X))]
    values, vectors = np.linalg.eigh(ones.T @ ones / len(X))
    return 2.0 / values[-1], ones @ vectors[:, -1:]


def twin_units(rng, _):
    net = network([2, rng.integers(2, 7), 1], rng.choice(["sigmoid", "tanh"]), weight=1.0)
    return net, XOR, DIFFERS, {"optimizer": ns.SGD(rng.choice([0.3, 1.0, 2.0])), "batch_size": 1}


def dead_units(rng, seed):
    X, w = points(rng)
    bias = float(rng.uniform(-12, -6))
    net = network([X.shape[1], rng.integers(4, 9), 1], "relu", seed=seed, bias=bias)
    return net, X, np.abs(X @ w) > 0.7, {"optimizer": ns.SGD(0.1), "loss": BINARY, "batch_size": 10}


def saturated_units(rng, seed):
    far = float(rng.uniform(15, 60))
    sizes, activation = [2, rng.integers(3, 7), 1], rng.choice(["sigmoid", "tanh"])
    net = network(sizes, activation, seed=seed, initializer=Uniform(far, 2 * far))
    return net, 2 * XOR - 0.5, DIFFERS, {"optimizer": ns.SGD(0.5), "batch_size": 1}


def unscaled_inputs(rng, seed):
    X, w = points(rng)
    activation = rng.choice(["sigmoid", "tanh", "relu"])
    net = network([X.shape[1], rng.integers(3, 8), 1], activation, seed=seed)
    raw = X * rng.uniform(20, 90) + rng.uniform(100, 200)
    return net, raw, X @ w > 0, {"optimizer": ns.SGD(0.1), "loss": BINARY, "batch_size": 8}


def constant_input(rng, seed):
    X, w = points(rng, inputs=3)
    targets = X @ w > 0
    X = rng.normal(0, 1, X.shape)
    X[:, 1] = rng.choice([0.0, 1.0, 0.5])
    net = network([3, 4, 1], seed=seed)
    return net, X, targets, {"optimizer": ns.SGD(0.5), "loss": BINARY, "batch_size": 8}


def duplicate_input(rng, seed):
    X, _ = points(rng, inputs=2)
    targets = X[:, :1] * X[:, 1:] > 0
    X[:, 1] = X[:, 0]
    net = network([2, 5, 1], "tanh", seed=seed)
    return net, X, targets, {"optimizer": ns.SGD(0.3), "loss": BINARY, "batch_size": 8}


def unreachable_target(rng, seed):
    X, w = points(rng)
    hidden = [X.shape[1], 4, 1]
    return [
        (network(hidden, seed=seed), X, 500 * (X @ w) + 17000, {"optimizer": ns.SGD(0.1)}),
        (network(hidden, seed=seed), X, np.sign(X @ w), {"optimizer": ns.SGD(0.5)}),
        (network(hidden, "tanh", "tanh", seed=seed), X, 3 * X @ w - 4, {"optimizer": ns.SGD(0.05)}),
    ][seed % 3]


def not_a_probability(rng, seed):
    net = network([2, 4, 1], "tanh", rng.choice(["identity", "tanh", "relu"]), seed=seed)
    return net, XOR, DIFFERS, {"optimizer": ns.SGD(0.1), "loss": BINARY, "batch_size": 1}


def loss_rises(rng, seed):
    X, w = points(rng)
    rate = steepest(X)[0] * rng.uniform(1.05, 1.6)
    net = network([X.shape[1], 1], output="identity", seed=seed)
    return net, X, X @ w, {"optimizer": ns.SGD(rate), "epochs": 100}


def loss_swings(rng, seed):
    X, _ = points(rng)
    rate, along = steepest(X)
    net = network([X.shape[1], 1], output="identity", seed=seed)
    exact = ns.SGD(rate * rng.uniform(0.999, 1.0005))
    return net, X, 3 * along, {"optimizer": exact, "epochs": 40}


def rate_small(rng, seed):
    net = network([2, rng.integers(3, 7), 1], seed=seed)
    return net, XOR, DIFFERS, {"optimizer": ns.SGD(10 ** rng.uniform(-7, -4.3)), "batch_size": 1}


def rate_large(rng, seed):
    X, w = points(rng)
    net = network([X.shape[1], 6, 1], "tanh", seed=seed)
    options = {"optimizer": ns.SGD(rng.choice([30.0, 100.0])), "batch_size": 4, "epochs": 200}
    return net, X, np.abs(X @ w) > 0.7, options


def vanishing_gradient(rng, seed):
    net = network([2, *[rng.integers(4, 9)] * rng.integers(5, 9), 1], seed=seed)
    return net, XOR, DIFFERS, {"optimizer": ns.SGD(0.5)}


def exploding_gradient(rng, seed):
    X, w = points(rng)
    far = float(rng.uniform(2.5, 4))
    sizes = [X.shape[1], *[8] * rng.integers(4, 7), 1]
    spread = {"initializer": Uniform(-far, far)}
    net = network(sizes, rng.choice(["relu", "identity"]), "identity", seed=seed, **spread)
    return net, X, X @ w, {"optimizer": ns.SGD(0.01), "epochs": 200}


def rare_class(rng, seed):
    X, w = points(rng, n=200, inputs=2)
    noisy = X @ w + 1.5 * rng.normal(0, 1, (200, 1))
    net = network([2, 3, 1], "tanh", seed=seed)
    targets = noisy > np.quantile(noisy, 0.95)
    return net, X, targets, {"optimizer": ns.SGD(0.3), "loss": BINARY, "epochs": 100}


def contradicting_rows(rng, seed):
    times = int(rng.integers(3, 6))
    X, T = np.tile(XOR, (times, 1)), np.tile(DIFFERS, (times, 1))
    wrong = rng.choice(len(X), len(X) // 3, replace=False)
    T[wrong] = 1 - T[wrong]
    net = network([2, 6, 1], "tanh", seed=seed)
    return net, X, T, {"optimizer": ns.SGD(0.5), "loss": BINARY, "batch_size": 4}


def too_few_units(_, seed):
    options = {"optimizer": ns.SGD(1.0), "batch_size": 1, "epochs": 2000}
    if seed % 2:
        return network([2, 1], seed=seed), XOR, DIFFERS, options
    odd = BITS.sum(axis=1, keepdims=True) % 2
    return network([3, 1, 1], "tanh", seed=seed), BITS, odd, options


def validation_turned(rng, seed):
    X, w = points(rng, n=120, inputs=5)
    targets = (X @ w + np.linalg.norm(w) * rng.normal(0, 1, (120, 1)) > 0).astype(float)
    options = {"optimizer": ns.SGD(0.5), "loss": BINARY, "validation": (X[25:], targets[25:])}
    return network([5, 20, 1], "tanh", seed=seed), X[:25], targets[:25], options


def unused_output(rng, seed):
    net = ns.Network(seed=seed)
    net.add_layer("x", 2)
    net.add_layer("h", int(rng.integers(4, 7)), activation="tanh")
    net.add_layer("o", ["o1", "o2"], activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o1")
    return net, XOR, np.c_[DIFFERS, 1 - DIFFERS], {"optimizer": ns.SGD(1.0), "batch_size": 1}


DISEASES = {
    f.__name__: f
    for f in (
        twin_units, dead_units, saturated_units, unscaled_inputs, constant_input, duplicate_input,
        unreachable_target, not_a_probability, loss_rises, loss_swings, rate_small, rate_large,
        vanishing_gradient, exploding_gradient, rare_class, contradicting_rows, too_few_units,
        validation_turned, unused_output,
    )
}  # fmt: skip


def trained(net, X, T, options):
    """The training of a case, also where it diverges."""
    epochs = options.pop("epochs", 1000)
    training = ns.Training(net, X, np.asarray(T, float), **options)
    try:
        training.watch(epochs)
    except ns.DivergedError:
        assert training.past.diverged
    return training


def sick(name, number):
    """A random variation of a disease, trained."""
    return trained(*DISEASES[name](np.random.default_rng(1000 + number), number))


def random_training(number):
    """A training of a random task by random options, which may learn or not."""
    rng = np.random.default_rng(number)
    X, w = points(rng, n=int(rng.integers(30, 200)))
    curved = np.tanh(X @ w) + 0.5 * np.sin(X @ w[::-1])
    third = np.eye(3)[np.digitize(curved[:, 0], np.quantile(curved, [1 / 3, 2 / 3]))]
    X, T, output, loss = [
        (X, curved, "identity", "half_squared_error"),
        (X, curved > 0, "sigmoid", BINARY),
        (X, third, "softmax", "cross_entropy"),
        (XOR, DIFFERS, "sigmoid", "half_squared_error"),
        (BITS, BITS.sum(axis=1, keepdims=True) % 2, "sigmoid", BINARY),
    ][number % 5]
    hidden = [int(rng.integers(6, 13)), *[int(rng.integers(5, 9))] * int(rng.random() < 0.3)]
    activation = rng.choice(["tanh", "sigmoid", "relu"])
    net = network([X.shape[1], *hidden, T.shape[1]], activation, output, seed=number)
    optimizer = ns.Adam(rng.choice([0.01, 0.03]))
    if rng.random() < 0.5:
        optimizer = ns.SGD(rng.choice([0.1, 0.3, 1.0]))
    options = {"optimizer": optimizer, "loss": loss, "batch_size": int(rng.choice([1, 8, 1000]))}
    options |= {"shuffle": bool(rng.random() < 0.5), "epochs": int(rng.choice([200, 600, 1500]))}
    if number % 5 < 3 and rng.random() < 0.5:
        kept = len(X) * 3 // 4
        options["validation"] = (X[kept:], np.asarray(T, float)[kept:])
        X, T = X[:kept], T[:kept]
    return trained(net, X, T, options)
