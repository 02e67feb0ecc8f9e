"""Pages: figures, files, and themes."""
