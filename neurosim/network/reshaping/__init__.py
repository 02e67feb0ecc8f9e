"""Edits that keep what was learned: growth, pruning, and names of what to freeze."""
