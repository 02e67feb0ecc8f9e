"""A line becomes a command: how names are cut short, what Enter repeats, what a mistake says."""

import pytest

from neurosim.cli.debugger.shell import LONGEST, Shell
from neurosim.cli.debugger.table import COMMANDS, SHORT, find_command
from neurosim.errors import InvalidValueError, NeurosimError, UnknownNameError
from neurosim.scenario import debug_scenario
from tests.each import each


@pytest.fixture
def shell():
    return Shell(debug_scenario("xor"))


def texts(lines):
    return [line.text for line in lines]


def steps_done(shell):
    position = shell.state.session.position
    return (position.epoch * 4 + position.sample) * 69 + position.step


@each("name", COMMANDS)
def test_a_command_is_found_by_each_beginning_that_is_clear(name):
    for end in range(1, len(name) + 1):
        others = [other for other in COMMANDS if other.startswith(name[:end])]
        if name[:end] in SHORT or (len(others) > 1 and name[:end] not in COMMANDS):
            continue
        assert find_command(name[:end]).name == name


@each(
    ("letters", "name"),
    [("s", "step"), ("n", "next"), ("c", "continue"), ("b", "break"), ("p", "print"),
     ("l", "list"), ("u", "until"), ("r", "run"), ("i", "info"), ("d", "delete"), ("h", "help"),
     ("q", "quit"), ("bt", "where"), ("rc", "rcontinue"), ("cont", "continue"), ("exp", "explain"),
     ("sam", "sample"), ("tb", "tbreak"), ("disp", "display"), ("rs", "back"),
     ("reverse-step", "back"), ("reverse-continue", "rcontinue")],
)  # fmt: skip
def test_who_knows_gdb_need_not_learn_letters(letters, name):
    assert find_command(letters).name == name


