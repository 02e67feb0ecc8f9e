"""The mathematics, each formula written once: `math` and NumPy, and nothing of networks.

Read `numbers`, then `registry`, `users`, `activations`, `losses`, `optimizers`, `arithmetic`,
`penalties`, `initializers`, `streams`.
"""
