"""The multilayer perceptron that scikit-learn worked out by hand in its own test_mlp.py."""

import numpy as np
import pytest

import neurosim as ns

W1 = [[0.09799927101876635, 0.1957545466925248], [0.29566569469168846, 0.09600606225669969],
      [0.4938324828552274, -0.0026196955253877676]]  # fmt: skip
W2 = [0.04701212914783179, 0.15402918140357222]
B1 = [0.09833211836461057, 0.09625757782087463]
X, T = [[0.6, 0.8, 0.7]], [[0]]


@pytest.fixture
def check(dense, outputs, assert_close, single):
    def check(engine, **options):
        start = [[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]]
        net = dense((3, 2, 1), [start, [[0.1], [0.2]]], [0.1, 1.0])
        assert_close(outputs(net, X, engine), [[0.76545202190952]], single)

        ns.train(
            net, X, T,
            **({"loss": "binary_cross_entropy", "optimizer": ns.SGD(0.1), "epochs": 1,
             "penalty": {"l2": 0.1}, "engine": engine} | options),
        )  # fmt: skip

        found = [[net[f"x{i}", f"h{j}"].weight for j in (1, 2)] for i in (1, 2, 3)]
        assert_close(found, W1, single)
        assert_close([net["h1", "o1"].weight, net["h2", "o1"].weight], W2, single)
        assert_close([net["h1"].bias, net["h2"].bias], B1, single)
        assert_close(net["o1"].bias, 0.9234547978090479, single)
        assert_close(outputs(net, X, engine), [[0.7394919180486681]], single)

    return check


def test_one_update_with_penalty(check, engine):
    check(engine)


@pytest.mark.parametrize(
    "changed",
    [{"penalty": None}, {"penalty": {"l2": 0.11}}, {"loss": "half_squared_error"}],
    ids=str,
)
def test_another_penalty_or_loss_gives_other_numbers(check, engine, changed):
    with pytest.raises(AssertionError):
        check(engine, **changed)


def test_mutated_a_log_loss_that_is_a_squared_error_fails(check, engine, mutate):
    mutate("log loss is squared")

    with pytest.raises(AssertionError):
        check(engine)


def test_mutated_a_slope_without_its_second_factor_fails(check, mutate):
    mutate("slope without its second factor")

    with pytest.raises(AssertionError):
        check("graph")


@pytest.fixture
def fitted():
    """A classifier of scikit-learn after its training, with the weights that it began with."""
    sklearn = pytest.importorskip("sklearn.neural_network")

    def fit(X, T, **options):
        made = sklearn.MLPClassifier((4,), activation="logistic", solver="sgd", random_state=3,
                                     shuffle=False, momentum=0.0, **options)  # fmt: skip
        kept = []
        begin = made._initialize

        def initialize(*arguments):
            begin(*arguments)
            kept.extend(array.copy() for array in (*made.coefs_, *made.intercepts_))

        made._initialize = initialize
        made.fit(X, T)
        return made, kept

    return fit


@pytest.fixture
def rows():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(40, 3))
    return X, (X[:, 0] * X[:, 1] > 0.0).astype(float)


@pytest.fixture
def as_they_begin(dense):
    """The network of a classifier's first weights."""

    def make(arrays):
        first, second, *biases = arrays
        net = dense((3, 4, 1), [first.tolist(), second.tolist()], [0.0, 0.0])
        for layer, values in (("h", biases[0]), ("o", biases[1])):
            for number, value in enumerate(values, 1):
                net[f"{layer}{number}"].bias = value
        return net

    return make


def parameters_of(net, made):
    """Of a network and of a classifier, in the same order."""
    ours = [[net[f"x{i}", f"h{j}"].weight for j in range(1, 5)] for i in range(1, 4)]
    ours = [*np.ravel(ours), *(net[f"h{j}", "o1"].weight for j in range(1, 5))]
    ours += [*(net[f"h{j}"].bias for j in range(1, 5)), net["o1"].bias]
    return ours, np.concatenate([np.ravel(a) for a in (*made.coefs_, *made.intercepts_)])


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_fifty_epochs_of_inverse_scaling(fitted, as_they_begin, rows, engine, assert_close):
    made, begin = fitted(*rows, learning_rate="invscaling", learning_rate_init=0.5, max_iter=50,
                         alpha=0.001, batch_size=8, tol=0.0, n_iter_no_change=100)  # fmt: skip
    net = as_they_begin(begin)

    found = ns.train(net, *rows, loss="binary_cross_entropy", optimizer=ns.SGD(0.5), epochs=50,
                     batch_size=8, penalty={"l2": 0.001}, engine=engine,
                     schedule={"inverse_time": {"power": 0.5}})  # fmt: skip

    assert_close(*parameters_of(net, made), 1e-12)
    assert found.rate[-1] == 0.5 / (49 * 40 + 1) ** 0.5


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_fifty_epochs_of_the_adaptive_rate(fitted, as_they_begin, rows, engine, assert_close):
    made, begin = fitted(*rows, learning_rate="adaptive", learning_rate_init=2.0, max_iter=50,
                         alpha=0.0, batch_size=8, tol=0.002, n_iter_no_change=1)  # fmt: skip
    net = as_they_begin(begin)

    found = ns.train(net, *rows, loss="binary_cross_entropy", optimizer=ns.SGD(2.0), epochs=50,
                     batch_size=8, engine=engine,
                     schedule={"adaptive": {"patience": 1, "least_change": 0.002}})  # fmt: skip

    assert_close(*parameters_of(net, made), 1e-12)
    assert_close(found.loss, made.loss_curve_, 1e-12)
    assert len(set(found.rate)) > 1


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_early_stopping_on_accuracy(  # noqa: PLR0917 - fixtures
    fitted, as_they_begin, rows, engine, monkeypatch, assert_close
):
    module = pytest.importorskip("sklearn.neural_network._multilayer_perceptron")
    X, T = rows
    monkeypatch.setattr(
        module, "train_test_split", lambda x, t, **_: (x[:30], x[30:], t[:30], t[30:])
    )
    made, begin = fitted(X, T, learning_rate_init=1.0, max_iter=200, alpha=0.01, batch_size=8,
                         tol=0.001, n_iter_no_change=12, early_stopping=True)  # fmt: skip
    net = as_they_begin(begin)

    found = ns.train(net, X[:30], T[:30], loss="binary_cross_entropy", optimizer=ns.SGD(1.0),
                     epochs=200, batch_size=8, penalty={"l2": 0.01}, engine=engine,
                     validation=(X[30:], T[30:]),
                     early_stopping={"patience": 13, "monitor": "accuracy",
                                     "least_change": 0.001})  # fmt: skip

    assert len(found.loss) == made.n_iter_ < 200
    assert found.metrics["accuracy"] == tuple(made.validation_scores_)
    assert_close(*parameters_of(net, made), 1e-12)
