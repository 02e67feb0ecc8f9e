"""``neurosim animate``, ``neurosim gallery``, and the pictures of ``neurosim run``."""

import subprocess
import sys

import pytest

from neurosim.cli import terminal
from neurosim.cli.main import run_command


def test_a_film_is_written_and_its_path_printed_and_its_size_told(neurosim, folder, frames_of):
    ran = neurosim("animate", "passed.yaml", "--size", 200)

    assert ran.code == 0
    assert ran.out == "passed.gif\n"
    assert ran.err.startswith("5 frames of 200 x ")
    assert len(frames_of(folder / "passed.gif")) == 5


@pytest.mark.slow
def test_each_frame_is_written_as_a_file(neurosim, folder):
    ran = neurosim("animate", "passed.yaml", "-o", "step-%02d.svg")

    assert ran.out == "step-%02d.svg\n"
    assert ran.err.startswith("5 frames of ")
    files = sorted(path.name for path in folder.glob("step-*.svg"))
    assert files == [f"step-0{number}.svg" for number in range(5)]
    first, last = ((folder / files[end]).read_text("utf-8") for end in (0, 4))
    assert "Before training" in first
    assert "after 3 of 4 epochs" in (folder / files[3]).read_text("utf-8")
    assert "fter 3 of 4 epochs" not in last


@pytest.mark.slow
def test_the_responses_of_all_neurons_are_filmed(neurosim, folder, frames_of):
    ran = neurosim("animate", "passed.yaml", "--what", "responses", "--size", 200)

    frames = frames_of(folder / "passed.gif")
    assert ran.code == 0
    assert len(frames) == 5
    assert (frames[0] != frames[4]).any()


@pytest.mark.slow
def test_a_film_thinned_says_so(neurosim):
    ran = neurosim("animate", "passed.yaml", "--size", 200, "--set", "training.epochs=50",
                   "--max-frames", 6, "-o", "a.gif")  # fmt: skip

    assert "every 10th epoch: 6 of 51 moments" in ran.err


@pytest.mark.slow
def test_one_pass_is_filmed_step_by_step(neurosim, folder, frames_of):
    ran = neurosim("animate", "passed.yaml", "--pass", 1, "--grain", "layer", "--size", 200)

    assert ran.code == 0
    assert len(frames_of(folder / "passed.gif")) == int(ran.err.split()[0]) >= 6


@pytest.mark.slow
def test_a_training_that_diverges_is_filmed_and_ends_with_3(neurosim, folder):
    ran = neurosim("animate", "diverged.yaml", "--size", 200)

    assert ran.code == 3
    assert "error: the film ends here: epoch" in ran.err
    assert (folder / "diverged.gif").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "a.mov"), "error: a.mov: no film that can be made"),
        (("-o", "%d-%d.svg"), "error: %d-%d.svg: got no single number; expected one, as in step-"),
        (("-o", "%d%.svg"), "error: %d%.svg: got no single number"),
        (("-o", "%d.gif"), "no frame that can be made, got the ending"),
        (
            ("-o", "%d.svg", "--what", "boundary"),
            "error: what: got 'boundary' as single frames; expected 'diagram'",
        ),
        (("--grain", "step"), "error: --grain: got 'step' without --pass"),
        (("--pass", 0, "--every", 2), "error: --pass, --every: got both"),
        (("--pass", 0, "--what", "both"), "error: --what: got 'both' with --pass"),
        (("--pass", 4), "error: epoch: got 4; expected 0 to 3, or 'end'; did you mean 'end'?"),
        (("--sample", 9), "error: sample: got 9; expected a whole number from 0 to 3"),
        (("--max-size", 0), "error: max_size: got 0.0; expected at least 1000 bytes"),
        (("--size", 1), "error: size: got 1; expected a whole number from 100 to 4000"),
    ],
)
def test_wrong_use_is_told_in_a_line(neurosim, words, said):
    ran = neurosim("animate", "passed.yaml", *words)

    assert ran.code == 2
    assert ran.out == ""
    assert said.replace("a.mov", "'a.mov'") in ran.err or said in ran.err


