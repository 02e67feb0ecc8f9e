"""Scenarios: experiments written down in YAML, read with care, run, and judged.

Read `node`, `text`, `entry`, then the entries (`initial_entry`, `network_entry`, `data_entry`,
`training_entry`, `expect_entry`, `document`), `problems`, `overrides`, `read`; then `build`,
`rows`, `check`, `shipped`, `scenario`, `compare`, and `expect`, `result`, `stretches`, `run`,
`predict`. `schema` stands at the side.
"""

from neurosim.scenario.compare import agree_scenario, explain_scenario, load_network
from neurosim.scenario.document import Document
from neurosim.scenario.expect import Verdict
from neurosim.scenario.predict import Predictor, predictor
from neurosim.scenario.read import read_scenario
from neurosim.scenario.result import EpochRecord, Losses, Parameters, RunResult, Stretch, TableRow
from neurosim.scenario.run import Run, run_scenario, start_run
from neurosim.scenario.scenario import Scenario, Training, load_scenario
from neurosim.scenario.schema import schema
from neurosim.scenario.shipped import Shipped, find_scenario, list_scenarios, shipped_folder

__all__ = [
    "Document",
    "EpochRecord",
    "Losses",
    "Parameters",
    "Predictor",
    "Run",
    "RunResult",
    "Scenario",
    "Shipped",
    "Stretch",
    "TableRow",
    "Training",
    "Verdict",
    "agree_scenario",
    "explain_scenario",
    "find_scenario",
    "list_scenarios",
    "load_network",
    "load_scenario",
    "predictor",
    "read_scenario",
    "run_scenario",
    "schema",
    "shipped_folder",
    "start_run",
]
