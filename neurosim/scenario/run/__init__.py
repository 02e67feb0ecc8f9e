"""Runs of a scenario: training, expectations, results, pictures."""
