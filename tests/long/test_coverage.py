"""What the command on coverage calls enough."""

from tests.long.coverage import LEAST, ROOT, WHOLE, report

ALL = {"package": LEAST} | dict.fromkeys(WHOLE, 100.0)


class _Measured:
    def __init__(self, shares):
        self.shares = iter(shares.values())

    def report(self, **_):
        return next(self.shares)


def test_every_room_has_its_share(capsys):
    missed = [name for name in ALL if report(_Measured(ALL | {name: ALL[name] - 0.01}))]

    assert report(_Measured(ALL))
    assert not missed
    assert "kernel: 99.99%; expected 100%\n" in capsys.readouterr().out


def test_what_is_to_be_reached_is_there():
    empty = [
        name for names in WHOLE.values() for name in names
        if not any((ROOT / "neurosim").glob(name))
    ]  # fmt: skip

    assert not empty
