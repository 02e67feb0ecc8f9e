"""``explain``: formulas with the numbers of the moment, as a reader would write them down."""

import numpy as np
import pytest
from hypothesis import given

import neurosim as ns
from neurosim.debugger.ask.explain import explain
from neurosim.debugger.time.position import Position
from neurosim.errors import UnknownNameError
from neurosim.interpreter.steps import Activated, GradientComputed, Updated, value_of
from neurosim.network import Network
from neurosim.training.engines.graph import batch_steps
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.examples import examples


@pytest.fixture
def mazur():
    """Mazur's 2-2-2 example as a task: rate .5, biases are not trained."""
    net = Network("mazur")
    net.add_layer("x", ["x1", "x2"])
    for name, bias in (("h", 0.35), ("o", 0.60)):
        net.add_layer(name, 2, activation="sigmoid", bias=bias, bias_trainable=False)
    net.connect("x", "h", weights=[[0.15, 0.25], [0.20, 0.30]])
    net.connect("h", "o", weights=[[0.40, 0.50], [0.45, 0.55]])
    return make_task(net, [[0.05, 0.10]], [[0.01, 0.99]], optimizer=ns.SGD(0.5))


def told(task, name, *, until=None, count=1, phase="update", state=None, sample=0):
    """The lines about a name before the ``count``-th step of a kind in the first batch."""
    start = start_state(task, 0) if state is None else state
    steps = batch_steps(task, start, start.memory.copy())
    while count and (until is not None):
        count -= isinstance(next(steps), until)
    position = Position(0, 0, sample, sample, phase, 0, 1, 1, task.batch_size)
    return explain(task.network, name, task=task, state=start, position=position).lines


def test_a_hidden_neuron_is_told_forward_backward_and_in_its_update(mazur):
    lines = told(mazur, "h1", until=GradientComputed, count=10)

    assert lines == (
        "h1: sigmoid neuron of layer h",
        "forward",
        "  net = bias + w(x1->h1)*x1 + w(x2->h1)*x2",
        "  net = 0.35 + 0.15*0.05 + 0.2*0.1 = 0.3775",
        "  h1 = sigmoid(0.3775) = 0.59327",
        "backward",
        "  dL/dh1 = w(h1->o1)*delta(o1) + w(h1->o2)*delta(o2)"
        " = 0.4*0.138499 + 0.5*(-0.0380982) = 0.0363503",
        "  delta(h1) = dL/dh1*sigmoid'(0.3775) = 0.0363503*0.59327*(1 - 0.59327) = 0.00877135",
        "  dL/db(h1) = delta(h1) = 0.00877135",
        "  dL/dw(x1->h1) = 0.05*0.00877135 = 0.000438568",
        "  dL/dw(x2->h1) = 0.1*0.00877135 = 0.000877135",
        "update",
        "  b(h1) = 0.35, frozen: stays",
        "  w(x1->h1) = 0.15 - 0.5*0.000438568 = 0.149781",
        "  w(x2->h1) = 0.2 - 0.5*0.000877135 = 0.199561",
    )


def test_an_output_is_told_with_its_target(mazur):
    lines = told(mazur, "o1", until=GradientComputed, count=12)

    assert lines[6:8] == (
        "  dL/do1 = -(0.01 - 0.751365) = 0.741365",
        "  delta(o1) = dL/do1*sigmoid'(1.10591) = 0.741365*0.751365*(1 - 0.751365) = 0.138499",
    )
    assert lines[-2] == "  w(h1->o1) = 0.4 - 0.5*0.082167 = 0.358916"


def test_a_connection_is_explained_by_its_terms_forward_and_backward(mazur):
    lines = told(mazur, "h1->o1", until=GradientComputed, count=12)

    assert lines == (
        "h1->o1: weight 0.4",
        "forward",
        "  w*h1 = 0.4*0.59327 = 0.237308, a term of the net input of o1",
        "backward",
        "  w*delta(o1) = 0.4*0.138499 = 0.0553994, a term of dL/dh1",
        "  dL/dw(h1->o1) = 0.59327*0.138499 = 0.082167",
        "update",
        "  w(h1->o1) = 0.4 - 0.5*0.082167 = 0.358916",
    )


