"""Films: scenes, painted frames, encoders."""
