"""Twenty steps of every optimizer against PyTorch's, where it is installed."""

import numpy as np
import pytest

from neurosim.functions.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    NAdam,
    RMSprop,
    Rprop,
)
from tests.each import each

torch = pytest.importorskip("torch")
STEPS, N = 20, 7


@pytest.fixture(autouse=True)
def double():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default dtype
    yield
    torch.set_default_dtype(before)


PAIRS = [
    (SGD(0.05), lambda p: torch.optim.SGD(p, lr=0.05)),
    (SGD(0.05, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    (
        SGD(0.05, momentum=0.8, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
    ),
    (RMSprop(), torch.optim.RMSprop),
    (RMSprop(0.02, alpha=0.9), lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9)),
    (Adagrad(), torch.optim.Adagrad),
    (Adadelta(), torch.optim.Adadelta),
    (Adadelta(0.5, 0.7), lambda p: torch.optim.Adadelta(p, lr=0.5, rho=0.7)),
    (Rprop(), torch.optim.Rprop),
    (
        Rprop(0.1, 0.3, 1.5, 1e-3, 0.4),
        lambda p: torch.optim.Rprop(p, lr=0.1, etas=(0.3, 1.5), step_sizes=(1e-3, 0.4)),
    ),
    (Adam(), torch.optim.Adam),
    (Adam(0.1, 0.8, 0.95), lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95))),
    (AdamW(), torch.optim.AdamW),
    (
        AdamW(0.1, weight_decay=0.2),
        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.2),
    ),
    (Adamax(), torch.optim.Adamax),
    (NAdam(), torch.optim.NAdam),
    (NAdam(0.1, 0.8), lambda p: torch.optim.NAdam(p, lr=0.1, betas=(0.8, 0.999))),
]


def gradients():
    rng = np.random.default_rng(11)
    # of sizes from 1e-6 to 1e3, so that every epsilon is felt
    return rng.normal(size=(STEPS, N)) * np.logspace(-6, 3, N)


def by_torch(make):
    parameter = torch.nn.Parameter(torch.linspace(-1.0, 1.0, N))
    peer = make([parameter])
    for row in gradients():
        parameter.grad = torch.tensor(row)
        peer.step()
    return parameter.detach().numpy()


def by_array(rule):
    w = np.linspace(-1.0, 1.0, N)
    memory = np.repeat(np.array(rule.start)[:, None], N, axis=1)
    for count, row in enumerate(gradients(), start=1):
        rule.array(w, row, memory, count, rule.learning_rate)
    return w


@each(("rule", "make"), PAIRS)
def test_twenty_steps_end_where_pytorchs_end(rule, make):
    ours, theirs = by_array(rule), by_torch(make)

    assert (np.abs(ours - theirs) <= 1e-13 * np.maximum(1.0, np.abs(theirs))).all()


def test_rprops_defaults_are_pytorchs():
    rule, peer = Rprop(), torch.optim.Rprop([torch.nn.Parameter(torch.zeros(1))])
    (group,) = peer.param_groups

    assert rule.learning_rate == group["lr"]
    assert (rule.eta_minus, rule.eta_plus) == group["etas"]
    assert (rule.least_step, rule.most_step) == group["step_sizes"]


@each("rule", [RMSprop(), Adagrad(), Adadelta(), Adam(), Adamax(), NAdam()])
def test_the_defaults_are_pytorchs(rule):
    peer = getattr(torch.optim, type(rule).__name__)([torch.nn.Parameter(torch.zeros(1))])
    (group,) = peer.param_groups

    assert rule.learning_rate == group["lr"]
    assert rule.epsilon == group["eps"]


def test_another_place_of_epsilon_is_seen():
    ours, theirs = by_array(RMSprop(epsilon=1e-7)), by_torch(torch.optim.RMSprop)

    assert np.abs(ours - theirs).max() > 1e-6
