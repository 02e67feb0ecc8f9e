"""Gradients against PyTorch, where it is installed."""

import numpy as np
import pytest

import neurosim as ns

torch = pytest.importorskip("torch")
F = torch.nn.functional

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "softplus": lambda z: F.softplus(z, threshold=700),  # else cut at 20
    "softsign": F.softsign,
    "gelu": F.gelu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "swish": F.silu,
    "mish": F.mish,
    "hard_swish": F.hardswish,
    "gaussian": lambda z: torch.exp(-z * z),
    "sin": torch.sin,
}  # hard_sigmoid is left out: PyTorch's slope is a float32 1/6


def sum_of(function):
    """A loss of PyTorch, added up over outputs, averaged over rows."""
    return lambda z, a, t: function(z, a, t).sum() / len(t)


LOSSES = {
    "half_squared_error": sum_of(lambda _z, a, t: F.mse_loss(a, t, reduction="none") / 2),
    "squared_error": sum_of(lambda _z, a, t: F.mse_loss(a, t, reduction="none")),
    "mean_squared_error": lambda _z, a, t: F.mse_loss(a, t),
    "mean_absolute_error": lambda _z, a, t: F.l1_loss(a, t),
    "huber": lambda _z, a, t: F.huber_loss(a, t),
    "binary_cross_entropy": sum_of(
        lambda z, _a, t: F.binary_cross_entropy_with_logits(z, t, reduction="none")
    ),
    "cross_entropy": lambda z, _a, t: F.cross_entropy(z, t),
    "hinge": sum_of(lambda _z, a, t: torch.clamp(1 - t * a, min=0)),
}
HEADS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}


def make(activation, head):
    net = ns.Network("3-4-2", seed=2)
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation=activation, bias=[0.1, -0.2, 0.3, -0.4])
    net.add_layer("o", 2, activation=head, bias=[0.05, -0.15])
    net.connect("x", "h")
    net.connect("h", "o")
    return net


def tensors(net):
    blocks = ns.compile_network(net).matrices
    return [
        torch.tensor(m, dtype=torch.float64, requires_grad=True)
        for block in blocks
        for m in (block.weights, block.biases)
    ]


def targets(rng, loss):
    if loss == "cross_entropy":
        return np.eye(2)[rng.integers(2, size=7)]
    if loss == "hinge":
        return rng.choice([-1.0, 1.0], size=(7, 2))
    return rng.random((7, 2))


def pairs():
    """Every activation with one loss, every loss with one activation; the rest takes seconds."""
    for activation in ACTIVATIONS:
        for loss in LOSSES:
            is_quick = loss == "half_squared_error" or activation == "tanh"
            marks = [] if is_quick else [pytest.mark.slow]
            yield pytest.param(activation, loss, marks=marks)


@pytest.mark.parametrize(("activation", "loss"), list(pairs()))
def test_a_layered_network_has_pytorchs_loss_and_gradients(activation, loss, engine, assert_close):
    rng = np.random.default_rng(7)
    head = HEADS.get(loss, activation)
    net = make(activation, head)
    X, T = rng.normal(size=(7, 3)), targets(rng, loss)
    w1, b1, w2, b2 = tensors(net)
    z = ACTIVATIONS[activation](torch.tensor(X) @ w1 + b1) @ w2 + b2
    expected = LOSSES[loss](
        z, z if head in HEADS.values() else ACTIVATIONS[head](z), torch.tensor(T)
    )
    a = z if loss in HEADS else ACTIVATIONS[activation](z)
    expected = LOSSES[loss](z, a, torch.tensor(T))
    expected.backward()

    found = ns.loss_and_gradients(net, X, T, loss=loss, engine=engine)

    assert_close(found.loss, expected.item(), 1e-13)
    for layer, weights, biases in (("xh", w1, b1), ("ho", w2, b2)):
        sources, ends = net.layer(layer[0]).neurons, net.layer(layer[1]).neurons
        ours = [[found.weights[s.name, e.name] for e in ends] for s in sources]
        assert_close(ours, weights.grad.numpy(), 1e-13)
        assert_close([found.biases[e.name] for e in ends], biases.grad.numpy(), 1e-13)


def test_an_irregular_graph_has_pytorchs_gradients(engine, assert_close):
    net = ns.Network("skips")
    net.add_layer("inputs", ["x", "y"])
    net.add_neuron("s", activation="tanh", bias=0.2)
    net.add_neuron("r", activation="sin", bias=None)
    net.add_neuron("o", activation="sigmoid", bias=-0.3)
    net.add_neuron("p", bias=0.4)
    for pair, weight in {
        ("x", "s"): 0.5, ("y", "s"): -0.8, ("s", "r"): 1.1, ("x", "r"): 0.6,
        ("s", "o"): -0.7, ("r", "o"): 0.9, ("y", "o"): 0.35, ("o", "p"): 1.3, ("x", "p"): -0.45,
    }.items():  # fmt: skip
        net.connect(*pair, weight=weight)
    net.outputs = ["p", "o"]  # o is an output, and feeds one
    X, T = np.array([[1.0, 2.0], [-0.5, 0.25]]), np.array([[0.5, 1.0], [1.0, 0.0]])
    names, theta = net.parameter_names(), net.parameters()
    w = {
        n: torch.tensor(v, dtype=torch.float64, requires_grad=True)
        for n, v in zip(names, theta, strict=True)
    }
    x, y = torch.tensor(X).T
    s = torch.tanh(w["s.bias"] + w["x->s"] * x + w["y->s"] * y)
    r = torch.sin(w["s->r"] * s + w["x->r"] * x)
    o = torch.sigmoid(w["o.bias"] + w["s->o"] * s + w["r->o"] * r + w["y->o"] * y)
    p = w["p.bias"] + w["o->p"] * o + w["x->p"] * x
    expected = ((torch.stack([p, o], dim=1) - torch.tensor(T)) ** 2).sum() / 2
    expected.backward()

    found = ns.loss_and_gradients(net, X, T, reduction="sum", engine=engine)

    assert_close(found.loss, expected.item(), 1e-14)
    assert_close(found.vector, [w[name].grad.item() for name in names], 1e-14)
