"""Dropout and input noise: drawn from streams of their own, the same in every engine."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, InvalidValueError, WrongTypeError
from neurosim.interpreter.steps import Dropped, ErrorDropped, Noised, phase_of, redo, undo
from neurosim.training import CompiledEngine, GraphEngine
from neurosim.training.engines.graph import batch_steps
from neurosim.training.noise import Noise, draw_masks
from neurosim.training.state import draw_noise, start_state
from neurosim.training.task import make_task

RANDOM = np.random.default_rng(3)
X, T = RANDOM.normal(size=(11, 3)), RANDOM.normal(size=(11, 2))
OPTIONS = {"optimizer": ns.Adam(0.1), "batch_size": 4, "shuffle": True, "input_noise": 0.2}
ENGINES = [{"engine": "graph"}, {"program": "arrays"}, {}]


def dropping(activation="tanh"):
    net = ns.Network("dropping", seed=6)
    net.add_layer("x", 3), net.add_layer("h", 5, activation=activation, dropout=0.4)
    net.add_layer("g", 4, activation="sigmoid"), net.add_layer("o", 2)
    net.connect("x", "h"), net.connect("h", "g"), net.connect("g", "o"), net.connect("h1", "o2")
    net["g2"].dropout, net["x1"].dropout = 0.5, 0.25
    return net


@pytest.mark.quick("11")
@pytest.mark.parametrize("activation", ["tanh", "identity", {"leaky_relu": {"slope": 0.3}}])
@pytest.mark.parametrize("batch_size", [1, 4, 11])
def test_every_engine_draws_the_same(batch_size, activation, assert_close):
    found = []
    for engine in ENGINES:
        net = dropping(activation)
        options = OPTIONS | {"batch_size": batch_size}
        history = ns.train(net, X, T, epochs=12, **options, **engine)
        found.append([*history.loss, *net.parameters()])

    assert_close(found[1], found[0], 1e-12)
    assert_close(found[2], found[0], 1e-12)


def test_masks_keep_the_mean():
    masks = draw_masks(np.random.default_rng(1), [0.25, 0.5], np.zeros((40_000, 1)))

    assert set(masks[:, 0]) == {0.0, 1 / 0.75}
    assert set(masks[:, 1]) == {0.0, 2.0}
    assert masks.mean(axis=0) == pytest.approx([1.0, 1.0], abs=0.02)


def test_measurements_and_predictions_have_no_noise(engine):
    net, plain = dropping(), dropping()
    for neuron in plain.neurons:
        neuron.dropout = 0.0

    training = ns.Training(net, X, T, engine=engine, **OPTIONS)

    assert net.predict(X).tolist() == plain.predict(X).tolist()
    assert net.forward(X[0]).tolist() == plain.forward(X[0]).tolist()
    expected = ns.loss_and_gradients(plain, X, T, engine="graph")
    found = ns.loss_and_gradients(net, X, T, engine="graph")
    assert (found.loss, found.vector.tolist()) == (expected.loss, expected.vector.tolist())
    assert training.loss() == pytest.approx(expected.loss)


def test_a_training_that_is_cut_goes_on_exactly(engine):
    whole, cut = dropping(), dropping()
    ns.train(whole, X, T, epochs=5, engine=engine, **OPTIONS)

    training = ns.Training(cut, X, T, engine=engine, **OPTIONS)
    training.advance(epochs=2)
    training.advance(batches=2)  # of three
    state = training.state
    again = ns.Training(cut.copy(), X, T, engine=engine, state=state, **OPTIONS)
    again.advance(epochs=3)
    for _ in training.epochs(3):
        pass

    assert training.state.parameters.tobytes() == whole.parameters().tobytes()
    assert again.state == training.state
    assert sorted(state.streams) == ["dropout", "noise", "shuffling"]


def test_epochs_that_are_watched_draw_the_same(engine):
    net, watched = dropping(), dropping()
    plain = ns.train(net, X, T, epochs=6, engine=engine, **OPTIONS)
    history = ns.train(watched, X, T, epochs=6, engine=engine, metrics=["mae"], **OPTIONS)

    assert history.loss == plain.loss
    assert [e.loss for e in ns.epochs(dropping(), X, T, epochs=6, engine=engine, **OPTIONS)] == [
        *plain.loss
    ]


def test_dropout_does_not_reshuffle_the_rows():
    task = make_task(dropping(), X, T, **OPTIONS)
    plain = make_task(dropping(), X, T, **OPTIONS | {"input_noise": 0.0})

    streams = [start_state(each, 4).streams for each in (task, plain)]

    assert streams[0]["shuffling"] == streams[1]["shuffling"]
    assert streams[0]["dropout"] == streams[1]["dropout"]


def test_steps_record_what_is_dropped():
    net = dropping()
    task = make_task(net, X, T, **OPTIONS)
    state = start_state(task, 0)
    noise, _ = draw_noise(task, state.streams)

    steps = list(batch_steps(task, state, state.memory.copy()))
    dropped = [step for step in steps if isinstance(step, Dropped)]

    assert [step.neuron.name for step in dropped[:7]] == ["x1", "h1", "h2", "h3", "h4", "h5", "g2"]
    assert len(dropped) == 7 * 4
    assert {step.factor for step in dropped} <= {*noise.masks.ravel().tolist()}
    out = next(step for step in dropped if not step.factor and step.neuron.name == "h3")
    assert str(out).startswith("h3 dropped: h3 = ")
    assert str(out).endswith("*0 = 0") or str(out).endswith("*0 = -0")


def test_steps_are_undone_and_redone():
    net = dropping()
    task = make_task(net, X, T, **OPTIONS)
    state = start_state(task, 0)
    steps = list(batch_steps(task, state, state.memory.copy()))
    after = [(n.output, n.output_gradient, n.delta) for n in net.neurons]

    for step in reversed(steps):
        undo(step)
    before = [(n.output, n.output_gradient, n.delta) for n in net.neurons]
    for step in steps:
        redo(step)

    assert before == [(None, None, None)] * len(before)
    assert [(n.output, n.output_gradient, n.delta) for n in net.neurons] == after
    assert {Noised, Dropped, ErrorDropped} <= set(map(type, steps))
    assert next(phase_of(s) for s in steps if isinstance(s, ErrorDropped)) == "backward"


def test_the_debugger_travels_in_time_and_comes_back_to_the_same(engine):
    session = ns.debug(dropping(), X, T, epochs=4, engine=engine, **OPTIONS)
    session.step(157)
    there = session.digest()
    session.step(400)
    later = session.digest()

    session.goto(epoch=2)
    session.back(1000)
    session.back(grain="epoch")
    session.restart()
    session.step(157)

    assert session.digest() == there
    session.step(400)
    assert session.digest() == later
    session.back(400)
    assert session.digest() == there


def test_the_debugger_lands_where_stepping_does():
    stepped = ns.debug(dropping(), X, T, epochs=4, engine="graph", **OPTIONS)
    stepped.goto(epoch=3)
    landed = ns.debug(dropping(), X, T, epochs=4, engine="compiled", **OPTIONS)
    landed.goto(epoch=3)

    assert stepped.place == landed.place
    for one, other in zip(stepped.network.neurons, landed.network.neurons, strict=True):
        assert one.output == pytest.approx(other.output, rel=1e-12, abs=1e-15)
        if not one.is_input:
            assert one.net_input == pytest.approx(other.net_input, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("condition", ["h2.output > 0.95", "loss > 2", "x1->h1.weight > 0.3"])
def test_conditions_stop_where_the_walk_does(condition):
    places = []
    for engine in ("graph", "compiled"):
        session = ns.debug(dropping(), X, T, epochs=30, engine=engine, **OPTIONS)
        session.break_at(when=condition)
        session.continue_()
        places.append((session.place, session.is_over))

    assert places[0] == places[1]
    assert not places[0][1]


def test_new_neurons_of_a_layer_have_its_dropout():
    net = dropping()
    net.duplicate_neuron("h2", new="twin")
    net.grow("h", 2)

    assert net["twin"].dropout == 0.4
    assert net.layer("h").dropout == 0.4


def test_copies_and_files_keep_dropout(tmp_path):
    net = dropping()
    net.save(tmp_path / "net.json")

    for other in (net.copy(), ns.load(tmp_path / "net.json")):
        assert [n.dropout for n in other.neurons] == [n.dropout for n in net.neurons]
        assert other.layer("h").dropout == 0.4
        assert other.layer("g").dropout == (0.0, 0.5, 0.0, 0.0)


def test_a_scenario_says_dropout_and_noise(tmp_path, engine):
    net = dropping()
    options = OPTIONS | {"epochs": 4, "engine": engine}
    path = ns.to_scenario(net, X, T, tmp_path / "s.yaml", **options)

    result = ns.run_scenario(path)
    ns.train(net, X, T, **options)

    assert "dropout: 0.4" in path.read_text()
    assert result.network.parameters().tobytes() == net.parameters().tobytes()


@pytest.mark.parametrize(
    ("name", "rate", "error", "words"),
    [
        ("h1", 1, InvalidValueError, "h1.dropout: got 1.0; expected a number from 0 to below 1"),
        ("h1", -0.1, InvalidValueError, "h1.dropout: got -0.1; expected a number from 0 to below"),
        ("h1", "half", WrongTypeError, "h1.dropout: no number, got 'half'; expected a finite"),
        ("o1", 0.5, GraphError, "o1.dropout: an output, got 0.5; expected 0, or a neuron that"),
    ],
)
def test_what_is_wrong_is_refused(name, rate, error, words):
    def drop():
        net = dropping()
        net[name].dropout = rate
        make_task(net, X, T)

    with pytest.raises(error, match=words):
        drop()


def test_a_softmax_layer_has_no_dropout():
    net = dropping()
    net.layer("g").activation = "softmax"
    with pytest.raises(GraphError, match="a softmax layer, got "):
        make_task(net, X, T)


def test_a_state_without_the_streams_is_refused():
    net = dropping()
    state = ns.train(net, X, T, epochs=1, **OPTIONS | {"input_noise": 0.0}).state
    with pytest.raises(WrongTypeError, match="state: of another training, got no stream 'noise'"):
        ns.train(net, X, T, epochs=1, state=state, **OPTIONS)


def test_gradients_with_given_masks_are_those_of_pytorch(assert_close):
    torch = pytest.importorskip("torch")
    net = dropping()
    task = make_task(net, X, T, optimizer=ns.SGD(0.3), batch_size=11, input_noise=0.2)
    state = start_state(task, 9)
    theta = torch.tensor(net.parameters(), requires_grad=True)
    losses = []
    streams, expected = state.streams, []
    for _ in range(50):
        noise, streams = draw_noise(task, streams)
        loss = _loss_in_torch(torch, net, theta, noise)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            theta.sub_(0.3 * theta.grad)
            theta.grad = None
    expected = theta.detach().numpy()

    for engine in (GraphEngine(task), CompiledEngine(task, "array")):
        after, found = engine.advance(state, epochs=50)
        assert_close(found, losses, 1e-12)
        assert_close(after.parameters, expected, 1e-12)


def _loss_in_torch(torch, net, theta, noise: Noise):
    masks = dict(zip((n.name for n in noise.dropped), noise.masks.T, strict=True))
    number = {p: i for i, p in enumerate(net.parameter_list())}
    values = {}
    functions = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda z: z}
    for i, neuron in enumerate(net.inputs):
        values[neuron.name] = torch.tensor(X[:, i] + noise.added[:, i])
    for neuron in net.neurons:
        if not neuron.is_input:
            z = theta[number[neuron.bias_parameter]] + sum(
                theta[number[c.parameter]] * values[c.source.name] for c in net.incoming(neuron)
            )
            values[neuron.name] = functions[neuron.activation](z)
        if neuron.name in masks:
            values[neuron.name] = values[neuron.name] * torch.tensor(masks[neuron.name])
    outputs = torch.stack([values[neuron.name] for neuron in net.outputs], dim=1)
    return ((torch.tensor(T) - outputs) ** 2 / 2).sum() / len(X)
