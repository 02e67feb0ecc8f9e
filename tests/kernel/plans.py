"""Random plans for the kernel: networks, rows, options and states at their extremes, by seed.

The arrays that the kernel reads are made of a network and its rows; none comes from a file or from
a caller. So what is mutated is what a caller can give: each plan is refused by our errors, or it
trains and is measured in all ways without a read or a write that is not its own.
"""

from dataclasses import replace
from random import Random

import numpy as np

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.aggregations import AGGREGATIONS
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SHIPPED
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.contract import NOTED, NotesWanted

FINITE = (0.0, -0.0, 5e-324, 1e-310, 1e154, 1e308, -1e308, 710.0, -746.0)
ODD = (np.nan, np.inf, -np.inf, *FINITE)
COUNTS = (1, 1, 2, 3, 7, 8, 9, 31, 32, 33, 64, 65)  # of rows and neurons: about the vectors' sizes
NAMES = (*(name for name, each in ACTIVATIONS.items() if each.slope is not None),
         "leaky_relu(slope=0.3)", "elu(alpha=0.5)", "hardtanh(low=-2)")  # fmt: skip


def try_plan(seed, number):
    """Make a plan and do all that can be done with it.

    Returns:
        How many steps were done, and how many of them were refused.
    """
    rng = Random(f"{seed}:{number}")  # noqa: S311 - no secret
    numbers = np.random.default_rng([seed, number])
    n_done = n_refused = 0
    try:
        with np.errstate(all="ignore"):
            for step in _steps(rng, numbers):
                n_done += 1
                try:
                    step()
                except NeurosimError:
                    n_refused += 1
    except NeurosimError:  # the plan itself
        n_done, n_refused = n_done + 1, n_refused + 1
    return n_done, n_refused


def _steps(rng, numbers):
    """Train, go on from a state, measure, take notes, edit; and many networks at once."""
    net = NETWORKS[rng.choice((*NETWORKS, "any graph", "layers"))](rng)
    X = _rows(rng, numbers, _n_rows(rng), len(net.inputs))
    options = {"engine": "compiled", "program": "kernel", **_options(rng, net, len(X))}
    T = _targets(rng, numbers, options["loss"], (len(X), len(net.outputs)))
    training = ns.Training(net.copy(), X, T, **options)
    for count in rng.choices((0, 1, 1, 2, 5), k=rng.randrange(3)):
        yield lambda count=count: training.watch(count)
    if rng.random() < 0.3:
        yield lambda: setattr(training, "state", _mutated(rng, numbers, training.state))
        yield lambda: training.watch(1)
    yield from _measurings(CompiledEngine(training.task, "kernel"), training, X)
    yield lambda: _take_batches(rng, training)
    if rng.random() < 0.3:
        twins = [net.copy() for _ in range(rng.choice((2, 5, 17)))]
        rows = (X, T) if rng.random() < 0.5 else ([X] * len(twins), [T] * len(twins))
        yield lambda: ns.train_many(twins, *rows, threads=1, epochs=2, **options)
    if rng.random() < 0.2:
        training.network.add_neuron("late")  # all that was made of the structure is out of date
        yield lambda: training.watch(1)


def _measurings(engine, training, X):
    """All that is asked of an engine besides training, with rows of many sizes and orders."""
    theta, T = training.network.parameters(), training.task.T
    odd = np.where(X > 1.0, np.nan, X / (X > -1.0))  # measured at numbers that are not finite
    for rows in (X, odd, X[:1], X[:0], np.asfortranarray(X), X[::2], np.repeat(X, 2, axis=0)):
        yield lambda rows=rows: engine.outputs(theta, rows)
        yield lambda rows=rows: engine.values(theta, rows)
    yield lambda: engine.measure(np.array([theta, theta * 3.0]), X, T)
    yield lambda: engine.loss_and_gradient(theta, X, T, inputs=True)


