"""The benchmark of neurosim and its peers: the same work, side by side in one process.

``python -m tests.benchmarks`` runs it in a checkout. All systems must have computed the same
numbers before any is timed; no time is asserted. Read `systems` (what is compared, and the check),
`rounds` (how it is timed), `layered` and `irregular` (the problems), `ours`, `naive`, `tuned`,
`best`, `irregular_numpy`, the peers, `walk`, `cold`, `choice`, `scale`, then `workloads` (the
table), `machine` and `command`.
"""
