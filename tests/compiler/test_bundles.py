"""Ragged lists as a few matrices: all are in one, and a few long ones widen no others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurosim.compiler.bundles import by_length, cuts, padded
from neurosim.network.reshaping.adjacency import take_lists

LENGTHS = st.lists(st.integers(0, 40), min_size=1, max_size=60)


def index(values):
    return np.array(values, dtype=np.intp)


def padding(lengths, start, stop, width):
    return sum(width - length for length in lengths[start:stop])


@given(lengths=LENGTHS, allowance=st.integers(0, 200))
def test_every_list_is_in_one_bundle_as_wide_as_its_longest(lengths, allowance):
    lengths = sorted(lengths)

    found = list(cuts(index(lengths), allowance))

    assert [i for start, stop, _ in found for i in range(start, stop)] == list(range(len(lengths)))
    assert [width for _, _, width in found] == [lengths[stop - 1] for _, stop, _ in found]
    assert sorted({width for _, _, width in found}) == [width for _, _, width in found]


@given(lengths=LENGTHS, allowance=st.integers(0, 200))
def test_no_bundle_has_more_padding_than_is_allowed_nor_ends_without_need(lengths, allowance):
    lengths = sorted(lengths)

    found = list(cuts(index(lengths), allowance))

    for start, stop, width in found:
        assert padding(lengths, start, stop, width) <= allowance
        if stop < len(lengths):
            assert padding(lengths, start, stop, lengths[stop]) > allowance


def test_lists_are_cut_by_hand():
    # two lists of 1 and two of 2: two empty slots; one of 9 would make 2*8 + 2*7 of them
    assert list(cuts(index([1, 1, 2, 2, 9]), 2)) == [(0, 4, 2), (4, 5, 9)]
    assert list(cuts(index([1, 1, 2, 2, 9]), 1)) == [(0, 2, 1), (2, 4, 2), (4, 5, 9)]
    assert list(cuts(index([1, 1, 2, 2, 9]), 30)) == [(0, 5, 9)]
    assert list(cuts(index([]), 5)) == []


@given(lengths=LENGTHS, allowance=st.integers(0, 200), most=st.integers(1, 100))
def test_no_bundle_has_more_slots_than_it_may_unless_it_is_one_list(lengths, allowance, most):
    lengths = sorted(lengths)

    found = list(cuts(index(lengths), allowance, most))

    assert [i for start, stop, _ in found for i in range(start, stop)] == list(range(len(lengths)))
    for start, stop, width in found:
        assert width == lengths[stop - 1]
        assert (stop - start) * width <= most or stop - start == 1
        assert padding(lengths, start, stop, width) <= allowance


def test_large_bundles_are_cut_by_hand():
    # three lists of 2 are six slots
    assert list(cuts(index([2] * 7), 0, 6)) == [(0, 3, 2), (3, 6, 2), (6, 7, 2)]
    assert list(cuts(index([2] * 7), 0, 5)) == [(0, 2, 2), (2, 4, 2), (4, 6, 2), (6, 7, 2)]
    assert list(cuts(index([9, 9]), 0, 5)) == [(0, 1, 9), (1, 2, 9)]


def test_hubs_widen_no_others():
    lengths = index([3] * 1000 + [500, 900])

    found = list(cuts(lengths, 600))

    assert found == [(0, 1000, 3), (1000, 1002, 900)]
    assert sum((stop - start) * width for start, stop, width in found) == 4800  # not 901,800


def test_lists_of_one_length_stay_in_their_order():
    assert by_length(index([2, 0, 2, 1, 0])).tolist() == [1, 4, 3, 0, 2]


def test_lists_are_filled_up_to_a_matrix():
    found = padded(index([5, 6, 7, 8]), index([0, 1, 3]), 3, -1)

    assert found.tolist() == [[-1, -1, -1], [5, -1, -1], [6, 7, 8]]


@pytest.mark.parametrize(
    ("starts", "lengths", "expected"),
    [
        ([10, 3], [2, 3], [10, 11, 3, 4, 5]),
        ([4, 0, 9], [0, 2, 0], [0, 1]),
        ([7], [0], []),
        ([], [], []),
    ],
)
def test_the_items_of_lists_are_found_list_after_list(starts, lengths, expected):
    found = take_lists(index(starts), index(lengths))

    assert found.tolist() == expected
    assert found.dtype == np.intp


@given(data=st.data(), lengths=LENGTHS)
def test_the_items_of_lists_are_those_of_a_loop(data, lengths):
    starts = [data.draw(st.integers(0, 100)) for _ in lengths]

    found = take_lists(index(starts), index(lengths))

    pairs = zip(starts, lengths, strict=True)
    assert found.tolist() == [i for start, n in pairs for i in range(start, start + n)]
