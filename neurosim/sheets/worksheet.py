"""Worksheets: the trace of some samples as a table with blanks, and its solution.

The digits are chosen once and carried: each number of the solution is computed from the rounded
ones before it, as a student does on paper.
"""

import csv
import io
import math
from collections.abc import Callable, Container, Mapping, Sequence
from html import escape
from typing import NamedTuple

from neurosim.drawing.text.tex import tex_letters, tex_text
from neurosim.functions.numbers import short
from neurosim.languages import language, translate
from neurosim.network.network import Network
from neurosim.sheets.formulas import Formula, Key, Slip
from neurosim.sheets.text import markdown_to_html, markdown_to_latex
from neurosim.training.data.csv_file import number_of

BLANKS = {
    "forward": ("forward", "loss"),
    "deltas": ("backward",),
    "updates": ("update",),
    "all": ("forward", "loss", "backward", "update"),
}
_HEADINGS = {
    "forward": "Forward pass", "loss": "Loss", "backward": "Backward pass", "update": "Update",
}  # fmt: skip


class Cell(NamedTuple):
    """A line of a worksheet; ``value`` is as printed, ``is_blank`` whether it is asked for."""

    key: Key
    phase: str
    symbol: str
    value: str
    is_blank: bool


class Worksheet(NamedTuple):
    """A worksheet.

    Attributes:
        title: of the lesson.
        code: of the variant, or empty.
        given: what is given: weights, biases and learning rate, as names and numbers.
        cells: the lines, in the order of the training.
        batch_size: how many samples an update is of.
        text: of the lesson, in Markdown, or empty.
        separator: of what is given, and of the fields of a CSV file.
    """

    title: str
    code: str
    given: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]
    batch_size: int
    text: str = ""
    separator: str = ","


