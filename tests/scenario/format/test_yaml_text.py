"""Reading text safely: what YAML 1.2 means, and what is refused, with its place."""

import time

import pytest

from neurosim.errors import FileError
from neurosim.scenario.format import yaml_text
from neurosim.scenario.format.node import plain
from neurosim.scenario.format.yaml_text import MOST_BYTES, decode, number_of, parse, read_text
from tests.each import each


def values(text):
    tree, problems = parse(text, "f.yaml")
    assert problems == []
    return plain(tree)


def refusals(text):
    _, problems = parse(text, "f.yaml")
    return [str(problem) for problem in problems]


@each(
    ("word", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".5", 0.5),
        ("5.", 5.0),
        ("+5", 5),
        ("-0", 0),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("on", "on"),
        ("no", "no"),
        ("NO", "NO"),
        ("y", "y"),
        ("yes", "yes"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2001-01-01", "2001-01-01"),
        ("true", True),
        ("False", False),
        ("'1'", "1"),
        ('"true"', "true"),
        ("=", "="),
        ("<<", "<<"),
        ("x1->h1", "x1->h1"),
    ],
)
def test_a_word_means_what_the_core_schema_of_yaml_1_2_says(word, value):
    (found,) = values(f"[{word}]")

    assert found == value
    assert type(found) is type(value)


def test_long_numbers_that_are_finite_are_read_exactly():
    assert values(f"a: 1{'0' * 300}")["a"] == 10**300
    assert values(f"a: {'0' * 6000}7")["a"] == 7


@each(
    "word",
    ["9" * 5000, "-" + "9" * 400, "1e400", "-1e400", ".inf", "-.INF", ".nan", "0x" + "f" * 300],
)
def test_a_number_that_is_not_finite_is_an_error_with_its_place(word):
    (message,) = refusals(f"title: x\nseed: {word}\n")

    assert message.startswith("f.yaml:2:7: seed: not a finite number, got ")
    assert message.endswith("; expected one below 1.8e308")
    assert len(message) < 120


def test_number_of_knows_all_forms_of_the_core_schema():
    assert [number_of(word) for word in ("0o7", "0xA", "12", "-12", "1.5", "-.5e1")] == [
        7, 10, 12, -12, 1.5, -5.0,
    ]  # fmt: skip


@each(
    ("text", "message"),
    [
        ("a: 1\nb: *x", "f.yaml:2:4: b: an alias is not allowed in a scenario, got '*x'"),
        ("a:\n  - &x 1", "f.yaml:2:5: a[0]: an anchor is not allowed in a scenario, got '&x'"),
        ("a: &x {b: 1}", "f.yaml:1:4: a: an anchor is not allowed in a scenario, got '&x'"),
        (
            "a: !!int 3",
            "f.yaml:1:4: a: a tag is not allowed in a scenario, got 'tag:yaml.org,2002:int'",
        ),
        (
            "a: !!python/object/apply:os.system [ls]",
            "f.yaml:1:4: a: a tag is not allowed in a scenario,"
            " got 'tag:yaml.org,2002:python/object/apply:os.system'",
        ),
        ("a: ! b", "f.yaml:1:4: a: a tag is not allowed in a scenario, got '!'"),
        ("%YAML 1.2\n---\na: 1", "f.yaml:1:1: a directive (%) is not allowed in a scenario"),
        ("%TAG ! x:\n---\na: 1", "f.yaml:1:1: a directive (%) is not allowed in a scenario"),
        ("# c\n%HI x\n---\na: 1", "f.yaml:2:1: a directive (%) is not allowed in a scenario"),
        (
            "a: 1\n---\nb: 2",
            "f.yaml:2:1: a second document (---) is not allowed in a scenario; expected one",
        ),
        (
            "a: {b: 1,\n    b: 2}",
            "f.yaml:2:5: a.b: a doubled key, got 'b' again; it is in line 1",
        ),
        ("1: x", "f.yaml:1:1: a key is not a name, got 1; expected a name (in quotes if meant)"),
        ("? [a]\n: 1", "f.yaml:1:3: a key is a list or a mapping; expected a name"),
        (
            "a:\nb: 1",
            "f.yaml:1:3: a: no value; expected one (null in quotes, if meant)",
        ),
        (
            "a: [~]",
            "f.yaml:1:5: a[0]: no value; expected one (null in quotes, if meant)",
        ),
        ("", "f.yaml:1:1: empty, got no entries; expected 'neurosim: 1', ..."),
        ("# nothing\n", "f.yaml:1:1: empty, got no entries; expected 'neurosim: 1', ..."),
        ("[" * 33, "f.yaml:1:33: nested too deeply; expected at most 32 levels"),
    ],
)
def test_what_a_scenario_does_not_need_is_refused_with_its_place(text, message):
    assert refusals(text) == [message]


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a:\n\tb: 1", "2:1", "; indent with spaces instead of tabs, and quote text with @ or `"),
        ("a: @b", "1:4", "; indent with spaces instead of tabs, and quote text with @ or `"),
        ("a: [1, 2\nb: 3", "2:2", " that begins in line 1"),
        ("title: a: b", "1:9", "; quote text that has a colon and a space in it"),
    ],
)
def test_what_the_parser_refuses_has_a_place_and_a_hint_of_ours(text, place, hint):
    (message,) = refusals(text)

    assert message.startswith(f"f.yaml:{place}: not YAML, ")
    assert message.endswith(hint)


