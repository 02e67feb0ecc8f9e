"""Requests in JSON, answers in JSON: all that the debugger does, and nothing else."""

import json

import pytest

from neurosim.live.conversation import LONGEST_REQUEST


def test_the_first_message_has_all_that_is_to_be_shown(talk):
    hello = json.loads(talk.conversation.hello())

    document, view = hello["document"], hello["view"]
    assert [n["name"] for n in document["neurons"]][:3] == ["a", "b", "h1"]
    assert document["n_epochs"] == 8
    assert len(document["X"]) == document["n_rows"] == 4
    assert view["place"] == "epoch 0, sample 0, forward, step 0 of 69"
    assert view["outputs"] == [None] * 7
    assert view["parameters"] == talk.session.network.parameters().tolist()


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"do": "step", "times": 3}, "epoch 0, sample 0, forward, step 3 of 69"),
        ({"do": "neuron"}, "epoch 0, sample 0, forward, step 1 of 69"),
        ({"do": "layer"}, "epoch 0, sample 0, forward, step 2 of 69"),
        ({"do": "phase"}, "epoch 0, sample 0, loss, step 24 of 69"),
        ({"do": "sample"}, "epoch 0, sample 1, forward, step 0 of 69"),
        ({"do": "batch"}, "epoch 0, sample 1, forward, step 0 of 69"),
        ({"do": "goto", "epoch": 0, "sample": 2}, "epoch 0, sample 2, forward, step 0 of 69"),
        ({"do": "goto", "phase": "backward"}, "epoch 0, sample 0, backward, step 25 of 69"),
    ],
)
def test_a_move_leads_where_the_session_s_own_does(talk, request_, place):
    answer = talk.ask(**request_)

    assert answer["view"]["place"] == place == str(talk.session.position)
    assert talk.ask("rcontinue")["view"]["place"] == "epoch 0, sample 0, forward, step 0 of 69"


def test_going_back_undoes_a_step(talk):
    before = talk.session.digest()
    talk.ask("step", times=5)

    answer = talk.ask("back", times=5)

    assert answer["view"]["place"].endswith("step 0 of 69")
    assert talk.session.digest() == before


def test_a_view_has_the_numbers_of_the_objects_and_no_others(talk):
    view = talk.ask("step", times=8)["view"]

    network = talk.session.network
    assert view["outputs"][:3] == [network[name].output for name in ("a", "b", "h1")]
    assert view["outputs"][6] is None  # what the sample has not computed is not there yet
    assert view["now"] == str(talk.session.done_steps[-1])
    assert view["coming"] == talk.session.coming
    assert view["loss"] is None


def test_a_breakpoint_stops_a_training_and_says_so_to_all(talk):
    talk.ask("break", where="h1 backward", when="h1.delta < 0 and epoch > 2")

    answer = talk.ask("continue")
    last = talk.go_on()

    assert answer["view"]["is_moving"] is True
    assert last["said"][0].startswith("breakpoint 1, h1 backward if h1.delta < 0")
    assert last["view"]["is_moving"] is False
    assert last["view"]["epoch"] == 3
    assert last["view"]["stops"][0]["number"] == 1


def test_until_stops_at_its_place_and_leaves_no_breakpoint(talk):
    talk.ask("until", where="epoch 4 sample 2")

    last = talk.go_on()

    assert last["view"]["place"] == "epoch 4, sample 2, forward, step 0 of 69"
    assert last["view"]["stops"] == []


def test_a_move_that_is_broken_off_stays_whole(talk, twin):
    talk.ask("until", where="epoch 7")
    talk.conversation.advance()

    view = talk.ask("pause")["view"]

    assert view["is_moving"] is False
    assert view["stops"] == []
    other = twin("xor", 8)
    other.goto(epoch=view["epoch"], sample=view["sample"])
    ours, theirs = (one.network.parameters() for one in (talk.session, other))
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_a_move_that_is_broken_off_before_it_began_leaves_no_breakpoint(talk):
    talk.ask("until", where="epoch 7")

    assert talk.ask("pause")["view"]["stops"] == []