def _take_batches(rng, training):
    """Go on batch by batch, with notes of some neurons and parameters."""
    engine = CompiledEngine(training.task, "kernel")
    n, n_parameters = len(training.network.neurons), len(training.network.parameters())
    noted = [(rng.choice(NOTED), rng.randrange(n)) for _ in range(rng.randrange(4))]
    followed = [rng.randrange(n_parameters) for _ in range(rng.randrange(4)) if n_parameters]
    with engine.batches(training.state) as run:
        run.advance()
        wanted = NotesWanted(noted, followed, gradients=rng.random() < 0.5)
        run.note(run.most(rng.choice((1, 2, 70))), wanted)
        run.parameters()


def _options(rng, net, n_rows):
    """Some options, each at an ordinary value or at an extreme."""
    made = {
        "loss": _loss(rng, net),
        "optimizer": _optimizer(rng),
        "batch_size": rng.choice((None, 1, 2, 3, 31, 32, 33, n_rows, n_rows + 1)),
        "reduction": rng.choice(("mean", "sum")),
    }
    some = {
        "shuffle": True,
        "input_noise": rng.choice((0.1, 1e300)),
        "penalty": rng.choice(({"l1": 0.1}, {"l2": 1e300}, {"l2": 0.1, "max_norm": 1e-300},
                               [{"l1": 0.1, "on": "biases"}, {"l2": 0.2, "on": "all"}])),
        "clip": rng.choice(({"norm": 1.0}, {"value": 1e-308}, {"norm": 1e308, "per": "layer"})),
        "weight_decay": rng.choice((0.1, 1e300)),
        "rates": {net.neurons[-1].name: rng.choice((0.1, 1e300))} if net.neurons else {},
        "norms": True,
        "weights": [rng.choice((0.0, 1.0, 1e300)) for _ in range(n_rows)],
        "schedule": {"exponential": {"factor": 0.5}},
        "missing_targets": "ignore",
    }  # fmt: skip
    chosen = rng.sample(list(some), rng.choice((0, 0, 1, 2, 4)))
    return {**made, **{name: some[name] for name in chosen}}


def _loss(rng, net):
    """One that mostly fits the outputs."""
    is_softmax = any(neuron.activation == "softmax" for neuron in net.outputs)
    if is_softmax and rng.random() < 0.9:
        return "cross_entropy"
    return rng.choice([name for name in LOSSES if name != "cross_entropy" or rng.random() < 0.1])


def _optimizer(rng):
    rule = SHIPPED[rng.choice([name for name in SHIPPED if name != ns.Perceptron.name])]
    rate = rng.choice((1e-3, 0.1, 5e-324, 1e308))
    return ns.SGD(rate, momentum=0.9, nesterov=True) if rng.random() < 0.1 else rule(rate)