def test_the_loss_is_told_by_its_terms(mazur):
    lines = told(mazur, "loss", until=GradientComputed)

    assert lines == (
        "loss: half_squared_error, sum of (t - a)^2 / 2",
        "  L = (0.01 - 0.751365)^2/2 + (0.99 - 0.772928)^2/2 = 0.298371",
    )


def test_an_input_is_told_by_what_it_feeds(mazur):
    assert told(mazur, "x1", until=Activated) == (
        "x1: an input",
        "  x1 = 0.05",
        "  feeds h1 (weight 0.15), h2 (weight 0.25)",
        "backward",
        "  dL/dx1 = not yet",
    )


def test_an_input_shows_the_error_that_comes_back_to_it(mazur):
    told(mazur, "x1", until=GradientComputed, count=12)  # delta(h1) and delta(h2) as published

    assert explain(mazur.network, "x1", task=mazur).lines[-1] == (
        "  dL/dx1 = w(x1->h1)*delta(h1) + w(x1->h2)*delta(h2)"
        " = 0.15*0.00877135 + 0.25*0.00995425 = 0.00380427"
    )
    assert mazur.network["x1"].output_gradient is None


@pytest.mark.parametrize("name", ["h1", "o1", "x1", "x1->h1", "h1->o1", "loss"])
def test_what_is_not_computed_yet_is_told_so(mazur, name):
    assert "not yet" in str(explain(mazur.network, name, task=mazur))


def test_a_number_of_an_earlier_pass_is_told_beside_what_the_formula_comes_to(mazur):
    mazur.network.forward([0.05, 0.10])
    mazur.network["x1"].output = 1.0

    lines = explain(mazur.network, "h1").lines

    assert lines[3:5] == (
        "  net = 0.35 + 0.15*1 + 0.2*0.1 = 0.52 (now 0.3775)",
        "  h1 = sigmoid(0.52) = 0.627148 (now 0.59327)",
    )


def test_an_update_that_is_done_is_told_from_the_weight_before_it(mazur):
    lines = told(mazur, "h1->o1", until=Updated, count=8)

    assert lines[0] == "h1->o1: weight 0.358916"
    assert lines[-1] == "  w(h1->o1) = 0.4 - 0.5*0.082167 = 0.358916 (done)"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"clip": {"norm": 0.1}}, "w(h1->o1) = 0.4 - 0.5*0.827159*0.082167 = 0.366017"),
        ({"clip": {"value": 0.05}}, "w(h1->o1) = 0.4 - 0.5*clip(0.082167, 0.05) = 0.375"),
        ({"weight_decay": 0.1}, "w(h1->o1) = 0.4 - 0.5*0.082167 - 0.02 = 0.338916"),
        ({"rates": {"o": 0.25}}, "w(h1->o1) = 0.4 - 0.25*0.082167 = 0.379458"),
        (
            {"penalty": {"max_norm": 0.25}},
            "w(h1->o1) = 0.459642*(0.4 - 0.5*0.082167) = 0.164973",
        ),
    ],
    ids=str,
)
def test_what_options_do_to_an_update_is_told(mazur, options, text):
    task = mazur.with_options(**options)
    assert explain(task.network, "h1->o1", task=task).lines[-1].endswith("there is no gradient")

    lines = told(task, "h1->o1", until=Updated, count=8)

    assert lines[-1] == f"  {text} (done)"


def test_adam_with_options_is_told_a_line_each_number(mazur):
    task = mazur.with_options(
        optimizer=ns.Adam(0.1), clip={"norm": 0.1}, weight_decay=0.5, penalty={"max_norm": 0.25}
    )

    lines = told(task, "h1->o1", until=Updated, count=8)

    assert [line.strip().partition(" = ")[0] for line in lines[-7:]] == [
        "g", "m", "s", "below", "w(h1->o1)", "w(h1->o1)", "w(h1->o1)",
    ]  # fmt: skip
    assert lines[-7] == "  g = 0.827159*0.082167 (clipped by the norm) = 0.0679652"
    assert "- 0.02 (weight decay)" in lines[-2]
    assert "(max-norm)" in lines[-1]


