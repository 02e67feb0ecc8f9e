"""Steps in a reader's words: sums in one line, and what is about to happen."""

import pytest

import neurosim as ns
from neurosim.debugger.wording import coming_line, lines_of
from neurosim.interpreter.steps import Backpropagated, Measured, Summed, Updated, subject_of


@pytest.fixture
def steps():
    """The steps of the first batch."""

    def take(session):
        found = []
        while session.place.batch == 0:
            found.append(session._walk.forward())
        return found

    return take


def test_a_sample_is_told_line_by_line(xor, steps):
    session = xor()

    lines = lines_of(steps(session))

    assert lines[:8] == [
        "x1 = 0",
        "x2 = 0",
        "h1: net = 0.1 + 0.5*0 + 0.25*0 = 0.1",
        "h1 = sigmoid(0.1) = 0.524979",
        "h2: net = -0.2 - 0.5*0 + 0.75*0 = -0.2",
        "h2 = sigmoid(-0.2) = 0.450166",
        "o1: net = 0.3 + 1*0.524979 - 1*0.450166 = 0.374813",
        "o1 = sigmoid(0.374813) = 0.592621",
    ]
    assert "h2: dL/dh2 = -1*0.143071 = -0.143071" in lines
    assert lines[-1] == "b(o1) = 0.3 - 0.5*0.143071 = 0.228464"


def test_what_is_about_to_happen_is_told_by_its_kind(xor, steps):
    session, found = xor(), {}

    for step in steps(session):
        text = coming_line(step)
        found.setdefault(type(step).__name__, text.removeprefix(str(step)))

    assert found == {
        "Loaded": " is about to be loaded",
        "Started": " is about to be started",
        "Summed": " is about to be added",
        "Activated": " is about to be computed",
        "Measured": " is about to be measured",
        "Compared": " is about to be compared with its target",
        "DeltaComputed": " is about to be computed",
        "GradientComputed": " is about to be assigned",
        "Backpropagated": " is about to be added",
        "Updated": " is about to be updated",
    }


@pytest.mark.parametrize(
    ("n_terms", "text"),
    [
        (1, "o1: net = 0.5*1 = 0.5"),
        (8, "o1: net = 0.5*1" + " + 0.5*1" * 7 + " = 4"),
        (9, "o1: net = 0.5*1" + " + 0.5*1" * 8 + " = 4.5"),
        (10, "o1: net = 0.5*1" + " + 0.5*1" * 6 + " + ... 3 more terms = 5"),
    ],
)
def test_a_long_sum_is_cut_and_says_so(n_terms, text):
    net = ns.Network()
    x, o = net.add_layer("x", n_terms), net.add_layer("o", 1, bias=None)
    net.connect(x, o, weight=0.5)
    session = ns.debug(net, [[1.0] * n_terms], [[1.0]], optimizer=ns.SGD(0.1), epochs=1)
    session.next(n_terms)

    assert session.next().lines[0] == text


def test_a_sum_that_is_under_way_goes_on_from_where_it_stood(xor):
    session = xor()
    session.step(4)  # x1, x2, the start of h1, its first term

    arrival = session.next()

    assert arrival.lines[0] == "h1: net = 0.1 + 0.25*0 = 0.1"


def test_each_step_is_about_the_neuron_whose_turn_it_is(xor, steps):
    session = xor()
    net = session.network

    found = {type(s): subject_of(s) for s in steps(session)}

    assert found[Summed] is net["o1"]
    assert found[Backpropagated] is net["h2"]
    assert found[Updated] is net["o1"]
    assert found[Measured] is net
