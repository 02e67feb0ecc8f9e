"""The confusion matrix: its counts are those of the metric, its cells say them."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurosim as ns
from neurosim.drawing.page.themes import THEMES, contrast
from neurosim.drawing.plots.confusion import confusion
from neurosim.errors import InvalidValueError, ShapeError
from neurosim.training import accuracy
from neurosim.training.task_kind import TaskKind
from tests.each import each


def test_rows_are_classes_and_columns_what_they_are_taken_for():
    outputs = np.eye(3)[[0, 0, 1, 2, 2, 2]]

    counts = confusion(outputs, [0, 1, 1, 2, 0, 2])

    assert counts.tolist() == [[1, 0, 1], [1, 1, 0], [0, 0, 2]]


@pytest.mark.parametrize(
    ("outputs", "T", "expected"),
    [
        ([[0.2], [0.9], [0.5]], [[0], [1], [1]], [[1, 0], [1, 1]]),
        ([[-0.2], [0.1]], [[-1], [1]], [[1, 0], [0, 1]]),
        ([[0.1, 0.9], [0.9, 0.1]], [[0, 1], [0, 1]], [[0, 0], [1, 1]]),
    ],
)
def test_the_middle_is_that_of_the_targets(outputs, T, expected):
    assert confusion(outputs, T).tolist() == expected


def test_the_diagonal_is_the_accuracy():
    rng = np.random.default_rng(1)
    for n in (1, 2, 5):
        outputs = rng.random((50, n))
        T = rng.integers(max(2, n), size=(50, 1)) if n == 1 else rng.integers(n, size=50)

        counts = confusion(outputs, T)

        assert counts.sum() == 50
        assert np.trace(counts) / 50 == accuracy(outputs, T)


def test_each_cell_says_its_count():
    axes = ns.draw_confusion(([[1, 0], [1, 0], [0, 1]], [0, 1, 1]), names=["cat", "$dog$"])

    assert [text.get_text() for text in axes.texts] == ["1", "0", "1", "1"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["cat", "$dog$"]
    assert not any(text.get_parse_math() for text in axes.get_xticklabels())
    assert axes.get_xlabel() == "predicted (2 of 3 right)"
    assert axes.get_images()[0].get_array().tolist() == [[1, 0], [0.5, 0.5]]
    assert axes.get_images()[0].get_clim() == (0, 1)


@pytest.mark.parametrize("theme", THEMES)
def test_counts_are_read_on_their_cells(theme):
    axes = ns.draw_confusion((np.eye(3)[[0, 0, 1, 2]], [0, 1, 1, 2]), theme=theme)

    image = axes.get_images()[0]
    cells = [to_hex(image.cmap(share)) for share in np.ravel(image.get_array())]
    for text, cell in zip(axes.texts, cells, strict=True):
        assert contrast(text.get_color(), cell) >= 4.5


def test_the_classes_of_a_network_are_its_outputs():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", ["cat", "dog"])
    net.connect("x", "o", weights=[[1, 0], [0, 1]])

    axes = ns.draw_confusion(net, [[1, 0], [0, 1]], [0, 1])

    assert [text.get_text() for text in axes.get_yticklabels()] == ["cat", "dog"]
    assert [text.get_text() for text in axes.texts] == ["1", "0", "0", "1"]


def test_one_of_several_labels_has_a_matrix_of_its_own():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", ["sum", "carry"])
    net.connect("x", "o", weights=[[1, 0], [0, 1]])
    T = [[1, 1], [0, 1], [0, 0]]

    axes = ns.draw_confusion(net, [[1, 1], [0, 0], [0, 0]], T, output="carry", on="test")

    assert [text.get_text() for text in axes.get_yticklabels()] == ["not carry", "carry"]
    assert [text.get_text() for text in axes.texts] == ["1", "0", "1", "1"]
    assert axes.get_ylabel() == "class of test rows"
    with pytest.raises(InvalidValueError, match="one label of them, as output="):
        ns.draw_confusion(net, [[1, 1]], [[1, 0]], task=TaskKind("labels", 2, 0.5))


def test_the_threshold_of_a_label_is_that_of_all_targets():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", ["a", "b"])
    net.connect("x", "o", weights=[[1, 0], [0, 1]])

    axes = ns.draw_confusion(net, [[0.2, 1], [0.4, 1]], [[1, 1], [1, -1]], output="a",
                             task=TaskKind("labels", 2, 0.0))  # fmt: skip

    assert axes.get_xlabel() == "predicted (2 of 2 right)"


def test_classes_are_called_as_the_network_knows_them():
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("o", 1)
    net.connect("x", "o", weight=1)
    net.set_classes(["no", "yes"])

    axes = ns.draw_confusion(net, [[0], [1]], [0, 1])

    assert [text.get_text() for text in axes.get_xticklabels()] == ["no", "yes"]


def test_of_many_classes_the_colours_are_left():
    axes = ns.draw_confusion((np.eye(40), np.arange(40)))

    assert len(axes.texts) == 0
    assert len(axes.get_xticks()) <= 20


@each(
    ("pair", "names", "error", "words"),
    [
        (([[1, 0]], [0, 1]), None, ShapeError, r"outputs: got \(1, 2\) for T \(2,\)"),
        (([[1, 0]], [2]), None, InvalidValueError, "expected integers from 0 to 1"),
        (([[1, 0]], [0.5]), None, InvalidValueError, "T: got the class index 0.5"),
        (
            ([[0.1], [0.2], [3]], [[0.1], [0.2], [3]]),
            None,
            InvalidValueError,
            "T: a confusion matrix is of classes, got a task of regression",
        ),
        (
            ([[1, 0], [0, 1]], [[1, 0], [1, 1]]),
            None,
            InvalidValueError,
            r"T: row 1 is no target of the task 'classes', got \[1.0, 1.0\]; expected one largest",
        ),
        (([[1, 0]], [0]), ["a"], ShapeError, "names: got 1 of them; expected 2, one a class"),
        (([[1, 0]], [[1, 0, 0]]), None, ShapeError, "T: got"),
        (3, None, ShapeError, r"network: got 3; expected a neurosim.Network, or \(outputs"),
    ],
)
def test_what_does_not_fit_is_told(pair, names, error, words):
    with pytest.raises(error, match=words):
        ns.draw_confusion(pair, names=names)
