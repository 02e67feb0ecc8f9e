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
    from neurosim.scenario.build.scenario import Scenario, Training, load_scenario
    from neurosim.scenario.build.shipped import (
        Shipped,
        find_scenario,
        list_scenarios,
        shipped_folder,
    )
    from neurosim.scenario.format.document import Document
    from neurosim.scenario.format.json_schema import schema
    from neurosim.scenario.format.read import read_scenario
    from neurosim.scenario.run.expect import Verdict
    from neurosim.scenario.run.pictures import Drawn, draw_pictures
    from neurosim.scenario.run.result import (
        EpochRecord,
        Losses,
        Parameters,
        RunResult,
        Stretch,
        TableRow,
    )
    from neurosim.scenario.run.run import Run, run_scenario, start_run
    from neurosim.scenario.uses.at_epoch import AtEpoch, Row, network_at
    from neurosim.scenario.uses.compare import (
        agree_scenario,
        bisect_scenario,
        explain_scenario,
        load_network,
        session_at,
    )
    from neurosim.scenario.uses.debug import debug_scenario
    from neurosim.scenario.uses.film import film_scenario, film_scenario_pass
    from neurosim.scenario.uses.gallery import Exhibit, exhibits, write_gallery
    from neurosim.scenario.uses.predict import Predictor, predictor

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
    "AtEpoch": "uses.at_epoch",
    "Row": "uses.at_epoch",
    "network_at": "uses.at_epoch",
    "agree_scenario": "uses.compare",
    "bisect_scenario": "uses.compare",
    "explain_scenario": "uses.compare",
    "load_network": "uses.compare",
    "session_at": "uses.compare",
    "debug_scenario": "uses.debug",
    "Document": "format.document",
    "Verdict": "run.expect",
    "film_scenario": "uses.film",
    "film_scenario_pass": "uses.film",
    "Exhibit": "uses.gallery",
    "exhibits": "uses.gallery",
    "write_gallery": "uses.gallery",
    "schema": "format.json_schema",
    "Drawn": "run.pictures",
    "draw_pictures": "run.pictures",
    "Predictor": "uses.predict",
    "predictor": "uses.predict",
    "read_scenario": "format.read",
    "EpochRecord": "run.result",
    "Losses": "run.result",
    "Parameters": "run.result",
    "RunResult": "run.result",
    "Stretch": "run.result",
    "TableRow": "run.result",
    "Run": "run.run",
    "run_scenario": "run.run",
    "start_run": "run.run",
    "Scenario": "build.scenario",
    "Training": "build.scenario",
    "load_scenario": "build.scenario",
    "Shipped": "build.shipped",
    "find_scenario": "build.shipped",
    "list_scenarios": "build.shipped",
    "shipped_folder": "build.shipped",
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
