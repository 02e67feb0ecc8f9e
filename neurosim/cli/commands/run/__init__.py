"""Commands that run a scenario: run, new, predict."""
