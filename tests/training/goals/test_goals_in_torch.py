"""Weighted losses, missing targets, heads and smoothed labels against PyTorch."""

import numpy as np
import pytest

import neurosim as ns

torch = pytest.importorskip("torch")
F = torch.nn.functional
ENGINES = [{"engine": "graph"}, {"program": "arrays"}, {}]


def classifier(n_out=3, activation="softmax"):
    net = ns.Network("4-5-3", seed=3)
    net.add_layer("x", 4)
    net.add_layer("h", 5, activation="tanh", bias=[0.1, -0.2, 0.3, -0.4, 0.0])
    net.add_layer("o", n_out, activation=activation, bias=[0.1] * n_out)
    net.connect("x", "h")
    net.connect("h", "o")
    return net


class Twin:
    """The same network in PyTorch, and its training by plain descent."""

    def __init__(self, net):
        blocks = ns.compile_network(net).matrices
        self.parameters = [
            torch.tensor(m, dtype=torch.float64, requires_grad=True)
            for block in blocks
            for m in (block.weights, block.biases)
        ]

    def forward(self, X):
        w, b, *heads = self.parameters
        hidden = torch.tanh(torch.tensor(X) @ w + b)
        return [hidden @ heads[i] + heads[i + 1] for i in range(0, len(heads), 2)]

    def train(self, X, loss_of, *, epochs, batch_size):
        """``loss_of(outputs, rows)``: that of a batch; the loss of each epoch."""
        losses = []
        for _ in range(epochs):
            total = 0.0
            for first in range(0, len(X), batch_size):
                rows = slice(first, first + batch_size)
                loss = loss_of(self.forward(X[rows]), rows)
                loss.backward()
                total += loss.item() * len(X[rows])
                with torch.no_grad():
                    for parameter in self.parameters:
                        parameter.sub_(0.2 * parameter.grad)
                        parameter.grad = None
            losses.append(total / len(X))
        return losses

    def theta(self):
        return np.concatenate([p.detach().numpy().ravel() for p in self.parameters])


def theta_of(net):
    return np.concatenate(
        [m.ravel() for b in ns.compile_network(net).matrices for m in (b.weights, b.biases)]
    )


@pytest.fixture
def rows():
    rng = np.random.default_rng(5)
    return rng.normal(size=(23, 4)), rng.integers(3, size=23)


def check(net, X, T, loss_of, assert_close, **options):
    """50 updates and more of batches of 6, the last of which has 5 rows."""
    twin = Twin(net)
    expected = twin.train(X, loss_of, epochs=13, batch_size=6)
    for engine in ENGINES:
        own = net.copy()
        found = ns.train(
            own, X, T, optimizer=ns.SGD(0.2), epochs=13, batch_size=6, **engine, **options
        )
        assert_close(found.loss, expected, 1e-12)
        assert_close(theta_of(own), twin.theta(), 1e-12)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_divides_by_the_weights_of_its_classes(rows, assert_close, smoothing):
    X, classes = rows
    weights = torch.tensor([0.5, 2.0, 3.5], dtype=torch.float64)

    def loss_of(outputs, batch):
        labels = torch.tensor(classes[batch])
        return F.cross_entropy(outputs[0], labels, weights, label_smoothing=smoothing)

    check(
        classifier(), X, classes, loss_of, assert_close, loss="cross_entropy",
        class_weight={0: 0.5, 1: 2.0, 2: 3.5}, label_smoothing=smoothing,
    )  # fmt: skip


def test_cross_entropy_of_probabilities_divides_by_the_rows(rows, assert_close):
    X, _ = rows
    T = np.random.default_rng(2).dirichlet(np.ones(3), size=len(X))
    weights = torch.tensor([0.5, 2.0, 3.5], dtype=torch.float64)

    def loss_of(outputs, batch):
        return F.cross_entropy(outputs[0], torch.tensor(T[batch]), weights)

    check(
        classifier(), X, T, loss_of, assert_close, loss="cross_entropy",
        class_weight={0: 0.5, 1: 2.0, 2: 3.5},
    )  # fmt: skip


