"""Targets that do not fit their loss: the message has the value, the row, and what to do."""

import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from tests.each import each


def outputs(n, activation):
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", n, activation=activation)
    net.connect("x", "o")
    return net


@each(
    ("n", "activation", "loss", "T", "words"),
    [
        (1, "sigmoid", "binary_cross_entropy", [[1], [-1]],
         r"got \[-1.0\] in row 1; expected .* \(-1 and 1 are targets of hinge"),
        (1, "sigmoid", "binary_cross_entropy", [[1], [1.00000006]], r"\[1.00000006\] in row 1"),
        (1, "tanh", "hinge", [[1], [0]], r"\[0.0\] in row 1; .* binary_cross_entropy; here no is"),
        (3, "softmax", "cross_entropy", [0, 1.5], "got 1.5 in row 1; expected integers"),
        (2, "softmax", "cross_entropy", [1, 2], r"got 2 in row 1; .* \(yours begin at 1\)"),
        (2, "softmax", "cross_entropy", [[1, 0], [1, 1]], r"\[1.0, 1.0\] in row 1; .* labels"),
        (1, "softmax", "mean_squared_error", [[0], [1]], "softmax of one neuron is always 1"),
        (1, "softmax", "cross_entropy", [[1], [1]], "softmax of one neuron is always 1"),
    ],
)  # fmt: skip
def test_the_message_says_which_and_what_to_do(n, activation, loss, T, words):
    with pytest.raises(NeurosimError, match=words):
        ns.train(outputs(n, activation), [[0], [1]], T, loss=loss, optimizer="adam", epochs=1)
