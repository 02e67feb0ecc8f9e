"""Initializers: ranges and variances of the papers, and the bits of published scripts."""

import math

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, WrongTypeError
from neurosim.functions.initializers import (
    INITIALIZERS,
    Normal,
    Orthogonal,
    Uniform,
    draw_each,
    make_initializer,
)
from neurosim.functions.streams import stream
from tests.each import each

N_IN, N_OUT = 300, 200
# name, bound of the uniform: Glorot and Bengio 2010, eq. 16; He et al. 2015, eq. 10 as a uniform
UNIFORMS = [
    ("xavier", math.sqrt(6 / (N_IN + N_OUT))),
    ("xavier_uniform", math.sqrt(6 / (N_IN + N_OUT))),
    ("he", math.sqrt(6 / N_IN)),
    ("he_uniform", math.sqrt(6 / N_IN)),
]
# name, deviation: the same, and LeCun et al. 1998, eq. 16
NORMALS = [
    ("xavier_normal", math.sqrt(2 / (N_IN + N_OUT))),
    ("he_normal", math.sqrt(2 / N_IN)),
    ("lecun", math.sqrt(1 / N_IN)),
    ("normal", 1.0),
]


def drawn(name, *numbers, n_in=N_IN, n_out=N_OUT):
    return make_initializer(name, *numbers).draw(stream(7, "weights"), n_in, n_out)


@pytest.mark.parametrize(("name", "bound"), UNIFORMS)
def test_a_uniform_fills_the_range_of_its_paper(name, bound):
    values = drawn(name)

    # 60,000 draws leave the outer thousandth of the range empty once in e^30
    assert 0.999 * bound < np.abs(values).max() <= bound
    assert values.mean() == pytest.approx(0.0, abs=5 * bound / math.sqrt(3 * values.size))
    assert values.var() == pytest.approx(bound**2 / 3, rel=0.02)


@pytest.mark.parametrize(("name", "deviation"), NORMALS)
def test_a_normal_has_the_deviation_of_its_paper(name, deviation):
    values = drawn(name)

    # the deviation of 60,000 draws is known to 1 / sqrt(120,000), 0.3%; of |z| < 2, 95.45%
    assert values.std() == pytest.approx(deviation, rel=0.015)
    assert values.mean() == pytest.approx(0.0, abs=5 * deviation / math.sqrt(values.size))
    assert (np.abs(values) < 2 * deviation).mean() == pytest.approx(0.9545, abs=0.005)


def test_the_numbers_given_are_the_range_and_the_moments():
    within, around = drawn("uniform", -3.0, 5.0), drawn("normal", 10.0, 2.0)

    assert (within.min(), within.max()) == pytest.approx((-3.0, 5.0), abs=0.01)
    assert (around.mean(), around.std()) == pytest.approx((10.0, 2.0), abs=0.05)


def test_constants_and_zeros_are_the_same_everywhere():
    assert drawn("zeros", n_in=2, n_out=3).tolist() == [[0.0] * 3] * 2
    assert drawn("constant", -0.5, n_in=2, n_out=1).tolist() == [[-0.5], [-0.5]]


def test_every_initializer_has_its_numbers_tested_here():
    tested = {name for name, _ in UNIFORMS + NORMALS}

    assert set(INITIALIZERS) == tested | {"zeros", "constant", "uniform", "orthogonal"}


@each("name", [n for n, (_, least, _) in INITIALIZERS.items() if least == 0])
def test_a_matrix_has_a_row_for_each_source_and_a_column_for_each_target(name):
    assert drawn(name, n_in=3, n_out=5).shape == (3, 5)


@pytest.mark.parametrize(("n_in", "n_out"), [(4, 4), (7, 3), (3, 7), (1, 5)])
def test_the_shorter_side_of_an_orthogonal_matrix_is_orthonormal(n_in, n_out):
    w = drawn("orthogonal", n_in=n_in, n_out=n_out)

    product = w.T @ w if n_in >= n_out else w @ w.T
    assert np.abs(product - np.eye(min(n_in, n_out))).max() <= 1e-14


def test_an_orthogonal_matrix_keeps_lengths_times_its_gain():
    w = drawn("orthogonal", 3.0, n_in=6, n_out=6)
    x = np.arange(6.0)

    assert np.linalg.norm(x @ w) == pytest.approx(3.0 * np.linalg.norm(x), rel=1e-14)


