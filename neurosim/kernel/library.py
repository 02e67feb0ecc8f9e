"""The kernel's library as Python sees it: its record, its functions, and whether it is there.

It is beside this file, where an installation or ``python -m neurosim.kernel.build`` puts it.
``NEUROSIM_KERNEL`` names another library; ``off`` hides it.
"""

import ctypes
import os
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import FileError
from neurosim.functions.activations import Activation
from neurosim.kernel.build import FOLDER, LIBRARY, fingerprint
from neurosim.regular import open_regular

_OFF = "off"
MOST_OPTIONS = 2  # of an activation
_OWN = str(FOLDER / LIBRARY)
_INTEGER, _DOUBLE, _ARRAY, _BYTE = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p, ctypes.c_char
_FIELDS: tuple[tuple[str, Any], ...] = (
    (
        "n_neurons n_inputs n_outputs n_groups n_places n_parameters has_runs has_alike n_terms"
        " n_functions is_layered",
        _INTEGER,
    ),
    ("groups is_run n_alike n_alike_out is_layer first n_sources has_bias", _ARRAY),
    ("activation choices aggregation response learned first_term source", _ARRAY),
    ("out_first out_place out_target outputs output_number parameter", _ARRAY),
    ("learns is_weight formula formula_choice by_net_input is_joint divisor", _ARRAY),
    ("n_heads", _INTEGER),
    ("heads head_outputs", _ARRAY),
    ("optimizer all_learn has_penalty is_mean updates is_finite", _INTEGER),
    ("rate penalty", _DOUBLE),
    ("options", _DOUBLE * 4),
    ("rates", _ARRAY),
    ("is_adjusted n_norms n_penalties has_max_norm", _INTEGER),
    ("base_rate clip_limit", _DOUBLE),
    ("is_penalized l1 l2 clip_groups norm_groups norm_limits own_rates decay norms", _ARRAY),
    ("n_rows batch_size", _INTEGER),
    ("X T factors order mask_of masks", _ARRAY),
    ("n_masks", _INTEGER),
    ("first_batch last_batch repeats n_thetas takes_lanes in_vectors together is_near", _INTEGER),
    ("theta memory losses row_losses passed gradient input_gradient found_outputs", _ARRAY),
    ("net_inputs values work", _ARRAY),
    ("n_noted n_followed noted_rows noted_batches", _INTEGER),
    ("noted_neuron noted_quantity followed notes path slopes", _ARRAY),
)


class KernelCall(ctypes.Structure):
    """What the kernel computes; `kernel.c` says what each field is.

    It holds addresses only: whoever sets one keeps the array.
    """

    _fields_ = [(name, kind) for names, kind in _FIELDS for name in names.split()]

    def point(self, arrays: Mapping[str, NDArray[Any] | None]) -> None:
        """Set fields to the addresses of arrays."""
        for name, array in arrays.items():
            setattr(self, name, None if array is None else _address(array))


def _address(array: NDArray[Any]) -> int:
    """Where an array's numbers are; NumPy's own ``ctypes.data`` takes four times as long."""
    try:
        buffer: Any = array
        return ctypes.addressof(_BYTE.from_buffer(buffer))
    except (TypeError, ValueError):  # it is read-only, or empty
        return array.ctypes.data


@dataclass(frozen=True, eq=False)
class Kernel:
    """The loaded library; ``codes`` are those of its formulas, by name."""

    library: Any
    codes: Mapping[str, Mapping[str, int]]
    _compared: dict[int, int] = field(default_factory=dict, repr=False)

    def train(self, problem: KernelCall) -> int:
        """Train on batches; the number of updates made."""
        done: int = self.library.neurosim_train(ctypes.byref(problem))
        return done

    def together(self, problem: KernelCall, count: int) -> int:
        """How many of so many networks are best trained side by side; 1: each alone."""
        found: int = self.library.neurosim_together(ctypes.byref(problem), count)
        return found

    def train_many(self, problem: KernelCall) -> int:
        """Train so many networks side by side; the number of updates with finite numbers."""
        done: int = self.library.neurosim_train_many(ctypes.byref(problem))
        return done

    def work_of_many(self, problem: KernelCall) -> NDArray[np.float64]:
        """Room for what the kernel notes on its way through so many networks."""
        return np.zeros(self.library.neurosim_work_of_many(ctypes.byref(problem)))

    def vectors_of(self, families: Iterable[str]) -> int:
        """The codes of those activations that vectors compute, as bits.

        Each is compared with the library of mathematics when it is first asked for.
        """
        codes = {self.codes["activation"][family] for family in families}
        return sum(self._vectors(1 << code) for code in codes)

    def _vectors(self, code: int) -> int:
        if code not in self._compared:
            self._compared[code] = self.library.neurosim_vectors(code)
        return self._compared[code]

    def measure(self, problem: KernelCall) -> None:
        """Measure rows."""
        self.library.neurosim_measure(ctypes.byref(problem))

    def update(self, problem: KernelCall) -> None:
        """Make one update by a gradient."""
        self.library.neurosim_update(ctypes.byref(problem))

    def work(self, problem: KernelCall) -> NDArray[np.float64]:
        """Room for what the kernel notes on its way."""
        return np.zeros(self.library.neurosim_work(ctypes.byref(problem)))

    def activation(self, activation: Activation, z: NDArray[np.float64]) -> tuple[Any, Any]:
        """Values and slopes of an activation."""
        value, slope, chosen = np.empty_like(z), np.empty_like(z), choices_of(activation)
        code = self.codes["activation"][activation.family]
        pointers = (array.ctypes.data for array in (z, value, slope))
        vectors = self.vectors_of([activation.family])
        self.library.neurosim_activation(code, chosen.ctypes.data, len(z), *pointers, vectors)
        return value, slope

    def slopes(self, activation: Activation, z: NDArray[np.float64], a: NDArray[np.float64]) -> Any:
        """Slopes of an activation at net inputs, where the outputs are known."""
        found, chosen = np.empty_like(z), choices_of(activation)
        code = self.codes["activation"][activation.family]
        pointers = (array.ctypes.data for array in (z, a, found))
        self.library.neurosim_slopes(code, chosen.ctypes.data, len(z), *pointers)
        return found

    def formula(
        self, name: str, choice: float, x: NDArray[np.float64], t: NDArray[np.float64]
    ) -> tuple[Any, Any]:
        """Values and slopes of a formula of losses."""
        value, slope = np.empty_like(x), np.empty_like(x)
        code = self.codes["formula"][name]
        pointers = (array.ctypes.data for array in (x, t, value, slope))
        self.library.neurosim_formula(code, choice, len(x), *pointers)
        return value, slope


