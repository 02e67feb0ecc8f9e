"""What else a scenario file serves: comparison, debugging, prediction, films, a gallery."""