@each(
    "text",
    [
        "[" * 32 + "1" + "]" * 32,
        "- " * 16 + "[" * 16 + "1" + "]" * 16,
        "a: x" + " [" * 2000,
        "a: '" + "[" * 2000 + "'",
        "a: |\n  " + "[" * 2000,
        "# " + "[" * 2000 + "\na: 1",
    ],
)
def test_32_levels_are_not_too_deep_and_brackets_in_words_are_none(text):
    assert refusals(text) == []


def test_several_mistakes_are_told_at_once():
    found = refusals("a: &x 1\nb: *x\na: 2\nc: !t 3\nd: 1e999\n")

    assert [message.split(":")[1] for message in found] == ["1", "2", "3", "4", "5"]


def test_an_alias_bomb_is_refused_in_no_time():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 9)]

    begin = time.perf_counter()
    found = refusals("\n".join(lines))

    assert "anchor" in found[0]
    assert time.perf_counter() - begin < 0.5


@each(
    ("text", "place"),
    [
        ("[" * 1_000_000, "1:33"),
        ("{a: " * 300_000, "1:129"),
        ("[{a: " * 300_000, "1:81"),
        ("[\n" * 300_000, "33:1"),
        ("- " * 300_000, "1:65"),
        ("- " * 20 + "[" * 300_000, "1:53"),
        ("a:\n  b:\n    - - " + "[" * 300_000, "3:37"),
        ("é: ü\r\nüü: " + "[" * 300_000, "2:36"),
        ("".join(f"{'  ' * k}a:\n" for k in range(1_500)), "33:65"),
        ("".join(f"{'  ' * k}a:\n" for k in range(30)) + " " * 62 + "{a: [" * 60_000, "31:68"),
    ],
)
def test_deep_nesting_is_refused_in_no_time(text, place):
    begin = time.perf_counter()
    found = refusals(text)

    assert found == [f"f.yaml:{place}: nested too deeply; expected at most 32 levels"]
    assert time.perf_counter() - begin < 1.0


def test_what_is_refused_before_the_parser_fails_is_told_with_all_that_came_before():
    assert refusals("a: &x 1\nb: {[" + "[" * 300_000) == [
        "f.yaml:1:4: a: an anchor is not allowed in a scenario, got '&x'",
        "f.yaml:2:5: b: a key is a list or a mapping; expected a name",
    ]


