"""The course of a training: its epochs, its history, its past, and where it diverges."""
