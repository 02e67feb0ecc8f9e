"""What takes longer than a test: ``python -m tests.kernel sanitize [N]``, in a checkout.

All tests of the kernel, and N random plans, the first ones of seed 0 (10,000 if not given), with
its memory and its arithmetic watched (gcc or clang): half of the plans with its widest vectors,
the others as on a machine without AVX-512, and the tests so and so. ``python -m tests.kernel plans
FIRST COUNT`` tries plans with the kernel that is there.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from neurosim.kernel.build import SANITIZERS, build, find_compiler
from tests.kernel.plans import try_plan

_TOGETHER = 500  # plans of a process


def sanitize(n_plans: int = 10_000) -> int:
    """Run the tests and the plans with a library that watches itself; the exit code."""
    compiler = find_compiler()
    if compiler is None:
        sys.exit("no C compiler")
    half = n_plans // 2
    codes = [
        *_watch(compiler, [], range(half)),
        *_watch(compiler, ["-DNARROW"], range(half, n_plans)),
    ]
    return max(map(abs, codes))


def _watch(compiler: str, flags: list[str], numbers: range) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder) / "kernel.so", [*SANITIZERS.split(), *flags])
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
        environment = os.environ | watched
        command = ["-m", "pytest", "-n0", "-q", "-p", "no:faulthandler", "tests/kernel"]
        codes = [_python(command, environment)]
        for first in numbers[::_TOGETHER]:
            count = min(_TOGETHER, numbers.stop - first)
            command = ["-m", "tests.kernel", "plans", str(first), str(count)]
            codes.append(_python(command, environment))
        return codes


def _python(command: list[str], environment: Mapping[str, str]) -> int:
    return subprocess.run([sys.executable, *command], env=environment, check=False).returncode  # noqa: S603 - ours


def plans(first: int, count: int) -> int:
    """Try plans, and print how many steps they took; whoever dies has printed which one it was."""
    n_steps = n_refused = 0
    for number in range(first, first + count):
        print(f"plan {number}", end="\r", flush=True)  # noqa: T201 - a report
        done, refused = try_plan(0, number)
        n_steps, n_refused = n_steps + done, n_refused + refused
    told = f"plans {first} to {first + count - 1}: {n_steps} steps, {n_refused} refused"
    print(told, flush=True)  # noqa: T201 - a report
    return 0


if __name__ == "__main__":
    commands = {"sanitize": sanitize, "plans": plans}
    sys.exit(commands[sys.argv[1]](*map(int, sys.argv[2:])) != 0)
