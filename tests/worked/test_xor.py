"""XOR: two layers that learn it (iamtrask), and weights that are set by hand (Grus)."""

import numpy as np
import pytest

import neurosim as ns

X, T = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [[0], [1], [1], [0]]

# iamtrask.github.io, part 2: the mean |error| at 0, 10,000, ..., 50,000 updates, 12 digits
PRINTED = {
    1.0: "0.496410031903 0.00858452565325 0.00578945986251 0.00462917677677 0.00395876528027"
    " 0.00351012256786",
    0.1: "0.496410031903 0.0428880170001 0.0240989942285 0.0181106521468 0.0149876162722"
    " 0.0130144905381",
}


@pytest.fixture
def errors(dense, outputs):
    """``errors(engine, rate, stages)``: the mean |error| before and after each 10,000 updates."""

    def errors(engine, rate, stages):
        draw = np.random.RandomState(1)
        weights = [2 * draw.random_sample(shape) - 1 for shape in ((3, 4), (4, 1))]
        net = dense((3, 4, 1), weights, [None, None])
        found = [f"{np.abs(outputs(net, X, engine) - T).mean():.12g}"]
        for _ in range(stages):
            ns.train(
                net, X, T, optimizer=ns.SGD(rate), epochs=10_000, reduction="sum", engine=engine
            )
            found.append(f"{np.abs(outputs(net, X, engine) - T).mean():.12g}")
        return found

    return errors


@pytest.mark.parametrize("rate", PRINTED)
def test_iamtrasks_50000_updates_as_matrices(errors, rate):
    assert errors("compiled", rate, 5) == PRINTED[rate].split()


@pytest.mark.slow
@pytest.mark.parametrize("rate", PRINTED)
def test_iamtrasks_first_10000_updates_node_by_node(errors, rate):
    assert errors("graph", rate, 1) == PRINTED[rate].split()[:2]


@pytest.mark.slow
def test_mutated_a_doubled_loss_gradient_fails_iamtrask(errors, mutate):
    mutate("loss gradient doubled")

    assert errors("compiled", 1.0, 1)[1] != PRINTED[1.0].split()[1]


@pytest.fixture
def check_grus(dense, outputs, assert_close):
    def check(engine):
        net = dense((2, 2, 1), [[[20, 20], [20, 20]], [[-60], [60]]], [[-30, -10], -30])
        rows = [[0, 0], [0, 1], [1, 0], [1, 1]]
        expected = [
            9.38314668300676e-14, 0.9999999999999059, 0.9999999999999059, 9.383146683006828e-14
        ]  # fmt: skip

        found = outputs(net, rows, engine).ravel()

        assert_close(found, expected, 1e-15)
        # two of them are so small that a relative measure is needed: ten digits
        assert_close(found[[0, 3]] / np.array(expected)[[0, 3]], [1.0, 1.0], 1e-10)

    return check


def test_grus_xor_by_weights_set_by_hand(check_grus, engine):
    check_grus(engine)


def test_mutated_a_sigmoid_that_is_a_tanh_fails_grus(check_grus, engine, mutate):
    mutate("sigmoid is tanh")

    with pytest.raises(AssertionError):
        check_grus(engine)
