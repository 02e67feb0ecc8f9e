"""A training goes on after an edit, and what the optimizer remembers follows its parameter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import NeurosimError, ShapeError, StaleError, UnknownNameError
from neurosim.functions.optimizers import OPTIMIZERS
from tests.each import each
from tests.examples import examples

RANDOM = np.random.default_rng(4)
X, T = RANDOM.normal(size=(9, 2)), RANDOM.normal(size=(9, 1))
OPTIONS = {"optimizer": ns.Adam(0.05), "batch_size": 4, "shuffle": True, "seed": 5}


def made():
    net = ns.Network("made", seed=3)
    net.add_layer("x", 2), net.add_layer("h", 3, activation="tanh"), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o"), net.connect("x1", "o1", weight=0.25)
    return net


def begun(engine, net=None, **options):
    training = ns.Training(made() if net is None else net, X, T, engine=engine, **OPTIONS | options)
    training.advance(epochs=3), training.advance(batches=1)
    return training


def memories(training):
    return dict(
        zip(training.network.parameter_names(), training.state.memory.T.tolist(), strict=True)
    )


def test_an_edit_of_nothing_changes_no_bit(engine):
    training, same = begun(engine), begun(engine)

    same = same.after(lambda _: None)

    assert same.state == training.state
    assert same.advance(epochs=3) == training.advance(epochs=3)
    assert same.state == training.state


def test_what_goes_on_is_what_a_new_training_of_the_edited_network_would_do(engine):
    training = begun(engine)
    twin, state, memory = training.network.copy(), training.state, memories(training)

    training = training.after(lambda net: (net.remove_neuron("h2"), net.prune(keep=0.75)))

    twin.remove_neuron("h2"), twin.prune(keep=0.75)
    columns = np.array([memory[name] for name in twin.parameter_names()]).T
    expected = replace(state, parameters=twin.parameters(), memory=columns)
    by_hand = ns.Training(twin, X, T, engine=engine, state=expected, **OPTIONS)
    assert training.state == expected
    assert training.advance(epochs=3) == by_hand.advance(epochs=3)
    assert training.state == by_hand.state


@each("name", sorted({*OPTIMIZERS} - {"perceptron"}))
def test_what_is_new_starts_as_the_optimizer_does(engine, name):
    training = begun(engine, optimizer=name, learning_rate=0.01)
    before = memories(training)

    training = training.after(lambda net: net.grow("h", 1))

    start, after = list(training.task.optimizer.start), memories(training)
    assert {name: after[name] for name in before} == before
    assert {tuple(after[name]) for name in after.keys() - before.keys()} == {tuple(start)}
    training.advance(epochs=1)
    assert np.isfinite(training.state.parameters).all()


def test_memory_follows_through_names_splits_and_places(engine):
    training = begun(engine)
    before = memories(training)

    def edit(net):
        net.split_connection("x1", "h1", new="m")
        net.rename("h2", "second"), net.rename("h", "hidden")
        net["h3"].layer = None
        net["second"].activation = "relu"
        net.freeze("o")

    after = memories(training.after(edit))

    assert after["m->h1"] == before["x1->h1"]
    assert after["x1->second"] == before["x1->h2"]
    assert after["h3.bias"] == before["h3.bias"]
    assert after["x1->m"] == after["m.bias"] == [0.0, 0.0]


def test_a_shared_weight_has_the_first_memory_and_leaves_its_own_to_both(engine):
    training = begun(engine)
    before = memories(training)

    training = training.after(lambda net: net.share(("x2", "h1"), ("x1", "h1"), ("x1", "h2")))
    assert memories(training)["x2->h1 = x1->h1 = x1->h2"] == before["x2->h1"]
    training.advance(epochs=1)
    shared = memories(training)["x2->h1 = x1->h1 = x1->h2"]
    training = training.after(lambda net: net.unshare(("x2", "h1")))

    after = memories(training)
    assert after["x2->h1"] == after["x1->h1 = x1->h2"] == shared != before["x2->h1"]


def test_memory_sleeps_while_a_connection_is_disabled(engine):
    training = begun(engine)
    column = memories(training)["x1->h1"]

    training = training.after(lambda net: net.disable("x1", "h1"))
    training.advance(epochs=2)
    training = training.after(lambda net: net.rename("h1", "first"))
    assert "x1->first" not in memories(training)
    training = training.after(lambda net: net.enable("x1", "first"))

    assert memories(training)["x1->first"] == column
    training.advance(epochs=1)
    assert memories(training)["x1->first"] != column


def test_the_training_before_an_edit_is_over(engine):
    training = begun(engine)
    after = training.after(lambda net: net.grow("h", 1))

    with pytest.raises(StaleError):
        training.advance(epochs=1)
    with pytest.raises(StaleError):
        training.after(lambda _: None)
    after.network.remove_neuron("h4")
    with pytest.raises(StaleError, match="structure changed during training"):
        after.after(lambda _: None)


def test_an_edit_that_fails_is_told_and_one_that_does_not_fit_the_rows_is_refused(engine):
    training = begun(engine)
    with pytest.raises(UnknownNameError, match="did you mean 'h'"):
        training.after(lambda net: net.grow("hh", 1))
    training.advance(epochs=1)  # nothing was edited

    with pytest.raises(ShapeError, match="X"):
        training.after(lambda net: net.remove_neuron("x2"))


def test_validation_and_metrics_go_on(engine):
    training = begun(engine, validation=(X, T), metrics=["mae"])

    history = training.after(lambda net: net.duplicate_neuron("h1", new="b")).watch(2)

    assert len(history.validation_loss) == len(history.metrics["mae"]) == 2


def _duplicate(net, rng):
    hidden = [n for n in net.neurons if not n.is_input and n not in net.outputs]
    net.duplicate_neuron(hidden[int(rng.integers(len(hidden)))], new=f"d{net.version}")


def _split(net, rng):
    connection = net.connections[int(rng.integers(len(net.connections)))]
    net.split_connection(connection.source, connection.target, new=f"s{net.version}")


def _disable(net, rng):
    connection = net.connections[int(rng.integers(len(net.connections)))]
    net.disable(connection.source, connection.target)


def _enable(net, rng):
    connection = net.disabled[int(rng.integers(len(net.disabled)))]
    net.enable(connection.source, connection.target)


def _freeze(net, rng):
    net.freeze(net.connections[int(rng.integers(len(net.connections)))])


def _share(net, rng):
    net.share(*(net.connections[i] for i in rng.permutation(len(net.connections))[:2]))


def _prune(net, rng):
    net.prune(keep=float(rng.uniform(0.7, 1.0)))


def _grow(net, rng):
    net.grow(net.layers[int(rng.integers(len(net.layers)))], 1, activation="tanh")


def _rename(net, rng):
    net.rename(net.neurons[int(rng.integers(len(net.neurons)))], f"r{net.version}")


EDITS = (_duplicate, _split, _disable, _enable, _freeze, _share, _prune, _grow, _rename)
ENGINES = (
    {"engine": "graph"},
    {"engine": "compiled", "program": "arrays"},
    {"engine": "compiled"},
)


@pytest.mark.slow
@examples(40)
@given(data=st.data())
def test_every_engine_goes_on_alike_after_random_edits(cases, assert_close, data):
    activations = ("identity", "tanh", "sigmoid", "gaussian")
    case = data.draw(cases(activations=activations, losses=("half_squared_error",)))
    assume(case.network.outputs[0].activation != "softmax" or len(case.network.outputs) > 1)
    optimizer = data.draw(
        st.sampled_from([ns.SGD(0.01, momentum=0.9), ns.Adam(0.01), ns.RMSprop(0.01)])
    )
    numbers = data.draw(st.lists(st.integers(0, len(EDITS) - 1), min_size=1, max_size=6))
    seed = data.draw(st.integers(0, 2**32 - 1))
    trained = []
    for options in ENGINES:
        net, rng = case.network.copy(), np.random.default_rng(seed)
        training = ns.Training(net, case.X, case.T, optimizer=optimizer, batch_size=5, **options)
        for number in numbers:
            training.advance(epochs=1), training.advance(batches=1)
            places, memory = _columns(training)
            try:
                training = training.after(lambda net, edit=EDITS[number]: edit(net, rng))  # noqa: B023
            except (NeurosimError, ValueError):  # nothing to edit, or refused: nothing changed
                continue
            if EDITS[number] is not _share:
                now, columns = _columns(training)
                for place in places.keys() & now.keys():
                    assert columns[:, now[place]].tolist() == memory[:, places[place]].tolist()
        training.advance(epochs=2)
        trained.append(training)
    for training in trained[1:]:
        assert training.network.parameter_names() == trained[0].network.parameter_names()
        assert training.state.position == trained[0].state.position
        assert_close(training.state.parameters, trained[0].state.parameters, 1e-9)
        assert_close(training.state.memory, trained[0].state.memory, 1e-9)
        if training.program == "kernel":
            assert training.state == trained[0].state


def _columns(training):
    numbered = enumerate(training.network.parameter_list())
    return {
        p: i for i, each in numbered for p in each.connections or (each,)
    }, training.state.memory


NAMED = {
    "rates": {"h": 0.02, "h2": 0.03, "x1->h1": 0.5, "h3.bias": 0.25, "x->o1": 0.125},
    "penalty": [{"l1": 0.01, "on": ["h", "x2->h1"]}, {"l2": 0.1}, {"max_norm": 2.0, "on": "o"}],
    "weight_decay": {"strength": 0.1, "on": ["h1", "o1.bias"]},
    "heads": [{"outputs": "o", "loss": "half_squared_error"}],
}


def rename_all(net):
    net.rename("h1", "first"), net.rename("h3", "third"), net.rename("o1", "y")
    net.rename("x1", "left")
    net.layer("h").name = "hidden"
    net.layer("o").name = "out"


def test_names_in_options_follow_what_is_renamed(engine):
    training, plain = begun(engine, **NAMED), begun(engine, **NAMED)

    training = training.after(rename_all)

    options = training.options
    assert dict(options.rates.by_name) == {
        "hidden": 0.02, "h2": 0.03, "left->first": 0.5, "third.bias": 0.25, "x->y": 0.125,
    }  # fmt: skip
    assert [part.on for part in options.penalty.parts] == [
        ("hidden", "x2->first"), "weights", ("out",),
    ]  # fmt: skip
    assert options.weight_decay.on == ("first", "y.bias")
    assert options.heads[0].outputs == ("out",)
    assert training.advance(epochs=3) == plain.advance(epochs=3)
    assert training.state == plain.state


def test_names_may_be_swapped(engine):
    training = begun(engine, rates={"h1": 0.1, "h2": 0.2})

    training = training.after(
        lambda net: (net.rename("h1", "t"), net.rename("h2", "h1"), net.rename("t", "h2"))
    )

    assert dict(training.options.rates.by_name) == {"h2": 0.1, "h1": 0.2}


def test_what_is_removed_leaves_the_options_and_what_is_disabled_stays(engine):
    given = {"rates": {"h1": 0.1, "h2->o1": 0.2, "x1->o1": 0.3, "h": 1.0}}
    training = begun(engine, **NAMED | given)

    training = training.after(
        lambda net: (net.remove_neuron("h1"), net.remove_connection("x1", "o1"))
    )

    options = training.options
    assert dict(options.rates.by_name) == {"h2->o1": 0.2, "h": 1.0}
    assert options.weight_decay.on == ("o1.bias",)
    assert options.penalty.parts[0].on == ("h",)
    training = training.after(lambda net: net.disable("h2", "o1"))
    training.advance(epochs=1)
    training = training.after(lambda net: net.rename(net.enable("h2", "o1").source, "second"))
    assert dict(training.options.rates.by_name) == {"second->o1": 0.2, "h": 1.0}


def learned(net=None):
    net = net or made()
    net.layer("h").activation = "prelu"
    return net


SLOPES = {
    "rates": {"h.slope": 0.02, "h1": 0.5},
    "penalty": {"l2": 0.1, "on": ["h.slope"]},
    "weight_decay": {"strength": 0.1, "on": ["h2.slope", "o1"]},
}


def test_names_of_slopes_follow_and_leave_with_their_activation(engine):
    training = begun(engine, learned(), **SLOPES)

    training = training.after(lambda net: net.rename("h", "g"))

    assert dict(training.options.rates.by_name) == {"g.slope": 0.02, "h1": 0.5}
    assert training.options.penalty.on == ("g.slope",)
    training = training.after(lambda net: setattr(net.layer("g"), "activation", "tanh"))
    assert dict(training.options.rates.by_name) == {"h1": 0.5}
    assert training.options.penalty is None
    assert training.options.weight_decay.on == ("o1",)
    training.advance(epochs=1)


def test_the_name_of_what_some_share_becomes_that_of_one_that_is_left(engine):
    net = learned()
    net["h1"].activation = "tanh"
    net.share(("x1", "h1"), ("x2", "h1"))
    assert net.function_parameters[0].name == "h2 = h3.slope"
    rates = {"h2 = h3.slope": 0.02, "x1->h1 = x2->h1": 0.3}
    training = begun(engine, net, rates=rates)

    training = training.after(lambda net: (net.remove_neuron("h2"), net.disable("x1", "h1")))

    assert dict(training.options.rates.by_name) == {"h3.slope": 0.02, "x1->h1": 0.3}


def test_patterns_and_labels_in_options_follow(engine):
    net = made()
    net["h1"].label = "first one"
    training = begun(engine, net, rates={"*.bias": 0.02, "first one": 0.25, "h[23]": 0.5})

    training = training.after(lambda net: (net.rename("h1", "g"), net.prune(keep=0.9)))
    assert dict(training.options.rates.by_name) == {"*.bias": 0.02, "g": 0.25, "h[23]": 0.5}
    training = training.after(lambda net: [net.remove_neuron(name) for name in ("h2", "h3")])

    assert dict(training.options.rates.by_name) == {"*.bias": 0.02, "g": 0.25}


def test_weights_of_classes_follow_their_outputs(engine):
    net = made()
    net.add_layer("c", 2, activation="softmax"), net.connect("h", "c")
    net["c2"].label = "sweet"
    targets, options = np.eye(2)[np.arange(9) % 2], OPTIONS | {"loss": "cross_entropy"}
    weights = {"c1": 2.0, "sweet": 3.0}
    training = ns.Training(net, X, targets, engine=engine, class_weight=weights, **options)

    training = training.after(lambda net: (net.rename("c1", "y"), setattr(net["c2"], "label", "s")))

    assert dict(training.options.class_weight) == {"y": 2.0, "s": 3.0}
    training.advance(epochs=1)


def test_a_first_dropout_begins_its_stream_as_a_new_training_would(engine):
    training = begun(engine)
    net = made()
    net["h1"].dropout = 0.5
    first = ns.Training(net, X, T, engine=engine, **OPTIONS).state.streams["dropout"]

    training = training.after(lambda net: setattr(net["h1"], "dropout", 0.5))

    assert training.state.streams["dropout"] == first
    training.advance(epochs=2)
    assert training.state.streams["dropout"] != first
    training = training.after(lambda net: setattr(net["h1"], "dropout", 0.0))
    assert training.advance(epochs=1)
