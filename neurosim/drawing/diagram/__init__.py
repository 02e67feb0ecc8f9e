"""Diagrams: a network and its values, from data to a painted picture."""
