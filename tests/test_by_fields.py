"""Records are equal, hashed and shown as dataclasses are, whose methods they inherit."""

from dataclasses import dataclass, field

from neurosim.by_fields import ByFields


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Point(ByFields):
    x: float
    label: str = field(default="", compare=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Other(Point):
    pass


def test_they_are_equal_where_what_is_compared_is():
    assert Point(1.0, "a") == Point(1.0, "b")
    assert hash(Point(1.0, "a")) == hash(Point(1.0, "b"))
    assert Point(1.0) != Point(2.0)
    assert Point(1.0, note="a") != Point(1.0)
    assert Point(1.0) != Other(1.0)
    assert Point(1.0) != (1.0, "", "")


def test_they_are_shown_as_they_are_made():
    assert repr(Other(1.0, "a", "b")) == "Other(x=1.0, label='a')"
