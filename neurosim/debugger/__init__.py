"""Stepping through a training, forward and backward in time. No user interface lives here."""
