"""The lines of metrics.jsonl are the records of the epochs, made from columns."""

import json
import math

from neurosim.scenario.run.folder import lines_of
from neurosim.scenario.run.result import Stretch


def test_a_line_is_the_record_of_its_epoch():
    one, two = (0.1, 1e-300), (math.nan, math.inf)
    metrics = {"accuracy": (1.0, 0.5), '100% "odd"': (0.25, math.nan)}
    stretches = [
        Stretch(0, one, (), {}, one, 0.5),
        Stretch(7, one, two, metrics, (1.0, 1e22), 0.5, two, one),
        Stretch(7, one, (), metrics, one, 0.5, one),
        Stretch(3, (), (), {}, (), 0.0),
    ]

    for stretch in stretches:
        records = [record.to_dict() for record in stretch]
        for record in records:
            del record["seconds"]
        assert list(lines_of(stretch)) == [json.dumps(record) + "\n" for record in records]
