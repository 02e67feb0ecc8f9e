"""``neurosim page``."""

import pytest


def test_a_page_is_written_and_its_path_printed_and_what_is_in_it_told(neurosim, folder):
    ran = neurosim("page", "passed.yaml")

    assert (ran.code, ran.out) == (0, "passed.html\n")
    html = (folder / "passed.html").read_bytes()
    assert ran.err == f"{len(html):,} bytes. Steps of epochs 0, 1, 3.\n"
    assert html.startswith(b"<!doctype html>")
    assert b"<title>Either but not both</title>" in html


def test_the_same_call_writes_the_same_bytes(neurosim, folder):
    for name in ("a.html", "b.html"):
        assert neurosim("page", "passed.yaml", "-o", name).code == 0

    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()


def test_epochs_are_chosen(neurosim):
    ran = neurosim("page", "passed.yaml", "--epochs", "1, end,1")

    assert "Steps of epochs 1, 3." in ran.err


@pytest.mark.slow
def test_beyond_the_limit_epochs_are_left_out_and_both_places_say_which(neurosim, folder):
    neurosim("page", "passed.yaml")
    whole = (folder / "passed.html").stat().st_size

    ran = neurosim("page", "passed.yaml", "--limit", whole - 1000, "--overwrite")

    said = "Left out to stay within the limit: epochs 1."
    html = (folder / "passed.html").read_bytes()
    assert said in ran.err
    assert said.encode() in html
    assert len(html) < whole - 1000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--epochs", "x"], "--epochs: got 'x'; expected a number of epochs, or end"),
        (["--epochs", "4"], "--epochs: got 4; expected 0 to 3, or 'end'; did you mean 'end'?"),
        (["--epochs", "-1"], "--epochs: got '-1'; expected a number of epochs, or end"),
        (["--epochs", ""], "--epochs: got ''; expected a number of epochs, or end"),
        (["--limit", "big"], "--limit: got 'big'; expected a size such as 2MB or 400kB"),
        (["--limit", "1kB"], "limit: got 1,000 bytes; expected at least "),
        (["-o", "lesson.pdf"], "lesson.pdf: got the ending '.pdf'; expected .html"),
        (["--set", "training.epochs=0"], "passed.yaml: nothing to step through, got 0 epochs"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_written(neurosim, folder, options, words):
    ran = neurosim("page", "passed.yaml", *options)

    assert ran.code == 2
    assert words in ran.err
    assert list(folder.glob("*.html")) == []


def test_a_page_that_is_there_stays_as_it_is(neurosim, folder):
    (folder / "passed.html").write_text("mine", encoding="utf-8")

    ran = neurosim("page", "passed.yaml")

    assert ran.code == 2
    assert "passed.html: exists; expected a new file, or --overwrite" in ran.err
    assert (folder / "passed.html").read_text(encoding="utf-8") == "mine"


def test_a_training_that_diverges_has_a_page_of_what_was_before_and_ends_with_3(neurosim, folder):
    ran = neurosim("page", "diverged.yaml")

    assert ran.code == 3
    assert "The training ended early" in ran.err
    assert (folder / "diverged.html").is_file()


def test_a_scenario_without_a_training_has_no_page(neurosim):
    ran = neurosim("page", "activations")

    assert ran.code == 2
    assert "nothing to step through, got no data" in ran.err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "most"), [("xor", 400_000), ("iris", 2_000_000)])
def test_shipped_pages_are_small(neurosim, folder, name, most):
    assert neurosim("page", name).code == 0

    assert (folder / f"{name}.html").stat().st_size <= most


def test_a_page_that_is_played_with_has_the_network_s_own_passes(neurosim, folder):
    assert neurosim("page", "passed.yaml", "--play").code == 0

    html = (folder / "passed.html").read_text(encoding="utf-8")
    assert "const playedNetwork = (() => {" in html
    assert "\nexport " not in html


def test_what_a_browser_cannot_play_is_refused_in_a_line(neurosim, folder):
    ran = neurosim("page", "passed.yaml", "--play", "--set", "network.layers.1.activation=gelu")

    assert ran.code == 2
    assert ran.err.startswith("error: module: _gelu cannot be written in JavaScript")
    assert ran.err.count("\n") == 1
    assert not (folder / "passed.html").exists()


def test_a_page_is_written_in_another_language(neurosim, folder):
    ran = neurosim("page", "passed.yaml", "--quiz", "--lang", "fr")

    html = (folder / "passed.html").read_text("utf-8")
    assert (ran.code, '<html lang="fr">' in html) == (0, True)
    assert "Étapes des époques 0, 1, 3." in html
    assert 'aria-label="Avancer"' in html


def test_a_sample_is_of_a_quiz_and_one_of_the_rows(neurosim, folder):
    alone = neurosim("page", "passed.yaml", "--sample", 1)
    far = neurosim("page", "passed.yaml", "--quiz", "--sample", 9)

    assert (alone.code, far.code) == (2, 2)
    assert "--sample: got one without a quiz; expected --quiz, too" in alone.err
    assert "--sample: got 9; expected one below 4" in far.err
    assert not (folder / "passed.html").exists()
