"""Spellings of quantities: as our views, their arithmetic, textbooks and lectures write them."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType

from neurosim.errors import FileError, unknown

NO_SYMBOLS: Mapping[str, str] = MappingProxyType({})


def quantity_of(
    spelling: str, where: str, names: Collection[str] = (), symbols: Mapping[str, str] = NO_SYMBOLS
) -> str:
    """The quantity that is meant by one of its spellings.

    Args:
        spelling: as it is written.
        where: file and line.
        names: of the neurons, where they are known: then ``z_h1`` is read, too.
        symbols: quantities by other spellings of their own, such as those of indices.

    >>> quantity_of("delta(h1)", "hand.csv:1"), quantity_of("h1", "hand.csv:2")
    ('h1.delta', 'h1.output')
    >>> quantity_of("∂E/∂w_{x1→h1}", "hand.csv:3", names=("x1", "h1"))
    'x1->h1.gradient'

    Raises:
        FileError: it is none.
    """
    plain = plain_spelling(spelling)
    if plain in names:
        return f"{plain}.output"
    if plain in symbols:
        return symbols[plain]
    if plain in _OF_LOSS:
        return "loss"
    plain = _by_pattern(plain) or _by_subscript(plain, names) or plain
    if "." not in plain and "->" not in plain:
        plain = f"{plain}.output"
    subject, _, quantity = plain.rpartition(".")
    known = OF_CONNECTION if "->" in subject or "->" in plain else OF_NEURON
    owner = subject or plain
    if not re.fullmatch(_OWNER, owner):
        hint = " (an arrow is written ->)" if re.search(_ARROW, owner) else ""
        raise FileError(f"{where}: unknown quantity {f'{spelling:.80}'!r}{hint}; {_EXPECTED}")
    if not subject or quantity not in known:
        meant = [f"{owner}.{one}" for one in known]
        raise FileError(f"{where}: {unknown('quantity', f'{spelling:.80}', meant)}")
    return plain


def plain_spelling(spelling: str) -> str:
    r"""The spelling without what is only typography.

    >>> plain_spelling(r"$\partial E / \partial w_{x1 \to h1}$"), plain_spelling("δ(h1)")
    ('dE/dw_(x1->h1)', 'delta(h1)')
    """
    text = unicodedata.normalize("NFC", spelling).strip().strip("$").strip()
    text = re.sub(r"\\(?:mathrm|text|mathit|operatorname)\b", "", text)
    for pattern, plain in _TYPOGRAPHY:
        text = re.sub(pattern, plain, text)
    text = re.sub(r"(?<=[_^])\{([^{}]*)\}", r"(\1)", text.replace("{{", "{").replace("}}", "}"))
    text = text.replace("{", "").replace("}", "")
    text = re.sub(r"\s*(->|/)\s*", r"\1", text)
    return re.sub(r"(?<=\w)\s+(?=\()|(?<=\()\s+|\s+(?=\))|\bd\s+(?=\w)", "", text).strip()


def _by_pattern(plain: str) -> str | None:
    for pattern, quantity in _SPELLINGS:
        match = re.fullmatch(pattern, plain)
        if match is not None:
            owner = match.group(1).strip()
            if quantity in OF_CONNECTION and owner.count(",") == 1:  # no name has a comma
                owner = re.sub(r"\s*,\s*", "->", owner)
            return f"{owner}.{quantity}"
    return None


def _by_subscript(plain: str, names: Collection[str]) -> str | None:
    """``z_h1``, ``out_h1``, ``w_x1_h1`` or ``dE/dw_(x1,h1)``, where the neurons are known."""
    for pattern, quantity in _SUBSCRIPTS:
        match = re.fullmatch(pattern, plain)
        if match is None:
            continue
        owner = match.group(1).strip("()")
        if quantity in OF_CONNECTION:
            for at in re.finditer(r"\s*(?:->|[,_\s])\s*", owner):
                source, target = owner[: at.start()], owner[at.end() :]
                if source in names and target in names:
                    return f"{source}->{target}.{quantity}"
        elif owner in names:
            return f"{owner}.{quantity}"
    return None


OF_NEURON = ("output", "net_input", "delta", "output_gradient", "bias", "bias_gradient", "value")
OF_CONNECTION = ("weight", "gradient")
_OF_LOSS = ("L", "loss", "Loss", "E", "C", "J", "E_total", "E_(total)", "E_tot", "L_total")
_TYPOGRAPHY = (
    (r"\\delta|\u03b4|\u0394(?=[(_])", "delta"),
    (r"\\partial\s*|\u2202\s*", "d"),
    (r"\\(?:right|long)?(?:right)?arrow\b|\\to\b|\u2192|\u27f6", "->"),
    (r"\\[,;! ]|\\left|\\right", ""),
    (r"\\(?=_)", ""),
)
_BY = r"d(?:[LECJ]|E_total|E_\(total\)|[Ll]oss)/d"
_NEW = r"(?:'|\^?\+|\^\(\+\)|\u207a)?"  # what marks a number after its update
_SPELLINGS = (  # as printed arithmetic and textbooks write them
    (rf"(?:delta|{_BY}(?:net|z|in))\((.+)\)", "delta"),
    (rf"{_BY}w\((.+)\)", "gradient"),
    (rf"{_BY}b\((.+)\)", "bias_gradient"),
    (rf"{_BY}(?:a|out|o|y)\((.+)\)", "output_gradient"),
    (rf"w{_NEW}\((.+)\)", "weight"),
    (rf"b{_NEW}\((.+)\)", "bias"),
    (r"(?:net|z|in)\((.+)\)", "net_input"),
    (r"(?:a|out|o|y)\((.+)\)", "output"),
    (r"d[LE]/d([^_()]+)", "output_gradient"),
)
_SUBSCRIPTS = (
    (rf"(?:delta|{_BY}(?:net|z|in))_?(.+)", "delta"),
    (rf"{_BY}w_?(.+)", "gradient"),
    (rf"{_BY}b_?(.+)", "bias_gradient"),
    (rf"{_BY}(?:a|out|o|y)_?(.+)", "output_gradient"),
    (rf"{_BY}(.+)", "output_gradient"),
    (rf"w{_NEW}_?(.+)", "weight"),
    (rf"b{_NEW}_?(.+)", "bias"),
    (r"(?:net|z|in)_?(.+)", "net_input"),
    (r"(?:a|out|o|y)_?(.+)", "output"),
)
_SIGNS = r"\s()/.*+=<>,;:\u2192-"  # what no name has
_OWNER = rf"[^{_SIGNS}]+(?:->[^{_SIGNS}]+)?"  # a name, or two with an arrow
_ARROW = r"\w\s*(?:-|=>|>|-->|\u2192)\s*\w"  # what is taken for one
_EXPECTED = (
    "expected such as h1.output, h1.net_input, h1.delta, dL/dh1, b(h1), dL/db(h1), w(x1->h1),"
    " dL/dw(x1->h1), loss"
)
