"""Text in LaTeX documents: every letter as it is, none as a command."""

from collections.abc import Iterator

_GREEK = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma"
    " sigma tau upsilon varphi chi psi omega"
)
_GREEK_CAPITALS = {
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "\N{GREEK CAPITAL LETTER UPSILON}": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_OPERATORS = {
    "\N{MINUS SIGN}": "-", "‖": r"\|", "≡": r"\equiv", "±": r"\pm", "∂": r"\partial",
    "∇": r"\nabla", "∑": r"\sum", "√": r"\surd", "∞": r"\infty", "≤": r"\leq", "≥": r"\geq",
    "≠": r"\neq", "≈": r"\approx", "→": r"\to", "←": r"\leftarrow", "⇒": r"\Rightarrow",
    "↦": r"\mapsto", "\N{MULTIPLICATION SIGN}": r"\times", "∈": r"\in", "∘": r"\circ",
    "∝": r"\propto",
    "\N{DOT OPERATOR}": r"\cdot",
}  # fmt: skip
_CYRILLIC = range(0x400, 0x500)


def tex_text(text: str) -> str:
    r"""A text for LaTeX.

    >>> tex_text(r"x_1 \input{a}"), tex_text("η ≥ 0")
    ('x\\_1 \\textbackslash{}input\\{a\\}', '\\ensuremath{\\eta} \\ensuremath{\\geq} 0')
    """
    return "".join(_LETTERS.get(letter, letter) for letter in text)


def tex_letters(body: str) -> list[str]:
    r"""The commands for the letters of a document: fonts for Cyrillic only where there is some.

    >>> tex_letters("größe"), tex_letters("вход")
    (['\\usepackage[T1]{fontenc}', '\\usepackage{lmodern}'], ['\\usepackage[T1,T2A]{fontenc}'])
    """
    if any(ord(letter) in _CYRILLIC for letter in body):
        return [r"\usepackage[T1,T2A]{fontenc}"]
    return [r"\usepackage[T1]{fontenc}", r"\usepackage{lmodern}"]


def _in_mathematics() -> Iterator[tuple[str, str]]:
    yield from _OPERATORS.items()
    for place, name in enumerate(_GREEK.split()):
        yield chr(0x3B1 + place), name if len(name) == 1 else f"\\{name}"
    for letter, name in _GREEK_CAPITALS.items():
        yield letter, f"\\{name}"
    for digit in range(10):
        yield chr(ord("₀") + digit), f"_{digit}"


_LETTERS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{letter: rf"\ensuremath{{{command}}}" for letter, command in _in_mathematics()},
}  # fmt: skip
