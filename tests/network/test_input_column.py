"""What inputs are read from: kept by copies and files."""

import copy

import pytest

import neurosim as ns
from neurosim.errors import FileError, InvalidValueError, WrongTypeError
from neurosim.network.document import from_document, to_document
from neurosim.network.names import InputColumn


@pytest.fixture
def net():
    net = ns.Network("n")
    net.add_layer("x", 3)
    net.add_layer("o", 1)
    net.connect("x", "o")
    net["x1"].column = InputColumn("age", filling=30)
    net["x2"].column = InputColumn("sex", "female")
    return net


def test_copies_and_files_keep_columns(net, tmp_path):
    net.save(tmp_path / "n.json")

    for twin in (net.copy(), copy.deepcopy(net), ns.load(tmp_path / "n.json")):
        assert [neuron.column for neuron in twin.inputs] == [
            InputColumn("age", None, 30.0), InputColumn("sex", "female", None), None
        ]  # fmt: skip


def test_a_network_without_columns_has_no_such_key(net):
    net["x1"].column = net["x2"].column = None

    assert "columns" not in to_document(net)


@pytest.mark.parametrize(
    "record",
    [
        [],
        {"name": "a"},
        {"name": "a", "value": 3, "filling": None},
        {"name": 1, "value": None, "filling": None},
        {"name": "a", "value": None, "filling": "x"},
        {"name": "a", "value": None, "filling": True},
    ],
)
def test_a_column_in_a_file_that_is_none_is_refused(net, record):
    document = to_document(net) | {"columns": {"x1": record}}

    with pytest.raises(FileError, match=r"columns\.x1"):
        from_document(document, "net.json", ns.Network)


def test_what_is_no_column_is_refused(net):
    with pytest.raises(WrongTypeError, match=r"x1\.column: got 'age'; expected an InputColumn"):
        net["x1"].column = "age"
    with pytest.raises(InvalidValueError, match="filling"):
        InputColumn("age", filling=float("nan"))
