"""The compiler: a network's structure as a plan, and the plan as a NumPy program.

Read `plan`, `bundles`, `costs`, `planning`, `choice`, `operations`, `program`, `array`,
`training_programs`, `threads`, `explain`, `standalone`, `compile`.
"""

from typing import TYPE_CHECKING

from neurosim.lazy import lazy_names

if TYPE_CHECKING:
    from neurosim.compiler.compile import CompiledNetwork as CompiledNetwork
    from neurosim.compiler.compile import Matrices as Matrices
    from neurosim.compiler.compile import compile_network as compile_network
    from neurosim.compiler.plan import Block as Block
    from neurosim.compiler.plan import Plan as Plan
    from neurosim.compiler.plan import verify as verify

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
