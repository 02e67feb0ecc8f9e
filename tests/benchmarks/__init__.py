"""The benchmark: neurosim and its peers on the same work, side by side in one process.

Before anything is timed, all of them must have computed the same numbers. It asserts no time: it
shows the figures of the machine it runs on. Read `systems` (what is compared, and the check),
`rounds` (how it is timed), `layered` and `irregular` (the problems), `ours`, `naive`, `tuned`,
`best`, `irregular_numpy`, the peers, `walk`, `cold`, `choice`, `scale`, then `workloads` (the
table) and `machine`.
"""

from neurosim.bench.machine import Machine, describe_machine, one_core
from neurosim.bench.rounds import JudgedBar, Measurement, Result, Row
from neurosim.bench.workloads import PEERS, WORKLOADS, find_peers, find_workloads

__all__ = [
    "PEERS",
    "WORKLOADS",
    "JudgedBar",
    "Machine",
    "Measurement",
    "Result",
    "Row",
    "describe_machine",
    "find_peers",
    "find_workloads",
    "one_core",
]
