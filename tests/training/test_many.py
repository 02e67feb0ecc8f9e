"""Many networks trained by one call: each has the bits of a training of its own."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.kernel.library import Kernel, why_no_kernel
from tests.each import each

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.25]])
T = np.array([[0.0], [1.0], [1.0], [0.0], [0.5]])


def make(seed=1, hidden=3, activation="tanh", output="sigmoid"):
    net = ns.Network(f"network {seed}", seed=seed)
    net.add_layer("x", 2), net.add_layer("h", hidden, activation=activation)
    net.add_layer("o", 1, activation=output)
    net.connect("x", "h"), net.connect("h", "o")
    return net


def several(count=11, **options):
    return [make(seed, **options) for seed in range(count)]


def assert_as_alone(networks, histories, alone, X=X, T=T, **options):
    """Train the twins one by one: every loss, every number of the state, every weight is equal."""
    for net, found, twin in zip(networks, histories, alone, strict=True):
        expected = ns.train(twin, X, T, **options)
        assert found.loss == expected.loss
        assert found.validation_loss == expected.validation_loss
        assert found.metrics == expected.metrics
        assert found.state == expected.state
        assert net.parameters().tobytes() == twin.parameters().tobytes()


@pytest.fixture(params=["kernel", "hidden"])
def kernel(request, monkeypatch):
    """With the kernel, where it is there, and without."""
    if request.param == "hidden":
        monkeypatch.setenv("NEUROSIM_KERNEL", "off")
    elif why_no_kernel() is not None:
        pytest.skip("no kernel")


@pytest.mark.quick("kernel", "hidden-{'optimizer': 'nadam'")
@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": ns.SGD(0.3)},
        {"optimizer": ns.Adam(0.1), "batch_size": 2},
        {"optimizer": "nadam", "batch_size": 2, "shuffle": True},
        {"optimizer": ns.SGD(0.3, momentum=0.9), "shuffle": True, "seed": 5, "batch_size": 1},
        {"optimizer": "adagrad", "penalty": {"l2": 0.1}, "reduction": "sum"},
        {"optimizer": ns.SGD(0.3), "precision": "single"},
        {"optimizer": ns.SGD(0.3), "metrics": ["mae"], "validation": (X[:2], T[:2])},
        {"optimizer": ns.SGD(0.3), "engine": "graph"},
        {"optimizer": ns.SGD(0.3), "epochs": 0},
    ],
    ids=str,
)
def test_each_has_the_bits_of_its_own_training(options):
    options = {"epochs": 7} | options
    networks, alone = several(), several()

    assert_as_alone(networks, ns.train_many(networks, X, T, **options), alone, **options)


@pytest.mark.usefixtures("kernel")
def test_structures_may_differ():
    def mixed():
        found = [make(seed, hidden=2 + seed % 3) for seed in range(7)]
        found += [make(8, activation="relu"), make(9), make(10), make(11, hidden=2)]
        found[2]["h1"].bias_trainable = False
        found[9].share(("x1", "h1"), ("x2", "h1"))
        found[10].scale_inputs(X)
        return found

    networks, options = mixed(), {"optimizer": ns.Adam(0.1), "epochs": 5}
    assert_as_alone(networks, ns.train_many(networks, X, T, **options), mixed(), **options)


@pytest.mark.usefixtures("kernel")
def test_each_may_have_rows_of_its_own():
    networks, alone, options = several(3), several(3), {"optimizer": ns.SGD(0.5), "epochs": 4}
    rows = [(X[:n], T[:n]) for n in (2, 5, 3)]

    histories = ns.train_many(networks, *zip(*rows, strict=True), **options)
    for number, (mine, targets) in enumerate(rows):
        part = slice(number, number + 1)
        assert_as_alone(networks[part], histories[part], alone[part], mine, targets, **options)


@pytest.mark.usefixtures("kernel")
def test_seeds_are_of_the_shuffling():
    options = {"optimizer": ns.SGD(0.5), "epochs": 6, "shuffle": True, "batch_size": 1}
    networks = [make() for _ in range(9)]

    histories = ns.train_many(networks, X, T, seeds=range(9), **options)

    for seed, found in enumerate(histories):
        assert found.state == ns.train(make(), X, T, seed=seed, **options).state
    assert len({found.loss for found in histories}) == 9


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("shuffle", [False, True])
def test_thetas_go_in_and_come_out(shuffle):
    net, rng = make(), np.random.default_rng(0)
    held = net.parameters()
    thetas = rng.normal(size=(10, len(held)))
    options = {"optimizer": ns.Adam(0.1), "epochs": 6, "shuffle": shuffle}

    after = ns.train_many((net, thetas), X, T, **options)

    for theta, found in zip(thetas, after, strict=True):
        twin = make()
        twin.load_parameters(theta)
        ns.train(twin, X, T, **options)
        assert found.tobytes() == twin.parameters().tobytes()
    assert np.array_equal(net.parameters(), held)
    assert ns.train_many((net, thetas[:0]), X, T, **options).shape == (0, len(held))


@pytest.mark.slow
@pytest.mark.usefixtures("kernel")
def test_threads_change_no_bit():
    found, epochs = [], 300 if why_no_kernel() is None else 10
    for threads in (1, 8, None):
        networks = several(40)
        histories = ns.train_many(
            networks, X, T, threads=threads, optimizer="adam", epochs=epochs, batch_size=2
        )
        found.append([h.loss for h in histories] + [n.parameters().tolist() for n in networks])
    assert found[0] == found[1] == found[2]


@pytest.mark.skipif(why_no_kernel() is not None, reason="no kernel")
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_what_need_not_be_exact_is_near(activation, monkeypatch):
    monkeypatch.setattr(Kernel, "vectors_of", lambda *_: 0)  # where none of them is exact
    net, rng = make(activation=activation, output=activation), np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-9, 4, (64, 1))  # tiny ones, and saturated ones
    thetas = sizes * rng.normal(size=(64, len(net.parameters())))
    options = {"optimizer": ns.SGD(0.1), "batch_size": 1}
    found, exact = (
        [ns.train_many((net, thetas), X, T, epochs=n, exact=is_exact, **options) for n in (1, 50)]
        for is_exact in (False, True)
    )
    bounds = 4e-15 * np.maximum(1.0, sizes), 1e-10 * np.maximum(1.0, sizes)
    for near, expected, bound in zip(found, exact, bounds, strict=True):
        assert (abs(near - expected) <= bound).all()
    assert (found[1] != exact[1]).any()


@pytest.mark.usefixtures("kernel")
def test_the_one_that_diverges_is_named_and_the_others_are_trained():
    networks, alone = several(output="identity"), several(output="identity")
    for net in (networks[3], networks[6], alone[3]):
        net["o1"].bias = 1e200
    options = {"optimizer": ns.SGD(0.1), "epochs": 3}
    with pytest.raises(ns.DivergedError) as expected:
        ns.train(alone[3], X, T, **options)

    with pytest.raises(ns.DivergedError) as raised:
        ns.train_many(networks, X, T, **options)

    assert str(raised.value) == f"networks[3]: {expected.value}"
    ns.train(alone[0], X, T, **options), ns.train(alone[10], X, T, **options)
    for number in (0, 3, 10):
        assert networks[number].parameters().tobytes() == alone[number].parameters().tobytes()


def test_a_training_under_way_has_lost_its_right():
    net = make()
    training = ns.Training(net, X, T, optimizer=ns.SGD(0.1))

    ns.train_many([net, make(2)], X, T, optimizer=ns.SGD(0.1), epochs=1)
    with pytest.raises(ns.errors.StaleError, match="another training of it has begun"):
        training.advance(epochs=1)


def test_no_networks_have_no_histories():
    assert ns.train_many([], X, T, optimizer="adam", epochs=1) == []


@each(
    ("networks", "options", "expected"),
    [
        (make, {}, "networks: got network 1: 2 inputs"),
        (lambda: [make(), 3], {}, r"networks\[1\]: got 3; expected a neurosim.Network"),
        (lambda: [make(0), make(1)] + 2 * [make(2)], {}, r"networks\[3\]: got networks\[2\] again"),
        (lambda: (make(), [1.0]), {}, r"thetas: got \(1,\); expected a row of 13"),
        (lambda: [make(), make(hidden=2)], {"X": [X], "T": [T]}, "X: got 1 of them"),
        (lambda: [make(), make()], {"X": [X, X], "T": [T, T[:3]]}, r"networks\[1\]: T: got"),
        (lambda: several(2), {"seeds": [1]}, "seeds: got .1.; expected one for each of 2"),
        (lambda: several(2), {"seeds": [1, -1]}, r"seeds\[1\]: out of range"),
        (lambda: several(2), {"seeds": [1, 2], "seed": 3}, "seeds: got seed, too"),
        (lambda: several(2), {"state": 3}, "state: no option of train_many"),
        (lambda: several(2), {"threads": 0}, "threads: "),
        (lambda: several(2), {"exact": "no"}, "exact: got 'no'; expected True or False"),
        (lambda: several(2), {"momentum": 0.9}, "unknown option 'momentum'"),
        (lambda: several(2), {"metrics": ["r2x"]}, "unknown metric"),
    ],
)
def test_what_does_not_fit_is_refused(networks, options, expected):
    given = {"X": X, "T": T, "optimizer": ns.SGD(0.1), "epochs": 1} | options
    with pytest.raises(ns.NeurosimError, match=expected):
        ns.train_many(networks(), given.pop("X"), given.pop("T"), **given)


def test_the_network_that_does_not_fit_is_named():
    step = ns.Network("step")
    step.add_layer("x", 2), step.add_layer("o", 1, activation="step")
    step.connect("x", "o")
    with pytest.raises(ns.NeurosimError, match=r"networks\[2\]: .*step"):
        ns.train_many([make(0), make(1), step], X, T, optimizer=ns.SGD(0.1), epochs=1)
