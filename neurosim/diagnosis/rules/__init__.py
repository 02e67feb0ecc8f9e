"""Rules: which facts of a training may explain why it does not learn.

Each takes a case and the keys of a scenario, and yields candidates.
"""
