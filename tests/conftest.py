"""What all tests share: the two engines, what "equal" means, and random networks with data.

Random networks come from one strategy, the fixture ``cases``. Hypothesis draws their structure;
their numbers come from a generator that it seeds: a hundred times faster than drawing each.
"""

import gc
import io
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from PIL import Image

import neurosim as ns
from neurosim.functions.activations import ACTIVATIONS, facts_of
from neurosim.functions.aggregations import AGGREGATIONS
from neurosim.functions.losses import LOSSES

# the threads of PyTorch wait for each other: on two busy cores a step of a tiny network takes ten
# times as long with two as with one; NumPy does not read this
os.environ.setdefault("MKL_NUM_THREADS", "1")

settings.register_profile(
    "whole",
    max_examples=100,
    deadline=None,  # a busy machine is no failure
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # as above
)
settings.register_profile("quick", settings.get_profile("whole"), max_examples=10)
settings.load_profile("whole")

LEARNABLE = tuple(name for name, a in ACTIVATIONS.items() if a.slope is not None)
WITH_OPTIONS = ("leaky_relu(slope=0.3)", "elu(alpha=0.5)", "softplus(beta=2)", "hardtanh(low=-2)")
SMOOTH = tuple(name for name in LEARNABLE if not ACTIVATIONS[name].facts.kinks)
PROBABILITIES = ("sigmoid", "softmax", "gaussian")


def pytest_configure(config: pytest.Config) -> None:
    """The quick set tries a tenth of the random examples; before any test module is imported."""
    if "not slow" in config.option.markexpr:
        settings.load_profile("quick")
    if config.getoption("numprocesses", None):
        # else every worker, and every program that a test starts, compiles all that it imports
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test marked ``quick("a", "b")`` all cases are slow but those whose ids begin so."""
    n_quick: Counter[str] = Counter()
    for item in items:
        for mark in item.iter_markers("quick"):
            assert isinstance(item, pytest.Function)
            is_quick = item.callspec.id.startswith(mark.args)
            n_quick[item.nodeid.partition("[")[0]] += is_quick
            if not is_quick:
                item.add_marker("slow")
    without = [name for name, count in n_quick.items() if not count]
    if without and not any("::" in argument for argument in config.args):
        raise pytest.UsageError(f"no case is quick, whatever the mark says: {', '.join(without)}")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[object], list[object]]:
    """Test modules hold no examples: where an import fails, who looks for some passes over it."""
    found = yield
    if not file_path.name.startswith("test_"):
        return found
    return [each for each in found if type(each) is pytest.Module]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The tests and all that they import stay; else Python looks through them again and again."""
    gc.disable()
    collected = yield
    gc.enable()
    gc.freeze()
    return collected


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_disks():
    """No test takes the power away: what is written need not have reached the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(params=["graph", "compiled"], scope="session")
def engine(request):
    """The name of each of the two engines: behaviour of a network is tested on both, always."""
    return request.param


@pytest.fixture(scope="module")
def no_kernel():
    """The kernel is hidden, for tests of the programs that serve without it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEUROSIM_KERNEL", "off")
        yield


@pytest.fixture(scope="session")
def assert_close():
    """``assert_close(actual, expected, tolerance)``: |a - b| <= tolerance * max(1, |b|), each."""

    def check(actual: Any, expected: Any, tolerance: float) -> None:
        a, b = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
        assert a.shape == b.shape
        if not a.size:
            return
        error = np.abs(a - b) / np.maximum(1.0, np.abs(b))
        worst = np.unravel_index(int(np.nan_to_num(error, nan=np.inf).argmax()), error.shape)
        assert error[worst] <= tolerance, f"at {worst}: got {a[worst]!r}; expected {b[worst]!r}"

    return check


@dataclass(frozen=True)
class Case:
    """A network and data that some loss fits; ``has_kink`` says that a z is exactly at a kink."""

    network: ns.Network
    X: Any
    T: Any
    loss: str
    reduction: str
    has_kink: bool

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # what hypothesis shows of it
        net = self.network
        printer.text(
            f"{net.neurons} with {net.connections}; outputs {[n.name for n in net.outputs]};"
            f" X {self.X!r}, T {self.T!r}, {self.loss}, {self.reduction}"
        )


