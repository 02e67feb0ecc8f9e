"""Connections that share a weight: one value, one entry of theta, gradients summed."""

import copy
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import FileError, GraphError, UnknownNameError, WrongTypeError
from neurosim.functions.losses import LOSSES
from neurosim.interpreter import GradientComputed, Updated, backward, forward, update
from neurosim.network import Network
from neurosim.training import evaluate_loss
from tests.each import each

HALF = LOSSES["half_squared_error"]


@pytest.fixture
def net():
    """x1 and x2 lead into h, h and x1 into y; x1->h and h->y share a weight, across depths."""
    made = Network("shared")
    made.add_layer("x", 2)
    made.add_layer("hidden", ["h"], bias=None)
    made.add_layer("out", ["y"], bias=None)
    made.connect("x1", "h", weight=2.0)
    made.connect("x2", "h", weight=3.0)
    made.connect("h", "y", weight=7.0)
    made.share(("x1", "h"), ("h", "y"))
    return made


def test_the_value_of_the_first_connection_holds_for_all(net):
    assert [c.weight for c in net.connections] == [2.0, 3.0, 2.0]
    assert net.parameter_names() == ("x1->h = h->y", "x2->h")
    assert net.parameters().tolist() == [2.0, 3.0]

    net["h", "y"].weight = 5.0

    assert net["x1", "h"].weight == 5.0
    assert net.parameters().tolist() == [5.0, 3.0]


def test_gradients_are_summed_in_the_order_of_the_backward_pass(net):
    list(forward(net, [1.0, 2.0]))  # h = 2*1 + 3*2 = 8, y = 2*8 = 16

    steps = [s for s in backward(net, [15.0], HALF) if isinstance(s, GradientComputed)]

    # dL/dy = 1; by h->y: 8*1; back to h: 2*1; by x1->h: 1*2
    assert [str(s) for s in steps] == [
        "dL/dw(x1->h = h->y) = 8*1 = 8",
        "dL/dw(x1->h = h->y) = 8 + 1*2 = 10",
        "dL/dw(x2->h) = 2*2 = 4",
    ]
    assert net["x1", "h"].gradient == net["h", "y"].gradient == 10.0


def test_one_update_moves_all_of_them(net):
    list(forward(net, [1.0, 2.0]))
    list(backward(net, [15.0], HALF))

    steps = list(update(net, ns.SGD(0.1), np.zeros((1, 2)), count=1, rate=0.1, rows=1, divisor=1))

    assert [str(s) for s in steps] == [
        "w(x1->h = h->y) = 2 - 0.1*10 = 1",
        "w(x2->h) = 3 - 0.1*4 = 2.6",
    ]
    assert isinstance(steps[0], Updated)
    assert net["h", "y"].weight == 1.0


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_the_gradient_is_that_of_differences(net, engine):
    X, T = [[1.0, 2.0], [0.5, -1.0]], [[1.5], [0.5]]
    ours = ns.loss_and_gradients(net, X, T, engine=engine).vector
    theta, e = net.parameters(), 1e-5
    theirs = []
    for i in range(2):
        ends = []
        for sign in (e, -e):
            moved = theta.copy()
            moved[i] += sign
            net.load_parameters(moved)
            ends.append(evaluate_loss(net, X, T))
        theirs.append((ends[0] - ends[1]) / (2 * e))

    assert ours == pytest.approx(theirs, rel=1e-8)


@each("optimizer", [ns.SGD(0.01, momentum=0.9), ns.Adam(0.01), ns.SGD(0.01)])
@each("penalty", [None, ns.L2(0.1)])
def test_the_engines_agree(optimizer, penalty):
    rng = np.random.default_rng(3)
    net = Network(seed=1)
    net.add_layer("x", 6)
    net.add_layer("h", 4, activation="tanh")
    net.add_layer("o", 2, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    net.connect("x1", "o1")
    for j in range(3):  # each neuron of h weighs its own window alike
        net.share(*((f"x{i + j + 1}", f"h{i + 1}") for i in range(3)))
    net.share(("x1", "o1"), ("h4", "o2"))
    X, T = rng.normal(size=(20, 6)), rng.uniform(size=(20, 2))

    found = ns.agree(
        net, X, T, optimizer=optimizer, batch_size=6, shuffle=True, penalty=penalty, updates=40
    )

    assert found.passed, str(found)


def test_training_keeps_them_one(net):
    ns.train(net, [[1.0, 2.0], [0.5, -1.0]], [[1.5], [0.5]], epochs=20, optimizer=ns.SGD(0.01))

    assert net["x1", "h"].weight == net["h", "y"].weight != 2.0


def test_many_epochs_at_once_move_all_of_them(net):
    ends = []
    for engine in ("graph", "compiled"):  # the program keeps a number for each of them meanwhile
        twin = net.copy()
        ns.train(
            twin, [[1.0, 2.0], [0.5, -1.0]], [[1.5], [0.5]], epochs=20,
            optimizer=ns.SGD(0.01), engine=engine,
        )  # fmt: skip
        ends.append(twin.parameters())

    assert ends[1] == pytest.approx(ends[0], rel=1e-12)


def test_torch_finds_the_same_gradient(net):
    torch = pytest.importorskip("torch")
    w = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    X = torch.tensor([[1.0, 2.0], [0.5, -1.0]], dtype=torch.float64)
    h = w[0] * X[:, 0] + w[1] * X[:, 1]
    loss = (0.5 * (w[0] * h - torch.tensor([1.5, 0.5])) ** 2).mean()
    loss.backward()

    for engine in ("graph", "compiled"):
        ours = ns.loss_and_gradients(net, X.numpy(), [[1.5], [0.5]], engine=engine).vector
        assert ours == pytest.approx(w.grad.numpy(), rel=1e-12)


def test_the_program_ties_the_gradients_in_one_line(net):
    from neurosim.training.engines.compiled import CompiledEngine
    from neurosim.training.task import make_task

    task = make_task(net, [[1.0, 2.0]], [[1.5]])

    engine = CompiledEngine(task, "array")

    tied = "gradient[tied] = bincount(weight_of, gradient[tied])[weight_of]"
    assert engine.source.count(tied) == 1


@pytest.mark.parametrize(
    "twin",
    [Network.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))],  # noqa: S301 - our own
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_twin_shares_on_its_own(net, twin):
    made = twin(net)

    made["h", "y"].weight = 9.0

    assert made["x1", "h"].weight == 9.0
    assert net["x1", "h"].weight == 2.0
    assert made.parameter_names() == net.parameter_names()


