"""Schedules of learning rates: what one is (`base`), and those that are shipped (`shipped`)."""
