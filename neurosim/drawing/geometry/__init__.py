"""Geometry: where neurons, lines, and labels are placed."""
