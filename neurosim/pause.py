"""A pause of Python's cyclic garbage collector while many objects are made."""

import gc


class PausedCollection:
    """Holds the collector off inside; afterwards, and on any error, it is as it was before.

    It would look through all that was made so far again and again: half of the time of a million
    connections, and a twentieth of that of loading. Nothing is leaked, because what is counted
    down to zero is freed all the same.
    """

    __slots__ = ("_was_on",)

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_on:
            gc.enable()
