"""Scenarios: experiments written down in YAML, read with care, run, and judged.

Read `node`, `text`, `entry`, then the entries (`initial_entry`, `network_entry`, `data_entry`,
`training_entry`, `expect_entry`, `draw_entry`, `document`), `problems`, `overrides`, `read`; then
`build`, `rows`, `check`, `check_draw`, `shipped`, `scenario`, `compare`, `debug`, and `expect`,
`result`, `stretches`, `moments`, `run`, `predict`, `at_epoch`, `named`, `film`, `pictures`,
`gallery`. `json_schema` stands at the side.

This front door loads a file only when one of its names is asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurosim.scenario.at_epoch import AtEpoch, Row, network_at
    from neurosim.scenario.compare import (
        agree_scenario,
        bisect_scenario,
        explain_scenario,
        load_network,
        session_at,
    )
    from neurosim.scenario.debug import debug_scenario
    from neurosim.scenario.document import Document
    from neurosim.scenario.expect import Verdict
    from neurosim.scenario.film import film_scenario, film_scenario_pass
    from neurosim.scenario.gallery import Exhibit, exhibits, write_gallery
    from neurosim.scenario.json_schema import schema
    from neurosim.scenario.pictures import Drawn, draw_pictures
    from neurosim.scenario.predict import Predictor, predictor
    from neurosim.scenario.read import read_scenario
    from neurosim.scenario.result import (
        EpochRecord,
        Losses,
        Parameters,
        RunResult,
        Stretch,
        TableRow,
    )
    from neurosim.scenario.run import Run, run_scenario, start_run
    from neurosim.scenario.scenario import Scenario, Training, load_scenario
    from neurosim.scenario.shipped import Shipped, find_scenario, list_scenarios, shipped_folder

__all__ = [
    "AtEpoch",
    "Document",
    "Drawn",
    "EpochRecord",
    "Exhibit",
    "Losses",
    "Parameters",
    "Predictor",
    "Row",
    "Run",
    "RunResult",
    "Scenario",
    "Shipped",
    "Stretch",
    "TableRow",
    "Training",
    "Verdict",
    "agree_scenario",
    "bisect_scenario",
    "debug_scenario",
    "draw_pictures",
    "exhibits",
    "explain_scenario",
    "film_scenario",
    "film_scenario_pass",
    "find_scenario",
    "list_scenarios",
    "load_network",
    "load_scenario",
    "network_at",
    "predictor",
    "read_scenario",
    "run_scenario",
    "schema",
    "session_at",
    "shipped_folder",
    "start_run",
    "write_gallery",
]

_LATE = {  # the files of the names: listing what is shipped should not wait for NumPy
    "AtEpoch": "at_epoch",
    "Row": "at_epoch",
    "network_at": "at_epoch",
    "agree_scenario": "compare",
    "bisect_scenario": "compare",
    "explain_scenario": "compare",
    "load_network": "compare",
    "session_at": "compare",
    "debug_scenario": "debug",
    "Document": "document",
    "Verdict": "expect",
    "film_scenario": "film",
    "film_scenario_pass": "film",
    "Exhibit": "gallery",
    "exhibits": "gallery",
    "write_gallery": "gallery",
    "schema": "json_schema",
    "Drawn": "pictures",
    "draw_pictures": "pictures",
    "Predictor": "predict",
    "predictor": "predict",
    "read_scenario": "read",
    "EpochRecord": "result",
    "Losses": "result",
    "Parameters": "result",
    "RunResult": "result",
    "Stretch": "result",
    "TableRow": "result",
    "Run": "run",
    "run_scenario": "run",
    "start_run": "run",
    "Scenario": "scenario",
    "Training": "scenario",
    "load_scenario": "scenario",
    "Shipped": "shipped",
    "find_scenario": "shipped",
    "list_scenarios": "shipped",
    "shipped_folder": "shipped",
}


def __getattr__(name: str) -> Any:
    """Load the file that has this name."""
    if name not in _LATE:
        raise AttributeError(f"module 'neurosim.scenario' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"neurosim.scenario.{_LATE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATE])
