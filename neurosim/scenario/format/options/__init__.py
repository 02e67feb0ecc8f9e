"""The options of a training that are more than a word or a number."""
