"""The machine: what the figures were measured on, and what is done to keep it comparable.

One thread for every BLAS, and one core for the process, so that libraries which make threads of
their own (jax) get no more than the others.
"""

import contextlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import threadpoolctl

from neurosim.compiler.threads import blas_facts, pinned_kernels

PACKAGES = ("numpy", "networkx", "scipy", "scikit-learn", "torch", "jax", "jaxlib", "micrograd")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine and its libraries.

    ``blas`` has a record for each library of linear algebra that is loaded: its kernels, threads
    and file. ``warnings`` say what may make figures worse than they need be.
    """

    cpu: str
    cores: int
    system: str
    python: str
    packages: Mapping[str, str]
    blas: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        libraries = "; ".join(
            f"{b['library']} {b['version']}, {b['kernels']} kernels, threads {b['threads']}"
            for b in self.blas
        )
        return (
            f"{self.cpu}, {self.cores} cores, {self.system}, Python {self.python},"
            f" NumPy {self.packages['numpy']} ({libraries or 'BLAS unknown'})"
        )


def describe_machine() -> Machine:
    """Describe the machine as it is now."""
    return Machine(
        _cpu(),
        os.cpu_count() or 1,
        f"{platform.system()} {platform.machine()}",
        platform.python_version(),
        {name: version for name in PACKAGES if (version := _version(name)) is not None},
        tuple(blas_facts()),
        tuple(pinned_kernels(os.environ)),
    )


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and all that it starts, to one core and to one thread of every BLAS."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(threadpoolctl.threadpool_limits(1))
        if sys.platform == "linux":
            cores = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {max(cores)})
            stack.callback(os.sched_setaffinity, 0, cores)
        yield


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "unknown"


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
