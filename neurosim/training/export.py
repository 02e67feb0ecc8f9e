"""The history of a training for other programs: a data frame, JSON lines, TensorBoard's events."""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from neurosim.errors import FileError, MissingExtraError

Record = Mapping[str, Any]  # of an epoch: its number and what was measured, by name


def frame_of(records: Iterable[Record]) -> Any:
    """A ``pandas.DataFrame`` with a row for each epoch.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError:
        raise _missing("pandas", "frames") from None
    return pd.DataFrame.from_records(list(records), index="epoch")


def write_json_lines(records: Iterable[Record], path: str | Path) -> None:
    """Write a line of JSON for each epoch; what is not finite is null.

    Raises:
        FileError: it cannot be written.
    """
    lines = (json.dumps({name: _finite(v) for name, v in record.items()}) for record in records)
    try:
        Path(path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path}: cannot be written, got {error.strerror}") from error


def write_events(records: Iterable[Record], folder: str | Path) -> None:
    """Write an event file of TensorBoard into a folder, a scalar for each number of an epoch.

    Raises:
        MissingExtraError: tensorboard is not installed.
    """
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import (
            EventFileWriter,
        )
    except ModuleNotFoundError:
        raise _missing("tensorboard", "tensorboard") from None
    writer = EventFileWriter(str(folder))
    for record in records:
        values = [
            Summary.Value(tag=name, simple_value=float(value))
            for name, value in record.items()
            if name != "epoch" and value is not None
        ]
        writer.add_event(Event(step=record["epoch"], summary=Summary(value=values)))
    writer.close()


def _missing(package: str, extra: str) -> MissingExtraError:
    message = f"{package} is not installed; pip install 'neurosim[{extra}]'"
    return MissingExtraError(message, extra=extra)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
