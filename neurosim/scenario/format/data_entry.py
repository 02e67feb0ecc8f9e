"""The ``data:`` of a scenario: the source of the rows, their split and scaling."""

import re
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from neurosim.errors import InvalidValueError
from neurosim.network.scaling import SCALES
from neurosim.scenario.format.entry import (
    LIST,
    NUMBER,
    TEXT,
    WRONG_KIND,
    Choice,
    Named,
    ScenarioEntry,
    Told,
    by_key,
    by_kind,
    mistake,
    tag,
    tag_of,
)
from neurosim.scenario.format.network_entry import WeightRow
from neurosim.training.data import (
    DATASETS,
    DECIMALS,
    DELIMITER_WORDS,
    ENCODINGS,
    MISSING_RULES,
    AllBut,
    Dialect,
)
from neurosim.training.options import MISSING_TARGETS

_ALL_BUT = re.compile(r"all(?: but (.+))?", re.DOTALL)
Fraction = Annotated[float, Field(ge=0, lt=1)]
RowWeight = Annotated[float, Field(ge=0)]
InlineRows = Annotated[tuple[WeightRow, ...], Field(min_length=1)]
Dataset = Annotated[ScenarioEntry, Named("data set", DATASETS)]


class SplitEntry(ScenarioEntry):
    """Fractions of the rows that are set aside and never trained on."""

    validation: Fraction = 0.0
    """The part that is measured after every epoch."""
    test: Fraction = 0.0
    """The part that is measured in the end."""
    shuffle: bool = True
    """false: the rows stay as they are; the last are set aside for validation, then test."""
    stratified: bool = False
    """Whether each part has the classes' shares: of rows that are shuffled, and are of classes."""

    @model_validator(mode="after")
    def _leave_rows(self) -> "SplitEntry":
        total = self.validation + self.test
        if total >= 1.0:
            raise mistake(f"nothing is left to train on, got {total:g} in all; expected below 1")
        return self


class ScaleEntry(ScenarioEntry):
    """How inputs and targets are scaled, each by the training rows."""

    inputs: Annotated[str, Choice("scale", SCALES)] | None = None
    """standard: mean 0, deviation 1; minmax: from 0 to 1."""
    targets: Annotated[str, Choice("scale", SCALES)] | None = None
    """The same for targets that are numbers; outputs are told unscaled."""


def _scale_form(value: object) -> str:
    return tag_of("mapping" if isinstance(value, dict) else "name")


ScaleOption = Annotated[
    Annotated[Annotated[str, Choice("scale", SCALES)], tag("name")]
    | Annotated[ScaleEntry, tag("mapping")],
    Told(_scale_form, WRONG_KIND, expected="a scale, or a mapping of inputs and targets"),
]


class _DataEntry(ScenarioEntry):
    """What can be done to rows from anywhere."""

    split: SplitEntry = SplitEntry()
    """The rows are shuffled (by the seed) and then divided."""
    scale: ScaleOption | None = None
    """standard: mean 0, deviation 1; minmax: from 0 to 1; by the training rows. A name is of the
    inputs; a mapping has one for inputs and one for targets. The network keeps the scaling: rows
    are given, and outputs told, as they were measured."""

    def scale_of(self, part: str) -> str | None:
        """The scale of ``inputs`` or ``targets``, if they have one."""
        if isinstance(self.scale, ScaleEntry):
            found: str | None = getattr(self.scale, part)
            return found
        return self.scale if part == "inputs" else None


class InlineEntry(_DataEntry):
    """Rows that are written here."""

    inputs: InlineRows
    """A row for each sample, in it a number for each input neuron."""
    targets: InlineRows
    """A row for each sample, in it a number for each output neuron; or class numbers from 0."""
    weights: Annotated[tuple[RowWeight, ...], Field(min_length=1)] | None = None
    """The weight of each row in the loss; if not given, 1."""


ColumnName = Annotated[
    Annotated[Annotated[str, Field(min_length=1)], TEXT] | Annotated[int, Field(ge=1), NUMBER],
    by_kind("a column's name, or its number"),
]
ColumnNames = Annotated[tuple[ColumnName, ...], Field(min_length=1)]