def choices_of(activation: Activation) -> NDArray[np.float64]:
    """The values of an activation's options, as many as the kernel has room for."""
    found = np.zeros(MOST_OPTIONS)
    found[: len(activation.options)] = activation.option_values
    return found


class KernelMissingError(Exception):
    """There is no kernel that can be used; says why."""


def load_kernel() -> Kernel:
    """The kernel.

    Raises:
        KernelMissingError: it is not built, is hidden, or is of other sources.
    """
    chosen = _chosen()
    if chosen == _OFF:
        raise KernelMissingError("hidden by NEUROSIM_KERNEL=off")
    return _load(chosen or _OWN)


def is_hidden() -> bool:
    """Whether a user asked to do without the kernel."""
    return _chosen() == _OFF


def _chosen() -> str:
    return os.environ.get("NEUROSIM_KERNEL", "")


@lru_cache(maxsize=4)
def _load(path: str) -> Kernel:
    if path == _OWN and not os.path.exists(path):  # noqa: PTH110 - pathlib is slower
        raise KernelMissingError("no C compiler when neurosim was installed")
    try:
        _require_whole(Path(path))
        library = ctypes.CDLL(path)
        return _loaded(library)
    except (OSError, AttributeError, FileError) as error:
        raise KernelMissingError(str(error)) from None


def _require_whole(path: Path) -> None:
    """Refuse a library whose end is missing: where the system loads one, the process dies of it.

    The table of sections of an ELF file, of 64 bits, is its end (System V ABI, chapter 4).
    """
    with open_regular(path) as file:
        head, size = file.read(64), os.fstat(file.fileno()).st_size
    if head[:5] != b"\x7fELF\x02" or len(head) < 64:
        return  # of another system, which looks itself
    order = "<" if head[5] == 1 else ">"
    (begin,) = struct.unpack_from(f"{order}Q", head, 40)
    each, count = struct.unpack_from(f"{order}HH", head, 58)
    if begin + each * count > size:
        expected = f"expected {begin + each * count}"
        raise KernelMissingError(f"{path}: cut off, got {size} bytes; {expected}")


def _loaded(library: Any) -> Kernel:
    library.neurosim_fingerprint.restype = ctypes.c_char_p
    found, expected = library.neurosim_fingerprint(), fingerprint().encode()
    if expected and found != expected:
        raise KernelMissingError(
            "built from other sources; python -m neurosim.kernel.build builds it anew"
        )
    library.neurosim_names.restype = ctypes.c_char_p
    for name in ("train", "train_many", "work", "work_of_many"):
        getattr(library, f"neurosim_{name}").argtypes = [ctypes.POINTER(KernelCall)]
        getattr(library, f"neurosim_{name}").restype = _INTEGER
    for name in ("measure", "update"):
        getattr(library, f"neurosim_{name}").argtypes = [ctypes.POINTER(KernelCall)]
        getattr(library, f"neurosim_{name}").restype = None
    library.neurosim_together.argtypes = [ctypes.POINTER(KernelCall), _INTEGER]
    library.neurosim_together.restype = _INTEGER
    for name in ("activation", "slopes"):
        function = getattr(library, f"neurosim_{name}")
        function.argtypes = [_INTEGER, _ARRAY, _INTEGER, _ARRAY, _ARRAY, _ARRAY]
    library.neurosim_activation.argtypes += [_INTEGER]
    library.neurosim_vectors.argtypes, library.neurosim_vectors.restype = [_INTEGER], _INTEGER
    library.neurosim_formula.argtypes = [_INTEGER, _DOUBLE, _INTEGER, *[_ARRAY] * 4]
    library.neurosim_names.argtypes = [_INTEGER]
    tables = ("activation", "formula", "optimizer", "aggregation")
    names = [library.neurosim_names(number).decode().split() for number in range(len(tables))]
    codes = ({name: code for code, name in enumerate(found)} for found in names)
    return Kernel(library, dict(zip(tables, codes, strict=True)))


def why_no_kernel() -> str | None:
    """Why there is no kernel; None where there is one."""
    try:
        load_kernel()
    except KernelMissingError as error:
        return str(error)
    return None
