"""Scenarios: experiments as YAML files, read, built, run and checked.

`format` reads and checks a file, `build` makes the network and the rows, `run` trains and compares
with what is expected, `uses` is what else is done with a scenario.
"""

from typing import TYPE_CHECKING

from neurosim.lazy import lazy_names

if TYPE_CHECKING:
    from neurosim.scenario.build.scenario import Scenario as Scenario
    from neurosim.scenario.build.scenario import load_scenario as load_scenario
    from neurosim.scenario.build.shipped import Shipped as Shipped
    from neurosim.scenario.build.shipped import find_scenario as find_scenario
    from neurosim.scenario.build.shipped import list_lessons as list_lessons
    from neurosim.scenario.build.shipped import list_scenarios as list_scenarios
    from neurosim.scenario.build.shipped import list_sick_scenarios as list_sick_scenarios
    from neurosim.scenario.build.shipped import shipped_folder as shipped_folder
    from neurosim.scenario.format.document import Document as Document
    from neurosim.scenario.format.json_schema import schema as schema
    from neurosim.scenario.format.read import read_scenario as read_scenario
    from neurosim.scenario.run.expect import Verdict as Verdict
    from neurosim.scenario.run.keeping import run_scenario as run_scenario
    from neurosim.scenario.run.pictures import Drawn as Drawn
    from neurosim.scenario.run.pictures import draw_pictures as draw_pictures
    from neurosim.scenario.run.result import EpochRecord as EpochRecord
    from neurosim.scenario.run.result import Losses as Losses
    from neurosim.scenario.run.result import NamedParameters as NamedParameters
    from neurosim.scenario.run.result import RunResult as RunResult
    from neurosim.scenario.run.result import Stretch as Stretch
    from neurosim.scenario.run.result import TableRow as TableRow
    from neurosim.scenario.run.run import Run as Run
    from neurosim.scenario.run.run import start_run as start_run
    from neurosim.scenario.run.wrong import WrongRow as WrongRow
    from neurosim.scenario.run.wrong import WrongRows as WrongRows
    from neurosim.scenario.run.wrong import require_wrong_rows as require_wrong_rows
    from neurosim.scenario.run.wrong import wrong_rows as wrong_rows
    from neurosim.scenario.sweeps.search import Search as Search
    from neurosim.scenario.sweeps.search import tune as tune
    from neurosim.scenario.sweeps.sweep import Sweep as Sweep
    from neurosim.scenario.sweeps.sweep import sweep as sweep
    from neurosim.scenario.sweeps.table import SweepResult as SweepResult
    from neurosim.scenario.sweeps.table import SweptPoint as SweptPoint
    from neurosim.scenario.uses.at_epoch import AtEpoch as AtEpoch
    from neurosim.scenario.uses.at_epoch import TrainingRow as TrainingRow
    from neurosim.scenario.uses.at_epoch import network_at as network_at
    from neurosim.scenario.uses.compare import agree_scenario as agree_scenario
    from neurosim.scenario.uses.compare import bisect_scenario as bisect_scenario
    from neurosim.scenario.uses.compare import explain_scenario as explain_scenario
    from neurosim.scenario.uses.compare import load_network as load_network
    from neurosim.scenario.uses.compare import session_at as session_at
    from neurosim.scenario.uses.debug import debug_scenario as debug_scenario
    from neurosim.scenario.uses.film import film_scenario as film_scenario
    from neurosim.scenario.uses.film import film_scenario_pass as film_scenario_pass
    from neurosim.scenario.uses.gallery import Exhibit as Exhibit
    from neurosim.scenario.uses.gallery import exhibits as exhibits
    from neurosim.scenario.uses.gallery import write_gallery as write_gallery
    from neurosim.scenario.uses.learning_curve import learning_curve_of as learning_curve_of
    from neurosim.scenario.uses.predict import Predictor as Predictor
    from neurosim.scenario.uses.predict import predictor as predictor
    from neurosim.scenario.uses.seed import is_drawn as is_drawn
    from neurosim.scenario.uses.starter import Starter as Starter
    from neurosim.scenario.uses.starter import starter_for_csv as starter_for_csv
    from neurosim.scenario.uses.write import to_scenario as to_scenario

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