def test_a_film_that_is_there_is_kept(neurosim, folder):
    (folder / "passed.gif").write_text("mine")

    ran = neurosim("animate", "passed.yaml")

    assert ran.code == 2
    assert ran.err == "error: passed.gif: exists; expected a new file, or --overwrite\n"
    assert (folder / "passed.gif").read_text() == "mine"


@pytest.mark.slow
def test_where_a_person_looks_on_there_is_a_bar(neurosim, monkeypatch):
    watched = []

    class Bar:
        def __init__(self, *_, **__):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def add_task(self, name, *, total, **_):
            watched.append((name, total))
            return 0

        def update(self, _, *, advance, told):
            watched.append(advance)
            assert not told

    monkeypatch.setattr(terminal, "Progress", Bar)
    monkeypatch.setattr(terminal.sys.stderr, "isatty", lambda: True, raising=False)

    assert run_command(["animate", "passed.yaml", "--size", "200"]) == 0
    assert watched == [("passed", 10), *[1] * 10]  # five moments, five frames
    assert neurosim("list").code == 0


# --- the pictures of a run


def asking(folder, *items):
    lines = "\n".join(f"  - {item}" for item in items)
    text = (folder / "passed.yaml").read_text()
    (folder / "drawn.yaml").write_text(f"{text}draw:\n{lines}\n")


@pytest.mark.slow
def test_a_run_with_out_writes_the_pictures_that_the_file_asks_for(neurosim, folder):
    asking(folder, "{file: a.svg, epoch: 0}", "{file: b.svg, plot: loss}")

    ran = neurosim("run", "drawn.yaml", "--out", "o", "-q")

    assert ran.code == 0
    assert (
        ran.err == "wrote run.json, metrics.jsonl, network.json, times.jsonl, a.svg, b.svg to o\n"
    )
    assert (folder / "o" / "a.svg").is_file()
    assert (folder / "o" / "b.svg").is_file()


def test_a_run_without_out_draws_nothing_and_says_nothing(neurosim, folder):
    asking(folder, "{file: a.svg}")

    ran = neurosim("run", "drawn.yaml", "-q")

    assert ran.err == ""
    assert not list(folder.glob("**/*.svg"))


@pytest.mark.slow
def test_a_picture_whose_folder_is_a_file_is_refused_before_the_run(neurosim, folder):
    asking(folder, "{file: sub/a.svg}", "{file: b.svg}")
    (folder / "o").mkdir()
    (folder / "o" / "sub").write_text("a file, no folder")

    ran = neurosim("run", "drawn.yaml", "--out", "o", "-q")

    assert ran.code == 2
    assert ran.err == "error: o/sub: is a file; expected a folder, or none, for a.svg\n"
    assert sorted(path.name for path in (folder / "o").iterdir()) == ["sub"]


@pytest.mark.slow
def test_a_run_without_pictures_loads_neither_matplotlib_nor_pillow(folder):
    asking(folder, "{file: a.svg}")
    code = (
        "import sys; from neurosim.cli.main import run_command;"
        "run_command(['run', 'drawn.yaml', '-q']);"
        "run_command(['run', 'passed.yaml', '-q', '--out', 'o']);"
        "print([name for name in ('matplotlib', 'PIL') if name in sys.modules])"
    )

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_gallery_is_made_by_one_command(neurosim, folder):
    for path in folder.glob("*.yaml"):
        if path.stem not in {"passed", "skipped"}:
            path.unlink()

    ran = neurosim("gallery", ".")

    assert ran.code == 0
    assert ran.out == "README.md\n"
    assert ran.err.startswith("note: skipped: no picture: ")
    assert (folder / "pictures" / "passed.svg").is_file()
    assert "$ neurosim run passed" in (folder / "README.md").read_text()
