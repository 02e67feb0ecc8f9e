"""Names: letters, digits and ``_``, so that ``x1->h1`` and ``h1.bias`` can be read back.

The alphabet is any script's (NFC). Two names that only compatibility normalisation (NFKC) makes
the same, such as ``h1`` with a full-width 1, are taken to be one: nobody could tell them apart.
"""

import unicodedata
from collections.abc import Iterable

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
    if name.isascii() and name.replace("_", "0").isalnum():
        return name  # in an instant, because a network may have a hundred thousand
    for character in name:
        if not _is_allowed(character):
            raise NameRuleError(
                f"{kind} name: {character!r} is not allowed, got {name!r}; expected {RULE}"
            )
    if unicodedata.normalize("NFC", name) != name:
        raise NameRuleError(f"{kind} name: not in NFC, got {name!r}; expected {RULE}")
    return name


class Names:
    """The names that are taken; neurons and layers share them."""

    __slots__ = ("_layers", "_neurons")

    def __init__(self) -> None:
        self._neurons: set[str] = set()
        self._layers: set[str] = set()

    def require_free(self, names: Iterable[str], kind: str) -> None:
        """Refuse names that break the rule, that are taken, or that stand twice among ``names``."""
        fresh: set[str] = set()
        for name in names:
            folded = fold(require_name(name, kind))
            if folded in fresh or folded in self._neurons or folded in self._layers:
                taken = "a layer" if folded in self._layers else "a neuron"
                raise NameRuleError(
                    f"{kind} name: taken, got {name!r}; expected a name that {taken} has not"
                )
            fresh.add(folded)

    def take(self, neurons: Iterable[str], layer: str | None) -> None:
        """Take the names of neurons, and of the layer they stand in."""
        self._neurons.update(map(fold, neurons))
        if layer is not None:
            self._layers.add(fold(layer))

    def free_neuron(self, name: str) -> None:
        """Let another have the name."""
        self._neurons.discard(fold(name))

    def free_layer(self, name: str) -> None:
        """Let another have the name."""
        self._layers.discard(fold(name))

    def copy(self) -> "Names":
        """The same names, independent of these."""
        twin = Names()
        twin._neurons, twin._layers = self._neurons.copy(), self._layers.copy()
        return twin


def fold(name: str) -> str:
    """The form in which two names are compared."""
    return unicodedata.normalize("NFKC", name)


def _is_allowed(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "_" or category[0] == "L" or category == "Nd"
