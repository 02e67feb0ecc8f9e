"""The number of an epoch, as users write it: a number from 0, or ``end``."""

from neurosim.errors import InvalidValueError

END = "end"
_MOST_DIGITS = 18  # of a number of epochs


def epoch_of(text: str, where: str = "epoch") -> int | str:
    """The number that a user wrote, or ``end``.

    >>> epoch_of("10"), epoch_of("end")
    (10, 'end')

    Raises:
        InvalidValueError: it is neither.
    """
    if text == END:
        return text
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        raise InvalidValueError(f"{where}: got {text!r:.80}; expected a number of epochs, or end")
    return int(text)


def require_epoch(
    epoch: object, last: int, where: str = "epoch", *, ending: str = ", or 'end'"
) -> int:
    """The number of an epoch; ``end`` is the last.

    Args:
        epoch: from 0, or ``end``.
        last: the last that is meant: of moments the number of epochs, of epochs to go through one
            less.
        where: what the message begins with.
        ending: what else is expected, where the text of a file can be that.

    >>> require_epoch(10, 5000), require_epoch("end", 5000)
    (10, 5000)

    Raises:
        InvalidValueError: there is no such epoch.
    """
    if epoch == END:
        return last
    if isinstance(epoch, bool) or not isinstance(epoch, int) or not 0 <= epoch <= last:
        hint = "; did you mean 'end'?" if ending and epoch == last + 1 else ""
        raise InvalidValueError(f"{where}: got {epoch!r}; expected 0 to {last}{ending}{hint}")
    return epoch
