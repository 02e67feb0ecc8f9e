"""Data sets: rows from a file, from a known set, or made; divided.

Read `rows`, `data`, then the sources: `made`, `borrowed`, `regular`, `csv_file`,
`npz_file`, `inside`.
"""

from neurosim.training.data.borrowed import BORROWED
from neurosim.training.data.csv_file import number_of, read_csv, read_lines, read_table
from neurosim.training.data.data import (
    PARTS,
    Data,
    Pair,
    make_data,
)
from neurosim.training.data.inside import inside
from neurosim.training.data.made import MADE, Maker
from neurosim.training.data.npz_file import read_npz
from neurosim.training.data.rows import (
    ENCODINGS,
    Labelled,
    MeasuredRows,
    Rows,
    encode,
    from_arrays,
    natural_encoding,
)

DATASETS: dict[str, Maker] = {**MADE, **BORROWED}

__all__ = [
    "DATASETS",
    "ENCODINGS",
    "PARTS",
    "Data",
    "Labelled",
    "MeasuredRows",
    "Pair",
    "Rows",
    "encode",
    "from_arrays",
    "inside",
    "make_data",
    "natural_encoding",
    "number_of",
    "read_csv",
    "read_lines",
    "read_npz",
    "read_table",
]
