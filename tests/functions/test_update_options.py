"""The options of an update are taken as records, and as the mappings that stand for them."""

import pytest

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.update_options import (
    Clip,
    WeightDecay,
    require_clip,
    require_rates,
    require_weight_decay,
)
from tests.each import each


def test_a_mapping_stands_for_its_record():
    assert require_clip({"norm": 1.5}) == Clip(norm=1.5)
    assert require_weight_decay({"strength": 0.1, "on": "all"}) == WeightDecay(0.1, on="all")
    assert require_clip(Clip(value=0.5)) == Clip(value=0.5)
    assert require_clip(None) is None
    assert require_rates({}) is None


def test_gradients_are_clipped_one_by_one_or_by_their_norm():
    each_alone, together = Clip(value=0.5), Clip(norm=1.0)

    assert [each_alone.clipped(g) for g in (-2.0, 0.25, 2.0)] == [-0.5, 0.25, 0.5]
    assert (each_alone.factor(4.0), each_alone.limit) == (1.0, 0.5)
    assert [together.factor(norm) for norm in (0.5, 4.0)] == [1.0, 1.0 / 4.000001]  # as in PyTorch
    assert (together.clipped(4.0), together.limit) == (4.0, 1.0)


BAD = [
    (require_clip, {"norm": 0}, InvalidValueError, "clip: norm: got 0.0; expected a number > 0"),
    (require_clip, {"norm": 1, "per": "row"}, InvalidValueError, "clip: unknown per 'row'"),
    (require_clip, {"value": 1, "per": "layer"}, InvalidValueError, "clip: "),
    (require_clip, 3, WrongTypeError, "clip: got 3; expected None or {'norm': 1.0}"),
    (require_clip, {"norms": 1}, WrongTypeError, "unknown option 'norms' (did you mean 'norm'?)"),
    (require_weight_decay, {"on": "all"}, WrongTypeError, "weight_decay: got {'on': 'all'}; exp"),
    (require_weight_decay, {"strength": 0.1, "on": []}, WrongTypeError, "weight_decay: on: got []"),
    (require_rates, {3: 0.1}, WrongTypeError, "rates: got the name 3; expected a text"),
    (require_rates, 0.1, WrongTypeError, "rates: got 0.1; expected None or rates such as"),
]


@each(("require", "given", "kind", "words"), BAD)
def test_a_bad_option_is_refused_with_words(require, given, kind, words):
    with pytest.raises(kind) as caught:
        require(given)

    assert words in str(caught.value)
