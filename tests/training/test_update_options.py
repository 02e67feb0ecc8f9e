"""Options of an update: penalties on sets, clipping, weight decay, rates of named parameters."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, InvalidValueError, UnknownNameError, WrongTypeError
from neurosim.kernel.library import why_no_kernel
from tests.each import each

UPDATES = 50


def layered():
    net = ns.Network("layers", seed=3)
    net.add_layer("x", 3), net.add_layer("h", 4, activation="tanh")
    net.add_layer("o", 2, bias=[0.2, -0.3])
    net.connect("x", "h"), net.connect("h", "o")
    return net


def irregular():
    net = ns.Network("graph", seed=4)
    net.add_layer("x", 3)
    net.add_neuron("a", activation="tanh", bias=0.1)
    net.add_neuron("b", activation="sigmoid", bias=-0.4)
    net.add_layer("h", 2, activation="tanh")
    net.add_layer("o", 2)
    net.connect("x1", "a", weight=0.7), net.connect("x3", "a", weight=-0.2)
    net.connect("a", "b", weight=1.1), net.connect("x2", "b", weight=0.5)
    net.connect("x", "h"), net.connect("b", "h2", weight=-0.6)
    net.connect("h", "o"), net.connect("a", "o1", weight=0.9), net.connect("x1", "o2", weight=0.3)
    return net


def rows():
    rng = np.random.default_rng(8)
    return rng.normal(size=(10, 3)), rng.normal(size=(10, 2))


class Peer:
    """The same network in PyTorch: of each neuron a vector of weights, and its bias."""

    def __init__(self, net):
        self.torch = torch = pytest.importorskip("torch")
        self.net = net
        self.order = [n for generation in net.generations() for n in generation if not n.is_input]
        self.weights = {
            n: torch.tensor([c.weight for c in net.incoming(n)], dtype=torch.float64,
                            requires_grad=True)
            for n in self.order
        }  # fmt: skip
        self.biases = {
            n: torch.tensor([n.bias], dtype=torch.float64, requires_grad=True) for n in self.order
        }

    def parameters(self):
        return [*self.weights.values(), *self.biases.values()]

    def theta(self):
        found = []
        for neuron in self.net.neurons:
            if not neuron.is_input:
                found += self.weights[neuron].tolist() + self.biases[neuron].tolist()
        return np.array(found)

    def loss(self, X, T):
        torch, columns = self.torch, {}
        for i, neuron in enumerate(self.net.inputs):
            columns[neuron] = torch.tensor(X[:, i])
        kinds = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda z: z}
        for neuron in self.order:
            sources = [columns[c.source] for c in self.net.incoming(neuron)]
            z = torch.stack(sources, dim=1) @ self.weights[neuron] + self.biases[neuron]
            columns[neuron] = kinds[neuron.activation](z)
        outputs = torch.stack([columns[neuron] for neuron in self.net.outputs], dim=1)
        return ((outputs - torch.tensor(T)) ** 2).sum() / 2 / len(X)

    def layers(self):
        groups = {}
        for neuron in self.order:
            parts = self.weights[neuron], self.biases[neuron]
            groups.setdefault(neuron.layer or neuron, []).extend(parts)
        return groups.values()

    def train(self, X, T, optimizer, *, penalty=None, clip=None, project=None, size=5):
        for update in range(UPDATES):
            part = slice(update % 2 * size, update % 2 * size + size)
            optimizer.zero_grad()
            loss = self.loss(X[part], T[part])
            (loss if penalty is None else loss + penalty(self) / size).backward()
            if clip is not None:
                clip(self)
            optimizer.step()
            if project is not None:
                with self.torch.no_grad():
                    project(self)
        return self.theta()


def whole(peer):
    peer.torch.nn.utils.clip_grad_norm_(peer.parameters(), 0.3)


def by_layer(peer):
    for parts in peer.layers():
        peer.torch.nn.utils.clip_grad_norm_(parts, 0.1)


def by_value(peer):
    peer.torch.nn.utils.clip_grad_value_(peer.parameters(), 0.05)


def shorten(peer):
    for weights in peer.weights.values():
        weights.copy_(peer.torch.renorm(weights[None], 2, 0, 0.6)[0])


def absolute(peer):
    return 0.2 * sum(w.abs().sum() for w in peer.weights.values())


def elastic(peer):
    return absolute(peer) + 0.4 / 2 * sum((w**2).sum() for w in peer.weights.values())


def biases_only(peer):
    return 0.4 / 2 * sum((b**2).sum() for b in peer.biases.values())


def everything(peer):
    return 0.3 / 2 * sum((p**2).sum() for p in peer.parameters())


def by_sets(peer):
    """L1 on what leads into h, L2 on all: where both are, they add up."""
    names = [n for n in peer.order if n.layer and n.layer.name == "h"]
    into_h = sum(p.abs().sum() for n in names for p in (peer.weights[n], peer.biases[n]))
    return 0.2 * into_h + everything(peer)


def shorten_by_sets(peer):
    for neuron, most in (
        (n, {"h": 0.6, "o": 0.4}.get(n.layer and n.layer.name)) for n in peer.order
    ):
        if most is not None:
            parts = peer.weights[neuron], peer.biases[neuron]
            short = peer.torch.renorm(peer.torch.cat(parts)[None], 2, 0, most)[0]
            for part, to in zip(parts, (short[:-1], short[-1:]), strict=True):
                part.copy_(to)


WITNESSES = [
    ({"penalty": [{"l1": 0.2, "on": "h"}, {"l2": 0.3, "on": "all"}]}, {"penalty": by_sets}),
    (
        {
            "penalty": [
                {"l1": 0.2, "on": "h"},
                {"l2": 0.3, "on": "all"},
                {"max_norm": 0.6, "on": "h"},
                {"max_norm": 0.4, "on": "o"},
            ]
        },
        {"penalty": by_sets, "project": shorten_by_sets},
    ),
    ({"penalty": {"l1": 0.2}}, {"penalty": absolute}),
    ({"penalty": {"l1": 0.2, "l2": 0.4}}, {"penalty": elastic}),
    ({"penalty": {"l2": 0.4, "on": "biases"}}, {"penalty": biases_only}),
    ({"penalty": {"l2": 0.3, "on": "all"}}, {"penalty": everything}),
    ({"penalty": {"max_norm": 0.6}}, {"project": shorten}),
    ({"clip": {"norm": 0.3}}, {"clip": whole}),
    ({"clip": {"norm": 0.1, "per": "layer"}}, {"clip": by_layer}),
    ({"clip": {"value": 0.05}}, {"clip": by_value}),
    (
        {"penalty": {"l1": 0.2, "l2": 0.4, "max_norm": 0.6}, "clip": {"norm": 0.3}},
        {"penalty": elastic, "clip": whole, "project": shorten},
    ),
]
RULES = {
    "sgd": (ns.SGD(0.1, momentum=0.9), lambda t, p: t.optim.SGD(p, lr=0.1, momentum=0.9)),
    "adam": (ns.Adam(0.05), lambda t, p: t.optim.Adam(p, lr=0.05)),
}


def worst(net, theta, options, engine):
    X, T = rows()
    ns.train(net, X, T, epochs=UPDATES // 2, batch_size=5, engine=engine, **options)
    found = net.parameters()
    return float((np.abs(found - theta) / np.maximum(1.0, np.abs(theta))).max())


@pytest.mark.quick("graph-{'penalty': [", "compiled-{'clip'")
@pytest.mark.parametrize("make", [layered, irregular])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("ours", "theirs"), WITNESSES, ids=[str(ours) for ours, _ in WITNESSES])
def test_fifty_updates_end_where_pytorchs_end(engine, make, rule, ours, theirs):
    optimizer, made = RULES[rule]
    peer = Peer(make())
    theta = peer.train(*rows(), made(peer.torch, peer.parameters()), **theirs)

    assert worst(make(), theta, {"optimizer": optimizer, **ours}, engine) <= 1e-12


@pytest.mark.parametrize("make", [layered, irregular])
def test_weight_decay_makes_adam_adamw(engine, make):
    peer = Peer(make())
    by_torch = peer.torch.optim.AdamW(peer.parameters(), lr=0.05, weight_decay=0.3)
    theta = peer.train(*rows(), by_torch)

    options = {"optimizer": ns.Adam(0.05), "weight_decay": 0.3}
    assert worst(make(), theta, options, engine) <= 1e-12


def test_rates_are_those_of_pytorchs_groups_and_the_narrower_name_counts(engine):
    net, peer = layered(), Peer(layered())
    h, (first, *rest) = peer.net.layer("h").neurons, peer.net.layer("h").neurons
    outputs = peer.net.layer("o").neurons
    groups = [
        {"params": [p for n in rest for p in (peer.weights[n], peer.biases[n])], "lr": 0.2},
        {"params": [peer.weights[first]], "lr": 0.01},
        {"params": [peer.biases[first]], "lr": 0.0},
        {"params": [p for n in outputs for p in (peer.weights[n], peer.biases[n])]},
    ]
    theta = peer.train(*rows(), peer.torch.optim.SGD(groups, lr=0.05, momentum=0.5))

    options = {
        "optimizer": ns.SGD(0.05, momentum=0.5),
        "rates": {"h1.bias": 0.0, "h1": 0.01, "h": 0.2},
    }
    assert len(h) == 4
    assert worst(net, theta, options, engine) <= 1e-12


def test_a_frozen_parameter_counts_in_no_norm_and_stays(engine):
    X, T = rows()
    options = {"optimizer": ns.SGD(0.1), "batch_size": 5, "epochs": 3, "engine": engine}
    options |= {"clip": {"norm": 1e-3}, "penalty": {"max_norm": 0.5}, "weight_decay": 0.2}
    net = layered()
    net["x1", "h1"].weight, net["x1", "h1"].trainable = 100.0, False

    ns.train(net, X, T, **options)

    assert net["x1", "h1"].weight == 100.0
    lengths = [
        np.hypot.reduce([c.weight for c in net.incoming(n) if c.trainable])
        for n in net.neurons
        if not n.is_input
    ]
    assert 0.3 < max(lengths) <= 0.5


def test_a_shared_weight_counts_once_in_a_norm(engine):
    net = ns.Network("shared")
    net.add_layer("x", 2), net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=0.0), net.share(("x1", "o1"), ("x2", "o1"))

    ns.train(
        net, [[3.0, 4.0]], [[1.0]], optimizer=ns.SGD(1.0), clip={"norm": 0.5}, epochs=1,
        engine=engine,
    )  # fmt: skip

    # its gradient is -7, as the norm: it moves by 0.5, up to the 1e-6 of the rule
    assert net["x1", "o1"].weight == pytest.approx(7.0 * 0.5 / 7.000001, rel=1e-15)


def test_without_effect_the_options_change_no_bit(engine):
    if engine == "compiled" and why_no_kernel() is not None:
        pytest.skip("arrays promise no bits")
    X, T = rows()
    plain, idle = layered(), layered()
    options = {"optimizer": ns.Adam(0.05), "batch_size": 4, "epochs": 4, "engine": engine}
    ns.train(plain, X, T, **options)

    idle_options = {"clip": {"norm": 1e9}, "weight_decay": 0.0, "penalty": {"max_norm": 1e9}}
    ns.train(idle, X, T, **options, **idle_options)

    assert idle.parameters().tolist() == plain.parameters().tolist()


def test_single_precision_trains_with_options():
    X, T = rows()
    options = {"optimizer": ns.Adam(0.05), "epochs": 5, "clip": {"norm": 0.1, "per": "layer"}}
    options |= {"rates": {"h": 0.1}, "penalty": {"l1": 0.1, "max_norm": 0.5}, "weight_decay": 0.1}
    double, single = layered(), layered()
    ns.train(double, X, T, **options)
    ns.train(single, X, T, precision="single", **options)

    assert np.abs(double.parameters() - single.parameters()).max() < 1e-4


def test_train_many_gives_each_the_bits_of_its_own_training():
    X, T = rows()
    options = {"optimizer": ns.SGD(0.1), "epochs": 5, "batch_size": 3, "shuffle": True}
    options |= {"clip": {"norm": 0.2}, "penalty": {"l1": 0.1, "l2": 0.1}}
    many, alone = [layered() for _ in range(10)], [layered() for _ in range(10)]
    ns.train_many(many, X, T, seeds=range(10), **options)
    for seed, net in enumerate(alone):
        ns.train(net, X, T, seed=seed, **options)

    assert [n.parameters().tolist() for n in many] == [n.parameters().tolist() for n in alone]


def test_all_engines_agree_with_everything_switched_on():
    X, T = rows()
    found = ns.agree(
        irregular(), X, T, optimizer=ns.NAdam(0.01), batch_size=3, updates=200,
        penalty={"l1": 0.1, "l2": 0.2, "max_norm": 0.8, "on": ["h", "o1", "x->h2", "a.bias"]},
        clip={"norm": 0.5, "per": "layer"}, weight_decay=0.1, rates={"h": 0.05, "x1->a": 0.2},
    )  # fmt: skip

    assert found.passed


def test_all_engines_agree_with_a_list_of_penalties():
    found = ns.agree(
        irregular(), *rows(), optimizer=ns.Adam(0.01), batch_size=3, updates=200,
        penalty=[
            {"l1": 0.1, "on": ["h", "x1->a"]}, {"l2": 0.2}, {"l1": 0.05, "l2": 0.1, "on": "all"},
            {"max_norm": 0.8, "on": "biases"}, {"max_norm": 0.5, "on": ["h->o1", "x->h"]},
        ],
        clip={"norm": 0.5, "per": "layer"},
    )  # fmt: skip

    assert found.passed


@pytest.mark.parametrize("penalty", [{"l1": 0.1, "on": "h"}, {"l2": 0.3}, {"max_norm": 0.5}])
def test_a_list_of_one_penalty_is_that_penalty(penalty):
    assert ns.Options(optimizer=ns.SGD(1), epochs=1, penalty=[penalty]).penalty == (
        ns.Options(optimizer=ns.SGD(1), epochs=1, penalty=penalty).penalty
    )


def test_the_steps_say_what_a_list_of_penalties_adds():
    net = ns.Network("one")
    net.add_layer("x", 1), net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=2.0)
    session = ns.debug(
        net, [[0.0]], [[0.0]], optimizer=ns.SGD(1.0), epochs=1,
        penalty=[{"l1": 0.25, "on": "o"}, {"l2": 0.125}],
    )  # fmt: skip

    session.until("update")

    assert "w(x1->o1) = 2 - 1*(0 + 0.5) = 1.5" in str(session.explain("x1->o1"))
    assert "w(x1->o1) = 2 - 1*(0 + 0.5) = 1.5" in str(session.step())


def sloped(slope=2.0):
    """Two neurons of bias 0 whose weights are 3 and 4, with a slope of their own, and no errors."""
    net = ns.Network("sloped")
    net.add_layer("x", 2), net.add_layer("h", 2, activation="prelu")
    net.connect("x1", "h", weight=3.0), net.connect("x2", "h", weight=4.0)
    net.function_parameters[0].value = slope
    return net, np.zeros((1, 2)), np.zeros((1, 2))


@pytest.mark.parametrize("on", ["all", ["h"]])
def test_a_slope_is_no_weight_whose_length_is_bounded(engine, on):
    net, X, T = sloped()

    ns.train(
        net, X, T, engine=engine, epochs=1, optimizer="sgd", learning_rate=0.1,
        penalty={"max_norm": 1.0, "on": on},
    )  # fmt: skip

    weights = [connection.weight for connection in net.connections]
    assert weights == pytest.approx([0.6, 0.6, 0.8, 0.8], rel=1e-6)
    assert net.parameters()[-1] == 2.0


def test_the_length_of_a_slope_alone_is_refused():
    net, X, T = sloped()

    with pytest.raises(GraphError, match=r"max_norm: slope\(h\) is no weight; expected weights"):
        ns.train(
            net, X, T, epochs=1, optimizer=ns.SGD(0.1), penalty={"max_norm": 1, "on": "h.slope"}
        )


@each("name", ["penalty", "weight_decay"])
@each(
    ("on", "is_smaller"),
    [("h", False), ("h1", False), ("h*", False), ("h.slope", True), ("*.slope", True),
     ("all", True)],
)  # fmt: skip
def test_penalties_and_decay_take_slopes_that_are_named(engine, name, on, is_smaller):
    net, X, T = sloped()
    value = {"l2": 0.1, "on": on} if name == "penalty" else {"strength": 0.1, "on": on}

    ns.train(
        net, X, T, engine=engine, epochs=1, optimizer="sgd", learning_rate=0.1, **{name: value}
    )

    assert (net.parameters()[-1] < 2.0) == is_smaller
    assert (net["x1", "h1"].weight < 3.0) == ("slope" not in on)


def test_a_rule_of_a_user_takes_rates_parameter_by_parameter(engine):
    class Half(ns.SGD):
        """Takes one rate only."""

        name = "half"

        def array(self, w, g, memory, _count, rate):
            w -= float(rate) / 2.0 * g

        def scalar(self, w, g, memory, _count, rate):
            return w - rate / 2.0 * g, memory

    X, T = rows()
    half, whole = layered(), layered()
    ns.train(half, X, T, optimizer=Half(0.1), rates={"h": 0.2}, epochs=3, engine=engine)
    ns.train(whole, X, T, optimizer=ns.SGD(0.05), rates={"h": 0.1}, epochs=3, engine=engine)

    assert half.parameters() == pytest.approx(whole.parameters(), abs=1e-14)


BAD = [
    ({"clip": {}}, InvalidValueError, "clip: got none of them; expected one of norm and value"),
    ({"clip": {"norm": 1, "value": 1}}, InvalidValueError, "clip: got both"),
    ({"clip": {"norm": 0}}, InvalidValueError, "clip: norm: got 0.0; expected a number > 0"),
    ({"clip": {"nrom": 1}}, WrongTypeError, "unknown option 'nrom' (did you mean 'norm'?)"),
    ({"clip": {"value": 1, "per": "layer"}}, InvalidValueError, "expected it beside norm"),
    ({"clip": {"norm": 1, "per": "neuron"}}, InvalidValueError, "unknown per 'neuron'"),
    ({"clip": 1.0}, WrongTypeError, "clip: got 1.0; expected None or {'norm': 1.0}"),
    ({"weight_decay": -1}, InvalidValueError, "weight_decay: got -1"),
    ({"weight_decay": {"on": "all"}}, WrongTypeError, "weight_decay: got {'on': 'all'}"),
    ({"weight_decay": "x"}, WrongTypeError, "weight_decay: no number, got 'x'"),
    ({"rates": {"h": -1}}, InvalidValueError, "rates: h: got -1"),
    ({"rates": 3}, WrongTypeError, "rates: got 3; expected None or rates such as {'h': 0.1}"),
    ({"rates": {"hh": 1}}, UnknownNameError, "rates: unknown neuron or layer 'hh'"),
    ({"rates": {"x": 1}}, GraphError, "rates: x has no parameters"),
    ({"rates": {"o->h": 1}}, UnknownNameError, "rates: no connection 'o->h'"),
    ({"rates": {"h.": 1}}, UnknownNameError, "rates: incomplete name, got 'h.'"),
    ({"rates": {"->h": 1}}, UnknownNameError, "rates: incomplete name, got '->h'"),
    ({"rates": {"h.bais": 1}}, UnknownNameError, "'h.bais' (did you mean 'h.bias'?)"),
    ({"rates": {"h1 = h2.bias": 1}}, UnknownNameError, "unknown parameter 'h1 = h2.bias'"),
    ({"penalty": {"l2": 1, "on": ["q"]}}, UnknownNameError, "penalty: unknown neuron"),
    (
        {"penalty": [{"l2": 1}, {"l1": 1, "on": "q"}]},
        UnknownNameError,
        "penalty[1]: unknown neuron",
    ),
    ({"penalty": []}, WrongTypeError, "penalty: got an empty list"),
    ({"penalty": [{"l2": 1}, None]}, WrongTypeError, "penalty[1]: got None"),
    ({"penalty": [{"l2": 1}, {"l3": 1}]}, WrongTypeError, "penalty[1]: not a penalty"),
    (
        {"penalty": [{"max_norm": 1}, {"max_norm": 2, "on": "h"}]},
        GraphError,
        "penalty[1]: max_norm: w(x1->h1) has one by penalty[0], too",
    ),
    (
        {"optimizer": ns.AdamW(0.1), "weight_decay": 0.1},
        WrongTypeError,
        "weight_decay: got 0.1 beside AdamW(",
    ),
]


@each(("options", "kind", "words"), BAD)
def test_a_wrong_option_is_refused_with_words(options, kind, words):
    with pytest.raises(kind) as caught:
        ns.train(layered(), *rows(), **{"optimizer": ns.SGD(0.1), "epochs": 1, **options})

    assert words in str(caught.value)
