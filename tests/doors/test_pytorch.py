"""Modules of PyTorch have the outputs and gradients of the network, and what they learn returns."""

import os
import pickle
import re
import subprocess
import sys
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.doors.layers import network_of_sizes
from neurosim.errors import LeftOutWarning
from neurosim.functions.activations import ACTIVATIONS
from tests.each import each

torch = pytest.importorskip("torch")

MANUAL = Path(ns.__file__).parent / "manual" / "pytorch.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)


def check_both_ways(case, assert_close):
    net = case.network
    module = net.to_torch()
    outputs = module(torch.tensor(case.X))
    assert_close(outputs.detach().numpy(), net.predict(case.X), 1e-12)
    again = net.copy()
    again.load_parameters(np.zeros_like(net.parameters()))
    again.load_torch(module)
    assert np.array_equal(again.parameters(), net.parameters())
    if case.has_kink or not outputs.requires_grad:
        return
    ((outputs - torch.tensor(case.T)) ** 2).sum().div(2).backward()
    found = ns.loss_and_gradients(net, case.X, case.T, reduction="sum").vector
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            gradient = 0.0 * parameter if parameter.grad is None else parameter.grad
            assert_close(gradient.detach().numpy(), found[module.numbers[name]], 1e-12)
    trained = [k for name, p in module.named_parameters() if p.requires_grad
               for k in module.numbers[name].ravel()]  # fmt: skip
    assert sorted(trained) == np.flatnonzero(net.trainable_mask()).tolist()


@settings(max_examples=20)
@given(data=st.data())
def test_outputs_and_gradients(data, cases, assert_close):
    check_both_ways(data.draw(cases(losses=("half_squared_error",))), assert_close)


@pytest.mark.slow
@settings(max_examples=200)
@given(data=st.data())
def test_outputs_and_gradients_of_200(data, cases, assert_close):
    check_both_ways(data.draw(cases(losses=("half_squared_error",))), assert_close)


@each("name", [*ACTIVATIONS, "softmax", "hardtanh(low=-2)", "softplus(beta=2)"])
def test_every_activation(name, assert_close):
    net = network_of_sizes([3, 4, 2], [name, "identity"], seed=1)
    X = np.random.default_rng(0).normal(scale=4, size=(50, 3)) * ([[1.0], [100.0]] * 25)

    module = net.to_torch()

    assert_close(module(torch.tensor(X)).detach().numpy(), net.predict(X), 1e-12)


def test_shared_and_frozen_parameters(assert_close):
    net = network_of_sizes([3, 3, 2], ["prelu", "identity"], seed=1)
    net.share(("x1", "h1"), ("x2", "h2"), ("h1", "y1"))
    net.freeze("x3->h", "y.bias", "h2->y1")
    X, T = np.random.default_rng(1).normal(size=(2, 9, 3))
    module = net.to_torch()

    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    for _ in range(30):
        optimizer.zero_grad()
        ((module(torch.tensor(X)) - torch.tensor(T[:, :2])) ** 2).sum(1).mean().div(2).backward()
        optimizer.step()
    ns.train(net, X, T[:, :2], optimizer=ns.SGD(0.1), epochs=30)
    again = net.copy()
    again.reset()
    again.load_torch(module)

    assert_close(again.parameters(), net.parameters(), 1e-12)
    assert {"shared", "h.frozen_weight", "y.frozen_bias"} <= set(module.state_dict())


def test_a_module_is_an_ordinary_one(assert_close):
    net = network_of_sizes([2, 3, 1], ["tanh", "sigmoid"])
    net.rename("h", "forward")  # a name that modules have
    net.scale_inputs([[1.0, 200.0], [3.0, 400.0]])
    X = [[2.0, 250.0]]
    before = torch.random.get_rng_state()
    module = net.to_torch()

    assert torch.equal(torch.random.get_rng_state(), before)
    for one in (deepcopy(module), pickle.loads(pickle.dumps(module))):  # noqa: S301 - our own
        assert_close(one(torch.tensor(X)).detach().numpy(), net.predict(X), 1e-12)
    assert isinstance(module.y, torch.nn.Linear)
    assert list(module.state_dict()) == ["forward_.weight", "forward_.bias", "y.weight", "y.bias"]
    assert_close(module.float()(torch.tensor(X)).detach().numpy(), net.predict(X), 1e-6)


def test_dropout_acts_in_training_alone():
    net = network_of_sizes([4, 50, 1], ["relu", "identity"])
    net.layer("h").dropout = 0.5
    X = torch.ones(200, 4)
    module = net.to_torch()

    assert module(X).std() > 0.0
    assert module.eval()(X).std() < 1e-12


