"""Backpropagation that others worked out: Mazur, a worksheet that is wrong, Zhou, Brownlee."""

import pytest

import neurosim as ns

# mattmazur.com, 2015-03-17; the biases are not updated there
MAZUR = [[[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]]
MAZUR_PRINTED = {  # w1..w8 after one update
    ("x1", "h1"): 0.149780716, ("x2", "h1"): 0.19956143,
    ("x1", "h2"): 0.24975114, ("x2", "h2"): 0.29950229,
    ("h1", "o1"): 0.35891648, ("h2", "o1"): 0.408666186,
    ("h1", "o2"): 0.511301270, ("h2", "o2"): 0.561370121,
}  # fmt: skip
X, T = [[0.05, 0.10]], [[0.01, 0.99]]


@pytest.fixture
def check_mazur(dense, outputs, assert_close, single):
    def check(engine):
        net = dense((2, 2, 2), MAZUR, [0.35, 0.60], trainable_biases=False)

        found = ns.loss_and_gradients(net, X, T, engine=engine)

        assert_close(outputs(net, X, engine), [[0.75136507, 0.772928465]], 1e-9)
        assert_close(found.loss, 0.2983711087600027, single)
        assert_close(found.weights["h1", "o1"], 0.082167041, 1e-9)
        deltas = [0.13849856162855695, -0.038098236516556236]  # a bias's gradient is its delta
        assert_close([found.biases["o1"], found.biases["o2"]], deltas, single)
        deltas = [0.00877135468948693, 0.009954254705217196]
        assert_close([found.biases["h1"], found.biases["h2"]], deltas, single)

        ns.train(net, X, T, optimizer=ns.SGD(0.5), epochs=1, engine=engine)

        for pair, printed in MAZUR_PRINTED.items():
            assert_close(net[pair].weight, printed, 5e-9)  # the shortest has eight digits
        after = ns.loss_and_gradients(net, X, T, engine=engine).loss
        assert_close(after, 0.29102777369359933, single)

    return check


def test_mazurs_update(check_mazur, engine):
    check_mazur(engine)


def test_mazurs_deltas_stand_on_the_neurons(dense, assert_close, single):
    net = dense((2, 2, 2), MAZUR, [0.35, 0.60], trainable_biases=False)

    ns.loss_and_gradients(net, X, T, engine="graph")

    assert_close([net["h1"].output, net["h2"].output], [0.593269992, 0.596884378], 1e-9)
    assert_close(net["o1"].delta, 0.13849856162855695, single)
    assert_close(net["h2"].delta, 0.009954254705217196, single)


def test_mazurs_printed_loss_after_the_update_is_not_reproduced(dense, engine):
    net = dense((2, 2, 2), MAZUR, [0.35, 0.60], trainable_biases=False)
    ns.train(net, X, T, optimizer=ns.SGD(0.5), epochs=1, engine=engine)

    after = ns.loss_and_gradients(net, X, T, engine=engine).loss

    assert abs(after - 0.291027924) > 1e-7  # the page is off by 1.5e-7 here


def test_mazurs_network_with_biases_trained_as_well(dense, engine, assert_close, single):
    net = dense((2, 2, 2), MAZUR, [0.35, 0.60])
    ns.train(net, X, T, optimizer=ns.SGD(0.5), epochs=1, engine=engine)

    after = ns.loss_and_gradients(net, X, T, engine=engine).loss

    assert_close(after, 0.28047144679143016, single)


# Robert Gordon University: the worksheet carries blame back through weights already updated
RGU_RIGHT = {
    ("h1", "o1"): 0.27232596506128215, ("h2", "o1"): 0.8729983630089926,
    ("x1", "h1"): 0.09907092883919034, ("x2", "h1"): 0.7976109598722038,
    ("x1", "h2"): 0.39713992422755456, ("x2", "h2"): 0.592645519442283,
}  # fmt: skip
RGU_PRINTED = {("x1", "h1"): 0.09916, ("x2", "h1"): 0.7978, ("x2", "h2"): 0.5928}


@pytest.fixture
def check_worksheet(dense, assert_close, single):
    def check(engine):
        net = dense((2, 2, 1), [[[0.1, 0.4], [0.8, 0.6]], [[0.3], [0.9]]], [None, None])

        ns.train(net, [[0.35, 0.9]], [[0.5]], optimizer=ns.SGD(1.0), epochs=1, engine=engine)

        for pair, right in RGU_RIGHT.items():
            assert_close(net[pair].weight, right, single)
        for pair, wrong in RGU_PRINTED.items():
            assert abs(net[pair].weight - wrong) > 8e-5

    return check


def test_the_worksheets_right_numbers_and_not_its_printed_ones(check_worksheet, engine):
    check_worksheet(engine)


@pytest.fixture
def check_zhou(dense, outputs, assert_close, single):
    def check(engine):
        net = dense((2, 2, 1), [[[1, 1], [1, 1]], [[1], [1]]], [0.0, 0.0])
        rows, target, loss = [[-2, -1]], [[1]], "mean_squared_error"

        found = ns.loss_and_gradients(net, rows, target, loss=loss, engine=engine)

        assert_close(outputs(net, rows, engine), [[0.5236951740839997]], single)
        assert_close(found.weights["x1", "h1"], 0.021469535265811107, single)
        net.outputs = ["h1", "h2"]
        assert_close(outputs(net, rows, engine), [[0.04742587317756678] * 2], single)

    return check


def test_zhous_gradient(check_zhou, engine):
    check_zhou(engine)


def test_zhous_slope_of_the_loss_stands_on_the_output(dense, assert_close, single):
    net = dense((2, 2, 1), [[[1, 1], [1, 1]], [[1], [1]]], [0.0, 0.0])

    ns.loss_and_gradients(net, [[-2, -1]], [[1]], loss="mean_squared_error", engine="graph")

    assert_close(net["o1"].output_gradient, -0.9526096518320006, single)


# machinelearningmastery.com: hidden (w, w, bias) twice, output (w, w, bias) twice
BROWNLEE_START = (
    [[0.13436424411240122, 0.2550690257394217], [0.8474337369372327, 0.49543508709194095]],
    [[0.651592972722763, 0.02834747652200631], [0.7887233511355132, 0.8357651039198697]],
)
BROWNLEE_BIASES = [
    [0.763774618976614, 0.4494910647887381],
    [0.0938595867742349, 0.43276706790505337],
]
BROWNLEE_ROWS = [
    (2.7810836, 2.550537003), (1.465489372, 2.362125076), (3.396561688, 4.400293529),
    (1.38807019, 1.850220317), (3.06407232, 3.005305973), (7.627531214, 2.759262235),
    (5.332441248, 2.088626775), (6.922596716, 1.77106367), (8.675418651, -0.242068655),
    (7.673756466, 3.508563011),
]  # fmt: skip
BROWNLEE_PRINTED = [
    -1.4688375095432327, 1.850887325439514, 1.0858178629550297,
    0.37711098142462157, -0.0625909894552989, 0.2765123702642716,
    2.515394649397849, -0.3391927502445985, -0.9671565426390275,
    -2.5584149848484263, 1.0036422106209202, 0.42383086467582715,
]  # fmt: skip


@pytest.fixture
def check_brownlee(dense, assert_close, trained):
    def check(engine):
        net = dense((2, 2, 2), BROWNLEE_START, BROWNLEE_BIASES)
        one_hot = [[1, 0]] * 5 + [[0, 1]] * 5

        ns.train(
            net, BROWNLEE_ROWS, one_hot, optimizer=ns.SGD(0.5), epochs=20, batch_size=1,
            engine=engine,
        )  # fmt: skip

        assert_close(net.parameters(), BROWNLEE_PRINTED, trained)

    return check


def test_brownlees_twelve_trained_numbers(check_brownlee, engine):
    check_brownlee(engine)


@pytest.mark.parametrize("example", ["check_mazur", "check_worksheet", "check_brownlee"])
def test_mutated_a_doubled_loss_gradient_fails(example, engine, mutate, request):
    check = request.getfixturevalue(example)
    mutate("loss gradient doubled")

    with pytest.raises(AssertionError):
        check(engine)


def test_mutated_a_mean_over_one_output_taken_as_half_fails_zhou(check_zhou, engine, mutate):
    mutate("mean taken as half")

    with pytest.raises(AssertionError):
        check_zhou(engine)


@pytest.mark.parametrize(
    "example", ["check_mazur", "check_worksheet", "check_zhou", "check_brownlee"]
)
def test_mutated_a_slope_without_its_second_factor_fails(example, mutate, request):
    check = request.getfixturevalue(example)
    mutate("slope without its second factor")

    with pytest.raises(AssertionError):
        check("graph")
