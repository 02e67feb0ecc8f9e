"""The scalar printer: a program of single numbers."""
