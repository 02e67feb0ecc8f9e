"""Themes: what is written can be read, and what is told apart can be told apart by nearly all."""

import itertools
import re

import numpy as np
import pytest

from neurosim.drawing.page.themes import (
    LEAST_CONTRAST,
    THEMES,
    contrast,
    ink_on,
    luminance,
    require_theme,
)
from neurosim.errors import UnknownNameError

WRITTEN = ("text", "muted", "foreground", "positive", "negative", "frozen", "highlight", "added",
           "removed", "changed")  # fmt: skip
LEAST_GRAPHIC = 3.0  # of lines and markers, WCAG 2.2, criterion 1.4.11
# G. M. Machado et al., "A Physiologically-based Model for Simulation of Color Vision Deficiency"
# (2009), severity 1.0, on linear RGB
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
themes = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
visions = pytest.mark.parametrize("vision", VISIONS.values(), ids=VISIONS)


def linear(colour):
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def oklab(rgb):
    """B. Ottosson's Oklab (2020), in which equal steps look equal; times 100."""
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                      [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
    axes = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                     [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip
    return 100 * axes @ np.cbrt(np.clip(cones @ np.clip(rgb, 0, 1), 0, None))


def distance(one, other, vision):
    return np.linalg.norm(oklab(vision @ linear(one)) - oklab(vision @ linear(other)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#000000", 21.0), ("#777777", "#ffffff", 4.4781)],
)
def test_contrast_is_that_of_the_standard(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=1e-4)  # 4.48 is published for #777


@themes
@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_read_on_its_page(theme, name):
    assert contrast(getattr(theme, name), theme.background) >= LEAST_CONTRAST


@themes
def test_text_is_read_on_the_areas_that_samples_stand_on(theme):
    for tint in theme.tints():
        assert contrast(theme.text, tint) >= LEAST_CONTRAST


@themes
def test_lines_are_seen_on_their_page(theme):
    for colour in theme.categorical:
        assert contrast(colour, theme.background) >= LEAST_GRAPHIC


@themes
@visions
def test_no_two_colours_of_lines_look_alike_to_anybody(theme, vision):
    for one, other in itertools.combinations(theme.categorical, 2):
        assert distance(one, other, vision) >= 10, (one, other)


@themes
@visions
def test_the_signs_do_not_look_alike_to_anybody(theme, vision):
    assert distance(theme.positive, theme.negative, vision) >= 15
    for near, far in itertools.product((1, 2), repeat=2):
        assert distance(theme.diverging[near], theme.diverging[-1 - far], vision) >= 15


def test_colours_that_are_known_to_be_confused_would_be_found():
    orange, olive = "#c85200", "#8f6b00"

    assert distance(orange, olive, VISIONS["usual"]) > 10
    assert distance(orange, olive, VISIONS["protanopia"]) < 5


@themes
def test_the_middle_of_the_diverging_map_is_the_least_coloured(theme):
    lights = [luminance(colour) for colour in theme.diverging]
    middle = len(lights) // 2
    towards = sorted if theme.name == "dark" else lambda v: sorted(v, reverse=True)

    assert len(lights) % 2 == 1
    assert lights[middle:] == towards(lights[middle:])
    assert lights[middle::-1] == towards(lights[middle::-1])
    assert theme.diverging_map()(0.5)[:3] == pytest.approx(
        [int(theme.diverging[middle][at : at + 2], 16) / 255 for at in (1, 3, 5)], abs=0.01
    )


@themes
def test_the_sequential_map_goes_one_way(theme):
    lights = [luminance(colour) for colour in theme.sequential]

    assert lights in (sorted(lights), sorted(lights, reverse=True))


@themes
def test_what_is_no_number_has_the_colour_of_the_grid(theme):
    from matplotlib.colors import to_hex

    for colours in (theme.diverging_map(), theme.sequential_map(), theme.pale_map()):
        assert to_hex(colours(np.nan)) == theme.grid


@themes
def test_ink_is_read_on_every_colour_of_the_maps(theme):
    from matplotlib.colors import to_hex

    for colours in (theme.diverging_map(), theme.sequential_map(), theme.pale_map()):
        for colour in map(to_hex, colours(np.linspace(0, 1, 65))):
            assert contrast(ink_on(colour), colour) >= LEAST_CONTRAST


@themes
def test_colours_are_written_as_six_digits(theme):
    single = [getattr(theme, name) for name in (*WRITTEN, "background", "grid")]

    for colour in (*single, *theme.categorical, *theme.diverging, *theme.sequential):
        assert re.fullmatch("#[0-9a-f]{6}", colour)


def test_an_unknown_theme_is_told():
    with pytest.raises(UnknownNameError, match=r"unknown theme 'drak' \(did you mean 'dark'\?\)"):
        require_theme("drak")
