"""Streams: one seed, and numbers of its own for each purpose."""

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.streams import require_seed, stream
from tests.each import each


def numbers(seed, *names):
    return stream(seed, *names).random(4).tolist()


def test_the_same_seed_and_names_give_the_same_numbers():
    assert numbers(1, "weights", "h1") == numbers(1, "weights", "h1")


def test_the_numbers_of_a_purpose_stay_the_same_from_release_to_release():
    assert numbers(1, "shuffling")[0] == 0.014906503692654782
    assert numbers(0)[0] == 0.6369616873214543  # as np.random.default_rng(0) draws


APART = [
    ((1, "weights"), (2, "weights")),
    ((1, "weights"), (1, "data")),
    ((1, "weights"), (1,)),
    ((1, "weights", "h1"), (1, "weights")),
    ((1, "weights", "h1"), (1, "weights", "h2")),
    ((1, "weights", "h1"), (1, "h1", "weights")),
    ((1, "ab", "c"), (1, "a", "bc")),
]


@each(("one", "other"), APART)
def test_other_seeds_and_other_names_give_other_numbers(one, other):
    assert set(numbers(*one)).isdisjoint(numbers(*other))


def test_drawing_from_one_stream_does_not_move_another():
    other, one = stream(1, "data"), stream(1, "weights")

    one.random(1000)

    assert other.random(4).tolist() == numbers(1, "data")


def test_the_global_generator_is_left_alone():
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002 - what must not move

    numbers(1, "weights")

    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


def test_streams_of_neighbouring_seeds_are_not_correlated():
    values = np.array([stream(seed, "weights").random(2000) for seed in range(10)])

    # the correlation of 2,000 pairs spreads by 1 / sqrt(2000) = 0.022
    between = np.corrcoef(values) - np.eye(10)
    assert np.abs(between).max() < 0.1


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(7)])
def test_a_seed_is_an_integer_that_numpy_takes(seed):
    assert type(require_seed(seed)) is int
    assert require_seed(seed) == seed


BAD = [
    (-1, InvalidValueError, "seed: out of range, got -1; expected 0 <= seed < 2**32"),
    (2**32, InvalidValueError, "seed: out of range, got 4294967296"),
    (1.0, WrongTypeError, "seed: not an integer, got 1.0"),
    ("1", WrongTypeError, "seed: not an integer, got '1'"),
    (True, WrongTypeError, "seed: not an integer, got True"),
    (None, WrongTypeError, "seed: not an integer, got None"),
]


@each(("seed", "kind", "words"), BAD)
def test_another_seed_is_refused_with_words(seed, kind, words):
    with pytest.raises(kind) as caught:
        require_seed(seed)

    assert words in str(caught.value)
