"""What takes longer than a test: ``python -m tests.kernel sanitize|formulas``, in a checkout.

sanitize: all tests of the kernel, with its memory and its arithmetic watched (gcc or clang).
formulas: every formula at a million arguments, against the scalar form.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from neurosim.kernel.build import SANITIZERS, build, find_compiler
from neurosim.kernel.checks import arguments, compare_activation, compare_formula, formula_of
from neurosim.kernel.library import load_kernel

MILLION = 1_000_000


def sanitize() -> int:
    """The exit code of the tests with a library that watches itself."""
    compiler = find_compiler()
    if compiler is None:
        sys.exit("no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder) / "kernel.so", SANITIZERS.split())
        found = subprocess.run(  # noqa: S603 - ours
            [*compiler.split(), "-print-file-name=libasan.so"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        watched = {
            "NEUROSIM_KERNEL": str(library),
            "LD_PRELOAD": found.stdout.strip(),
            "ASAN_OPTIONS": "detect_leaks=0",  # Python's own
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }
        command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:faulthandler"]
        return subprocess.run(  # noqa: S603 - ours
            [*command, "tests/kernel"], env=os.environ | watched, check=False
        ).returncode


def formulas() -> int:
    """The number of values with other bits, each formula on a line."""
    kernel, total = load_kernel(), 0
    for name, activation in ACTIVATIONS.items():
        differing = compare_activation(kernel, activation, arguments(MILLION))
        sys.stdout.write(f"{name}: {differing} of {MILLION:,} differ\n")
        total += differing
    pairs = ((loss.by_output, loss.by_net_input) for loss in LOSSES.values())
    for formula in dict.fromkeys(f for pair in pairs for f in pair if f is not None):
        x, t = arguments(MILLION, 1), arguments(MILLION, 2)
        differing = compare_formula(kernel, formula, x, t)
        sys.stdout.write(f"{formula_of(formula)}: {differing} of {MILLION:,} differ\n")
        total += differing
    return total


if __name__ == "__main__":
    sys.exit({"sanitize": sanitize, "formulas": formulas}[sys.argv[1]]() != 0)
