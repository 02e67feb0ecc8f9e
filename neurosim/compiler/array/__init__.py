"""The array printer: a program of NumPy matrices."""
