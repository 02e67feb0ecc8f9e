"""A network's program as an ES module, which a browser or node runs."""
