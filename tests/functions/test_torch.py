"""Activations and losses against PyTorch, where it is installed."""

import numpy as np
import pytest

from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES

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


@pytest.mark.parametrize("name", PEERS)
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


@pytest.mark.parametrize("scale", [1.0, 7.0])
@pytest.mark.parametrize("name", LOSS_PEERS)
def test_a_loss_is_pytorchs(name, scale):
    pointwise = LOSSES[name].by_output
    x = X if name == "binary_cross_entropy" else scale * X

    value, slope = value_and_slope(lambda a, t: LOSS_PEERS[name](a, t, reduction="none"), x, T)

    assert np.abs(pointwise.array_value(x, T) - value).max() <= 1e-14
    assert np.abs(pointwise.array_slope(x, T) - slope).max() <= 1e-14


def test_cross_entropy_is_pytorchs():
    z, classes = np.array([[1000.0, 0.0, -1000.0], [0.5, -1.0, 2.0]]), np.array([2, 0])

    peer = F.cross_entropy(torch.tensor(z), torch.tensor(classes), reduction="none")

    for row, chosen, expected in zip(z, classes, peer.numpy(), strict=True):
        column, target = row.reshape(3, 1).copy(), np.eye(3)[:, [chosen]]
        value = LOSSES["cross_entropy"].joint.both(column, column.copy(), target, column.copy())
        assert value == pytest.approx(expected, abs=1e-15)
