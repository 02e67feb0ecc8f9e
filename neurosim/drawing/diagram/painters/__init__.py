"""Painters of a diagram: lines, neurons, boxes, words."""
