"""Networks in files: the layout that `Network.save` writes, and parameters by name."""
