"""What if: numbers that are set, branches that are kept, and where they part."""

import numpy as np
import pytest
from hypothesis import given

import neurosim as ns
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.errors import GraphError, InvalidValueError, UnknownNameError, WrongTypeError
from tests.each import each
from tests.examples import examples

ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def test_a_number_that_was_set_is_gone_on_with(xor):
    session = xor()
    session.until("h1")

    session.set("h1.output", 0.5)
    session.until("o1")

    # o1: net = 0.3 + 1*0.5 - 1*sigmoid(-0.2)
    assert session.value("o1.net_input") == pytest.approx(0.8 - 0.450166, abs=1e-6)


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_weights_set_at_the_start_of_a_batch_are_trained_on_from(xor, xor_network, engine):
    session = xor(engine=engine, optimizer=ns.SGD(0.5), epochs=20)
    session.goto(epoch=10)
    names = session.network.parameter_names()
    numbers = np.linspace(-1.0, 1.0, len(names)).tolist()
    other = xor_network()

    for name, number in zip(names, numbers, strict=True):
        session.set(name if name.endswith("bias") else f"{name}.weight", number)
    session.continue_()
    other.load_parameters(np.array(numbers))
    ns.train(other, ROWS, TARGETS, optimizer=ns.SGD(0.5), epochs=10, batch_size=1, engine=engine)

    assert session.network.parameters().tolist() == other.parameters().tolist()


def test_back_before_it_a_number_that_was_set_is_as_it_was(xor):
    session = xor()
    session.step(7)
    before = session.digest()
    session.step()
    old = session.digest()

    session.set("x1->h1.weight", 3.0)
    changed = session.digest()
    session.back()
    back = session.digest()
    session.step()

    assert back == before
    assert session.digest() == changed  # history is now that of the branch
    assert changed != old


def test_what_was_set_far_back_holds_on_any_way_to_it(xor):
    session = xor(epochs=30)
    session.goto(epoch=3, sample=1, step=4)
    session.set("h2->o1.weight", 2.0)
    session.goto(epoch=20)
    end = session.digest()

    for epoch in (2, 25, 0):
        session.goto(epoch=epoch)
        session.goto(epoch=20)
        assert session.digest() == end


def test_a_second_number_at_the_same_place_stands_beside_the_first(xor):
    session = xor()
    session.step(7)
    session.set("x1->h1.weight", 3.0)
    session.set("x2->h1.weight", 4.0)
    session.set("x1->h1.weight", 5.0)
    here = session.digest()

    session.back(3)
    taken_back = session.value("x1->h1.weight"), session.value("x2->h1.weight")
    session.step(3)

    assert taken_back == (0.5, 0.25)
    assert session.digest() == here
    assert session.value("x1->h1.weight") == 5.0


def test_to_set_a_number_forgets_what_was_set_later(xor):
    session = xor()
    session.goto(epoch=2)
    session.set("h1.bias", 9.0)
    session.goto(epoch=1)
    session.set("h2.bias", 0.0)

    session.goto(epoch=2)

    assert session.value("h1.bias") < 1.0


def test_a_restart_forgets_all_that_was_set(xor):
    session, fresh = xor(), xor()
    session.step(5)
    session.set("x1->h1.weight", 3.0)

    session.restart()
    session.goto(epoch=2)
    fresh.goto(epoch=2)

    assert session.digest() == fresh.digest()


