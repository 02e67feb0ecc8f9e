"""The state of the process that is changed for a while: warnings filters, matplotlib's settings.

Python and matplotlib put these back as they were before, each for itself: of two threads that begin
one after the other and end in the same order, the second would put back what the first had set.
"""

from threading import RLock

PROCESS_STATE = RLock()  # for whoever changes such state, until it is as before
