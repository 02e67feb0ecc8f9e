"""Data sets of scikit-learn, from the optional extra ``sklearn``.

Iris, wine, breast_cancer, digits and diabetes are real and travel with scikit-learn; moons,
circles and blobs are made by it. Inputs are as they come: what is not between 0 and 1, such as the
pixels of digits, which go up to 16, is scaled only where the scenario says so.
"""

from typing import Any

import numpy as np

from neurosim.errors import MissingExtraError
from neurosim.training.data.made import MOST_NUMBERS, MOST_ROWS, Maker, require_between
from neurosim.training.data.rows import Labelled, MeasuredRows, Rows


def _sklearn_datasets(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError:
        raise MissingExtraError(
            f"data set {name!r}: comes through scikit-learn, which is not installed;"
            " expected: pip install scikit-learn",
            "sklearn",
        ) from None
    return datasets


def _names(given: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in given)


def _loaded(name: str, words: str) -> Maker:
    def make(_: np.random.Generator) -> Rows:
        bunch = getattr(_sklearn_datasets(name), f"load_{name}")()
        X = np.asarray(bunch.data, dtype=np.float64)
        classes = np.asarray(bunch.target, dtype=np.intp)
        return Labelled(X, classes, _names(bunch.target_names), _names(bunch.feature_names))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = words
    return make


def diabetes(_: np.random.Generator) -> Rows:
    """How far diabetes had got after a year: 442 patients, 10 inputs, one number."""
    bunch = _sklearn_datasets("diabetes").load_diabetes()
    X, T = np.asarray(bunch.data, dtype=np.float64), np.asarray(bunch.target, dtype=np.float64)
    return MeasuredRows(X, T[:, None], _names(bunch.feature_names), ("progression",))


def moons(random: np.random.Generator, *, rows: int = 200, noise: float = 0.1) -> Rows:
    """Two half moons that reach into each other.

    Args:
        random: what is drawn from.
        rows: how many points there are in all.
        noise: the deviation of what is added to each coordinate.
    """
    _require_points("moons", rows, noise)
    made = _sklearn_datasets("moons").make_moons(rows, noise=noise, random_state=_seed(random))
    return _points(made, ("upper", "lower"))


def circles(
    random: np.random.Generator, *, rows: int = 200, noise: float = 0.05, factor: float = 0.5
) -> Rows:
    """A circle inside of another.

    Args:
        random: what is drawn from.
        rows: how many points there are in all.
        noise: the deviation of what is added to each coordinate.
        factor: the radius of the inner circle; that of the outer one is 1.
    """
    _require_points("circles", rows, noise)
    require_between("circles factor", factor, 0.0, 0.99)
    make_circles = _sklearn_datasets("circles").make_circles
    made = make_circles(rows, noise=noise, factor=factor, random_state=_seed(random))
    return _points(made, ("outer", "inner"))


def blobs(
    random: np.random.Generator,
    *,
    rows: int = 200,
    classes: int = 3,
    inputs: int = 2,
    deviation: float = 1.0,
) -> Rows:
    """Round clouds of points, one cloud a class.

    Args:
        random: what is drawn from.
        rows: how many points there are in all.
        classes: how many clouds there are, 2 to 100.
        inputs: how many coordinates a point has, 1 to 1000.
        deviation: how wide a cloud is; their centres lie between -10 and 10.
    """
    require_between("blobs classes", classes, 2, 100)
    require_between("blobs inputs", inputs, 1, 1000)
    require_between("blobs rows", rows, classes, min(MOST_ROWS, MOST_NUMBERS // inputs))
    require_between("blobs deviation", deviation, 0.0, 1e6)
    X, y = _sklearn_datasets("blobs").make_blobs(
        rows, inputs, centers=classes, cluster_std=deviation, random_state=_seed(random)
    )
    return _points((X, y), tuple(f"blob{k}" for k in range(classes)))


def _require_points(name: str, rows: int, noise: float) -> None:
    require_between(f"{name} rows", rows, 2, MOST_ROWS)
    require_between(f"{name} noise", noise, 0.0, 1e6)


def _seed(random: np.random.Generator) -> int:
    """A seed for scikit-learn, which takes a whole number."""
    return int(random.integers(2**32 - 1))


def _points(made: Any, class_names: tuple[str, ...]) -> Rows:
    X, classes = made
    return Labelled(np.asarray(X, dtype=np.float64), np.asarray(classes, np.intp), class_names)


BORROWED: dict[str, Maker] = {
    "iris": _loaded("iris", "Three kinds of iris: 150 flowers, 4 inputs."),
    "wine": _loaded("wine", "Three growers of wine: 178 bottles, 13 inputs."),
    "breast_cancer": _loaded("breast_cancer", "Benign or not: 569 samples, 30 inputs."),
    "digits": _loaded("digits", "Handwritten digits: 1,797 pictures, 64 inputs from 0 to 16."),
    "diabetes": diabetes,
    "moons": moons,
    "circles": circles,
    "blobs": blobs,
}