@each(
    ("what", "value", "kind", "words"),
    [
        ("loss", 1.0, InvalidValueError, "set loss: it is not to be set"),
        ("epoch", 1.0, InvalidValueError, "set epoch: it is not to be set"),
        ("h9.output", 1.0, UnknownNameError, "h9"),
        ("h1.output + 1", 1.0, InvalidValueError, "quantity: got 'h1.output \\+ 1'"),
        ("h1.output", float("nan"), InvalidValueError, "not finite, got nan"),
        ("h1.output", "1", WrongTypeError, "no number, got '1'"),
        ("x1.bias", 1.0, GraphError, "the neuron has no bias, got 1.0"),
        ("h1.value", 1.0, InvalidValueError, "from the output, got 1.0; expected h1.output = 1.0"),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(xor, what, value, kind, words):
    session = xor()
    session.step(8)
    before = session.digest()

    with pytest.raises(kind, match=words):
        session.set(what, value)

    assert session.digest() == before


def test_branches_that_are_one_do_not_differ(xor):
    session = xor()
    session.step(20)
    session.fork("here")

    session.step(100)

    text = str(session.compare("here"))
    assert text.startswith("no step differs from here up to here")
    assert "apart" not in text


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_branches_part_at_the_first_step_that_differs(xor, engine):
    session = xor(engine=engine)
    session.until("h1")
    session.fork("old")
    session.set("h1.output", 0.5)
    session.goto(sample=0, phase="backward")
    here = session.digest()

    found = session.compare("old")

    position, ours, theirs = found.first
    assert str(position) == "epoch 0, sample 0, forward, step 11 of 39"
    assert ours == "o1: net = 0.3 + 1*0.5 = 0.8"
    assert theirs == "o1: net = 0.3 + 1*0.524979 = 0.824979"
    ((name, output, old),) = found.outputs
    # sigmoid(0.8 - 0.450166), and sigmoid(0.824979 - 0.450166)
    assert (name, round(output, 6), round(old, 6)) == ("o1", 0.586577, 0.592621)
    assert found.loss == (session.value("loss"), pytest.approx(0.1756, abs=1e-4))
    assert session.digest() == here


def test_a_comparison_writes_what_was_set_and_how_far_apart_all_is(xor):
    session = xor()
    session.until("h1")
    session.fork("old")
    session.set("h1.output", 0.5)
    session.goto(sample=0, phase="backward")

    lines = str(session.compare()).splitlines()

    assert lines[0].startswith("set: epoch 0, sample 0, forward, step 6 of 39: h1.output = 0.5")
    assert lines[1:4] == [
        "they part at epoch 0, sample 0, forward, step 11 of 39:",
        "  here: o1: net = 0.3 + 1*0.5 = 0.8",
        "  old: o1: net = 0.3 + 1*0.524979 = 0.824979",
    ]
    assert lines[4].startswith("o1: 0.58657")
    assert lines[4].endswith("in old (-0.00604418 apart)")
    assert lines[5].startswith("loss: ")


def test_far_behind_an_edit_both_branches_are_trained_to_here(xor):
    session = xor(epochs=12)
    session.goto(epoch=2)
    session.fork("old")
    session.set("x1->h1.weight", 0.0)
    session.goto(epoch=10, sample=2, phase="backward")

    found = session.compare("old")

    plain = xor(epochs=12)
    plain.goto(epoch=10, sample=2, phase="backward")
    assert found.loss == (session.value("loss"), pytest.approx(plain.value("loss"), abs=1e-9))
    # the input is 0: nothing differs before the weight itself is updated
    assert str(found.first[0]).startswith("epoch 2, sample 0, update, step 30")


def test_a_kept_branch_has_its_own_edits(xor):
    session = xor()
    session.until("h1")
    session.set("h1.output", 0.9)
    session.fork("nine")
    session.goto(epoch=0)
    session.until("h1")
    session.set("h1.output", 0.1)
    session.until("o1")

    found = session.compare("nine")

    # both branches set it to 0.9, at the same moment; this one then to 0.1
    assert [text for _, text in found.edits] == ["h1.output = 0.1"]
    assert found.first[1:] == ("o1: net = 0.3 + 1*0.1 = 0.4", "o1: net = 0.3 + 1*0.9 = 1.2")


def test_branches_have_names_and_are_listed(xor):
    session = xor()

    session.fork()
    session.step(3)
    session.fork("mine")

    assert [str(branch) for branch in session.branches] == [
        "fork1: kept at epoch 0, sample 0, forward, step 0 of 39, 0 numbers set before",
        "mine: kept at epoch 0, sample 0, forward, step 3 of 39, 0 numbers set before",
    ]


def test_a_comparison_with_no_branch_is_refused(xor):
    session = xor()

    with pytest.raises(GraphError, match="compare: there is no other branch"):
        session.compare()
    session.fork("mine")
    with pytest.raises(UnknownNameError, match="unknown branch 'mein' \\(did you mean 'mine'"):
        session.compare("mein")


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_a_fork_of_random_trainings_goes_on_as_if_nothing_was_set(trainings, engine):
    @examples(40)
    @given(trainings())
    def check(training):
        session, plain = training.session(engine=engine), training.session(engine=engine)
        end = UnitPlace(session._walk.last - 1, 0, session._walk.n_forward + 1)
        session.step(5)
        session.fork()
        for neuron in session.network.neurons[:1]:
            session.set(f"{neuron.name}.output", 0.125)
        session._walk.go_to(end)
        plain._walk.go_to(session.place)

        found = session.compare()

        assert found.loss[1] == pytest.approx(plain.network.loss, rel=1e-6, abs=1e-9)

    check()
