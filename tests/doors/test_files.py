"""Files of networks by suffix: each comes back whole, and foreign ones come in."""

import json
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.cli.main import run_command
from neurosim.doors.files import lost_in
from neurosim.errors import FileError

WHOLE = ["json", "graphml", "gexf", "gml", "nodelink.json", "safetensors", "onnx"]


@pytest.mark.quick("json-5", "graphml-5")
@pytest.mark.parametrize("count", [5, 200])
@pytest.mark.parametrize("suffix", WHOLE)
def test_random_networks_come_back_with_every_bit(cases, assert_same, tmp_path, suffix, count):
    path = tmp_path / f"net.{suffix}"
    if suffix in ("safetensors", "onnx"):
        pytest.importorskip(suffix)

    @settings(max_examples=count)
    @given(st.data())
    def check(data):
        net = data.draw(cases()).network

        ns.write_network(net, path)
        assert_same(net, ns.read_network(path))

    check()


@pytest.mark.parametrize("suffix", WHOLE)
def test_everything_that_a_network_has_comes_back(rich, assert_same, tmp_path, suffix):
    if suffix in ("safetensors", "onnx"):
        pytest.importorskip(suffix)
    rich["h1"].data.update({"": "no key", "id": 7, "big": 2**70, "is": True, "none": None})
    rich["x2"].label, rich["x3"].label = " padded\r\n", ""
    path = tmp_path / f"net.{suffix}"

    ns.write_network(rich, path)

    assert_same(rich, ns.read_network(path))


@pytest.mark.parametrize(
    ("suffix", "write"),
    [
        ("graphml", nx.write_graphml),
        ("gexf", nx.write_gexf),
        ("gml", nx.write_gml),
        ("json", lambda G, path: path.write_text(json.dumps(nx.node_link_data(G)))),
    ],
)
@pytest.mark.filterwarnings("ignore:.*:FutureWarning:networkx")
def test_files_of_other_programs_come_in(tmp_path, suffix, write):
    G = nx.DiGraph()
    G.add_edge("L1-N1", "L2 N1", weight=0.1 + 0.2)
    G.add_edge("L2 N1", "out", weight=2)
    G.nodes["L2 N1"].update(activation="tanh", bias=1e-5)
    path = tmp_path / f"foreign.{suffix}"
    write(G, path)

    net = ns.read_network(path)

    assert net["L1-N1", "L2 N1"].weight == 0.1 + 0.2
    assert (net["L2 N1"].activation, net["L2 N1"].bias) == ("tanh", 1e-5)


def test_node_link_json_has_tuples_as_lists_and_older_files_call_the_edges_links(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(
        '{"directed": true, "nodes": [{"id": [1, 2]}, {"id": 3}],'
        ' "links": [{"source": [1, 2], "target": 3, "weight": 0.5}]}'
    )

    assert ns.read_network(path)[(1, 2), 3].weight == 0.5


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pt", b"", "runs code when it is read"),
        ("a.pkl", b"", "a file of pickle"),
        ("a.graphlm", b"", "did you mean '.graphml'"),
        ("a.graphml", b"<", "no GraphML"),
        ("a.gexf", b"\xff", "no GEXF"),
        ("a.gml", b"graph [", "no GML"),
        ("a.gml", b"graph [\n directed 1\n node [ id 0 ]\n]", "no GML"),
        ("a.json", b'{"nodes": [{}], "edges": []}', r"a.json: nodes\[0\]: got {}"),
        ("a.json", b'{"nodes": [], "edges": [{"source": 1, "target": 2}]}', "the node 1"),
        ("a.json", b'{"nodes": [{"id": 1}, {"id": 2}], "edges": []}', "without directions"),
        ("a.json", b"[1]", "no network"),
        ("a.json", b"", "no JSON"),
    ],
)
def test_what_is_no_network_is_refused_in_a_line(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(FileError, match=words) as caught:
        ns.read_network(path)
    assert "\n" not in str(caught.value)


# --- neurosim convert


def test_convert_goes_from_any_kind_to_any_and_back(tmp_path, rich, assert_same, capsys):
    rich.save(tmp_path / "a.json")
    chain = ["a.json", "b.graphml", "c.gml", "d.gexf", "e.nodelink.json", "f.json"]
    for one, two in pairwise(chain):
        assert run_command(["convert", str(tmp_path / one), str(tmp_path / two)]) == 0

    assert_same(rich, ns.load(tmp_path / "f.json"))
    assert "does not hold" not in capsys.readouterr().err


def test_convert_takes_a_scenario_and_keeps_what_exists(tmp_path, capsys):
    target = str(tmp_path / "xor.gml")

    assert run_command(["convert", "xor", target]) == 0
    assert "wrote" in capsys.readouterr().out
    assert run_command(["convert", "xor", target]) == 2
    assert "exists" in capsys.readouterr().err
    assert run_command(["convert", "xor", target, "--overwrite"]) == 0
    assert run_command(["convert", "xor", str(tmp_path / "xor.pt")]) == 2
    assert "PyTorch, which runs code" in capsys.readouterr().err
    assert run_command(["convert", str(tmp_path / "none.gml"), target, "--overwrite"]) == 2
    assert "none.gml: cannot be read" in capsys.readouterr().err


def test_a_network_is_converted_to_onnx_and_comes_back(tmp_path, capsys):
    pytest.importorskip("onnx")
    net, path = ns.load_scenario("xor").network, tmp_path / "xor.onnx"

    ns.write_network(net, path)

    assert path.stat().st_size > 500
    assert ns.read_network(path).forward([0, 1]).tobytes() == net.forward([0, 1]).tobytes()
    assert lost_in(net, path) == ()
    assert run_command(["convert", str(path), str(tmp_path / "xor.json")]) == 0
    assert ns.load(tmp_path / "xor.json").forward([0, 1]).tobytes() == net.forward([0, 1]).tobytes()
    path.write_bytes(b"no model")
    capsys.readouterr()
    assert run_command(["convert", str(path), str(tmp_path / "b.json")]) == 2
    assert "xor.onnx: no ONNX model, got" in capsys.readouterr().err
