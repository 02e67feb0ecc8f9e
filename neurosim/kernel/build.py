"""The build of the kernel, in place: ``python -m neurosim.kernel.build``.

`setup.py` reads the flags here, so this file imports nothing but the standard library. Bits depend
on the flags: no fast-math, and no contraction of products and sums.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCES = (
    "kernel.c", "adjusted.h", "exact.h", "layers.h", "online.h", "pass.h", "passes.h", "many.h",
    "formulas.h", "tanh.h",
)  # fmt: skip
FLAGS = (
    "-std=c11 -O3 -ffp-contract=off -fno-math-errno -fvisibility=hidden -Wall -Wextra -Wno-psabi"
)
MSVC_FLAGS = "/std:c11 /O2 /fp:precise"
SANITIZERS = "-g -O1 -DPLAIN -fno-sanitize-recover=all -fsanitize=address,undefined"
# the second dot: else whoever imports all modules of the package would take it for one
LIBRARY = "_kernel.ctypes.dll" if os.name == "nt" else "_kernel.ctypes.so"


def fingerprint() -> str:
    """A digest of the sources; empty where they are not there."""
    try:
        texts = [(FOLDER / name).read_bytes() for name in SOURCES]
    except OSError:
        return ""
    return "x" + hashlib.blake2b(b"".join(texts), digest_size=8).hexdigest()


def find_compiler() -> str | None:
    """The C compiler: what ``CC`` names, else the first that is there."""
    import shutil

    names = [os.environ["CC"]] if "CC" in os.environ else ["cc", "gcc", "clang"]
    return next((name for name in names if shutil.which(name.split()[0])), None)


def build(target: Path = FOLDER / LIBRARY, flags: Sequence[str] = ()) -> Path:
    """Compile the kernel.

    Raises:
        FileNotFoundError: there is no compiler.
        subprocess.CalledProcessError: it fails.
    """
    import subprocess

    compiler = find_compiler()
    if compiler is None:
        raise FileNotFoundError("C compiler: got none; expected cc, gcc or clang, or CC=...")
    options = [*FLAGS.split(), f"-DFINGERPRINT={fingerprint()}", *flags, "-fPIC", "-shared"]
    source = str(FOLDER / SOURCES[0])
    made = target.with_suffix(f".{os.getpid()}.new")  # who has the old one loaded keeps it
    subprocess.run([*compiler.split(), *options, source, "-o", str(made), "-lm"], check=True)  # noqa: S603 - ours
    made.replace(target)
    return target


def main() -> int | str:
    """Build in place, or as the arguments say."""
    import argparse
    import subprocess

    parser = argparse.ArgumentParser(description="Compile neurosim's kernel.")
    parser.add_argument("--to", type=Path, default=FOLDER / LIBRARY, help="the library to write")
    parser.add_argument("--sanitize", action="store_true", help="with checks of memory and numbers")
    given = parser.parse_args()
    try:
        made = build(given.to, SANITIZERS.split() if given.sanitize else ())
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        return str(error)
    sys.stdout.write(f"{made}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