def test_reading_ends_after_a_hundred_mistakes():
    found = refusals("\n".join(f"a{k}: !t {k}" for k in range(500)))

    assert len(found) == 101
    assert found[-1] == "f.yaml:101:7: too many mistakes; reading ends here"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "title: café".encode("latin-1"),
            "f.yaml:1:11: no UTF-8 text, got the byte 0xe9; expected a file saved as UTF-8",
        ),
        (
            "é: ü\r\nb: ".encode() + b"\xff",
            "f.yaml:2:4: no UTF-8 text, got the byte 0xff; expected a file saved as UTF-8",
        ),
        (
            "a: 1".encode("utf-16"),
            "f.yaml:1:1: no UTF-8 text, got the byte 0xff; expected a file saved as UTF-8",
        ),
        (
            b"x" * (MOST_BYTES + 1),
            "f.yaml: too large, got over 10 MB; expected at most 10 MB",
        ),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(data, message):
    with pytest.raises(FileError) as caught:
        decode(data, "f.yaml")

    assert str(caught.value) == message


@pytest.mark.parametrize(("character", "name"), [("\0", "U+0000"), ("\x1b", "U+001B")])
def test_control_characters_are_refused_with_their_place(character, name):
    with pytest.raises(FileError) as caught:
        parse(f"title: x\nseed: 1{character}2", "f.yaml")

    assert str(caught.value) == (
        f"f.yaml:2:8: a character that is no text, got {name}; expected printable characters"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [('title: "\\e[31m"', "U+001B"), ('title: "\\0"', "U+0000"), ('"\\x9b": 1', "U+009B")],
)
def test_an_escape_that_stands_for_a_control_character_is_refused(text, name):
    assert any(f"a character that is no text, got {name}" in message for message in refusals(text))


def test_an_escape_that_stands_for_text_is_text():
    assert values('title: "\\u00e9\\n\\t\\U0001f9e0"') == {"title": "é\n\t🧠"}


def test_a_byte_order_mark_and_any_script_are_text():
    assert values(decode("\ufefftitle: 神経 🧠\n".encode(), "f")) == {"title": "神経 🧠"}


def test_a_place_is_that_of_the_value_and_of_its_key():
    tree, _ = parse("a: 1\nnetwork:\n  layers:\n    - {name: x,\n       neurons: 2}\n", "f")
    neurons = tree.value["network"].value["layers"].value[0].value["neurons"]

    assert str(neurons.place) == "f:5:17"
    assert str(neurons.key_place) == "f:5:8"


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    with pytest.raises(FileError, match=r"none.yaml: cannot be read, no such file or directory"):
        read_text(tmp_path / "none.yaml")
    with pytest.raises(FileError, match=r"cannot be read, got a folder; expected a file"):
        read_text(tmp_path)
    with pytest.raises(FileError, match=r"cannot be read, embedded null byte"):
        read_text("a\0b")


def test_a_text_of_too_many_events_is_refused_with_the_advice_to_use_csv(monkeypatch):
    monkeypatch.setattr(yaml_text, "MOST_EVENTS", 30)
    rows = "data:\n  inputs: [" + "[0, 1], " * 4  # 3 of the stream, 6 of the keys, 16 of the rows
    fits, over = f"{rows}]", f"{rows}[0]]\nx: 1"

    tree, problems = parse(fits, "f.yaml")

    assert problems == []
    assert len(tree.value["data"].value["inputs"].value) == 4
    tree, (problem,) = parse(over, "f.yaml")
    assert tree is None
    assert str(problem).startswith("f.yaml:3:4: too long, got over 30 values, keys, lists and")
    assert "CSV file: data: {csv: {path: rows.csv, ...}}" in str(problem)

    n_problems = []
    for most in (27, 28):  # those of the text, and the ends of all that it begins
        monkeypatch.setattr(yaml_text, "MOST_EVENTS", most)
        n_problems.append(len(parse(fits, "f.yaml")[1]))
    assert n_problems == [1, 0]
