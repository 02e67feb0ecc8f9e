"""What the tests of the kernel share: the kernel, and when two numbers are the same."""

import numpy as np
import pytest

from neurosim.kernel.checks import n_different
from neurosim.kernel.library import load_kernel, why_no_kernel


@pytest.fixture(scope="session")
def kernel():
    """The kernel; where it is not built there is nothing to test."""
    if (why := why_no_kernel()) is not None:
        pytest.skip(f"no kernel: {why} (python -m neurosim.kernel.build)")
    return load_kernel()


@pytest.fixture(scope="session")
def assert_same():
    """``assert_same(what, one, other)``: every bit but those of NaN."""

    def check(what, one, other):
        a, b = (np.ascontiguousarray(x, dtype=np.float64) for x in (one, other))
        assert a.shape == b.shape, what
        assert n_different(a, b) == 0, f"{what}: {a}, {b}"

    return check
