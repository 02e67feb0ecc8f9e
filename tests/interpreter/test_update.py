"""Update: each trainable parameter moves once, in the order of theta."""

import numpy as np
import pytest

from neurosim.errors import GraphError, InvalidValueError, NeurosimError, ShapeError, WrongTypeError
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD, Adam
from neurosim.functions.penalties import L2
from neurosim.interpreter import Updated, backward, update
from neurosim.interpreter.steps import value_of

HALF = LOSSES["half_squared_error"]


@pytest.fixture
def differentiated(line):
    """The line after x = 3 and target -22.5: gradients -18, -6 at h, 14, 2 at y."""
    line.forward([3.0])
    list(backward(line, [-22.5], HALF))
    return line


def updating(walked, default=None, **changes):
    network, rule = walked, default or SGD(0.5)
    memory = np.repeat(np.array(rule.start)[:, None], len(network.parameters()), axis=1)
    fields = {"memory": memory, "count": 1, "rate": rule.learning_rate, "rows": 1, "divisor": 1}
    fields |= {"network": network, "rule": rule} | changes
    return update(fields.pop("network"), fields.pop("rule"), fields.pop("memory"), **fields)


def moved(steps):
    return [(step.parameter.owner.name, step.before, step.after) for step in steps]


def test_parameters_move_in_the_order_of_theta(differentiated):
    assert moved(updating(differentiated)) == [
        ("x->h", 2.0, 11.0),  # 2 - 0.5 * -18
        ("h", 1.0, 4.0),
        ("h->y", -3.0, -10.0),
        ("y", 0.5, -0.5),
    ]
    assert differentiated.parameters().tolist() == [11.0, 4.0, -10.0, -0.5]


def test_each_update_is_this_happening(differentiated):
    first, *_ = updating(differentiated)

    assert value_of(first) == (
        "Updated", "x->h", 2.0, "sgd", 0.5, -18.0, 1, 0.0, 0, (0.0,), (0.0,), 11.0
    )  # fmt: skip


def test_the_mean_divides_once_and_the_gradient_stays_the_sum(differentiated):
    steps = list(updating(differentiated, rows=4, divisor=4))

    assert moved(steps)[0] == ("x->h", 2.0, 4.25)  # 2 - 0.5 * -18/4
    assert str(steps[0]) == "w(x->h) = 2 - 0.5*((-18)/4) = 4.25"
    assert differentiated["x", "h"].gradient == -18.0


def test_frozen_parameters_stay_and_have_no_step(differentiated):
    differentiated["x", "h"].trainable = False
    differentiated["y"].bias_trainable = False

    assert moved(updating(differentiated)) == [("h", 1.0, 4.0), ("h->y", -3.0, -10.0)]
    assert differentiated["x", "h"].weight == 2.0


def test_a_penalty_pulls_weights_and_leaves_biases(differentiated):
    steps = list(updating(differentiated, rows=2, divisor=2, penalty=L2(0.5)))

    # 0.5 * w / 2 for the weights 2 and -3
    assert [step.penalty for step in steps] == [0.5, 0.0, -0.75, 0.0]
    assert moved(steps)[0] == ("x->h", 2.0, 2.0 - 0.5 * (-9.0 + 0.5))


def test_the_optimizer_remembers_in_the_column_of_the_parameter(differentiated):
    memory = np.zeros((1, 4))
    differentiated["h"].bias_trainable = False

    steps = list(updating(differentiated, SGD(0.5, momentum=0.9), memory=memory))

    assert memory.tolist() == [[-18.0, 0.0, 14.0, 2.0]]
    assert [(s.column, s.memory_before, s.memory_after) for s in steps] == [
        (0, (0.0,), (-18.0,)),
        (2, (0.0,), (14.0,)),
        (3, (0.0,), (2.0,)),
    ]


def test_momentum_goes_on_from_what_was_remembered(differentiated):
    memory = np.array([[2.0, 0.0, 0.0, 0.0]])

    first, *_ = updating(differentiated, SGD(0.5, momentum=0.5), memory=memory)

    # v = 0.5 * 2 - 18
    assert (first.after, first.memory_after) == (2.0 + 0.5 * 17.0, (-17.0,))


def test_nothing_moves_before_the_first_step_is_taken(differentiated):
    steps = updating(differentiated)
    before = differentiated.parameters().tolist()

    next(steps)

    assert before == [2.0, 1.0, -3.0, 0.5]
    assert differentiated.parameters().tolist() == [11.0, 1.0, -3.0, 0.5]


def test_online_updates_change_what_the_next_sample_meets(line, batch):
    list(batch(line, [[3.0]], [[-22.5]], HALF, SGD(0.5)))

    assert line.forward([1.0]).tolist() == [-0.5 - 10.0 * (4.0 + 11.0)]


BAD = [
    ({"memory": np.zeros((1, 3))}, ShapeError, "memory: got (1, 3); expected (1, 4): a row for"),
    ({"memory": np.zeros(4)}, ShapeError, "memory: got (4,); expected (1, 4)"),
    ({"divisor": 0}, InvalidValueError, "divisor: got 0; expected an integer >= 1"),
    ({"rows": 0}, InvalidValueError, "rows: got 0"),
    ({"count": 1.5}, WrongTypeError, "count: got 1.5; expected an integer >= 1"),
    ({"rows": None}, WrongTypeError, "rows: got None"),
    ({"divisor": True}, WrongTypeError, "divisor: got True"),
    ({"rate": "0.1"}, WrongTypeError, "rate: no number, got '0.1'"),
    ({"rate": np.inf}, InvalidValueError, "rate: not finite, got inf"),
    ({"memory": None}, WrongTypeError, "memory: got None; expected an array of float64"),
    ({"memory": [[0.0] * 4]}, WrongTypeError, "memory: got [[0.0, 0.0"),
    ({"memory": np.zeros((1, 4), np.float32)}, WrongTypeError, "memory: got float32; expected"),
    ({"memory": np.zeros((1, 4), int)}, WrongTypeError, "memory: got int64; expected"),
    ({"rule": "sgd"}, WrongTypeError, "optimizer: got 'sgd'; expected one, such as SGD(0.1)"),
    ({"rule": SGD}, WrongTypeError, "optimizer: got <class"),
    ({"rule": slice(3)}, WrongTypeError, "optimizer: got slice("),
    ({"penalty": 0.1}, WrongTypeError, "penalty: got 0.1; expected None or an L2"),
    ({"network": None}, WrongTypeError, "network: got None; expected a Network"),
    ({"count": 0}, InvalidValueError, "count: got 0"),
]


@pytest.mark.parametrize(("changes", "kind", "words"), BAD)
def test_a_bad_update_is_refused_at_the_call(differentiated, changes, kind, words):
    with pytest.raises(kind) as caught:
        updating(differentiated, **changes)

    assert isinstance(caught.value, NeurosimError)
    assert words in str(caught.value)
    assert differentiated.parameters().tolist() == [2.0, 1.0, -3.0, 0.5]


def test_the_memory_of_another_rule_is_refused(differentiated):
    with pytest.raises(ShapeError, match="adam remembers"):
        updating(differentiated, Adam(), memory=np.zeros((1, 4)))


def test_without_gradients_there_is_no_update(line):
    line.forward([3.0])

    with pytest.raises(GraphError, match="no backward pass has been made"):
        updating(line)


def test_every_update_is_a_record_of_its_own_kind(differentiated):
    assert {type(step) for step in updating(differentiated)} == {Updated}