def test_what_does_not_fit_is_refused():
    net = network_of_sizes([2, 3, 1], ["tanh", "sigmoid"])
    with pytest.raises(TypeError, match=r"load_torch: got Linear; expected a module that net\.to_"):
        net.load_torch(torch.nn.Linear(2, 1))
    with pytest.raises(ns.NeurosimError, match="network with other parameters, got 5; expected"):
        net.load_torch(network_of_sizes([2, 1, 1], ["tanh", "sigmoid"]).to_torch())
    ns.register_activation(ns.Activation("cube", lambda z: z**3, lambda z, _a: 3 * z * z))
    try:
        with pytest.raises(ns.NeurosimError, match="to_torch: h1 has the activation 'cube'; exp"):
            network_of_sizes([2, 3, 1], ["cube", "sigmoid"]).to_torch()
    finally:
        ns.unregister_activation("cube")


@pytest.mark.slow
def test_a_long_chain_is_no_recursion():
    net = ns.Network()
    names = [net.add_input("x").name, *(net.add_neuron(f"n{k}").name for k in range(1500))]
    net.connect_many(list(pairwise(names)), [1.0] * 1500)
    net.outputs = [names[-1]]

    assert net.to_torch()(torch.ones(2, 1)).detach().tolist() == [[1.0], [1.0]]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "processes"), [(0, 1), (1, 1), (2, 2)])
def test_programs_of_the_manual(number, processes, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAMS[number], encoding="utf-8")
    command = [sys.executable, str(path)]
    if processes > 1:
        start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        command = [sys.executable, *start, str(path)]

    done = subprocess.run(  # noqa: S603 - the manual's own text
        command, capture_output=True, encoding="utf-8", timeout=200, check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(ns.__file__).parents[1])},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    if processes > 1:
        assert float(done.stdout.split("difference")[1]) < 1e-12


class Residual(torch.nn.Module):
    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        sizes = np.random.default_rng(seed).integers(1, 6, 3)
        n, m, k = sizes.tolist()
        self.a, self.b = torch.nn.Linear(n, m), torch.nn.Linear(m, m, bias=bool(seed % 2))
        self.c, self.d = torch.nn.Linear(m + n, k), torch.nn.Dropout(0.5)
        self.act = (torch.nn.ELU(0.5), torch.nn.SiLU(), torch.nn.PReLU(m))[seed % 3]

    def forward(self, x):
        h = self.act(self.a(x))
        h = self.d(h) + torch.tanh(self.b(h)) * 0.5 - 1.0
        h = h * torch.sigmoid(h)
        return torch.softmax(self.c(torch.cat([h, x], dim=1)), dim=1)


@pytest.mark.slow
def test_random_modules_come_in(assert_close):
    for seed in range(200):
        module = Residual(seed).double().eval()
        X = torch.randn(7, module.a.in_features, dtype=torch.float64)
        assert_close(ns.from_torch(module).predict(X.numpy()), module(X).detach().numpy(), 1e-12)


def check_both_learn_alike(module, net, X, T, assert_close, *, rate):
    optimizer = torch.optim.SGD(module.parameters(), lr=rate)

    for _ in range(20):
        optimizer.zero_grad()
        ((module(X) - T) ** 2).sum(1).mean().backward()
        optimizer.step()
    ns.train(net, X, T, loss="squared_error", optimizer=ns.SGD(rate), epochs=20)

    # 20 updates: each may differ by some roundings more
    assert_close(net.predict(X.numpy()), module(X).detach().numpy(), 1e-10)


@each("seed", (0, 1, 4, 6, 7, 8))  # of two classes or more
def test_it_learns_as_the_module_does(seed, assert_close):
    module = Residual(seed).double().eval()
    module.a.bias.requires_grad_(False)
    module.c.weight.requires_grad_(seed % 2 == 0)
    net = ns.from_torch(module)
    X = torch.randn(7, module.a.in_features, dtype=torch.float64)
    T = module(X).detach().flip(0)

    check_both_learn_alike(module, net, X, T, assert_close, rate=0.3)


class Twice(torch.nn.Module):
    def __init__(self, *, bias):
        super().__init__()
        torch.manual_seed(1)
        self.a, self.act = torch.nn.Linear(3, 3, bias=bias), torch.nn.PReLU(3)

    def forward(self, x):
        return self.act(self.a(self.act(self.a(x))))