def test_a_sum_over_a_batch_is_told_beside_the_term_of_this_sample(mazur):
    twice = make_task(
        mazur.network,
        [[0.05, 0.10]] * 2,
        [[0.01, 0.99]] * 2,
        optimizer=ns.SGD(0.5),
        penalty={"l2": 1},
    )

    lines = told(twice, "h1->o1", until=GradientComputed, count=24, sample=1)

    assert lines[5] == (
        "  dL/dw(h1->o1) = 0.59327*0.138499 = 0.082167 (sum over the batch so far: 0.164334)"
    )
    assert lines[-1] == "  w(h1->o1) = 0.4 - 0.5*(0.164334/2 + 0.2) = 0.258916"


def test_adam_is_told_a_line_each_number():
    net = Network("one weight")
    net.add_layer("x", 1)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=0.5)
    task = make_task(net, [[1.0], [1.0]], [[0.0], [0.0]], optimizer=ns.Adam(0.1))

    lines = told(task, "x1->o1", until=GradientComputed, count=2, sample=1)

    assert lines[-5:] == (
        "  g = 1/2 = 0.5",
        "  m = 0.9*0 + (1 - 0.9)*0.5 = 0.05",
        "  s = 0.999*0 + (1 - 0.999)*0.5^2 = 0.00025",
        "  below = sqrt(0.00025)/sqrt(1 - 0.999^1) + 1e-08 = 0.5",
        "  w(x1->o1) = 0.5 - 0.1/(1 - 0.9^1)*0.05/0.5 = 0.4",
    )


def test_a_softmax_layer_is_told_with_what_its_neurons_share():
    net = Network("classes")
    net.add_layer("x", 1)
    net.add_layer("o", ["a", "b"], activation="softmax")
    net.connect("x", "o", weights=[[1, -1]])
    task = make_task(net, [[1.0]], [[1, 0]], loss="squared_error", optimizer=ns.SGD(0.1))

    lines = told(task, "a", until=GradientComputed, count=4)

    assert lines[4] == "  a = softmax([1, -1]), at 1, = 0.880797"
    assert lines[6:8] == (
        "  dL/da = -2*(1 - 0.880797) = -0.238406",
        "  delta(a) = (dL/da - the layer's mean)*a = (-0.238406 - (-0.181568))*0.880797"
        " = -0.0500622",
    )


def test_a_joint_loss_gives_delta_at_once():
    net = Network("classes")
    net.add_layer("x", 1)
    net.add_layer("o", ["a", "b"], activation="softmax")
    net.connect("x", "o", weights=[[1, -1]])
    task = make_task(net, [[1.0]], [0], loss="cross_entropy", optimizer=ns.SGD(0.1))

    lines = told(task, "a", until=GradientComputed, count=4)

    assert lines[6] == "  delta(a) = 0.880797 - 1 = -0.119203"


@pytest.mark.slow
def test_of_ten_thousand_inputs_six_are_written_out_and_the_rest_summed():
    net = Network("wide")
    net.add_layer("x", 10_000)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=0.5)
    net.forward(np.ones(10_000))

    lines = explain(net, "o1").lines

    assert lines[3] == (f"  net = 0{' + 0.5*1' * 6} + ... 9,994 more terms = 4997 ... = 5000")
    assert lines[-1] == "  ... 9,995 more parameters"
    assert max(map(len, lines)) < 200


