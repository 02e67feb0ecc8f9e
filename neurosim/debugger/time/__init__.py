"""Time in a debugging session: positions, the journal, checkpoints, the timeline."""
