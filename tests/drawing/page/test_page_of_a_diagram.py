"""The page of a diagram: it fits, nothing is cut off, letters are as large as their room."""

import pytest
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.drawing.drawing import UNIT, draw
from neurosim.drawing.page.pages import new_figure

GIVEN = {"sample": [2, 3], "target": [1], "loss": "half_squared_error"}


def test_a_figure_is_made_that_fits(small):
    ax = draw(small, **GIVEN)

    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    width, height = ax.figure.get_size_inches() * 72
    assert (right - left) * UNIT == pytest.approx(width, rel=1e-9)
    assert (top - bottom) * UNIT == pytest.approx(height, rel=1e-9)


@pytest.mark.slow
def test_every_text_is_on_the_page(layered):
    ax = draw(layered(5, 4), sample=[0.1] * 5, subtitle="epoch 0", highlight="l0_1")
    figure = ax.figure
    figure.draw_without_rendering()

    page = figure.bbox
    for text in ax.texts:
        box = text.get_window_extent()
        assert page.x0 <= box.x0 < box.x1 <= page.x1
        assert page.y0 <= box.y0 < box.y1 <= page.y1


def test_texts_are_as_wide_as_their_boxes(small):
    ax = draw(small, **GIVEN)
    ax.figure.draw_without_rendering()

    (title,) = [text for text in ax.texts if text.get_gid() == "value-h"]
    box = title.get_window_extent()
    pixels = UNIT * ax.figure.dpi / 72
    assert box.width / pixels < 1.2  # of a neuron two wide
    assert box.height / pixels < 0.6


def test_a_given_axes_is_drawn_on_with_letters_that_fit(small):
    figure = Figure((3.0, 3.0))
    axes = figure.add_subplot()

    assert draw(small, axes) is axes
    assert len(figure.axes) == 1
    assert axes.texts[0].get_fontsize() < 9.0
    assert axes.get_aspect() == 1.0


def test_letters_know_the_room_that_a_layout_leaves(small):
    left, _ = new_figure("light", (10.0, 4.0)).subplots(1, 2)
    narrow = draw(small, left).texts[0].get_fontsize()

    alone = draw(small, new_figure("light", (10.0, 4.0)).add_subplot()).texts[0].get_fontsize()

    assert narrow < 0.8 * alone


@pytest.mark.slow
def test_a_huge_drawing_keeps_to_a_size_that_programs_show():
    net = ns.Network("long")
    net.add_input("n0")
    for number in range(1, 600):
        net.add_neuron(f"n{number}")
    net.connect_many([(f"n{i}", f"n{i + 1}") for i in range(599)])

    ax = draw(net, full=True)

    assert max(ax.figure.get_size_inches()) <= 200.001


def test_no_settings_of_matplotlib_are_changed(small):
    import matplotlib as mpl

    before = dict(mpl.rcParams)

    draw(small, **GIVEN, theme="dark")

    assert dict(mpl.rcParams) == before
