"""No title and no name does harm in DOT, in Mermaid or in a terminal."""

import re

import pytest
import yaml

from neurosim.drawing.page.pages import show_text
from neurosim.drawing.text.dot import to_dot
from neurosim.drawing.text.mermaid import to_mermaid
from neurosim.drawing.text.terminal import to_text
from neurosim.drawing.text.width import cut, n_cells, show_ascii
from neurosim.network import Network
from tests.each import each

HOSTILE = [
    "<script>alert('x')</script>",
    'a "quoted" title',
    "ends in a backslash \\",
    '\\" ]; n9 [label="in',
    "\\N \\G \\L \\n",
    "&lt;b&gt; &amp; &#60;",
    "a --> b; c",
    "%% a comment",
    "%%{init: {'theme': 'x'}}%%",
    "---\ntitle: x\n---",
    "`**bold**`",
    "1. a list",
    "\u202egnippals\u202c \u200f \u2066",
    "bell\a, escape\x1b[31m, null\0, delete\x7f, \x85",
    "line\nfeed\r\ttab\u2028",
    "\ud800 alone",
    "שלום 重み नमस्ते 😀",
    "",
]
NAMES = ["end", "graph", "שלום", "重み", "नमस्ते", "__proto__", "1", "é"]


def network(title):
    net = Network(title, seed=1)
    net.add_layer("入力", NAMES)
    net.add_layer("node", 2, activation="tanh")
    net.connect("入力", "node")
    net["end", "node1"].trainable = False
    return net


# --- DOT: a strict reader of the grammar at graphviz.org/doc/info/lang.html

_TOKEN = re.compile(
    r'\s+|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<id>[A-Za-z_]\w*)|(?P<number>-?(?:\.\d+|\d+(?:\.\d*)?))'
    r"|(?P<sign>->|[{}\[\]=,;])",
    re.ASCII,
)


def tokens(source):
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        assert found, f"no token of DOT: {source[at : at + 40]!r}"
        at = found.end()
        if found.lastgroup:
            yield found.lastgroup, found[0]


def read_dot(source):
    """The attributes of the graph, of each node, and of each edge."""
    stream = list(tokens(source))
    assert stream[:3] == [("id", "digraph"), ("id", "network"), ("sign", "{")]
    assert stream[-1] == ("sign", "}")
    graph, nodes, edges, words = {}, {}, [], []
    for word in stream[3:-1]:
        if word != ("sign", ";"):
            words.append(word)
            continue
        ids = []
        while words and words[0][0] == "id":
            ids.append(words.pop(0)[1])
            if words[:1] == [("sign", "->")]:
                words.pop(0)
        attributes = attributes_of(words)
        words = []
        if ids == ["graph"]:
            graph = attributes
        elif len(ids) == 1 and ids[0] not in ("node", "edge", "rank"):
            nodes.setdefault(ids[0], attributes)
        elif len(ids) == 2 and "label" in attributes:
            edges.append((*ids, attributes))
    return graph, nodes, edges


def attributes_of(words):
    if words[:1] != [("sign", "[")]:
        return {}
    assert words[-1] == ("sign", "]")
    attributes = {}
    inside = [word for word in words[1:-1] if word != ("sign", ",")]
    for (kind, key), equals, (form, value) in zip(
        inside[::3], inside[1::3], inside[2::3], strict=True
    ):
        assert (kind, equals) == ("id", ("sign", "="))
        attributes[key] = text_of(value) if form == "quoted" else value
    return attributes


def text_of(quoted):
    """What Graphviz shows for a string: escapes first, then entities."""
    shown = re.sub(
        r"\\(.)", lambda e: {"n": "\n", '"': '"', "\\": "\\"}[e[1]], quoted[1:-1], flags=re.DOTALL
    )
    assert not re.search(r"&(?!amp;)", shown), "an entity that is not ours"
    return shown.replace("&amp;", "&")


