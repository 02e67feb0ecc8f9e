"""Text in LaTeX documents: every letter as it is, none as a command."""

_LETTERS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def tex_text(text: str) -> str:
    r"""A text for LaTeX.

    >>> tex_text(r"x_1 \input{a}")
    'x\\_1 \\textbackslash{}input\\{a\\}'
    """
    return "".join(_LETTERS.get(letter, letter) for letter in text)
