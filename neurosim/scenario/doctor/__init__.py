"""A diagnosis of a scenario: its findings, and cures that are tried and written into its text."""
