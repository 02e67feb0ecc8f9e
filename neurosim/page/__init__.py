"""Pages: a training as one HTML file to step through, without a server, Python or a network."""
