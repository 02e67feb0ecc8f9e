"""The mathematics, each formula written once: `math` and NumPy, and nothing of networks."""
