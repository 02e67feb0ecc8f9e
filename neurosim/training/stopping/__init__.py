"""Stopping: stops of a training, and what is measured after each epoch for them."""
