"""The options of an update are taken as records, and as the mappings that stand for them."""

from neurosim.functions.update_options import Clip, WeightDecay, require_clip, require_weight_decay


def test_a_mapping_stands_for_its_record():
    assert require_clip({"norm": 1.5}) == Clip(norm=1.5)
    assert require_weight_decay({"strength": 0.1, "on": "all"}) == WeightDecay(0.1, on="all")
    assert require_clip(Clip(value=0.5)) == Clip(value=0.5)
    assert require_clip(None) is None
