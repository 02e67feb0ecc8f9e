"""Trainings whose rows come batch by batch: more of them than fit into memory."""