@pytest.mark.parametrize("do", ["continue", "run"])
def test_a_training_to_the_end_has_the_bits_of_one_without_a_page(opened, twin, do):
    talk = opened("iris", 30)

    talk.ask(do)
    last = talk.go_on()

    other = twin("iris", 30)
    other.goto(epoch=30)
    assert last["view"]["is_over"] is True
    assert last["view"]["parameters"] == other.network.parameters().tolist()
    assert talk.session.digest() == other.digest()


def test_a_far_epoch_is_reached_in_slices_whatever_would_stop(talk):
    talk.ask("break", when="loss > 0")

    talk.ask("goto", epoch=6)

    assert talk.go_on()["view"]["place"] == "epoch 6, sample 0, forward, step 0 of 69"


def test_epochs_are_counted(talk):
    talk.ask("epoch", times=3)

    assert talk.go_on()["view"]["epoch"] == 3


def test_a_number_is_set_by_a_number_or_an_expression_and_a_fork_is_compared(talk):
    talk.ask("fork", name="before")

    one = talk.ask("set", what="a->h1.weight", value=0.25)
    other = talk.ask("set", what="b->h1.weight", value="2*a->h1.weight + 1")
    compared = talk.ask("compare", name="before")

    assert one["said"][0].startswith("a->h1.weight = 0.25 (was 0.44")
    assert talk.session.network["b", "h1"].weight == 1.5
    assert other["view"]["edits"] == ["a->h1.weight = 0.25", "b->h1.weight = 1.5"]
    assert other["view"]["branches"] == ["before"]
    assert any("a->h1.weight = 0.25" in line for line in compared["said"])


def test_a_number_that_is_dragged_is_set_once_from_where_it_was(talk):
    before = talk.session.digest()
    for value in (0.1, 0.2, 0.3):
        view = talk.ask("set", what="h1.bias", value=value, again=True)["view"]

    assert view["edits"] == ["h1.bias = 0.3"]
    talk.ask("restart")
    assert talk.session.digest() == before


def test_a_change_takes_the_losses_of_the_time_ahead_away(talk):
    talk.ask("epoch", times=5)
    assert talk.go_on()["view"]["losses"]["epochs"][-1] == 4
    talk.ask("goto", epoch=2)

    view = talk.ask("set", what="h1.bias", value=0.0)["view"]

    assert max(view["losses"]["epochs"]) <= 1


def test_frozen_and_disabled_are_shown(talk):
    talk.ask("freeze", names=["h2"])
    view = talk.ask("disable", connection="a -> h1")["view"]

    names = [c["name"] for c in json.loads(talk.conversation.hello())["document"]["connections"]]
    frozen = {names[i - 7] for i in view["frozen"] if i >= 7}
    assert frozen == {"a->h1", "a->h2", "b->h2"}
    assert talk.session.network["a", "h1"].weight == 0.0


def test_stops_are_switched_ignored_changed_and_deleted(talk):
    talk.ask("break", where="h1")
    talk.ask("watch", quantity="h1.output", mode="crosses", bound=0.5)
    talk.ask("catch", name="saturated")

    assert [s["on"] for s in talk.ask("switch", number=2, on=False)["view"]["stops"]] == [
        True, False, True,
    ]  # fmt: skip
    talk.ask("ignore", number=1, count=2)
    talk.ask("condition", number=1, when="h1.output > 0.1")
    assert talk.session.find_stop(1).ignore == 2
    assert [s["number"] for s in talk.ask("delete", number=1)["view"]["stops"]] == [2, 3]
    assert talk.ask("delete")["said"] == ["deleted 2 stops"]


