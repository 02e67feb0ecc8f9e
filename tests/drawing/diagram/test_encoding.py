"""How numbers are seen: letters, widths, styles, colours, curves."""

import itertools
import math

import pytest

from neurosim.drawing.diagram.glyphs import glyph
from neurosim.drawing.diagram.scales import Scale, samples
from neurosim.drawing.diagram.texts import measured
from neurosim.drawing.geometry.font import brief, size_of, width_of, wrapped
from neurosim.drawing.page.themes import LEAST_CONTRAST, THEMES, contrast, ink_on
from neurosim.functions.activations import ACTIVATIONS
from tests.each import each

NUMBERS = [-3.0, -1.0, -0.5, -0.01, -1e-9, 1e-9, 0.01, 0.5, 1.0, 3.0]


# --- letters


@each(
    ("value", "text"),
    [(0.5, "0.5"), (-0.5, "−0.5"), (-0.00123, "−0.00123"), (1e-5, "1e−5"), (-123456.0, "−1.23e5"),
     (-1000.0, "−1000"), (99999.4, "99999"), (99999.6, "1e5"), (-1.234e-300, "−1.23e−300"),
     (0.000149, "1.49e−4"), (-0.000149, "−1.49e−4"), (0.00123, "0.00123"), (999.6, "1000"),
     (0.0, "0"), (math.inf, "inf"), (math.nan, "nan")],
)  # fmt: skip
def test_numbers_are_short(value, text):
    assert brief(value) == text
    assert math.hypot(*measured(text, "value")) <= 2.0  # it finds room in a neuron


@pytest.mark.parametrize("digits", [2, 3, 4, 6])
def test_a_number_is_near_the_text_of_it_and_has_its_digits_with_either_sign(digits):
    for exponent in range(-99, 99):
        for mantissa in (1.0, 1.49, 1.51, 4.96, 9.96, 9.9996):
            value = mantissa * 10.0**exponent
            text = brief(value, digits)
            found = float(text.replace("−", "-"))
            assert abs(found - value) <= 0.051 * value
            assert brief(-value, digits) == f"−{text}"


def test_a_wide_letter_is_wider_than_a_narrow_one():
    assert width_of("m") > 2.0 * width_of("i")


def test_a_text_is_as_wide_as_its_widest_line_and_as_high_as_all():
    assert size_of("a\nabc") == (width_of("abc"), 2.4)


def test_letters_that_the_font_lacks_have_a_width_and_marks_have_none():
    assert width_of("入") > 1.0
    assert width_of("e\u0301") == width_of("e")


@pytest.mark.parametrize("text", ["one two three four", "x" * 50, "a " * 30, ""])
def test_a_wrapped_text_loses_no_letter(text):
    lines = wrapped(text, 6.0)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(map(width_of, lines)) <= 6.0


# --- scales


def test_widths_grow_with_the_weight_whatever_its_sign():
    scale = Scale.of(NUMBERS)

    widths = [scale.width(value) for value in sorted(NUMBERS, key=abs)]

    assert widths == sorted(widths)
    assert widths[0] < widths[-1] / 4
    assert scale.width(-0.5) == scale.width(0.5)


def test_lines_are_thinner_where_they_are_many():
    shares = [Scale.of(NUMBERS, most_in_gap=n).width(1.0) for n in (4, 36, 144, 10**4, 10**6)]

    assert shares[0] == shares[1] > shares[2] > shares[3] == shares[4]


def test_the_two_signs_have_two_sides_of_the_map_and_zero_its_middle():
    scale = Scale.of(NUMBERS)

    for place in (scale.hue, scale.fill):
        places = [place(value) for value in NUMBERS]
        assert places == sorted(places)
        assert all((p > 0.5) is (value > 0) for p, value in zip(places, NUMBERS, strict=True))
        assert place(0.0) == place(math.nan) == 0.5
        assert place(-1.0) + place(1.0) == pytest.approx(1.0, abs=1e-15)


def test_below_zero_is_dashed_and_nothing_else():
    scale = Scale(1.0)

    dashed = [value for value in (-1.0, -1e-9, 0.0, 1e-9, 1.0) if scale.style(value)[1]]

    assert dashed == [-1.0, -1e-9]


def test_what_is_larger_than_the_largest_has_its_colour_and_its_width():
    scale = Scale(2.0)

    assert scale.hue(math.inf) == scale.hue(2.0)
    assert scale.width(-5.0) == scale.width(2.0)


def test_all_weights_zero_have_a_width_and_no_side():
    scale = Scale.of([0.0, 0.0])

    assert scale.hue(0.0) == 0.5
    assert scale.width(0.0) > 0.0
    assert samples(scale.largest) == ()


@pytest.mark.parametrize(
    ("largest", "shown"),
    [(1.0, (0.01, 0.1, 1.0)), (0.55, (0.005, 0.05, 0.5)), (3e-8, (2e-10, 2e-9, 2e-8))],
)
def test_the_widths_of_round_numbers_are_shown(largest, shown):
    assert samples(largest) == shown


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_a_line_of_any_weight_is_seen_on_its_page(theme):
    colours = theme.diverging_map()
    scale = Scale(1.0)

    for value in (-1.0, -0.5, -0.001, 0.001, 0.5, 1.0):
        red, green, blue, _ = (round(255 * part) for part in colours(scale.hue(value)))
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", theme.background) > 2.0


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_a_value_is_read_on_any_fill(theme):
    colours = theme.diverging_map()
    scale = Scale(1.0)

    for part in range(-100, 101):
        red, green, blue, _ = (round(255 * c) for c in colours(scale.fill(part / 100)))
        fill = f"#{red:02x}{green:02x}{blue:02x}"
        assert contrast(ink_on(fill), fill) >= LEAST_CONTRAST


# --- curves


@each("name", [*ACTIVATIONS, "softmax"])
def test_a_curve_is_as_wide_as_its_square_and_inside_of_it(name):
    xs, ys = zip(*glyph(name), strict=True)

    assert (min(xs), max(xs)) == (-1.0, 1.0)
    assert max(map(abs, ys)) == 1.0
    assert list(xs) == sorted(xs)


@pytest.mark.parametrize(
    "pair", list(itertools.combinations([*ACTIVATIONS, "softmax"], 2)), ids="-".join
)
def test_all_curves_differ_to_the_eye(pair):
    first, second = map(glyph, pair)

    if len(first) == len(second):  # else one has more ticks
        assert max(abs(a[1] - b[1]) for a, b in zip(first, second, strict=True)) >= 0.05


def test_zero_is_in_the_middle():
    assert min(y for _, y in glyph("sigmoid")) >= 0.0
    assert min(y for _, y in glyph("tanh")) == -1.0


def test_a_step_rises_straight():
    points = glyph("step")

    assert [(x, y) for x, y in points if x == 0.0] == [(0.0, 0.0), (0.0, 1.0)]
