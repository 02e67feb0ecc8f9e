"""The mathematics, each formula written once: `math` and NumPy, and nothing of networks.

Read `numerals`, then `activations`, `losses`, `optimizers`, `penalties`, `initializers`, `streams`.
"""
