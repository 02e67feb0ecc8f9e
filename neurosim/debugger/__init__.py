"""Stepping through a training, forward and backward in time. No user interface lives here.

Read `position`, then `walk` (the stream of steps, and the ways along it), `stops` and `running`
(where it stops), and `session`, which is the face of all.
"""

from neurosim.debugger.session import Session, debug

__all__ = ["Session", "debug"]