@pytest.fixture(scope="session")
def cases():
    """``cases(activations=..., losses=...)``: the strategy of random networks with data.

    Any acyclic graph: skips, dead ends, several activations in a level, softmax layers, inputs in
    no layer, missing biases, aggregations, frozen parameters, outputs that feed others, inputs
    wired straight to outputs, neurons that nothing leads to.
    """
    return _cases


@pytest.fixture(scope="session")
def smooth():
    """The activations whose slope jumps nowhere."""
    return SMOOTH


@st.composite
def _cases(
    draw,
    activations=LEARNABLE + WITH_OPTIONS,
    losses=tuple(LOSSES),
    softmax=True,
    aggregations=tuple(AGGREGATIONS),
):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loss = draw(st.sampled_from(losses))
    net = ns.Network("random", seed=int(rng.integers(1000)))
    net.add_layer("x", draw(st.integers(1, 4)))
    n_units = draw(st.integers(1, 7))
    head_at = draw(st.integers(0, n_units - 1))
    head = _head_activation(draw, loss, activations)
    for number in range(n_units):
        if number == head_at:
            _add_layer(draw, rng, net, "head", head)
        else:
            _add_unit(draw, rng, net, f"n{number}", activations, softmax=softmax)
    if aggregations and draw(st.booleans()):
        _combine(rng, net, aggregations)
    net.outputs = _outputs(rng, net, loss)
    n_rows = draw(st.integers(1, 33))
    X = rng.normal(size=(n_rows, len(net.inputs))) * (rng.random((n_rows, len(net.inputs))) < 0.9)
    T = _targets(draw, rng, loss, n_rows, len(net.outputs))
    has_kink = _require_away_from_kinks(net, X, T, loss)
    reduction = draw(st.sampled_from(["mean", "sum"]))
    return Case(net, X, T, loss, reduction, has_kink)


def _combine(rng, net, aggregations):
    """Let some neurons not simply sum."""
    for neuron in net.neurons:
        if not neuron.is_input and rng.random() < 0.4:
            neuron.aggregation = str(rng.choice(aggregations))
            neuron.response = float(rng.choice([1.0, 1.0, 0.5, -2.0]))


def _head_activation(draw, loss, activations):
    if loss == "cross_entropy":
        return "softmax"
    if loss == "binary_cross_entropy":
        return draw(st.sampled_from(PROBABILITIES))
    return draw(st.sampled_from(activations))


def _add_unit(draw, rng, net, name, activations, *, softmax):
    kinds = ["neuron", "neuron", "layer", "input"] + ["softmax"] * softmax
    kind = draw(st.sampled_from(kinds))
    if kind == "input":
        net.add_input(name)
    elif kind == "neuron":
        activation = draw(st.sampled_from(activations))
        bias = None if rng.random() < 0.2 else float(rng.normal())
        earlier = net.neurons
        frozen = rng.random() < 0.1
        made = net.add_neuron(name, activation=activation, bias=bias, bias_trainable=not frozen)
        _wire(draw, rng, net, earlier, [made])
    else:
        activation = "softmax" if kind == "softmax" else draw(st.sampled_from(activations))
        _add_layer(draw, rng, net, name, activation)


def _add_layer(draw, rng, net, name, activation):
    earlier, size = net.neurons, draw(st.integers(1, 4))
    bias = [None if rng.random() < 0.2 else float(b) for b in rng.normal(size=size)]
    layer = net.add_layer(name, size, activation=activation, bias=bias)
    _wire(draw, rng, net, earlier, layer.neurons)


def _wire(draw, rng, net, earlier, targets):
    density = draw(st.sampled_from([1.0, 0.6, 0.3, 0.0]))
    pairs = [(s, t) for s in earlier for t in targets if rng.random() < density]
    scale = 1.0 / np.sqrt(max(1, len(pairs) / len(targets)))
    for i in rng.permutation(len(pairs)):  # the order of connections is not that of neurons
        frozen = rng.random() < 0.1
        net.connect(*pairs[i], weight=float(rng.normal() * scale), trainable=not frozen)


