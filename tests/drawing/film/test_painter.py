"""Frames: painters that keep their page, and one scale for all moments."""

import numpy as np
import pytest

from neurosim.drawing.diagram.marks import Marks
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.film.painter import BoundaryPainter, side_by_side
from neurosim.drawing.film.scene import Sight
from neurosim.drawing.page.themes import DARK, LIGHT
from neurosim.network import Network

X, T = [[0.0, 0.0], [1.0, 1.0]], [[0.0], [1.0]]


@pytest.mark.slow
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_colours_of_a_boundary_reach_as_far_as_the_answers_of_all_moments(order):
    net = Network("plane")
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="identity", bias=None)
    net.connect("x", "o", weights=[[0.0], [0.0]])
    thetas = [np.array([1.0, 0.0]), np.array([10.0, 0.0])]
    sights = [Sight(thetas[n], SampleValues(), Marks(), f"epoch {n}") for n in order]

    painter = BoundaryPainter(net, sights, X, T, theme=LIGHT, size=300, is_titled=False)

    (image,) = painter._axes.images
    # the plane reaches 0.12 beyond 0 and 1: answers from -1.2 to 11.2, the threshold is 0.5
    assert image.norm.halfrange == pytest.approx(10.7, abs=1e-12)
    painter.paint(sights[1])
    assert image.norm.halfrange == pytest.approx(10.7, abs=1e-12)


def test_of_two_pictures_the_lower_one_stands_in_the_middle_on_the_page():
    high, low = np.zeros((5, 2, 3), np.uint8), np.full((3, 1, 3), 7, np.uint8)

    whole = side_by_side(high, low, DARK)

    page = [20, 23, 28]
    assert whole.shape == (5, 3, 3)
    assert whole[:, 2].tolist() == [page, [7] * 3, [7] * 3, [7] * 3, page]