def test_ignored_classes_and_their_weights(rows, assert_close):
    X, classes = rows
    is_gone = np.arange(len(X)) % 4 == 1
    labels, weights = np.where(is_gone, -100, classes), torch.tensor([0.5, 2.0, 3.5]).double()

    def loss_of(outputs, batch):
        return F.cross_entropy(outputs[0], torch.tensor(labels[batch]), weights)

    check(
        classifier(), X, np.where(is_gone, np.nan, classes), loss_of, assert_close,
        loss="cross_entropy", class_weight={0: 0.5, 1: 2.0, 2: 3.5}, missing_targets="ignore",
    )  # fmt: skip


def test_binary_cross_entropy_divides_by_the_rows(rows, assert_close):
    X, classes = rows
    T = (classes[:, None] == 1).astype(float)

    def loss_of(outputs, batch):
        t = torch.tensor(T[batch])
        weight = torch.where(t == 1.0, 3.0, 0.5)
        return F.binary_cross_entropy_with_logits(outputs[0], t, weight)

    check(
        classifier(1, "sigmoid"), X, T, loss_of, assert_close, loss="binary_cross_entropy",
        class_weight={0: 0.5, 1: 3.0},
    )  # fmt: skip


def test_the_mean_is_over_the_numbers_that_are_there(rows, assert_close):
    X, _ = rows
    rng = np.random.default_rng(8)
    T = rng.normal(size=(len(X), 3))
    T[rng.random(T.shape) < 0.3] = np.nan

    def loss_of(outputs, batch):
        t = torch.tensor(T[batch])
        is_there = ~torch.isnan(t)
        return F.mse_loss(outputs[0][is_there], t[is_there])

    check(
        classifier(3, "identity"), X, T, loss_of, assert_close, loss="mean_squared_error",
        missing_targets="ignore",
    )  # fmt: skip


def test_weights_of_rows_divide_by_their_sum(rows, assert_close):
    X, classes = rows
    weights = np.random.default_rng(4).random(len(X)) * 3.0

    def loss_of(outputs, batch):
        each = F.cross_entropy(outputs[0], torch.tensor(classes[batch]), reduction="none")
        w = torch.tensor(weights[batch])
        return (w * each).sum() / w.sum()

    check(classifier(), X, classes, loss_of, assert_close, loss="cross_entropy", weights=weights)


def test_heads_add_up_each_with_its_own_mean(rows, assert_close):
    X, classes = rows
    net = classifier()
    net.add_layer("y", 2, bias=[0.2, -0.1])
    net.add_layer("p", 2, activation="softmax", bias=[0.0, 0.3])
    net.connect("h", "y")
    net.connect("h", "p")
    net.outputs = [*net.layer("o").neurons, *net.layer("y").neurons, *net.layer("p").neurons]
    rng = np.random.default_rng(9)
    numbers, pairs = rng.normal(size=(len(X), 2)), classes // 2
    numbers[3:9, 1] = np.nan
    T = np.hstack([np.eye(3)[classes], numbers, np.eye(2)[pairs]])
    weights = torch.tensor([1.0, 2.0, 4.0]).double()

    def loss_of(outputs, batch):
        o, y, p = outputs
        t = torch.tensor(numbers[batch])
        is_there = ~torch.isnan(t)
        return (
            F.cross_entropy(o, torch.tensor(classes[batch]), weights)
            + 0.3 * F.huber_loss(y[is_there], t[is_there])
            + 2.0 * F.cross_entropy(p, torch.tensor(pairs[batch]))
        )

    check(
        net, X, T, loss_of, assert_close, missing_targets="ignore",
        heads=[
            {"outputs": "o", "loss": "cross_entropy", "class_weight": {0: 1, 1: 2, 2: 4}},
            {"outputs": ["y1", "y2"], "loss": "huber", "weight": 0.3},
            {"outputs": "p", "loss": "cross_entropy", "weight": 2.0},
        ],
    )  # fmt: skip
