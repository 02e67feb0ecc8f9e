"""Sweeps: one scenario many times, with keys of it varied."""
