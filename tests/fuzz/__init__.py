"""Mutated files and arguments: nothing may end in a traceback, hang, swell, or write elsewhere."""