def make_worksheet(  # noqa: PLR0917 - what a worksheet is made of
    network: Network, formulas: Mapping[Key, Formula], samples: Sequence[int], title: str,
    given: Sequence[tuple[str, str]] = (), code: str = "", *, batch_size: int, blanks: str = "all",
    digits: int = 4, symbols: Mapping[str, str] | None = None, text: str = "",
) -> Worksheet:  # fmt: skip
    """Make the worksheet of some samples, and of the updates behind them."""
    batches = {sample // batch_size for sample in samples}
    wanted = {
        key for key, one in formulas.items()
        if key[2] in (batches if one.phase == "update" else samples)
    }  # fmt: skip
    values = carried(formulas, digits, wanted)
    inputs = {f"{neuron.name}.output" for neuron in network.inputs}
    cells = []
    for key, formula in formulas.items():
        is_input_error = key[0].endswith("_gradient") and key[0].removesuffix("_gradient") in inputs
        if key not in wanted or is_input_error:
            continue
        is_blank = formula.phase in BLANKS[blanks] and bool(formula.operands)
        value = written(values[key], digits) if formula.operands else short(formula.value)
        symbol = symbol_of(key[0]) if symbols is None else symbols.get(key[0], symbol_of(key[0]))
        cells.append(Cell(key, formula.phase, symbol, value, is_blank))
    return Worksheet(title, code, tuple(given), tuple(cells), batch_size, text)


def with_decimal_comma(sheet: Worksheet) -> Worksheet:
    """The worksheet with commas in its numbers; then semicolons separate what commas did."""
    given = tuple((name, _with_comma(value)) for name, value in sheet.given)
    cells = tuple(cell._replace(value=_with_comma(cell.value)) for cell in sheet.cells)
    return sheet._replace(given=given, cells=cells, separator=";")


def _with_comma(text: str) -> str:
    """A number with a decimal comma; what is none, such as the name of a function, stays.

    >>> _with_comma("-0.25"), _with_comma("1.5e-07"), _with_comma("my.function")
    ('-0,25', '1,5e-07', 'my.function')
    """
    return text.replace(".", ",") if number_of(text) is not None else text


def carried(
    formulas: Mapping[Key, Formula],
    digits: int,
    wanted: Container[Key],
    slips: Mapping[Key, Slip] | None = None,
) -> dict[Key, float]:
    """Quantities, those that are wanted rounded and computed from rounded ones, and by slips."""
    values: dict[Key, float] = {}
    for key, formula in formulas.items():
        values[key] = formula.value
        if formula.operands and key in wanted:
            way = formula if slips is None else slips.get(key, formula)
            try:
                values[key] = way.compute([values[one] for one in way.operands])
            except (ArithmeticError, ValueError):
                values[key] = formula.value
            if math.isfinite(values[key]):
                values[key] = round(values[key], digits)
    return values


def written(value: float, digits: int) -> str:
    """A number with so many decimals; an exact one with those that it needs.

    >>> written(0.25, 4), written(0.123456, 4), written(-0.00001, 4)
    ('0.2500', '0.1235', '0.0000')
    """
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0.0 else text


def symbol_of(what: str) -> str:
    """A quantity in textbook notation, with its names.

    >>> symbol_of("h1.net_input"), symbol_of("x1->h1.gradient"), symbol_of("loss")
    ('z(h1)', 'dL/dw(x1->h1)', 'L')
    """
    subject, _, quantity = what.rpartition(".")
    return _SYMBOLS[quantity].format(subject) if subject else "L"


def symbols_of_indices(network: Network) -> dict[str, str]:
    r"""Quantities by the indices of layers and neurons: ``w_{jk}^{(l)}`` leads from k to j.

    Empty where the network is not one of layers, each connected to the next.
    """
    layers = [layer.neurons for layer in network.layers]
    place = {
        neuron: (depth, number)
        for depth, neurons in enumerate(layers)
        for number, neuron in enumerate(neurons, start=1)
    }
    if len(place) != len(network.neurons):
        return {}
    found = {}
    for neuron, (depth, number) in place.items():
        for quantity, letter in _LETTERS.items():
            found[f"{neuron.name}.{quantity}"] = f"{letter}_{{{number}}}^{{({depth})}}"
    for connection in network.connections:
        (from_depth, k), (depth, j) = place[connection.source], place[connection.target]
        if depth != from_depth + 1:
            return {}
        weight = f"w_{{{j}{k}}}^{{({depth})}}" if max(j, k) < 10 else f"w_{{{j},{k}}}^{{({depth})}}"
        found[f"{connection.name}.weight"] = weight
        found[f"{connection.name}.gradient"] = f"dL/d{weight}"
    return found


def to_markdown(sheet: Worksheet, *, is_solution: bool) -> str:
    """The worksheet, or its solution, as Markdown."""
    lines = [f"# {_title(sheet, is_solution)}", ""]
    lines += [sheet.text.strip(), ""] * bool(sheet.text and not is_solution)
    lines += [translate("Given: {}", _given(sheet)), ""] * bool(sheet.given)
    for heading, cells in _parts(sheet):
        lines += [
            f"## {heading}",
            "",
            f"| {translate('quantity')} | {translate('value')} |",
            "| --- | --- |",
        ]
        lines += [f"| {_bars(c.symbol)} | {_shown(c, is_solution, '')} |" for c in cells]
        lines.append("")
    return "\n".join(lines)


def to_csv_sheet(sheet: Worksheet, *, is_solution: bool) -> str:
    """The worksheet to fill in, as `neurosim mark` reads it, or its solution."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", delimiter=sheet.separator)
    writer.writerow(("what", "value", "epoch", "sample"))
    for cell in sheet.cells:
        if cell.is_blank:
            what, epoch, number = symbol_of(cell.key[0]), cell.key[1], cell.key[2]
            sample = number * sheet.batch_size if cell.phase == "update" else number
            writer.writerow((what, cell.value if is_solution else "", epoch, sample))
    code = f"# code: {sheet.code}\n" if sheet.code else ""
    return code + text.getvalue()


def to_html_sheet(sheet: Worksheet, *, is_solution: bool) -> str:
    """The worksheet, or its solution, as a page to print; nothing from outside."""
    title = escape(_title(sheet, is_solution))
    parts = [markdown_to_html(sheet.text)] * bool(sheet.text and not is_solution)
    pairs = [f"<span>{escape(name)} = {escape(value)}</span>" for name, value in sheet.given]
    given = translate("Given: {}", f"{sheet.separator} ".join(pairs))
    parts += [f"<p>{given}</p>"] * bool(pairs)
    for heading, cells in _parts(sheet):
        rows = "\n".join(
            f'<tr><th scope="row">{escape(c.symbol)}</th><td>'
            f"{escape(_shown(c, is_solution, ''))}</td></tr>"
            for c in cells
        )
        parts.append(f"<h2>{escape(heading)}</h2>\n<div><table>\n{rows}\n</table></div>")
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def to_latex(sheet: Worksheet, *, is_solution: bool) -> str:
    """The worksheet, or its solution, as a LaTeX document."""
    lines = [rf"\section*{{{tex_text(_title(sheet, is_solution))}}}"]
    lines += [markdown_to_latex(sheet.text)] * bool(sheet.text and not is_solution)
    if sheet.given:
        pairs = f"{sheet.separator} ".join(
            rf"\mbox{{{_tex(name)} = {_tex_value(value)}}}" for name, value in sheet.given
        )
        lines.append(rf"{{\raggedright\noindent {translate('Given: {}', pairs)}.\par}}")
    for heading, cells in _parts(sheet):
        lines.append(rf"\begin{{multicols}}{{2}}[\subsection*{{{tex_text(heading)}}}]")
        for cell in cells:
            is_open = cell.is_blank and not is_solution
            value = r"\hrulefill" if is_open else _tex_value(cell.value)
            lines.append(rf"\noindent {_tex(cell.symbol)}\hfill\makebox[3cm][l]{{{value}}}\\[4pt]")
        lines.append(r"\end{multicols}")
    body = "\n".join([*lines, r"\end{document}", ""])
    return "\n".join([*_LATEX_HEAD, *tex_letters(body), r"\begin{document}", body])


def _title(sheet: Worksheet, is_solution: bool) -> str:
    code = f" ({sheet.code})" if sheet.code else ""
    title = translate("{}: solution", sheet.title) if is_solution else sheet.title
    return f"{title}{code}"


def _given(sheet: Worksheet) -> str:
    return f"{sheet.separator} ".join(f"{name} = {value}" for name, value in sheet.given)


def _parts(sheet: Worksheet) -> list[tuple[str, list[Cell]]]:
    """The lines with their headings: a phase of a sample, or an update."""
    parts: dict[tuple[int, int, str], list[Cell]] = {}
    for cell in sheet.cells:
        parts.setdefault((cell.key[1], cell.key[2], cell.phase), []).append(cell)
    return [
        (", ".join([
            translate(_HEADINGS[phase]), translate("epoch {}", epoch),
            translate("batch {}" if phase == "update" else "sample {}", number)]), cells)
        for (epoch, number, phase), cells in parts.items()
    ]  # fmt: skip


def _shown(cell: Cell, is_solution: bool, blank: str) -> str:
    return blank if cell.is_blank and not is_solution else cell.value


def _bars(text: str) -> str:
    return text.replace("|", "\\|")


def _tex(symbol: str) -> str:
    r"""A symbol in LaTeX: letters of mathematics, names and words upright, as they are.

    >>> _tex("dL/dw(x_1->h1)"), _tex("w_{11}^{(1)}")
    ('$\\partial L/\\partial w(\\textrm{x\\_1} \\to \\textrm{h1})$', '$w_{11}^{(1)}$')
    """
    by = r"\partial L/\partial " if symbol.startswith("dL/d") else ""
    rest = symbol.removeprefix("dL/d")
    head, bracket, names = rest.partition("(" if "^{" not in rest else "_")
    letter = head.replace("delta", r"\delta")
    if bracket == "_":
        return f"${by}{letter}_{names}$"
    if not bracket:
        return f"${rest}$" if rest == "L" else tex_text(rest)
    arrow = r" \to "
    ends = [rf"\textrm{{{tex_text(name)}}}" for name in names.removesuffix(")").split("->")]
    return f"${by}{letter}({arrow.join(ends)})$"


def _tex_value(value: str) -> str:
    """A number with a minus, not a hyphen; what is none as it is."""
    is_number = number_of(value.replace(",", ".")) is not None
    return tex_text(value.replace("-", "\N{MINUS SIGN}") if is_number else value)


Printer = Callable[..., str]
PRINTERS: dict[str, Printer] = {
    "md": to_markdown, "csv": to_csv_sheet, "html": to_html_sheet, "latex": to_latex,
}  # fmt: skip
_SYMBOLS = {
    "net_input": "z({})", "output": "a({})", "delta": "delta({})", "output_gradient": "dL/da({})",
    "bias": "b({})", "bias_gradient": "dL/db({})", "weight": "w({})", "gradient": "dL/dw({})",
    "value": "{}.value", "target": "t({})",
}  # fmt: skip
_LETTERS = {
    "net_input": "z", "output": "a", "delta": "delta", "output_gradient": "dL/da", "bias": "b",
    "bias_gradient": "dL/db",
}  # fmt: skip
_LATEX_HEAD = (
    r"\documentclass[a4paper]{article}", r"\usepackage[margin=2cm]{geometry}",
    r"\usepackage{longtable}", r"\usepackage{multicol}",
)  # fmt: skip
_STYLE = (
    "body{font-family:sans-serif;color:#000;background:#fff}"
    "body{max-width:45em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.5em}h2{font-size:1.15em;break-after:avoid}div{columns:2 17em}"
    "table{border-collapse:collapse}div table{width:100%}tr{break-inside:avoid}"
    "th,td{border:1px solid #777;padding:.35em .7em;text-align:left}"
    "span{white-space:nowrap}div th{font-weight:normal}div td{width:8em;height:1.3em}"
    "@page{size:A4;margin:2cm}@media print{body{max-width:none;margin:0;padding:0;font-size:11pt}}"
)
