"""Places of neurons that come from elsewhere: Graphviz, networkx, the caller."""
