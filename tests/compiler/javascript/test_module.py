"""The ES module gives what the walk over the objects gives, within rounding."""

import json
import math
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import ACTIVATIONS, Activation
from neurosim.functions.losses import LOSSES
from neurosim.interpreter import backward, forward, measure
from neurosim.scenario import load_scenario
from neurosim.training.training import Training
from tests.each import each

SCENARIOS = sorted(path.stem for path in Path("scenarios").glob("*.yaml"))
REFUSED = {"sparse-random": "_gelu cannot be written in JavaScript, got math.erfc"}
CLOSE = {"rtol": 1e-12, "atol": 1e-12}  # a browser's exp is not libm's
RUN = """
import fs from "fs";
const found = [];
for (const [path, x, t] of JSON.parse(fs.readFileSync(0))) {
  const {pass, forward, neurons} = await import(path);
  const {loss, outputs, output, delta, gradient} = pass(x, t);
  found.push([loss, neurons, ...[outputs, forward(x), output, delta, gradient].map(
    (all) => Array.from(all))]);
}
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def in_node(tmp_path_factory):
    """Runs modules in node, each with a sample and its targets."""
    node, folder = shutil.which("node"), tmp_path_factory.mktemp("modules")
    if node is None:
        assert os.environ.get("NEUROSIM_BROWSER") != "installed", "CI has a browser and no node"
        pytest.skip("there is no node on this machine")

    def run(jobs):
        asked = []
        for i, (source, x, t) in enumerate(jobs):
            (folder / f"{i}.mjs").write_text(source, encoding="utf-8")
            asked.append([str(folder / f"{i}.mjs"), x, t])
        done = subprocess.run(  # noqa: S603 - our own script
            [node, "--input-type=module", "-e", RUN],
            input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-1000:]
        return json.loads(done.stdout)

    return run


def module_of(network, loss):
    return ns.compile_network(network).standalone_module(loss)


def require_equal(found, network, x, t, loss):
    """Compare what node found with a walk."""
    list(forward(network, x))
    (measured,) = measure(network, t, loss)
    list(backward(network, t, loss))
    said, names, outputs, alone, output, delta, gradient = found
    assert outputs == alone
    np.testing.assert_allclose(outputs, network.predict([x])[0], **CLOSE)
    np.testing.assert_allclose(said, measured.after, **CLOSE)
    neurons = [network[name] for name in names]
    np.testing.assert_allclose(output, [neuron.output for neuron in neurons], **CLOSE)
    deltas = [(one, n.delta) for one, n in zip(delta, neurons, strict=True) if not n.is_input]
    np.testing.assert_allclose(*zip(*deltas, strict=True), **CLOSE)
    learned = network.parameter_list()
    pairs = [(g, p.gradient) for g, p in zip(gradient, learned, strict=True) if p.trainable]
    np.testing.assert_allclose(*zip(*pairs, strict=True), **CLOSE)


@pytest.mark.slow
def test_every_shipped_training_is_computed_as_the_walk_does(in_node):
    jobs, walks = [], []
    for name in SCENARIOS:
        scenario = load_scenario(name)
        if scenario.training is None or scenario.data is None or name == "perceptron-and":
            continue  # the walk goes by the perceptron rule in trainings alone
        training = Training(scenario.network, *scenario.require_training(name, "compare"))
        task, loss = training.task, training.task.objective.heads[0].loss
        if name in REFUSED:
            with pytest.raises(InvalidValueError, match=REFUSED[name]):
                module_of(scenario.network, loss)
            continue
        x, t = task.X[0].tolist(), task.T[0].tolist()
        jobs.append((module_of(scenario.network, loss), x, t))
        walks.append((scenario.network, x, t, loss))

    results = in_node(jobs)

    assert len(results) >= 30
    for found, walk in zip(results, walks, strict=True):
        require_equal(found, *walk)


def two_layers(activation):
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation=activation, bias=[0.1, -0.2])
    net.add_layer("o", 2, activation="identity")
    net.connect("x", "h", weights=[[0.5, -1.2], [0.8, 0.3]])
    net.connect("h", "o", weights=[[0.5, -0.7], [1.1, 0.4]])
    return net


@pytest.mark.slow
def test_every_activation_and_loss_is_written_or_refused(in_node):
    x, jobs, walks = [0.7, -0.4], [], []
    unit = [loss for name, loss in LOSSES.items() if name not in {"cross_entropy", "hinge"}]
    cases = [(name, LOSSES["squared_error"]) for name in [*ACTIVATIONS, "softmax"]
             if name not in {"input", "step"}]  # fmt: skip
    cases += [
        (name, LOSSES["squared_error"]) for name in ("leaky_relu(slope=0.3)", "hardtanh(low=-2)")
    ]
    cases += [("sigmoid", loss) for loss in unit if loss.targets == "any"]
    for name, loss in cases:
        net = two_layers(name)
        if name == "gelu":
            with pytest.raises(InvalidValueError, match="erfc"):
                module_of(net, loss)
            continue
        jobs.append((module_of(net, loss), x, [0.25, 0.75]))
        walks.append((net, x, [0.25, 0.75], loss))
    by_net, loss = two_layers("tanh"), LOSSES["binary_cross_entropy"]
    for neuron in by_net.outputs:
        neuron.activation = "sigmoid"
    jobs.append((module_of(by_net, loss), x, [0.25, 0.75]))
    walks.append((by_net, x, [0.25, 0.75], loss))

    results = in_node(jobs)

    for found, walk in zip(results, walks, strict=True):
        require_equal(found, *walk)


def test_nothing_is_learned_through_a_step(in_node):
    net = two_layers("step")

    (found,) = in_node([(module_of(net, LOSSES["squared_error"]), [0.7, -0.4], [0.25, 0.75])])

    into_h, into_o = np.split(np.array(found[-1]), 2)  # three of each neuron
    assert not into_h.any()
    assert into_o.any()


def _swell(z, width=0.25):
    """An activation of a user."""
    far = z > 1.0 or z < -1.0
    if far and z < 1e300:
        return math.copysign(2.0, z)
    y, s = z * width, 0.5
    y += s
    return y


def _swell_slope(z, _a, width=0.25):
    return 0.0 if abs(z) > 1.0 else width


def test_a_user_s_function_is_translated(in_node):
    ns.register_activation(Activation("swell", _swell, _swell_slope))
    try:
        net = two_layers("swell")
        (found,) = in_node([(module_of(net, LOSSES["squared_error"]), [0.7, -0.4], [0.2, 0.1])])
        require_equal(found, net, [0.7, -0.4], [0.2, 0.1], LOSSES["squared_error"])
    finally:
        ns.unregister_activation("swell")


def test_another_aggregation_is_refused_in_words():
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="sigmoid", aggregation="product")
    net.connect("x", "o", weight=0.5)

    with pytest.raises(InvalidValueError, match=r"net input of o.*got the aggregation 'product'"):
        module_of(net, None)


def test_without_a_loss_it_goes_forward_alone():
    source = module_of(load_scenario("xor").network, None)

    assert "export function forward(" in source
    assert "pass" not in source


def test_scalings_shared_weights_and_learned_slopes_are_in_it(in_node):
    net = two_layers("prelu")
    net.connect("x", "o")
    net.share(("x1", "h1"), ("x2", "h2"))
    [slope] = net.function_parameters
    slope.value = 0.7  # not that of an untrained one
    X, T = np.array([[0.7, -0.4], [3.0, 2.0], [-1.0, 5.0]]), np.array([[2, 9], [4, 1], [7, 3]])
    net.scale_inputs(X, "standard")
    net.scale_outputs(T, "minmax")
    case = X[0].tolist(), T[0].tolist(), LOSSES["mean_squared_error"]

    (found,) = in_node([(module_of(net, case[2]), *case[:2])])

    require_equal(found, net, *case)


LOW = -2.0


def _bent(z):
    return LOW**2 * z / 4.0


def _bent_slope(_z, _a):
    return 1.0


def test_negative_constants_are_written_as_meant(in_node):
    ns.register_activation(Activation("bent", _bent, _bent_slope))
    try:
        net = two_layers("bent")
        (found,) = in_node([(module_of(net, LOSSES["squared_error"]), [0.7, -0.4], [0.2, 0.1])])
        require_equal(found, net, [0.7, -0.4], [0.2, 0.1], LOSSES["squared_error"])
    finally:
        ns.unregister_activation("bent")


def _flagged(z):
    """Decisions of every kind."""
    is_near = not (z < -1.0 or z > 1.0)
    is_low = True if z < 0.0 and is_near else False  # noqa: SIM210 - it is to be written so
    y, half = z, 0.5
    if is_low:
        y *= half
    return y if is_near else 2.0 * z


def _flagged_slope(z, _a):
    if -1.0 <= z <= 1.0:
        return 0.5 if z < 0.0 else 1.0
    return 2.0


def test_decisions_are_written_as_meant(in_node):
    rows, loss = [[0.7, -0.4], [-3.0, 2.0], [-0.9, 0.1]], LOSSES["squared_error"]
    ns.register_activation(Activation("flagged", _flagged, _flagged_slope))
    try:
        net = two_layers("flagged")
        for row, found in zip(rows, in_node([(module_of(net, loss), row, [0.2, 0.1])
                                             for row in rows]), strict=True):  # fmt: skip
            require_equal(found, net, row, [0.2, 0.1], loss)
    finally:
        ns.unregister_activation("flagged")


def _swapped(z):
    a, b = z, 1.0
    a, b = b, a
    return a + 3.0 * b


def _based(z):
    return math.log(1.0 + z * z, 3.0)


def _reserved(z):
    let = 2.0 * z
    return let + 1.0


def _placed(z):
    _KEPT[0], y = z, 1.0
    return y + z


def _two(z):
    return z, 1.0


def _stored(z):
    y, z = _two(z)
    return y + z


def _looped(z):
    for _ in range(2):
        z += 1.0
    return z


def _floored(z):
    z //= 2.0
    return z


def _summed(z):
    return sum((z, 1.0))


def _listed(z):
    return [z, 1.0][0]


def _worded(z):
    return z if _TEXT else 1.0


_KEPT, _TEXT = [0.0], "abc"
REFUSED_HERE = [
    (_swapped, r"_swapped cannot be written in JavaScript, got .*a, b.* = .*b, a"),
    (_based, r"math\.log"),  # JavaScript would drop the base
    (_reserved, "the name let, which JavaScript keeps for itself"),
    (_placed, r"got _KEPT\[0\]"),
    (_stored, "_stored cannot be written in JavaScript, got z"),
    (_looped, "_looped cannot be written in JavaScript, got for _ in range"),
    (_floored, "_floored cannot be written in JavaScript, got z //= 2.0"),
    (_summed, "_summed cannot be written in JavaScript, got sum"),
    (_listed, r"_listed cannot be written in JavaScript, got \[z, 1.0\]"),
    (_worded, "_worded cannot be written in JavaScript, got _TEXT"),
    (lambda z: 2.0 * z, "which has no source here"),
]


@each(("function", "words"), REFUSED_HERE)
def test_what_javascript_cannot_say_is_refused(function, words):
    ns.register_activation(Activation("refused", function))
    try:
        with pytest.raises(InvalidValueError, match=words):
            module_of(two_layers("refused"), None)
    finally:
        ns.unregister_activation("refused")


def test_a_layer_of_few_connections_and_a_joint_loss_are_in_it(in_node):
    rng = np.random.default_rng(3)
    net = ns.Network()
    net.add_layer("x", 150)
    net.add_layer("h", 150, activation="tanh", bias=0.1)
    net.add_layer("g", 150, activation="tanh", bias=0.1)
    net.add_layer("o", 3, activation="softmax", bias=0.2)
    for name, sources in (("h", net.inputs), ("g", net.layer("h").neurons)):
        for neuron in net.layer(name).neurons:
            for source in rng.choice(sources, size=2, replace=False):
                net.connect(source, neuron, weight=float(rng.normal()))
    net.connect("g", "o")
    x, t, loss = rng.normal(size=150).tolist(), [0.0, 1.0, 0.0], LOSSES["cross_entropy"]

    source = module_of(net, loss)
    (found,) = in_node([(source, x, t)])

    assert re.search(r"sparse\(z, a, w, \d", source)
    assert re.search(r"fan\(d, w, \[", source)
    require_equal(found, net, x, t, loss)
