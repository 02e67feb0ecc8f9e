"""The multilayer perceptron that scikit-learn worked out by hand in its own test_mlp.py."""

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