def _outputs(rng, net, loss):
    if loss == "cross_entropy":
        return net.layer("head").neurons
    found = [neuron for neuron in net.neurons if not neuron.is_input]
    if loss == "binary_cross_entropy":
        found = [neuron for neuron in found if neuron.activation in PROBABILITIES]
    count = int(rng.integers(1, min(len(found), 5) + 1))
    return [found[i] for i in rng.permutation(len(found))[:count]]


def _targets(draw, rng, loss, n_rows, n_out):
    if loss == "cross_entropy":
        classes = rng.integers(n_out, size=n_rows)
        soft = rng.dirichlet(np.ones(n_out), size=n_rows)
        one_hot = np.eye(n_out)[classes]
        return draw(st.sampled_from([one_hot, soft] + [classes] * (n_out > 1)))
    if loss == "binary_cross_entropy":
        return np.clip(rng.random((n_rows, n_out)) * 2.0 - 0.5, 0.0, 1.0)
    if loss == "hinge":
        return np.where(rng.random((n_rows, n_out)) < 0.5, -1.0, 1.0)
    return rng.normal(size=(n_rows, n_out))


def _gaps_of_terms(net):
    """How far the largest and the least terms of neurons are from those beside them."""
    gaps = []
    for neuron in net.neurons:
        if neuron.aggregation in ("max", "min"):
            terms = sorted(c.weight * c.source.output for c in net.incoming(neuron))
            first = terms[:2] if neuron.aggregation == "min" else terms[-2:]
            gaps += [abs(a - b) for a, b in pairwise(first)]
    return gaps


def _require_away_from_kinks(net, X, T, loss):
    """Reject samples within 1e-6 of a kink, where two orders of summation may pick two slopes.

    Exactly at a kink is another thing: a sum of nothing, or of zeros, is zero in any order.
    """
    has_kink = False
    for row, target in zip(X, np.asarray(T, dtype=float), strict=True):
        outputs = net.forward(row)
        gaps = [
            abs(neuron.net_input - kink)
            for neuron in net.neurons
            for kink in facts_of(neuron.activation).kinks
        ]
        gaps += _gaps_of_terms(net)
        if loss == "mean_absolute_error":
            gaps += np.abs(outputs - target).tolist()
        elif loss == "hinge":
            gaps += np.abs(1.0 - outputs * target).tolist()
        elif loss == "binary_cross_entropy":
            # by the output, the slope has a pole at 0 and at 1
            poles = [n.output for n in net.outputs if n.activation != "sigmoid"]
            assume(all(0.001 < a < 0.999 for a in poles))
        has_kink = has_kink or 0.0 in gaps
        assume(not any(0.0 < gap < 1e-6 for gap in gaps))
    net.forget()
    return has_kink


@pytest.fixture(scope="session")
def frames_of():
    """``frames_of(path)``: the pictures of a GIF as they are shown, (height, width, 3) each."""

    def frames_of(path):
        film = Image.open(io.BytesIO(path.read_bytes()))
        frames = []
        for number in range(film.n_frames):
            film.seek(number)
            frames.append(np.array(film.convert("RGB")))
        return frames

    return frames_of


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# so .ci/run installs a browser; on a machine where it cannot, CI says so in words
IN_CI = os.environ.get("CI") == "true" and os.environ.get("NEUROSIM_BROWSER") == "installed"


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """What axe-core finds of an open page: rules, and elements. It is fetched, and not kept."""
    folder, npm = tmp_path_factory.mktemp("axe"), shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to fetch axe-core with")
    fetched = subprocess.run(  # noqa: S603 - a fixed command
        [npm, "install", "--silent", "--prefix", str(folder), "axe-core@4"],
        check=False, capture_output=True, timeout=120,
    )  # fmt: skip
    if fetched.returncode:
        pytest.skip("axe-core could not be fetched")
    script = (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

    def find(page):
        page.evaluate(script)
        found = page.evaluate("axe.run().then(({violations}) => violations)")
        return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]

    return find


@pytest.fixture(scope="session")
def browser():
    """A real Chromium; where there is none, the tests that want it are skipped."""
    if IN_CI:
        assert BROWSER is not None, "CI installed a browser, and there is none"
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield found
        found.close()
