"""Doors to other systems: their networks come in, ours go out, with the same numbers."""