def _mutated(rng, numbers, state):
    """A state of a training, with something else in it: refused, or gone on from."""
    odd = rng.choice((-1, 0, 1, 2, 10**9, 2**62))
    n = len(state.parameters)
    return replace(state, **rng.choice((
        {"batch": odd}, {"epoch": odd}, {"updates": odd},
        {"parameters": numbers.normal(size=rng.choice((n, n + 1, n // 2)))},
        {"parameters": state.parameters[::-1]}, {"parameters": state.parameters * np.nan},
        {"memory": state.memory[:, :-1]}, {"memory": state.memory[:0]},
        {"memory": state.memory - 1.0}, {"partial_loss": np.inf},
    )))  # fmt: skip


def _n_rows(rng):
    return 0 if rng.random() < 0.02 else rng.choice(COUNTS)


def _rows(rng, numbers, n_rows, n_columns):
    """Rows of which some numbers are odd; in an order of memory that may not be NumPy's own."""
    found = numbers.normal(size=(n_rows, n_columns)) * rng.choice((1.0, 1.0, 1e-300, 1e150))
    for _ in range(rng.choice((0, 0, 0, 1, 5)) if found.size else 0):
        odd = rng.choice(ODD if rng.random() < 0.2 else FINITE)
        found[rng.randrange(n_rows), rng.randrange(n_columns)] = odd
    return np.asfortranarray(found) if rng.random() < 0.2 else found


def _targets(rng, numbers, loss, shape):
    """Targets that mostly fit the loss."""
    kind = _KINDS.get(loss, "any") if rng.random() < 0.95 else rng.choice(("any", *_KINDS.values()))
    if kind == "classes" and shape[1]:
        return np.eye(shape[1])[numbers.integers(shape[1], size=shape[0])]
    if kind == "signs":
        return np.where(numbers.random(shape) < 0.5, -1.0, 1.0)
    return numbers.random(shape) if kind == "unit" else _rows(rng, numbers, *shape)


_KINDS = {"cross_entropy": "classes", "binary_cross_entropy": "unit", "hinge": "signs"}


# --- networks


def _any_graph(rng):
    """Skips, dead ends, hubs, softmax layers, aggregations, shared and frozen parameters."""
    net = ns.Network("random", seed=rng.randrange(99))
    net.add_layer("x", rng.choice(COUNTS))
    for number in range(rng.randrange(1, 8)):
        earlier, name = net.neurons, f"n{number}"
        combined = {"aggregation": rng.choice(list(AGGREGATIONS)), "response": rng.choice((1, -2))}
        options = {"activation": rng.choice(NAMES), **(combined if rng.random() < 0.2 else {})}
        if rng.random() < 0.4:
            size = rng.choice((1, 2, 5, 9, 17))
            if rng.random() < 0.3:
                options = {"activation": "softmax"}
            elif rng.random() < 0.2:
                options["dropout"] = 0.5
            layer = net.add_layer(name, size, **options)
            made = list(layer.neurons)
        else:
            bias = rng.choice((None, 0.5, 1e300))
            trainable = rng.random() < 0.8
            made = [net.add_neuron(name, bias=bias, bias_trainable=trainable, **options)]
        _wire(rng, net, earlier, made)
    net.outputs = made
    if rng.random() < 0.3:
        net.outputs = rng.sample([n for n in net.neurons if not n.is_input], 1)
    if rng.random() < 0.2 and len(net.connections) > 1:
        net.share(*rng.sample(list(net.connections), min(3, len(net.connections))))
    return net


def _wire(rng, net, earlier, targets):
    density = rng.choice((1.0, 0.6, 0.1, 0.0))
    pairs = [(a, b) for a in earlier for b in targets if rng.random() < density]
    rng.shuffle(pairs)
    for a, b in pairs:
        weight = rng.choice((0.1, -0.3, 0.0, 1e300)) if rng.random() < 0.1 else rng.gauss(0, 0.5)
        net.connect(a, b, weight=weight, trainable=rng.random() < 0.9)


def _layers(rng):
    """Full layers one after the other, which the kernel knows as such."""
    net = ns.Network("layers", seed=rng.randrange(99))
    net.add_layer("l0", rng.choice(COUNTS))
    for number in range(1, rng.randrange(2, 5)):
        bias = rng.choice(("default", None))
        options = {"activation": rng.choice((*NAMES, "softmax")), "bias": bias}
        net.add_layer(f"l{number}", rng.choice(COUNTS), **options)
        net.connect(f"l{number - 1}", f"l{number}")
    return net


def _hub(rng):
    """Neurons that all inputs lead to, and that all outputs come from; and a chain."""
    net = ns.Network("hub", seed=1)
    net.add_layer("x", rng.choice((1, 70, 300)))
    net.add_neuron("hub", activation=rng.choice(NAMES), bias=None)
    net.add_layer("y", rng.choice((1, 70, 300)), activation=rng.choice(NAMES))
    net.connect("x", "hub"), net.connect("hub", "y")
    before = "hub"
    for number in range(rng.choice((0, 0, 50))):
        net.add_neuron(f"c{number}", activation="tanh")
        net.connect(before, f"c{number}")
        before = f"c{number}"
    return net


def _small(rng):
    """Nothing, inputs alone, inputs that are outputs, neurons that nothing leads to."""
    net = ns.Network("small")
    for number in range(rng.randrange(3)):
        net.add_input(f"x{number}")
    for number in range(rng.randrange(3)):
        net.add_neuron(f"n{number}", activation=rng.choice(NAMES), bias=rng.choice((None, 1.0)))
    if net.neurons and rng.random() < 0.9:
        net.outputs = [net.neurons[-1]]
    return net


NETWORKS = {"any graph": _any_graph, "layers": _layers, "hub": _hub, "small": _small}
