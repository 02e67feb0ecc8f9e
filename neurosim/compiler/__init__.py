"""The compiler: a network's structure as a plan, and the plan as a NumPy program.

Read `plan`, `bundles`, `costs`, `planning`, `operations`, `program`, `array`,
`training_programs`, `threads`, `explain`, `standalone`, `compile`.
"""

from neurosim.compiler.compile import CompiledNetwork, Matrices, compile_network
from neurosim.compiler.plan import Block, Plan, verify

__all__ = ["Block", "CompiledNetwork", "Matrices", "Plan", "compile_network", "verify"]