def test_what_is_asked_for_changes_nothing(talk):
    talk.ask("goto", epoch=2, sample=1)
    before = talk.session.digest()

    assert talk.ask("explain", name="h1")["said"] == list(talk.session.explain("h1").lines)
    assert talk.ask("why", name="a->h1")["said"] == str(talk.session.why("a->h1")).split("\n")
    assert talk.ask("print", expression="epoch")["said"] == ["epoch = 2"]
    assert talk.ask("doctor")["said"]
    assert talk.ask("list", count=2)["said"] == talk.session.listing(2, 2)
    assert "view" not in talk.ask("where")
    assert talk.session.digest() == before


def test_displays_are_shown_at_every_moment(talk):
    talk.ask("display", expression="h1.output")

    view = talk.ask("sample")["view"]

    assert view["displays"] == [{"number": 1, "text": "h1.output: not yet"}]
    assert talk.ask("undisplay", number=1)["view"]["displays"] == []


def test_a_map_shows_the_neuron_that_was_asked_for(talk):
    shown = talk.ask("map", name="h2")["view"]["map"]

    assert shown["neuron"] == "h2"
    assert len(shown["values"]) == shown["size"] ** 2
    assert max(map(abs, shown["values"])) == 100


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "request: got ''; expected JSON"),
        ("[1]", "request: got '[1]'; expected an object"),
        ("[" * 5000, "expected JSON"),
        ('{"do": "stepp"}', "unknown command 'stepp' (did you mean 'step'?)"),
        ('{"do": ["step"]}', "unknown command"),
        ('{"id": "x", "do": "step"}', "request: got an id that is no integer"),
        ("{}", "request: got no do"),
        ('{"do": "step", "times": 0}', "step: times: got 0; expected an integer from 1 to 10000"),
        ('{"do": "step", "times": true}', "step: times: got True"),
        ('{"do": "step", "time": 1}', "unknown field 'time' (did you mean 'times'?)"),
        ('{"do": "set", "what": "h1.bias", "value": NaN}', "set: value: got nan"),
        ('{"do": "set", "what": "h1.bias", "value": 1e999}', "set: value: got inf"),
        ('{"do": "set", "what": "h1.bias", "value": 1' + "0" * 400 + "}", "set: value: got 1000"),
        ('{"do": "set", "value": 1}', "set: got no what"),
        ('{"do": "break", "when": "__import__(1)"}', "condition"),
        ('{"do": "break", "where": "h9"}', "unknown neuron, connection or layer 'h9'"),
        ('{"do": "goto", "epoch": 99}', "epoch: got 99; expected a number from 0 to 8"),
        ('{"do": "epoch", "rate": 0}', "epoch: rate: got 0"),
        ('{"do": "delete", "number": 4}', "unknown breakpoint 4"),
        ('{"do": "catch", "name": "hell"}', "unknown catch"),
        ('{"do": "compare"}', "there is no other branch"),
        ('{"do": "why", "name": "a->h1"}', "no update was made yet"),
    ],
)
def test_a_mistake_is_an_answer_and_changes_nothing(talk, text, words):
    before = talk.session.digest()

    answer = json.loads(talk.conversation.answer(text).own)

    assert words in answer["error"]
    assert len(answer["error"]) < 1000
    assert talk.session.digest() == before
    assert not talk.session.stops


def test_a_request_that_is_too_long_is_refused(talk):
    text = json.dumps({"do": "step", "id": 1, "more": "x" * LONGEST_REQUEST})

    assert "too long" in json.loads(talk.conversation.answer(text).own)["error"]


@pytest.mark.parametrize("do", ["record", "draw", "prompt", "save", "load", "close", "__init__"])
def test_nothing_that_reads_or_writes_a_file_is_reachable(talk, do):
    assert f"unknown command {do!r}" in talk.ask(do, path="x.jsonl")["error"]


def test_a_number_that_is_not_finite_is_a_text(opened):
    talk = opened("xor", 8)
    talk.ask("set", what="a->h1.weight", value=1e308)
    talk.ask("set", what="h1.bias", value=1e308)

    view = talk.ask("goto", sample=3)["view"]

    assert all(isinstance(x, float | str) for x in view["parameters"])
    assert json.loads(json.dumps(view, allow_nan=False)) == view
