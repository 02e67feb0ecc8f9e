"""Drawings as text: Graphviz, Mermaid, the terminal."""