@pytest.mark.parametrize(
    ("word", "candidates"),
    [("e", "enable, explain"), ("con", "continue, condition"), ("re", "restart, record"),
     ("un", "until, undisplay")],
)  # fmt: skip
def test_a_beginning_that_is_not_clear_is_refused_with_all_that_it_may_be(word, candidates):
    with pytest.raises(InvalidValueError) as refusal:
        find_command(word)

    named = str(refusal.value).split("it may be ")[1].split(", ")
    assert set(candidates.split(", ")) <= set(named)
    assert all(name.startswith(word) for name in named)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_example_of_the_help_is_in_the_grammar(shell, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some of them write files
    shell.run("break h1")
    shell.run("break h1")
    shell.run("display loss")
    shell.run("fork untouched")
    for example in COMMANDS[name].example.split(", "):
        if "record" not in example:
            typed = example.replace("x1->", "a->")
            try:
                shell.run(typed)
            except NeurosimError as error:
                assert COMMANDS[name].grammar not in str(error)  # noqa: PT017 - that moment's fault
                assert "unknown command" not in str(error)  # noqa: PT017


MOVES = {"step": 1, "next": 1, "layer": 2, "phase": 24, "sample": 69, "batch": 69, "epoch": 276}


@pytest.mark.parametrize(("line", "n_steps"), MOVES.items())
def test_enter_repeats_a_move(shell, line, n_steps):
    shell.run(line)
    once = steps_done(shell)

    shell.again()

    assert once == n_steps
    assert steps_done(shell) > once


def test_a_move_past_either_end_says_that_nothing_was_done(shell):
    for line in ("back", "back epoch", "rcontinue"):
        assert str(shell.run(line)[0].text) == "nothing was done", line
    shell.run("epoch 99999")
    for line in ("step", "next 3", "epoch", "continue", "until h1"):
        assert str(shell.run(line)[0].text) == "nothing was done", line
    assert str(shell.run("back")[0].text) != "nothing was done"


def test_enter_goes_on_going_back(shell):
    shell.run("goto epoch 1")
    shell.run("back sample")

    shell.again()

    assert shell.state.session.position.sample == 2


def test_enter_repeats_what_looks(shell):
    assert shell.run("print epoch") == shell.again() == shell.again()


def test_enter_repeats_the_last_command_with_its_argument(shell):
    shell.run("step 2")
    shell.again()

    shell.again()

    assert shell.state.session.position.step == 6


@pytest.mark.parametrize("line", ["restart", "delete", "goto 1", "set h1.bias = 1", "fork", "# no"])
def test_enter_repeats_nothing_after_what_should_happen_once(shell, line):
    shell.run("break h1")
    shell.run("step")
    shell.run(line)
    place = shell.state.session.place

    said = shell.again()

    assert said == []
    assert shell.state.session.place == place


def test_enter_repeats_nothing_after_a_mistake(shell):
    shell.run("step")
    with pytest.raises(UnknownNameError, match="did you mean 'step'"):
        shell.run("stpe")

    assert shell.again() == []
    assert shell.state.session.position.step == 1


def test_list_goes_on_until_a_move(shell):
    first = texts(shell.run("list 2"))
    second = texts(shell.again())
    shell.run("step")

    moved = texts(shell.run("list 2"))

    assert first == ["-> a = 0", "   b = 1"]
    assert second[0] == "   h1: net = -0.16596"
    assert moved == ["   a = 0", "-> b = 1", "   h1: net = -0.16596"]


@pytest.mark.parametrize(
    ("line", "stop"),
    [
        ("break h1 if h1.output > 0.9", "1 breakpoint h1 if h1.output > 0.9"),
        ("break if h1.output>0.9", "1 breakpoint if h1.output>0.9"),
        ("  b   a -> h1   backward  ", "1 breakpoint a->h1 backward"),
        ("tbreak epoch 3 sample 1", "1 breakpoint epoch 3, sample 1 (temporary)"),
        ("watch h1.output crosses -.5e0", "1 watch h1.output crosses -0.5"),
        ("watch a->h1.weight  sign", "1 watch a->h1.weight sign"),
        ("catch saturated 1e-3", "1 catch saturated 0.001"),
        ("watch\th1.output", "1 watch h1.output"),
    ],
)
def test_an_argument_is_what_was_typed(shell, line, stop):
    assert texts(shell.run(line)) == [stop]


def test_a_number_is_printed_to_its_last_digit(shell):
    shell.run("until h1")

    assert texts(shell.run("print h1.output")) == ["h1.output = 0.23762767388772155"]
    assert texts(shell.run("print a -> h1")) == [
        "a->h1.weight = 0.44065",
        "a->h1.gradient: not yet",
    ]
    assert texts(shell.run("print step")) == ["step = 6"]
    assert texts(shell.run("print 0 < h1.output < 1")) == ["0 < h1.output < 1 = True"]


def test_a_display_follows_every_move_and_nothing_else(shell):
    shell.run("display h1.output")

    moved = texts(shell.run("until h1"))
    looked = texts(shell.run("where"))

    assert moved[-1] == "1: h1.output = 0.23762767388772155"
    assert len(looked) == 1


def test_a_line_that_nobody_types_is_refused(shell):
    with pytest.raises(InvalidValueError, match="3006 characters, got 'print aaaa"):
        shell.run("print " + "a" * 3000)
    assert LONGEST < 3000


@pytest.mark.parametrize("line", ["", "   ", "\t", "#", "# step"])
def test_a_line_may_say_nothing(shell, line):
    assert shell.run(line) == []
    assert shell.state.session.position.step == 0


@pytest.mark.parametrize("topic", ["b", "breakpoints", "watch", "watchpoints", "catch"])
def test_all_that_may_stop_it_is_listed_by_each_name_that_gdb_has_for_it(shell, topic):
    shell.run("watch h1.output")

    lines = texts(shell.run(f"info {topic}"))

    assert lines == ["1 watch h1.output"]


def test_run_keeps_what_was_set_and_says_so(shell):
    shell.run("fork base")
    shell.run("set a->h1.weight = -1")
    shell.run("goto 10")
    shell.run("set h1.bias = 0.5")

    shown = texts(shell.run("run"))

    assert shown[0] == "kept: a->h1.weight = -1.0, h1.bias = 0.5"
    assert shown[1].startswith("epoch 5000: the end")
    compared = texts(shell.run("compare base"))
    assert [line.split(": ")[2] for line in compared[:2]] == [
        "a->h1.weight = -1.0", "h1.bias = 0.5",
    ]  # fmt: skip
    assert compared[2].startswith("they part at epoch 0, sample 0, ")


def test_restart_says_what_it_takes_back(shell):
    assert not texts(shell.run("restart"))[0].startswith("taken back")
    shell.run("set a->h1.weight = -1")

    shown = texts(shell.run("restart"))

    assert shown[0] == "taken back: a->h1.weight = -1.0"
    assert shell.state.session.value("a->h1.weight") != -1.0
    assert texts(shell.run("restart"))[0].startswith("epoch 0")


def test_run_counts_hits_from_zero_and_stops_where_it_did(shell):
    shell.run("break h1 if epoch == 3")
    first = texts(shell.run("run"))
    shell.run("goto 100")

    again = texts(shell.run("run"))

    assert again == first
    assert shell.state.session.stops[0].hits == 1


def test_a_layer_shows_its_neurons(shell):
    shell.run("until h1")

    shown = texts(shell.run("print h"))

    network = shell.state.session.network
    assert len(shown) == len(network.layer("h").neurons)
    assert shown[0].startswith(f"h1.output = {network['h1'].output!r}, h1.net_input = ")
    assert shown[0].endswith(f", h1.delta: not yet, h1.bias = {network['h1'].bias!r}")
    assert shown[1].startswith("h2.output: not yet, ")
    inputs = network.layers[0].name
    assert texts(shell.run(f"print {inputs}")) == ["a.output = 0.0", "b.output = 1.0"]
    assert texts(shell.run("display h"))[0].startswith("1: h1.output = ")


def test_info_of_a_name_says_what_it_is_and_what_it_has(shell):
    neuron = texts(shell.run("info h1"))
    assert neuron[0] == "h1: sigmoid neuron of layer h"
    assert neuron[1].startswith("  is fed by a (weight ")
    assert neuron[2].startswith("  feeds o1 (weight ")
    assert neuron[3:] == texts(shell.run("print h1"))

    layer = texts(shell.run("info h"))
    assert layer[1] == "  weights, a row for each source:"
    assert [line.split()[0] for line in layer[2:5]] == ["h1", "a", "b"]
    assert texts(shell.run("info a->h1"))[0].startswith("a->h1: weight ")
    assert texts(shell.run("info layers")) == texts(shell.run("info network"))


def test_info_of_what_is_not_there_guesses(shell):
    with pytest.raises(UnknownNameError, match=r"unknown topic 'h11' \(did you mean 'h1'\?\)"):
        shell.run("info h11")


def test_a_look_that_is_interrupted_leaves_the_training_where_it_was(shell, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    for line in ("fork", "set a->h1.weight = 0", "goto epoch 7 sample 1", "until h1"):
        shell.run(line)
    place, digest = shell.state.session.place, shell.state.session.digest()
    monkeypatch.setattr("neurosim.debugger.branches._first_difference", interrupted)

    with pytest.raises(KeyboardInterrupt):
        shell.run("compare")
    assert shell.state.session.place != place
    shown = texts(shell.interrupted())

    assert shown[0] == "interrupted"
    assert shown[1].startswith("epoch 7, sample 1, forward, ")
    assert (shell.state.session.place, shell.state.session.digest()) == (place, digest)
