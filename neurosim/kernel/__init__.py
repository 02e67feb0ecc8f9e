"""The kernel: compiled C that trains any network with the bits of the walk, where it is built.

Read `formulas.h`, `exact.h`, `kernel.c` and `pass.h`; then `library`, `checks`, `wiring`.
"""
