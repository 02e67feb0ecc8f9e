"""How many random examples a test tries."""

from hypothesis import settings


def examples(n: int) -> settings:
    """So many in the whole suite, and a tenth of them, at least 5, in the quick set.

    The profile in ``conftest`` says which of the two this is.
    """
    return settings(max_examples=max(min(n, 5), n * settings.default.max_examples // 100))
