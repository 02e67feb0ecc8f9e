"""Questions to a debugging session: explanations, causes of an update, chain rule paths."""