def test_orthogonal_matrices_turn_either_way():
    signs = {round(float(np.linalg.det(drawn_by(seed)))) for seed in range(20)}

    assert signs == {-1, 1}


def drawn_by(seed):
    return Orthogonal().draw(stream(seed, "weights"), 3, 3)


def legacy(seed):
    return np.random.RandomState(seed)


def test_a_script_that_calls_rand_is_reproduced_to_the_bit():
    values = Uniform(0.0, 1.0).draw(legacy(1), 3, 1)

    # the first three numbers after np.random.seed(1)
    assert values.tolist() == [[0.417022004702574], [0.7203244934421581], [0.00011437481734488664]]


def test_a_script_that_scales_rand_to_minus_one_and_one_is_reproduced_to_the_bit():
    values = Uniform(-1.0, 1.0).draw(legacy(1), 3, 4)

    assert values.tobytes() == (2 * legacy(1).random_sample((3, 4)) - 1).tobytes()


def test_a_script_that_calls_randn_is_reproduced_to_the_bit():
    values = Normal().draw(legacy(1), 2, 3)

    assert values.tobytes() == legacy(1).randn(2, 3).tobytes()


def test_a_matrix_is_drawn_row_by_row():
    one, two = legacy(1), legacy(1)
    initializer = Uniform(0.0, 1.0)

    together = initializer.draw(one, 2, 3)

    assert together.tolist() == [initializer.draw(two, 1, 3)[0].tolist() for _ in range(2)]


def test_an_initializer_itself_may_be_given():
    given = Uniform(0.0, 2.0)

    assert make_initializer(given) is given


BAD = [
    (("xavir",), UnknownNameError, "unknown initializer 'xavir' (did you mean 'xavier'?)"),
    ((3,), WrongTypeError, "initializer: got 3; expected a name like 'xavier_uniform'"),
    (("uniform",), InvalidValueError, "initializer 'uniform': got []; expected 2 finite numbers"),
    (("zeros", 1.0), InvalidValueError, "got [1.0]; expected 0 finite numbers"),
    (("normal", 1, 2, 3), InvalidValueError, "got [1, 2, 3]; expected 0 to 2 finite numbers"),
    (("constant", math.nan), InvalidValueError, "initializer 'constant': not finite, got nan"),
    (("uniform", "a", "b"), WrongTypeError, "initializer 'uniform': no number, got 'a'"),
    (("uniform", 1.0, 0.0), InvalidValueError, "low is above high, got [1.0, 0.0]"),
    (("normal", 0.0, -1.0), InvalidValueError, "negative deviation, got -1.0"),
]


@pytest.mark.parametrize(("given", "kind", "words"), BAD)
def test_a_bad_initializer_is_refused_with_words(given, kind, words):
    with pytest.raises(kind) as caught:
        make_initializer(*given)

    assert words in str(caught.value)


def test_every_initializer_takes_as_many_numbers_as_it_has():
    takes = {"constant": (1, 1), "uniform": (2, 2), "normal": (0, 2), "orthogonal": (0, 1)}
    for name in INITIALIZERS:
        least, most = takes.get(name, (0, 0))
        for count in range(4):
            if least <= count <= most:
                make_initializer(name, *[1.0] * count)
            else:
                with pytest.raises(InvalidValueError, match=f"initializer '{name}': got"):
                    make_initializer(name, *[1.0] * count)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Uniform(0.0, math.inf), "Uniform(high=): not finite, got inf"),
        (lambda: Normal(0.0, math.nan), "Normal(deviation=): not finite, got nan"),
        (lambda: Orthogonal(math.nan), "Orthogonal(gain=): not finite, got nan"),
    ],
)
def test_a_spread_that_is_not_finite_is_refused_when_it_is_made(make, words):
    with pytest.raises(InvalidValueError) as caught:
        make()

    assert words in str(caught.value)


def test_one_number_from_each_source_is_what_that_source_gives_alone():
    normal = make_initializer("normal")
    sources = [stream(7, name) for name in "ab"]

    found = draw_each(normal, sources, "weights")

    assert found == [float(normal.draw(stream(7, name), 1, 1)[0, 0]) for name in "ab"]


def test_more_than_one_number_from_a_source_is_refused():
    class Wide:
        def draw(self, _source, n_in, n_out):
            return np.zeros((n_in, n_out + 1))

    with pytest.raises(ShapeError, match=r"weights: .* got \(1, 2\); expected \(1, 1\)"):
        draw_each(Wide(), [None, None], "weights")
