"""Names: letters, digits and ``_``, so that ``x1->h1`` and ``h1.bias`` can be read back.

The alphabet is any script's (NFC). Two names that only compatibility normalisation (NFKC) makes
the same, such as ``h1`` with a full-width 1, are taken to be one: nobody could tell them apart.
"""

import unicodedata

from neurosim.errors import NameRuleError, WrongTypeError

LONGEST = 64
RULE = f"letters, digits and _, at most {LONGEST} characters, in NFC"


def require_name(name: object, kind: str) -> str:
    """The name itself, where it obeys the rule.

    >>> require_name("h1", "neuron")
    'h1'
    """
    if not isinstance(name, str):
        raise WrongTypeError(f"{kind} name: not a string, got {name!r}; expected {RULE}")
    if not 0 < len(name) <= LONGEST:
        raise NameRuleError(
            f"{kind} name: {len(name)} characters, got {name!r:.80}; expected {RULE}"
        )
    for character in name:
        if not _is_allowed(character):
            raise NameRuleError(
                f"{kind} name: {character!r} is not allowed, got {name!r}; expected {RULE}"
            )
    if unicodedata.normalize("NFC", name) != name:
        raise NameRuleError(f"{kind} name: not in NFC, got {name!r}; expected {RULE}")
    return name


def fold(name: str) -> str:
    """The form in which two names are compared."""
    return unicodedata.normalize("NFKC", name)


def _is_allowed(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "_" or category[0] == "L" or category == "Nd"
