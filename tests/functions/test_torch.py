"""Activations and losses against PyTorch, where it is installed."""

import numpy as np
import pytest

from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from tests.each import each

torch = pytest.importorskip("torch")
F = torch.nn.functional
Z = np.linspace(-8.0, 8.0, 385)  # holds 0, 3 and -3: the kinks are PyTorch's as well

PEERS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "softplus": lambda z: F.softplus(z, threshold=1e9),  # else it is cut at 20
    "softsign": F.softsign,
    "gelu": F.gelu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "swish": F.silu,
    "mish": F.mish,
    "hard_sigmoid": F.hardsigmoid,
    "hard_swish": F.hardswish,
    "sin": torch.sin,
}
# its hard_sigmoid slope is a float32 1/6, its gelu_tanh cancels in 1 - tanh^2
TOLERANCES = {"hard_sigmoid": 5e-9, "gelu_tanh": 6e-15}


def value_and_slope(function, *arrays):
    x, *others = (torch.tensor(a, dtype=torch.float64) for a in arrays)
    x.requires_grad_(True)
    value = function(x, *others)
    value.sum().backward()
    return value.detach().numpy(), x.grad.numpy()


@each("name", PEERS)
def test_an_activation_is_pytorchs(name):
    activation = ACTIVATIONS[name]
    out, slope = np.empty_like(Z), np.empty_like(Z)

    activation.array(Z, out)
    activation.array_slope(Z, out, slope)

    value, steepness = value_and_slope(PEERS[name], Z)
    assert np.abs(out - value).max() <= 2e-15
    assert np.abs(slope - steepness).max() <= TOLERANCES.get(name, 3e-15)


X, T = (m.ravel() for m in np.meshgrid(np.linspace(0.05, 0.95, 10), [0.0, 0.25, 1.0]))
LOSS_PEERS = {
    "squared_error": F.mse_loss,
    "mean_absolute_error": F.l1_loss,
    "huber": F.huber_loss,
    "binary_cross_entropy": F.binary_cross_entropy,
}


@each("scale", [1.0, 7.0])
@each("name", LOSS_PEERS)
def test_a_loss_is_pytorchs(name, scale):
    pointwise = LOSSES[name].by_output
    x = X if name == "binary_cross_entropy" else scale * X

    value, slope = value_and_slope(lambda a, t: LOSS_PEERS[name](a, t, reduction="none"), x, T)

    assert np.abs(pointwise.array_value(x, T) - value).max() <= 1e-14
    assert np.abs(pointwise.array_slope(x, T) - slope).max() <= 1e-14


@each("offset", [0.0, 1e9, -1e6])
@each("spread", [1.0, 500.0])
def test_cross_entropy_and_its_slopes_are_pytorchs(offset, spread):
    random = np.random.default_rng(3)
    z = offset + spread * random.standard_normal((30, 4))
    t = np.vstack([random.dirichlet(np.ones(4), 15), np.eye(4)[random.integers(0, 4, 15)]])
    joint = LOSSES["cross_entropy"].joint

    values, slopes = value_and_slope(lambda a, b: F.cross_entropy(a, b, reduction="none"), z, t)

    for row, target, value, slope in zip(z, t, values, slopes, strict=True):
        column = row.copy()[:, np.newaxis]
        outputs = np.exp(column - column.max())
        outputs, found = outputs / outputs.sum(), np.empty_like(outputs)
        assert joint.both(column, outputs, target[:, np.newaxis], found) == pytest.approx(
            value, rel=1e-14, abs=1e-15
        )
        assert joint.value(row.tolist(), target.tolist()) == pytest.approx(
            value, rel=1e-14, abs=1e-15
        )
        assert np.abs(found[:, 0] - slope).max() <= 1e-15