def test_what_a_module_uses_twice_is_shared(assert_close):
    module = Twice(bias=False).double()
    net = ns.from_torch(module)
    X, T = torch.randn(2, 7, 3, dtype=torch.float64)

    assert len(net.parameters()) == 9 + 3
    check_both_learn_alike(module, net, X, T, assert_close, rate=0.1)
    with pytest.warns(LeftOutWarning, match="several neurons use one bias, 'h1_1.bias' and 2 "):
        ns.from_torch(Twice(bias=True))


def test_what_of_a_module_of_ours_is_frozen_since_stays_so():
    net = network_of_sizes([2, 3, 1], ["tanh", "sigmoid"])
    net.freeze("h.bias")
    module = net.to_torch()
    module.h.bias.requires_grad_(True)
    module.y.weight.requires_grad_(False)

    assert [p.name for p in ns.from_torch(module).parameter_list() if not p.trainable] == [
        "h1->y1", "h2->y1", "h3->y1",
    ]  # fmt: skip


def test_a_sequential_and_a_module_of_ours_come_in(assert_close):
    module = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(4, 2)),
        torch.nn.Softmax(dim=-1),
    ).double()  # fmt: skip
    net = ns.from_torch(module)
    again = ns.from_torch(net.to_torch())

    assert [layer.name for layer in net.layers] == ["x", "h", "y"]
    assert net.layer("y").activation == "softmax"
    assert np.array_equal(again.parameters(), net.parameters())
    X = torch.randn(5, 3, dtype=torch.float64)
    assert_close(net.predict(X.numpy()), module(X).detach().numpy(), 1e-12)


def test_what_does_not_come_in_is_named():
    with pytest.raises(ns.NeurosimError, match="from_torch: '_1' is Conv1d; expected Linear, an"):
        ns.from_torch(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Conv1d(1, 1, 1)))
    with pytest.raises(ns.NeurosimError, match="goes along dim=0; expected dim=1"):
        ns.from_torch(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Softmax(dim=0)))
    with pytest.raises(TypeError, match="from_torch: got 3; expected a torch"):
        ns.from_torch(3)


class Computed(torch.nn.Module):
    """What a function makes of a layer, a module, and rows."""

    def __init__(self, form, part=None):
        super().__init__()
        self.layer, self.part, self.form = torch.nn.Linear(3, 3), part, form

    def forward(self, x):
        return self.form(self, x)


def test_a_layer_alone_quotients_and_negatives_come_in(assert_close):
    X = torch.randn(5, 3, dtype=torch.float64)
    for module in (
        torch.nn.Linear(3, 2),
        Computed(lambda m, x: -m.layer(x) / 4.0 + x),
        Computed(lambda m, x: torch.flatten(m.layer(x), 1)),
    ):
        net = ns.from_torch(module.double())
        assert_close(net.predict(X.numpy()), module(X).detach().numpy(), 1e-12)


@pytest.mark.filterwarnings("ignore:Complex modules", "ignore:Lazy modules")
def test_what_would_come_in_wrongly_is_refused_in_a_line():
    nn, hooked = torch.nn, torch.nn.Linear(3, 3)
    hooked.register_forward_hook(lambda _m, _i, out: out * 2)
    cases = {
        "'part' changes a value in place that is read again": Computed(
            lambda m, x: (h := m.layer(x)) + m.part(h), nn.ReLU(inplace=True)),
        "'relu' changes a value in place that": Computed(
            lambda m, x: (h := m.layer(x)) + nn.functional.relu(h, inplace=True)),
        "'flatten' puts rows together; expected start_dim=1": Computed(
            lambda m, x: torch.flatten(m.layer(x))),
        "'_1' puts rows together": nn.Sequential(nn.Linear(3, 3), nn.Flatten(0)),
        "'0' has hooks": nn.Sequential(hooked),
        "Softplus of threshold=1; expected": nn.Sequential(nn.Linear(3, 3), nn.Softplus(1, 1)),
        "divides by what is computed, or by 0": Computed(lambda m, x: m.layer(x) / 0.0),
        "Computed cannot be traced, symbolically": Computed(
            lambda m, x: m.layer(x) if x.sum() > 0 else x),
        "got parameters of torch.float32 on 'meta'": nn.Linear(3, 2, device="meta"),
        "of torch.complex64": nn.Linear(3, 2).to(torch.complex64),
        "'1' is not yet made": nn.Sequential(nn.Linear(3, 3), nn.LazyLinear(2)),
    }  # fmt: skip
    for message, module in cases.items():
        with pytest.raises(ns.NeurosimError, match=message) as caught:
            ns.from_torch(module)
        assert "\n" not in str(caught.value), message
