"""Points of judged sheets, rows of a table, and pages of feedback."""

import base64
import csv
import hashlib
import io
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from neurosim.interpreter.steps import PHASES
from neurosim.languages import language, translate
from neurosim.sheets.judging import JudgedSheet

POINTS = ("line", "phase")
COLUMNS = ("file", "verdict", "points", "of", "first fault", "follows")


class Marked(NamedTuple):
    """What came of one file.

    Attributes:
        file: its name.
        verdict: ``right``, ``wrong`` or ``unread``.
        points: of ``of``.
        of: how many there are.
        first_fault: in words; empty where there is none.
        follows: how many lines follow from earlier numbers.
        details: lines of feedback, each with its verdict.
    """

    file: str
    verdict: str
    points: int
    of: int
    first_fault: str
    follows: int
    details: tuple[tuple[str, str], ...]

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of a table."""
        return tuple(map(str, self[:6]))


def mark_sheet(file: str, judged: JudgedSheet, points: str = "line") -> Marked:
    """The points of a sheet: one for each line, or for each phase without a fault."""
    good, of = _points(judged, points)
    fault = judged.problems[0] if judged.problems and judged.first is None else ""
    details = [(line.verdict, str(line)) for line in judged.lines]
    details += [("wrong", problem) for problem in judged.problems]
    return Marked(
        file, judged.verdict, good, of, fault if judged.first is None else str(judged.first),
        judged.count("follows"), tuple(details),
    )  # fmt: skip


def unread(file: str, problem: str) -> Marked:
    """What is said of a file that could not be read."""
    return Marked(file, "unread", 0, 0, problem, 0, (("wrong", problem),))


def mark_checks(file: str, checks: Sequence[tuple[bool, str]]) -> Marked:
    """The points of a scenario or a network: one for each check that is met."""
    missed = [text for is_met, text in checks if not is_met]
    verdicts = ["right" if is_met else "wrong" for is_met, _ in checks]
    details = tuple(
        (verdict, f"{translate(verdict)}: {text}")
        for verdict, (_, text) in zip(verdicts, checks, strict=True)
    )
    verdict = "unread" if not checks else "wrong" if missed else "right"
    fault = missed[0] if missed else "" if checks else translate("nothing is expected of it")
    return Marked(
        file, verdict, len(checks) - len(missed), len(checks), fault, 0,
        details or (("wrong", fault),),
    )  # fmt: skip


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""A table as CSV; a cell that a spreadsheet would compute begins with an apostrophe.

    >>> to_csv(("file", "points"), [("=1+1", "3")])
    "file,points\n'=1+1,3\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_escaped, columns))
    writer.writerows([_escaped(cell) for cell in row] for row in rows)
    return text.getvalue()


def to_html(marked: Marked, title: str) -> str:
    """A page of feedback: no script, nothing from outside."""
    style_hash = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    items = "\n".join(
        f'<li class="{_CLASSES.get(verdict, "wrong")}">{escape(text)}</li>'
        for verdict, text in marked.details
    )
    points = translate("{} of {} points", marked.points, marked.of)
    fault = translate("First fault: {}", marked.first_fault) if marked.first_fault else ""
    return f"""<!DOCTYPE html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \
'sha256-{style_hash}'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(marked.file)}: {escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p>{escape(marked.file)}: <strong>{points}</strong>, {translate(marked.verdict)}</p>
{f"<p>{escape(fault)}</p>" if fault else ""}
<ol>
{items}
</ol>
</main>
</body>
</html>
"""


def _points(judged: JudgedSheet, points: str) -> tuple[int, int]:
    if points == "line":
        good = judged.count("right", "follows")
        return good, len(judged.lines) + len(judged.problems)
    by_phase = {
        phase: [one for one in judged.lines if one.formula.phase == phase] for phase in PHASES
    }
    present = [lines for lines in by_phase.values() if lines]
    good = sum(all(one.verdict in ("right", "follows") for one in lines) for lines in present)
    return good, len(present)


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


_CLASSES = {"right": "right", "follows": "follows"}
_STYLE = (
    "body{font-family:sans-serif;max-width:50em;margin:2em auto;padding:0 1em;"
    "color:#111;background:#fff}"
    "li{margin:.3em 0;padding-left:.4em;border-left:.3em solid #2a7}"
    "li.follows{border-left-style:dashed;border-color:#06a}"
    "li.wrong{border-left-style:double;border-color:#a20}"
    "@media print{body{margin:0}}"
)
