"""Stops of a debugging session: conditions, breakpoints, watches, catches, screening."""