@pytest.mark.slow
def test_to_explain_changes_no_number(cases):
    @examples(15)
    @given(cases())
    def check(case):
        task = make_task(
            case.network, case.X, case.T, loss=case.loss, optimizer=ns.Adam(0.01),
            reduction=case.reduction,
        )  # fmt: skip
        state = start_state(task, 0)
        memory = state.memory.copy()
        steps = batch_steps(task, state, memory)
        silent = [value_of(step) for step in steps]
        names = ["loss", *(n.name for n in task.network.neurons[:9])]
        names += [c.name for c in task.network.connections[:9]]
        position = Position(0, 0, 0, 0, "backward", 0, 1, 1, task.batch_size)
        case.network.forget()
        heard = []
        for number, step in enumerate(batch_steps(task, state, state.memory.copy())):
            heard.append(value_of(step))
            if number % 7 == 0:
                name = names[number // 7 % len(names)]
                assert explain(task.network, name, task=task, state=state, position=position).lines

        assert heard == silent

    check()


def test_an_unknown_name_is_refused(mazur):
    with pytest.raises(UnknownNameError, match="unknown neuron 'h9'"):
        explain(mazur.network, "h9")
    with pytest.raises(UnknownNameError, match="no connection 'x1->o1'"):
        explain(mazur.network, "x1->o1")


def test_before_a_sample_begins_its_forward_part_says_so(mazur):
    assert told(mazur, "h1", phase="forward")[1] == (
        "forward (this sample has not begun; computed with the present parameters)"
    )
    assert told(mazur, "h1", phase="loss")[1] == "forward"


def test_a_sample_that_has_not_begun_has_its_own_numbers_and_nothing_stays():
    session = ns.debug_scenario("xor")
    session.goto(epoch=0, sample=2)
    before = [(n.net_input, n.output, n.delta) for n in session.network.neurons]

    loss, error = session.explain("loss").lines[1], session.explain("o1").lines

    assert loss == "  L = (0 - 0.474379)^2/2 = 0.112518 (not yet)"
    assert any("delta(o1) = " in line and line.endswith("= 0.118283") for line in error)
    assert [(n.net_input, n.output, n.delta) for n in session.network.neurons] == before
    session.goto(epoch=0, sample=2, phase="backward")
    assert session.explain("loss").lines[1] == "  L = (0 - 0.474379)^2/2 = 0.112518"


def test_what_a_sample_has_not_computed_is_not_yet_whatever_the_last_one_left():
    session = ns.debug_scenario("xor")
    session.goto(epoch=0, sample=2)
    session.until("h1")

    assert session.explain("loss").lines[1] == "  L = not yet"
    assert "  delta(h1) = not yet" in session.explain("h1").lines
    assert any(line.endswith("= not yet") for line in session.explain("o1").lines[2:4])
    assert "not yet" in str(session.explain("h2->o1"))


# --- scaled inputs and outputs


@pytest.fixture
def house():
    """The price of a house by its area, raw numbers in and out, before its first sample."""
    net = ns.Network("house")
    net.add_input("area")
    net.add_neuron("price", activation="tanh", bias=0.0)
    net.connect("area", "price", weight=0.5)
    net.outputs = ["price"]
    net.set_scaling("area", ns.Scaling(2000, 400))
    net.set_scaling("price", ns.Scaling(3.4, 1.1))
    return ns.debug(net, [[2104.0]], [[3.65]], optimizer=ns.SGD(0.1), epochs=3)


def test_a_scaled_input_shows_how_its_number_was_loaded(house):
    lines = str(house.explain("area")).splitlines()

    assert lines[1] == "  area = (2104 - 2000)/400 = 0.26"
    assert lines[-2].endswith(" = -0.0481812")
    assert lines[-1] == "  by the raw number that is loaded: -0.0481812/400 = -0.000120453"


def test_a_scaled_output_shows_how_its_number_comes_out(house):
    at_start = str(house.explain("price")).splitlines()
    house.step()
    without_input = str(house.explain("price")).splitlines()
    house.until("price")
    house.back()
    unscaled = str(house.explain("price")).splitlines()
    house.step()
    scaled = str(house.explain("price")).splitlines()

    line = "  price = 3.4 + 1.1*0.129273 = 3.5422"
    assert at_start[5] == scaled[5] == line
    assert without_input[5] == unscaled[5] == f"{line} (not yet)"


def test_the_loss_of_scaled_outputs_is_of_inner_numbers_and_says_where_they_come_from(house):
    assert str(house.explain("loss")).splitlines()[1:] == [
        "  t of price = (3.65 - 3.4)/1.1 = 0.227273",
        "  L = (0.227273 - 0.129273)^2/2 = 0.00480201 (not yet)",
    ]


def test_why_says_where_the_number_of_a_scaled_input_comes_from(house):
    house.goto(epoch=1)

    lines = [line.strip() for line in str(house.why("area->price")).splitlines()]

    assert lines[4].startswith("row 0: area*delta(price) = 0.26*")
    assert lines[5] == "area = (2104 - 2000)/400 = 0.26"
