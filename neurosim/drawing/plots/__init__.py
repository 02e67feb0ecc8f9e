"""Plots: curves, maps, heat maps, statistics."""
