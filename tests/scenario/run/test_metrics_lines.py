"""The lines of metrics.jsonl are the records of the epochs, made from columns, as a run goes on."""

import hashlib
import json
import math
from itertools import islice

from neurosim.scenario import start_run
from neurosim.scenario.run.folder import open_folder
from neurosim.scenario.run.keeping import KeptRun
from neurosim.scenario.run.metrics_lines import MetricsLines, lines_of
from neurosim.scenario.run.result import Stretch

STRETCHES = [Stretch(n, (0.5, 0.25), (), {}, (0.1, 0.1), 1.0) for n in (0, 2, 4)]
LINES = "".join(line for stretch in STRETCHES for line in lines_of(stretch)).encode()


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


def test_a_signal_within_a_stretch_loses_and_doubles_no_line(tmp_path):
    lines = MetricsLines(tmp_path / "part")
    lines.take(STRETCHES[:1])
    with (tmp_path / "part").open("ab") as file:
        file.write(b'{"epoch": 2, "lo')  # of the second one, in which it came

    digest = lines.finish(STRETCHES, tmp_path / "metrics.jsonl")

    assert (tmp_path / "metrics.jsonl").read_bytes() == LINES
    assert digest == hashlib.sha256(LINES).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.jsonl"]


def test_each_stretch_is_written_when_it_is_done(tmp_path):
    with open_folder(tmp_path) as folder:
        kept = KeptRun(start_run("gates"), folder)
        kept.begin(resume=False, overwrite=False)
        done = [line for stretch in islice(kept, 3) for line in lines_of(stretch)]
        written = (tmp_path / ".neurosim" / ".neurosim-metrics").read_text()

    assert len(done) > 1
    assert written == "".join(done)
    assert list(tmp_path.iterdir()) == []  # it did not come to its end
