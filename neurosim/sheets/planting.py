"""A sheet with a fault in it: filled in by somebody who made one usual slip."""

from collections.abc import Mapping
from typing import NamedTuple

from neurosim.sheets.formulas import Formula, Key
from neurosim.sheets.worksheet import Worksheet, carried, written

_APART = 20  # units of the last digit by which the slip is seen


class Planted(NamedTuple):
    """A sheet with a fault.

    Attributes:
        sheet: as its solution is, but for the fault and what follows from it.
        key: the quantity that is wrong.
        words: the slip.
    """

    sheet: Worksheet
    key: Key
    words: str


def plant(sheet: Worksheet, formulas: Mapping[Key, Formula], *, digits: int = 4) -> Planted | None:
    """Fill in a sheet with one slip, in the middle of those that are seen; None: there is none."""
    wanted = {cell.key for cell in sheet.cells}
    right = carried(formulas, digits, wanted)
    order = {key: number for number, key in enumerate(formulas)}
    found = []
    for cell in sheet.cells:
        for slip in formulas[cell.key].slips if cell.is_blank else ():
            if any(order[one] >= order[cell.key] for one in slip.operands):
                continue  # it takes a number that is not there yet
            values = carried(formulas, digits, wanted, {cell.key: slip})
            if abs(values[cell.key] - right[cell.key]) > _APART * 10.0**-digits:
                found.append((cell.key, slip, values))
    if not found:
        return None
    key, slip, values = found[len(found) // 2]
    cells = tuple(
        cell._replace(value=written(values[cell.key], digits)) if cell.is_blank else cell
        for cell in sheet.cells
    )
    return Planted(sheet._replace(cells=cells), key, slip.words)
