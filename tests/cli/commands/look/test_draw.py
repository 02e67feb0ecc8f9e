"""``neurosim draw``: which file it writes, what is in the picture, what it refuses."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

import neurosim as ns

SVG = "{http://www.w3.org/2000/svg}"


def parsed(path):
    return ET.parse(path)  # noqa: S314 - our own


def texts(path):
    return ["".join(e.itertext()) for e in parsed(path).iter(f"{SVG}text")]


def description(path):
    return parsed(path).find(f"{SVG}desc").text


@pytest.mark.slow
def test_without_more_the_picture_has_the_name_of_the_scenario_and_is_here(neurosim, folder):
    ran = neurosim("draw", "passed.yaml")

    assert ran == (0, "passed.svg\n", "")
    assert {"Either but not both", "before training", "a", "o1"} <= {
        text.split("\n")[0] for text in texts(folder / "passed.svg")
    }


def test_a_file_that_is_there_is_overwritten_only_where_that_is_said(neurosim, folder):
    (folder / "passed.svg").write_text("mine")

    ran = neurosim("draw", "passed.yaml")

    assert ran == (2, "", "error: passed.svg: exists; expected a new file, or --overwrite\n")
    assert (folder / "passed.svg").read_text() == "mine"
    assert neurosim("draw", "passed.yaml", "--overwrite").code == 0
    assert texts(folder / "passed.svg")


@pytest.mark.parametrize(
    ("name", "begin"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.PDF", b"%PDF")]
)
def test_the_ending_says_the_format(neurosim, folder, name, begin):
    assert neurosim("draw", "passed.yaml", "-o", name) == (0, f"{name}\n", "")
    assert (folder / name).read_bytes().startswith(begin)


def test_a_format_without_a_name_is_the_ending_of_the_scenarios(neurosim):
    assert neurosim("draw", "passed.yaml", "--format", "png").out == "passed.png\n"


def test_a_sample_is_shown_with_its_target_and_its_loss(neurosim, folder):
    neurosim("draw", "passed.yaml", "--sample", "2", "--show", "weights,outputs,deltas,gradients")

    assert description(folder / "passed.svg").startswith(
        "A neural network: all 6 neurons and 9 connections. Before training, sample 2."
        " Inputs: 1, 0."
    )
    found = texts(folder / "passed.svg")
    assert "t = 1" in found
    assert any(text.startswith("L = ") for text in found)
    assert any(text.startswith("g ") for text in found)


def test_any_values_can_be_shown(neurosim, folder):
    neurosim("draw", "passed.yaml", "--input", "0.25,-3")

    found = texts(folder / "passed.svg")
    assert {"0.25", "−3", "before training, input 0.25,-3"} <= set(found)


def test_after_training_weights_are_those_of_the_run(neurosim, folder):
    neurosim("draw", "passed.yaml", "--epoch", "end")

    weight = ns.run_scenario("passed.yaml").network["a", "h1"].weight
    assert f"{weight:.3g}".replace("-", "−") in texts(folder / "passed.svg")
    assert "after 4 epochs" in texts(folder / "passed.svg")


def test_a_saved_network_is_drawn(neurosim, folder):
    ns.load_scenario("passed.yaml").network.save("net.json")

    assert neurosim("draw", "net.json", "--input", "1,0") == (0, "net.svg\n", "")
    assert "input 1,0" in texts(folder / "net.svg")


def test_what_is_highlighted_and_the_theme_are_taken_over(neurosim, folder):
    neurosim("draw", "passed.yaml", "--highlight", "a->h1", "--theme", "dark", "--layout", "levels")

    text = (folder / "passed.svg").read_text()
    assert 'id="mark-a-h1"' in text
    assert "#14171c" in text


@pytest.mark.slow
def test_the_same_call_writes_the_same_bytes(neurosim, folder):
    for name in ("one.svg", "two.svg"):
        neurosim("draw", "passed.yaml", "--sample", "1", "--epoch", "2", "-o", name)

    assert (folder / "one.svg").read_bytes() == (folder / "two.svg").read_bytes()


def test_a_seed_and_changes_are_those_of_a_run(neurosim, folder):
    neurosim(
        "draw", "passed.yaml", "--seed", "5", "--set", "title=Changed", "--set", "engine=graph"
    )

    weight = ns.load_scenario("passed.yaml", overrides=["seed=5"]).network["a", "h1"].weight
    assert {"Changed", f"{weight:.3g}".replace("-", "−")} <= set(texts(folder / "passed.svg"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "a.gif"], "a.gif: format: got 'gif'; expected one of svg, png, pdf"),
        (["-o", "a"], "a: format: got ''; expected one of"),
        (["-o", "no/a.svg"], "no/a.svg"),
        (["-o", "a.svg", "--format", "png"], "a.svg: got the format 'png'; expected that ending"),
        (["--sample", "4"], "sample: got 4; expected 0 to 3"),
        (["--sample", "0", "--input", "1,0"], "--sample, --input: got both; expected one of them"),
        (["--input", "1,zwei"], "--input: got '1,zwei'; expected numbers such as 2,3"),
        (["--input", "1,nan"], "input: not finite at [1], got nan; expected finite numbers"),
        (["--input", "1"], "input: got 1 values; expected 2: a, b"),
        (["--epoch", "5"], "epoch: got 5; expected 0 to 4, or 'end'"),
        (["--epoch", "last"], "--epoch: got 'last'; expected a number of epochs, or end"),
        (["--show", "weight"], "unknown thing to show 'weight' (did you mean 'weights'?)"),
        (["--show", "deltas"], "show: no deltas stand on the network"),
        (["--highlight", "a->b"], "highlight: no connection 'a->b'"),
        (["--lang", "de", "--format", "dot"], "--lang: got it with dot; expected svg, png, pdf"),
        (["--wrap", "2"], "wrap: got 3 neurons beside h1, where a row ends; expected one"),
        (["--wrap", "1", "--direction", "down"], "wrap, direction: got both; expected one"),
        (["--direction", "down", "--format", "dot"], "--direction: got it with dot; expected svg"),
        (["--boxes", "--full"], "boxes, full: got both; expected one of them"),
        (["--boxes", "--format", "text"], "--boxes: got it with text; expected svg, png"),
        (["--show-as", "8"], "--show-as: got '8'; expected two numbers, as in 8,8"),
        (["--show-as", "2,2"], "show_as: got 2 x 2 = 4 pixels; expected two numbers whose product"),
        (["--show-as", "1,2", "--format", "dot"], "--show-as: got it with dot; expected svg, png"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(neurosim, folder, arguments, words):
    before = sorted(folder.iterdir())

    ran = neurosim("draw", "passed.yaml", *arguments)

    assert ran.code == 2
    assert ran.err.startswith("error: ")
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert sorted(folder.iterdir()) == before


def test_a_training_that_diverges_ends_as_a_run_does(neurosim, folder):
    ran = neurosim("draw", "diverged.yaml", "--epoch", "end")

    assert ran.code == 3
    assert not (folder / "diverged.svg").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "own",
    [
        {"text.usetex": True},
        {"font.size": 30, "font.weight": "bold"},
        {"path.sketch": (3, 100, 2), "lines.scale_dashes": False},
        {"savefig.bbox": "tight", "savefig.transparent": True, "image.origin": "lower"},
        {"axes.grid": True, "axes.unicode_minus": False, "axes.formatter.use_locale": True},
    ],
    ids=lambda own: next(iter(own)),
)
def test_what_a_user_has_set_for_other_pictures_changes_none_of_these(neurosim, folder, own):
    commands = (
        ("draw", "passed.yaml", "--sample", "1", "-o"),
        ("plot", "results", "-o"),
        ("diff", "passed.yaml@0", "passed.yaml@4", "-o"),
        ("animate", "passed.yaml", "--size", "200", "-o"),
    )
    neurosim("run", "passed.yaml", "--out", "results", "-q")
    for number, command in enumerate(commands):
        ending = "gif" if command[0] == "animate" else "svg"
        neurosim(*command, f"{number}.{ending}")
        with mpl.rc_context(own):
            neurosim(*command, f"{number}-own.{ending}")

        usual, made = (folder / f"{number}{own}.{ending}" for own in ("", "-own"))

        assert made.read_bytes() == usual.read_bytes(), command


@pytest.mark.parametrize("form", ["svg", "text", "dot", "mermaid"])
def test_all_formats_have_the_digits_that_are_asked_for(neurosim, folder, form):
    ran = neurosim("draw", "passed.yaml", "--format", form, "--digits", "5",
                   "--sample", "2")  # fmt: skip
    text = ran.out if form != "svg" else " ".join(texts(folder / "passed.svg"))

    assert ran.code == 0
    weights = {f"{abs(c.weight):.5g}" for c in ns.load_scenario("passed.yaml").network.connections}
    assert all(weight in text for weight in weights)
    assert neurosim("draw", "passed.yaml", "--digits", "16").code == 2


@pytest.mark.slow
def test_what_is_blank_is_a_line_to_write_on_and_nowhere_in_the_file(neurosim, folder):
    known = ["draw", "xor", "--sample", "1", "--show", "weights,outputs,deltas"]
    neurosim(*known, "-o", "full.svg")
    neurosim(*known, "--blank", "outputs,deltas", "-o", "blank.svg")
    full, blank = ((folder / name).read_text("utf-8") for name in ("full.svg", "blank.svg"))
    numbers = re.findall(r"(?:output|delta) = (\S?0\.[0-9]{4,})", full)

    assert len(numbers) == 10
    assert "Loss: " in full
    hidden = ["output = 0.", "delta =", "Outputs:", "Loss", "L =", *(n[:6] for n in numbers)]
    assert [text for text in hidden if text in blank] == []
    assert "Inputs: 1, 0." in blank
    assert "δ ______" in blank
    assert (
        "--blank: got it with text"
        in neurosim(*known, "--blank", "outputs", "--format", "text").err
    )
    assert "did you mean 'outputs'" in neurosim(*known, "--blank", "output", "-o", "b.svg").err


def test_the_command_writes_tikz_with_blanks(neurosim, folder):
    assert neurosim("draw", "xor", "--sample", "1", "--blank", "outputs", "-o", "b.tex").code == 0
    assert r"{{}\_\_\_\_\_\_}" in (folder / "b.tex").read_text("utf-8")