@each("title", HOSTILE)
def test_dot_shows_each_title_and_name_as_it_is(title):
    graph, nodes, edges = read_dot(to_dot(network(title)))

    assert graph["label"].split("\n") == [show_text(title), "all 10 neurons and 16 connections"]
    assert [nodes[f"n{i}"]["label"] for i in range(8)] == NAMES
    assert len(edges) == 16


def test_the_reader_of_dot_is_strict():
    with pytest.raises(AssertionError, match="no token of DOT"):
        read_dot('digraph network { graph [label="a"b"]; }')
    with pytest.raises(KeyError):
        read_dot('digraph network { graph [label="\\N"]; }')
    with pytest.raises(AssertionError, match="not ours"):
        read_dot('digraph network { graph [label="&lt;"]; }')


# --- Mermaid: what may stand between quotes

_LABEL = re.compile(r'"((?:[^\W_]| |(?<=\d)\.(?=\d)|#\d+;|<br/>)*)"')
_LINE = re.compile(
    r'(?:  n\d+(?:\(\["L"\]\)|\(\("L"\)\)|\(\(\("L"\)\)\)|\["L"\])'
    r'|  n\d+ (?:--|-\.-|==)[>o](?:\|"L"\|)? n\d+'
    r"|  linkStyle \d+(?:,\d+)* stroke:#[0-9a-f]{6},stroke-width:[\d.]+px)"
)


def read_mermaid(source):
    """The title, and the labels of all lines, each of which is of a known form."""
    front, title, end, kind, *lines = source.split("\n")
    assert (front, end, kind, lines.pop()) == ("---", "---", "flowchart LR", "")
    labels = []
    for line in lines:
        labels += [shown(label) for label in _LABEL.findall(line)]
        assert _LINE.fullmatch(_LABEL.sub('"L"', line)), line
    assert re.fullmatch(r'title: "(?:[^\W_]| |\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"', title)
    return yaml.safe_load(title)["title"], labels


def shown(label):
    text = label.replace("<br/>", "\n")
    return re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text)


@each("title", HOSTILE)
def test_mermaid_shows_each_title_and_name_as_it_is(title):
    read, labels = read_mermaid(to_mermaid(network(title)))

    assert read == show_text(title)
    assert labels[:8] == NAMES


def test_the_reader_of_mermaid_is_strict():
    head = '---\ntitle: "x"\n---\nflowchart LR\n'
    for line in ('  n0["<b>"]', '  n0["a"b"]', "  n0[end]", '  n0["`x`"]', '  n0["a"]; n1'):
        with pytest.raises(AssertionError):
            read_mermaid(f"{head}{line}\n")


# --- the terminal


@each("title", HOSTILE)
@each("charset", ["unicode", "ascii"])
def test_a_terminal_gets_only_what_can_be_seen(title, charset):
    text = to_text(network(title), charset=charset)

    first, *lines = text.split("\n")
    assert first == (show_text if charset == "unicode" else show_ascii)(title)
    assert all(line.isprintable() for line in lines)
    assert all(n_cells(line) <= 80 for line in lines)
    assert charset == "unicode" or text.isascii()


def test_control_characters_become_pictures_and_marks_of_direction_escapes():
    assert show_text("a\0b\x1b\x7f\x85") == "a␀b␛␡\\x85"
    assert show_text("\u200f\u202e\u2066\ufeff\u2028") == "\\u200f\\u202e\\u2066\\ufeff\\u2028"
    assert show_text("\ud800") == "\\ud800"
    assert show_text("l'été à 重み\u00a0😀") == "l'été à 重み\u00a0😀"


@pytest.mark.parametrize(("text", "most", "expected"), [
    ("重み重み", 8, "重み重み"), ("重み重み", 7, "重み.."), ("重み重み", 5, "重.."),
    ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"), ("abcdefgh", 4, "ab.."),
])  # fmt: skip
def test_a_text_is_cut_by_its_cells(text, most, expected):
    assert cut(text, most) == expected
    assert n_cells(cut(text, most)) <= most
