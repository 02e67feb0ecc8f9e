"""The data sets of scikit-learn: what comes of which seed, and what is said without it."""

import subprocess
import sys

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, MissingExtraError
from neurosim.functions.streams import stream
from neurosim.training.data.borrowed import BORROWED

DRAWN = ["moons", "circles", "blobs"]


@pytest.fixture
def sklearn():
    return pytest.importorskip("sklearn", reason="the extra sklearn")


def made(name, seed=1, **options):
    return BORROWED[name](stream(seed, "data"), **options)


@pytest.mark.usefixtures("sklearn")
@pytest.mark.parametrize(
    ("name", "shape", "classes", "first"),
    [
        ("iris", (150, 4), ("setosa", "versicolor", "virginica"), [5.1, 3.5, 1.4, 0.2]),
        ("wine", (178, 13), ("class_0", "class_1", "class_2"), [14.23, 1.71, 2.43, 15.6]),
        ("breast_cancer", (569, 30), ("malignant", "benign"), [17.99, 10.38, 122.8, 1001.0]),
        ("digits", (1797, 64), tuple("0123456789"), [0.0, 0.0, 5.0, 13.0]),
    ],
)
def test_a_real_set_has_its_published_rows_and_classes(name, shape, classes, first):
    rows = made(name)

    assert rows.X.shape == shape
    assert rows.X[0, :4].tolist() == first
    assert rows.class_names == classes
    assert len(rows.input_names) == shape[1]
    assert set(rows.classes) == set(range(len(classes)))


@pytest.mark.usefixtures("sklearn")
def test_the_pixels_of_digits_are_as_they_come():
    X = made("digits").X

    assert (X.min(), X.max()) == (0.0, 16.0)


@pytest.mark.usefixtures("sklearn")
def test_diabetes_is_one_number_for_each_of_442_patients():
    rows = made("diabetes")

    assert rows.X.shape == (442, 10)
    assert rows.T[:3].tolist() == [[151.0], [75.0], [141.0]]
    assert rows.input_names[:2] == ("age", "sex")
    assert rows.target_names == ("progression",)


@pytest.mark.usefixtures("sklearn")
@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_depends_on_the_seed_alone(name):
    np.random.seed(5)  # noqa: NPY002 - the global state that must not count
    first = made(name).X
    np.random.seed(6)  # noqa: NPY002

    assert made(name).X.tolist() == first.tolist()
    assert made(name, seed=2).X.tolist() != first.tolist()


@pytest.mark.usefixtures("sklearn")
def test_circles_without_noise_have_their_radii():
    rows = made("circles", rows=20, noise=0.0, factor=0.25)

    radii = np.hypot(*rows.X.T)
    assert rows.class_names == ("outer", "inner")
    np.testing.assert_allclose(radii[rows.classes == 0], 1.0, rtol=0, atol=1e-15)
    np.testing.assert_allclose(radii[rows.classes == 1], 0.25, rtol=0, atol=1e-15)
    assert np.bincount(rows.classes).tolist() == [10, 10]


@pytest.mark.usefixtures("sklearn")
def test_moons_without_noise_are_half_circles():
    rows = made("moons", rows=20, noise=0.0)

    upper, lower = rows.X[rows.classes == 0], rows.X[rows.classes == 1]
    assert rows.class_names == ("upper", "lower")
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, rtol=0, atol=1e-15)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1.0, rtol=0, atol=1e-15)
    assert upper[:, 1].min() >= 0.0


@pytest.mark.usefixtures("sklearn")
def test_blobs_without_deviation_are_points():
    rows = made("blobs", rows=12, classes=4, inputs=3, deviation=0.0)

    assert rows.X.shape == (12, 3)
    assert len(np.unique(rows.X, axis=0)) == 4
    assert rows.class_names == ("blob0", "blob1", "blob2", "blob3")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("moons", {"rows": 1}, "moons rows: out of range, got 1; expected 2 to 1000000"),
        ("moons", {"noise": -1.0}, "moons noise: out of range, got -1.0; expected 0.0 to"),
        ("circles", {"factor": 1.0}, "circles factor: out of range, got 1.0; expected 0.0 to 0.99"),
        ("circles", {"rows": 10**7}, "circles rows: out of range, got 10000000; expected 2 to"),
        ("blobs", {"classes": 1}, "blobs classes: out of range, got 1; expected 2 to 100"),
        ("blobs", {"rows": 2}, "blobs rows: out of range, got 2; expected 3 to 1000000"),
        ("blobs", {"inputs": 0}, "blobs inputs: out of range, got 0; expected 1 to 1000"),
        ("blobs", {"deviation": -1.0}, "blobs deviation: out of range, got -1.0; expected 0.0 to"),
        (
            "blobs",
            {"rows": 1_000_000, "inputs": 1000},
            "blobs rows: out of range, got 1000000; expected 3 to 100000",
        ),
    ],
)
def test_an_option_out_of_its_range_is_refused_before_anything_is_loaded(
    error, monkeypatch, name, options, words
):
    monkeypatch.setitem(sys.modules, "sklearn", None)

    assert words in error(InvalidValueError, made, name, **options)


@pytest.mark.parametrize("name", BORROWED)
def test_without_scikit_learn_it_is_said_how_to_get_it(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "sklearn", None)  # what an absent package looks like to import

    with pytest.raises(MissingExtraError) as caught:
        made(name)

    assert caught.value.extra == "sklearn"
    assert str(caught.value) == (
        f"data set {name!r}: comes through scikit-learn, which is not installed;"
        " expected: pip install scikit-learn"
    )


@pytest.mark.slow
def test_naming_the_data_sets_does_not_load_scikit_learn():
    code = "import sys, neurosim.training.data; print('sklearn' in sys.modules)"

    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "False\n"
