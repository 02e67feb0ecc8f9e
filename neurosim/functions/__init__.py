"""The mathematics, each formula written once: `math` and NumPy, and nothing of networks.

Read `numbers`, then `activations`, `losses`, `optimizers`, `penalties`, `initializers`, `streams`.
"""
