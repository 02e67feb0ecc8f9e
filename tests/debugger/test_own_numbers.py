"""A number belongs to a sample: what a session shows of the present one is its own, or not yet."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.debugger.stops.expressions import QUANTITIES
from neurosim.drawing.drawing import prepare_step
from neurosim.errors import InvalidValueError, NotComputable
from neurosim.training.engines.graph import sample_steps

EVER = {"weight", "bias"}


@pytest.fixture
def house():
    """``house()``: one scaled input, one scaled output, two rows."""

    def house():
        net = ns.Network("house")
        net.add_input("area")
        net.add_neuron("price", activation="identity", bias=0.0)
        net.connect("area", "price", weight=0.5)
        net.outputs = ["price"]
        net.set_scaling("area", ns.Scaling(2000, 400))
        net.set_scaling("price", ns.Scaling(3.0, 2.0))
        return ns.debug(net, [[2400.0], [1600.0]], [[5.0], [1.0]], optimizer=ns.SGD(0.1), epochs=3,
                        batch_size=1)  # fmt: skip

    return house


def slots_of(network):
    neurons = [(neuron, name) for neuron in network.neurons for name in QUANTITIES["neuron"]]
    lines = [(line, name) for line in network.connections for name in QUANTITIES["connection"]]
    return [*neurons, *lines, (network, "loss")]


def names_of_own(session):
    return {
        (getattr(thing, "name", ""), name)
        for thing, name in slots_of(session.network)
        if name not in EVER and getattr(thing, name) is not None and session.is_own(thing, name)
    }


def names_of_written(task, row, n_steps):
    """What so many steps leave on a network on which nothing stood."""
    blank = task.on(task.network.copy())
    for neuron in blank.network.neurons:
        for name in ("output", "net_input", "output_gradient", "delta", "bias_gradient"):
            assert getattr(neuron, name) is None
    steps = sample_steps(blank, task.X[row].tolist(), task.T[row].tolist(), 0)
    for _ in range(n_steps):
        next(steps)
    return {
        (getattr(thing, "name", ""), name)
        for thing, name in slots_of(blank.network)
        if name not in EVER and getattr(thing, name) is not None
    }


@pytest.mark.parametrize("limit", [256_000_000, 10_000], ids=["all kept", "most dropped"])
def test_a_sample_owns_what_its_steps_would_leave_on_a_network_without_values(limit):
    net = ns.Network("wide")
    for name, size in (("x", 3), ("h", 6), ("o", 2)):
        net.add_layer(name, size, activation="identity" if name == "x" else "tanh")
    for source, target in ("xh", "ho"):
        net.connect(net.layer(source), net.layer(target), seed=1)
    net.share(("x1", "h1"), ("x2", "h2"))
    X, T = np.arange(9.0).reshape(3, 3), np.eye(3)[:, :2]
    session = ns.debug(
        net, X, T, optimizer=ns.SGD(0.5), epochs=2, batch_size=1, engine="graph", limit=limit
    )
    session.goto(epoch=1, sample=2)

    for n_steps in range(session._walk.n_sample):
        assert names_of_own(session) == names_of_written(session.task, 2, n_steps)
        session.step()
    assert n_steps > 70
    session.back(n_steps // 2)
    assert names_of_own(session) == names_of_written(session.task, 2, n_steps - n_steps // 2 + 1)


def test_what_the_sample_before_left_is_not_yet(xor):
    session = xor(engine="graph")
    session.sample()

    assert session.network["o1"].delta is not None
    for text in ("x1.output", "h1.output", "o1.delta", "loss", "x1->h1.gradient", "o1.value"):
        with pytest.raises(NotComputable, match="not yet"):
            session.value(text)
    assert session.value("x1->h1.weight") == session.network["x1", "h1"].weight

    session.until("h1")
    assert session.value("h1.output") == session.network["h1"].output
    with pytest.raises(NotComputable, match=r"o1\.output: not yet"):
        session.value("o1.output")


def test_a_gradient_is_of_the_batch(xor):
    session = xor(batch_size=2)
    session.batch()
    with pytest.raises(NotComputable):
        session.value("x1->h1.gradient")

    session.sample()

    assert session.value("x1->h1.gradient") == session.network["x1", "h1"].gradient
    with pytest.raises(NotComputable):
        session.value("h1.delta")


def test_the_update_and_the_end_show_the_numbers_of_the_last_sample(xor):
    session = xor()
    session.goto(phase="update")
    assert session.value("o1.delta") == session.network["o1"].delta

    session.continue_()
    assert session.value("loss") == session.network.loss


def test_what_was_set_is_the_samples(xor):
    session = xor()
    session.sample()
    edit = session.set("h1.output", 0.5)

    assert session.value("h1.output") == 0.5
    assert str(edit) == "h1.output = 0.5 (there was none yet)"
    session.back()
    session.step()
    assert session.value("h1.output") == 0.5


def test_conditions_and_watches_read_what_is_on_the_objects(xor):
    session = xor()
    session.break_at("h1", when="o1.delta < 10")
    session.sample()

    session.continue_()

    assert session.position.sample == 1  # the delta is that of sample 0
    with pytest.raises(NotComputable):
        session.value("o1.delta")


def test_a_comparison_is_of_the_present_sample(house):
    session = house()
    session.fork("old")
    session.set("area->price.weight", 1.0)
    session.sample()

    ahead = session.compare("old")

    assert ahead.is_ahead
    assert "of this sample, which has not begun" in str(ahead)
    ((_, here, there),) = ahead.outputs
    bias, weight = session.network["price"].bias, session.network["area", "price"].weight
    # the raw number of area = 1600, which is -1 inside; untouched, both moved by 0.1*(1 - 0.5)
    assert here == pytest.approx(3.0 + 2.0 * (bias - weight))
    assert there == pytest.approx(3.0 + 2.0 * (0.05 - 0.55))
    session.until("price")
    found = session.compare("old")
    assert found.loss == (None, None)
    session.step()
    after = session.compare("old")
    assert after.outputs[0][1:] == pytest.approx((here, there))
    assert after.loss == pytest.approx(ahead.loss)


def test_a_raw_number_is_set_as_the_inner_one(house):
    with pytest.raises(InvalidValueError, match=r"got 2500\.0; expected area\.output = 1\.25"):
        house().set("area.value", 2500.0)


def test_an_explanation_of_a_sum_that_has_not_begun_has_no_number_of_the_sample_before(xor):
    session = xor()
    session.sample()
    session.until("x2")

    line = str(session.explain("h2")).splitlines()[3]

    assert line.strip().startswith("net = -0.18")
    assert line.endswith(" = 0.567706 (not yet)")  # the sum of sample 0 is on the object


def test_a_picture_of_a_moment_shows_the_samples_own_numbers(xor):
    session = xor()
    session.sample()

    show = ("weights", "outputs", "deltas", "gradients")
    values = prepare_step(session, show=show).values
    assert (values.outputs, values.deltas, values.gradients, values.loss) == ({}, {}, {}, None)
    session.until("h1")
    assert set(prepare_step(session, show=show).values.outputs) == {"x1", "x2", "h1"}
    session.goto(sample=1, phase="update")
    values = prepare_step(session, show=show).values
    assert len(values.deltas) == 3
    assert values.loss == session.network.loss
    given = prepare_step(session, show=("outputs",), sample=np.array([1.0, 1.0])).values
    assert given.outputs["x1"] == 1.0
