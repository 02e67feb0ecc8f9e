"""Live pages: a debugging session in a browser or a notebook, by requests and answers in JSON."""