class CsvSource(ScenarioEntry):
    """A CSV file: quotes, line ends and a byte order mark of any kind."""

    path: Annotated[str, Field(min_length=1)]
    """Relative to this file, and not outside its folder."""
    inputs: Annotated[
        Annotated[str, TEXT] | Annotated[ColumnNames, LIST],
        by_kind("a list of columns, all, or all but COLUMN"),
    ]
    """The columns of the inputs; or all, or all but COLUMN: not the targets or classes either."""
    targets: ColumnNames | None = None
    """The columns of the targets, numbers."""
    classes: ColumnName | None = None
    """The column of class labels; the classes are the labels in sorted order."""
    weights: ColumnName | None = None
    """The column of the weight of each row in the loss; if not given, 1."""
    header: bool = True
    """false: the first line is a row; the columns are given by their numbers, from 1."""
    delimiter: Annotated[str, Field(min_length=1)] | None = None
    """A character, or tab, or blanks (one or more); if not given, it is found."""
    decimal: Annotated[str, Choice("decimal mark", DECIMALS)] | None = None
    """The decimal mark; if not given, it is found, and is . where the delimiter is a comma."""
    missing: Annotated[str, Choice("rule for missing cells", MISSING_RULES)] = "error"
    """An empty cell, ?, NA, NaN or null: error; drop: the row is left out; mean: of an input, the
    mean of the training rows."""
    missing_targets: Annotated[str, Choice("rule for missing targets", MISSING_TARGETS)] = "error"
    """ignore: a target that is missing adds no loss and no gradient; error: what missing says."""
    encode: dict[str, Annotated[str, Choice("encoding", ("one_hot",))]] = Field({})
    """Columns of texts among the inputs; one_hot: an input for each value, 1 where it is that."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["targets"]}, {"required": ["classes"]}]}
    )

    @model_validator(mode="after")
    def _require_one_target(self) -> "CsvSource":
        if (self.targets is None) == (self.classes is None):
            got = "neither" if self.targets is None else "both"
            raise mistake(f"targets or classes, got {got}; expected one of the two")
        return self

    @model_validator(mode="after")
    def _require_columns(self) -> "CsvSource":
        if isinstance(self.inputs, str) and _ALL_BUT.fullmatch(self.inputs) is None:
            expected = "expected a list of columns, all, or all but COLUMN"
            raise mistake(f"inputs: no columns, got {self.inputs!r:.60}; {expected}")
        try:
            _ = self.dialect
        except InvalidValueError as error:
            raise mistake(str(error)) from None
        return self

    @property
    def input_columns(self) -> AllBut | tuple[str, ...]:
        """The columns of the inputs by name, or which are none."""
        if not isinstance(self.inputs, str):
            return tuple(map(str, self.inputs))
        found = _ALL_BUT.fullmatch(self.inputs)
        assert found is not None
        return AllBut(found[1] or "")

    @property
    def dialect(self) -> Dialect:
        """How the file is written."""
        delimiter = self.delimiter
        if delimiter is not None:
            delimiter = DELIMITER_WORDS.get(delimiter, delimiter)
        return Dialect(delimiter, self.decimal, self.header)


class NpzSource(ScenarioEntry):
    """A NumPy file of named arrays (numbers only)."""

    path: Annotated[str, Field(min_length=1)]
    """Relative to this file, and not outside its folder."""
    inputs: Annotated[str, Field(min_length=1)] = "X"
    """The name of the array of inputs, (rows, inputs)."""
    targets: Annotated[str, Field(min_length=1)] = "T"
    """The name of the array of targets, (rows, outputs), or of class numbers from 0, (rows,)."""


class _ClassesEntry(_DataEntry):
    """Rows whose targets may be classes."""

    encoding: Annotated[str, Choice("encoding", ENCODINGS)] | None = None
    """Classes as numbers: one_hot, or for two classes one column of 0 and 1 (column) or of -1 and
    1 (signs). If not given: column for two classes and a network with one output, else one_hot."""


class _StreamEntry(ScenarioEntry):
    """Rows of a file that may be larger than memory."""

    stream: bool = False
    """true: the file may be larger than memory: one pass checks its rows and writes them, as
    numbers, into a file of their own, from which the batches are read as they come. Rows are
    shuffled within blocks of 4,000,000 numbers; the training has a batch_size."""


class CsvEntry(_ClassesEntry, _StreamEntry):
    """Rows from a CSV file."""

    csv: CsvSource
    """The file and its columns."""

    @model_validator(mode="after")
    def _keep_columns(self) -> "CsvEntry":
        if self.stream and (self.csv.encode or self.csv.missing == "mean"):
            got = "encode" if self.csv.encode else "missing: mean"
            raise mistake(f"stream: got csv.{got} beside it, which needs all rows; expected one")
        return self


class NpzEntry(_DataEntry, _StreamEntry):
    """Rows from a NumPy file."""

    npz: NpzSource
    """The file and its arrays."""


class DatasetEntry(_ClassesEntry):
    """Rows of a known data set, made here or through scikit-learn."""

    dataset: Dataset
    """The data set and its options."""


DataEntry = Annotated[
    Annotated[InlineEntry, tag("inline")]
    | Annotated[CsvEntry, tag("csv")]
    | Annotated[NpzEntry, tag("npz")]
    | Annotated[DatasetEntry, tag("dataset")],
    by_key(
        "source of rows",
        {
            "inputs": "inline",
            "targets": "inline",
            "csv": "csv",
            "npz": "npz",
            "dataset": "dataset",
        },
    ),
]
