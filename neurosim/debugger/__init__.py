"""Stepping through a training, forward and backward in time. No user interface lives here.

Read `position`, then `walk` (the stream of steps, and the ways along it), `stops` and `running`
(where it stops), and `session`, which is the face of all.
"""

from neurosim.debugger.opening import debug
from neurosim.debugger.session import Session

__all__ = ["Session", "debug"]
