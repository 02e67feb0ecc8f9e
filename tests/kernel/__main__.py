"""What takes longer than a test: ``python -m tests.kernel sanitize``, in a checkout.

All tests of the kernel, with its memory and its arithmetic watched (gcc or clang).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from neurosim.kernel.build import SANITIZERS, build, find_compiler


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


if __name__ == "__main__":
    sys.exit({"sanitize": sanitize}[sys.argv[1]]() != 0)
