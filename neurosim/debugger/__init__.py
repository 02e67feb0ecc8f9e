"""Stepping through a training, forward and backward in time. No user interface lives here.

Read `time.position`, then `time.timeline` (the stream of steps, and the moves along it), `stops`
(where it stops), and `session`, which has a method for each command.
"""

from neurosim.debugger.opening import debug
from neurosim.debugger.session import Session

__all__ = ["Session", "debug"]
