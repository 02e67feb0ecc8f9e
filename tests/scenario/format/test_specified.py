"""The two scenarios of the specification, exactly as printed, through both engines."""

import pytest


def test_the_two_two_one_network_gives_the_numbers_of_the_tutorial(run, two_two_one, engine):
    result = run(two_two_one(), engine=engine)

    assert result.status == "passed"
    assert [verdict.expected for verdict in result.expectations] == [
        0.7216325609518421,
        0.9525741268224334,
    ]
    assert [verdict.actual for verdict in result.expectations] == pytest.approx(
        [0.7216325609518421, 0.9525741268224334], rel=0, abs=1e-15
    )


@pytest.mark.parametrize("engine", ["compiled", pytest.param("graph", marks=pytest.mark.slow)])
def test_the_single_layer_learns_to_the_weights_of_the_tutorial(run, single_layer, engine):
    result = run(single_layer, engine=engine)

    assert result.status == "passed"
    assert result.epochs == 10_000
    assert [verdict.what for verdict in result.expectations] == [
        "weight x1->o1",
        "output of o1 for [1, 0, 0]",
        "output of o1 for [0, 0, 1] after 9999 epochs",
        "loss",
    ]
    # half squared error, summed: the initial weights are those of np.random.seed(1)
    assert result.parameters.weights == pytest.approx(
        {"x1->o1": 9.672983117698651, "x2->o1": -0.20801770729093075, "x3->o1": -4.629527804370631},
        rel=0,
        abs=1e-11,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reduction: sum", "reduction: mean"),
        ("half_squared_error", "squared_error"),
        ("seed: 1", "seed: 2"),
        ("bias: false", "bias: true"),
        ("generator: legacy", "generator: pcg64"),
        ("learning_rate: 1", "learning_rate: 0.99"),
    ],
)
def test_the_single_layer_fails_where_any_of_its_conditions_is_another(run, single_layer, old, new):
    result = run(single_layer.replace(old, new).replace("10000", "200").replace("9999", "199"))

    assert result.status == "failed"


def test_a_mutated_activation_is_found(run, two_two_one, monkeypatch):
    from neurosim.functions import activations

    tanh = activations.ACTIVATIONS["tanh"]
    monkeypatch.setitem(activations.ACTIVATIONS, "sigmoid", tanh)

    result = run(two_two_one(), engine="graph")

    assert [verdict.passed for verdict in result.expectations] == [False, False]
