"""Data sets: rows from a file, from a known set, or made; divided.

Read `rows`, `data`, then the sources: `made`, `borrowed`, `csv_file`, `csv_dialect`,
`csv_cells`, `csv_table`, `csv_values`, `csv_rows`, `csv_inputs`, `npz_file`, `inside`.
"""

from neurosim.training.data.borrowed import BORROWED
from neurosim.training.data.csv_cells import is_missing
from neurosim.training.data.csv_dialect import DECIMALS, DELIMITER_WORDS, Dialect
from neurosim.training.data.csv_file import CsvText, number_of, open_csv
from neurosim.training.data.csv_inputs import read_inputs
from neurosim.training.data.csv_rows import MISSING_RULES, AllBut, read_csv
from neurosim.training.data.csv_table import numbered
from neurosim.training.data.data import (
    Data,
    Pair,
    fill_missing,
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
    listed,
    natural_encoding,
)

DATASETS: dict[str, Maker] = {**MADE, **BORROWED}

__all__ = [
    "DATASETS",
    "DECIMALS",
    "DELIMITER_WORDS",
    "ENCODINGS",
    "MISSING_RULES",
    "AllBut",
    "CsvText",
    "Data",
    "Dialect",
    "Labelled",
    "MeasuredRows",
    "Pair",
    "Rows",
    "encode",
    "fill_missing",
    "from_arrays",
    "inside",
    "is_missing",
    "listed",
    "make_data",
    "natural_encoding",
    "number_of",
    "numbered",
    "open_csv",
    "read_csv",
    "read_inputs",
    "read_npz",
]
