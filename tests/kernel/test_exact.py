"""The table that the kernel's exp reads is what it says: powers of 2, computed here."""

import re
import struct
from decimal import Decimal, localcontext

from neurosim.kernel.build import FOLDER

N = 128  # steps from 1 to 2


def _bits(number):
    return int.from_bytes(struct.pack("<d", number), "little")


def test_powers_are_the_nearest_and_what_is_left():
    text = (FOLDER / "exact.h").read_text(encoding="ascii")
    table = [int(word, 16) for word in re.findall(r"\b0x[0-9a-f]{16}\b", text)]
    computed = []
    with localcontext(prec=80):
        for k in range(N):
            power = Decimal(2) ** (Decimal(k) / N)
            nearest = float(power)
            rest = float(power / Decimal(nearest) - 1)
            computed += [_bits(rest), (_bits(nearest) - (k << 52) // N) % 2**64]

    assert table == computed
