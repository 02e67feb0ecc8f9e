"""From checked entries to a network, its rows, and a scenario that is ready to run."""
