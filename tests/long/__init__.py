"""What takes hours, by commands that are in the manual."""