def test_a_saved_network_shares_when_it_is_loaded(net, tmp_path):
    net["h", "y"].weight = 4.0
    net.save(tmp_path / "net.json")

    made = ns.load(tmp_path / "net.json")

    assert made.parameter_names() == net.parameter_names()
    assert made.parameters().tolist() == [4.0, 3.0]
    made.reset()
    assert made.parameters().tolist() == [2.0, 3.0]


def test_a_file_whose_shared_weights_differ_is_refused(net, tmp_path):
    path = tmp_path / "net.json"
    net.save(path)
    path.write_text(path.read_text().replace('"weight": 2.0', '"weight": 2.5', 1))

    with pytest.raises(FileError, match=r"shared\[0\].*expected one weight"):
        ns.load(path)


def test_the_compiled_form_and_the_script_have_each_weight_in_its_place(net):
    assert net.predict([[1.0, 2.0]]).tolist() == [[16.0]]
    scope = {"__name__": "script"}
    exec(ns.compile_network(net).standalone(), scope)  # noqa: S102 - the script is ours
    assert scope["predict"]([[1.0, 2.0]]).tolist() == [[16.0]]


def test_a_removed_connection_leaves_the_weight_to_the_others(net):
    net.connect("x1", "y", weight=1.0)
    net.unshare(("h", "y"))
    net.share(("x1", "h"), ("x1", "y"), ("h", "y"))

    net.remove_connection("x1", "h")
    assert net.parameter_names() == ("x2->h", "x1->y = h->y")
    net.remove_neuron("h")
    assert net.parameter_names() == ("x1->y",)
    assert net["x1", "y"].weight == 2.0


def test_unshared_connections_go_on_with_the_weight_they_had(net):
    net.unshare(("x1", "h"))

    net["x1", "h"].weight = 8.0

    assert net["h", "y"].weight == 2.0
    assert net.parameter_names() == ("x1->h", "x2->h", "h->y")


def test_the_first_ones_trainability_holds_for_all(net):
    net.unshare(("x1", "h"))
    net["h", "y"].trainable = False
    net.share(("h", "y"), ("x1", "h"))

    assert net.trainable_mask().tolist() == [False, True]
    assert not net["x1", "h"].trainable


@pytest.mark.parametrize(
    ("pairs", "error", "words"),
    [
        ([("x2", "h")], GraphError, "got 1 connection; expected at least two"),
        ([("x2", "h"), ("x2", "h")], GraphError, "'x2->h' twice; expected each connection once"),
        ([("x2", "h"), ("h", "y")], GraphError, "'h->y' shares a weight already"),
        ([("x2", "h"), ("x2", "y")], UnknownNameError, "no connection 'x2->y'"),
        ([("x2", "h"), "h->y"], WrongTypeError, "got 'h->y'; expected pairs of names"),
    ],
)
def test_what_cannot_be_shared_is_refused_and_nothing_changes(net, pairs, error, words):
    version = net.version

    with pytest.raises(error, match=words):
        net.share(*pairs)

    assert net.version == version


def test_a_connection_that_shares_nothing_is_not_unshared(net):
    with pytest.raises(GraphError, match="'x2->h' shares no weight"):
        net.unshare(("x2", "h"))


def test_the_debugger_sets_watches_and_explains_a_shared_weight(net):
    session = ns.debug(net, [[1.0, 2.0]], [[15.0]], optimizer=ns.SGD(0.01), epochs=3)

    session.set("h->y.weight", 1.0)
    assert net["x1", "h"].weight == 1.0
    session.watch("x1->h.weight")
    session.continue_()
    assert session.value("x1->h.weight") == session.value("h->y.weight") != 1.0
    assert "w(x1->h = h->y)" in str(session.explain("h->y"))
    assert "x1->h = h->y" in str(session.why("h->y"))
    session.back()
    assert net["h", "y"].weight == 1.0
