"""A scenario that is ready to run: the network, its data, how it learns, what is expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.errors import MissingExtraError, NeurosimError
from neurosim.functions.numerals import Matrix
from neurosim.functions.optimizers import OPTIMIZERS, Optimizer
from neurosim.functions.penalties import L2
from neurosim.network.network import Network
from neurosim.scenario.build import build_network
from neurosim.scenario.check import check_expectations
from neurosim.scenario.document import Document, Draft
from neurosim.scenario.entry import options_of
from neurosim.scenario.expect_entry import Expectation
from neurosim.scenario.node import Problem, refuse
from neurosim.scenario.overrides import Overrides
from neurosim.scenario.read import Reading, read
from neurosim.scenario.rows import build_data
from neurosim.scenario.training_entry import TrainingEntry
from neurosim.training.data import Data
from neurosim.training.task import make_task
