"""The mathematics, each formula written once: `math` and NumPy, and nothing of networks.

Read `activations`, then `losses`, `optimizers`, `penalties`, `initializers`, `streams`.
"""
