"""Pictures of a run: taken when they should be, written where they should be."""

import xml.etree.ElementTree as ET

import pytest

from neurosim.drawing.film.film import Look
from neurosim.scenario import draw_pictures, film_scenario_pass, start_run

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def picture(small, write, tmp_path):
    """``picture(*items)``: run the small scenario; what became of each, and the folder."""

    def picture(*items, text=None, **options):
        lines = "\n".join(f"  - {item}" for item in items)
        run = start_run(write(f"{text or small()}draw:\n{lines}\n"), **options)
        result = run.result()
        folder = tmp_path / "out"
        folder.mkdir(exist_ok=True)
        return list(draw_pictures(run.scenario, result, folder)), folder, result

    return picture


def texts(path):
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    return [text.text for text in root.iter(f"{SVG}text")]


def test_a_picture_shows_the_network_at_its_epoch(picture):
    _, folder, result = picture(
        "{file: before.svg, epoch: 0, sample: 1}", "{file: after.svg, sample: 1}"
    )

    assert "before training, sample 1" in texts(folder / "before.svg")
    assert "after 4 epochs, sample 1" in texts(folder / "after.svg")
    weight = result.parameters.weights["a->o1"]
    assert f"{weight:.3g}" in texts(folder / "after.svg")
    assert f"{weight:.3g}" not in texts(folder / "before.svg")


def test_the_training_is_not_disturbed_by_pictures(picture, run, small, engine):
    _, _, result = picture("{file: a.svg, epoch: 1}", "{file: b.svg, epoch: 3}", engine=engine)

    assert result.parameters == run(small(), engine=engine).parameters
    assert [record.loss for record in result.history] == [
        record.loss for record in run(small(), engine=engine).history
    ]
    assert sorted(result.moments) == [1, 3]


@pytest.mark.quick("loss", "gradients")
@pytest.mark.parametrize(
    "plot", ["loss", "boundary", "responses", "weights", "activations", "gradients", "confusion"]
)
def test_each_plot_is_written_with_a_title_and_a_description(picture, plot):
    drawn, folder, _ = picture(f"{{file: maps/{plot}.svg, plot: {plot}}}")

    assert drawn == [(f"maps/{plot}.svg", "", "")]
    root = ET.parse(folder / "maps" / f"{plot}.svg").getroot()  # noqa: S314 - our own file
    assert root.find(f"{SVG}title").text == "Either or both"
    assert root.find(f"{SVG}desc").text.endswith(".")


@pytest.mark.slow
def test_a_picture_is_written_in_its_language_and_the_next_in_english(picture):
    _, folder, _ = picture("{file: a.svg, lang: de, sample: 1}", "{file: b.svg, sample: 1}")

    assert "nach 4 Epochen, Beispiel 1" in texts(folder / "a.svg")
    assert "after 4 epochs, sample 1" in texts(folder / "b.svg")


def test_inputs_are_drawn_as_an_image_where_a_picture_asks_for_it(picture):
    drawn, folder, _ = picture(
        "{file: a.svg, show_as: [1, 2], sample: 1}", "{file: b.svg, show_as: [2, 2]}"
    )

    assert "1 \N{MULTIPLICATION SIGN} 2 inputs" in texts(folder / "a.svg")
    assert drawn[1].problem.startswith("show_as: got 2 x 2 = 4 pixels; expected two numbers")


@pytest.mark.slow
def test_a_film_is_written_too(picture, frames_of):
    drawn, folder, _ = picture("{file: a.gif, animate: diagram, every: 2}")

    assert drawn == [("a.gif", "", "")]
    assert len(frames_of(folder / "a.gif")) == 3


@pytest.mark.slow
def test_the_same_run_draws_the_same_bytes(picture):
    items = ("{file: a.svg, sample: 0}", "{file: b.svg, plot: loss}")
    _, folder, _ = picture(*items)
    first = [(folder / name).read_bytes() for name in ("a.svg", "b.svg")]

    picture(*items)

    assert [(folder / name).read_bytes() for name in ("a.svg", "b.svg")] == first


def test_what_cannot_be_drawn_is_told_and_the_others_are(picture, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "out" / "c.svg").symlink_to(tmp_path / "elsewhere" / "c.svg")

    drawn, folder, _ = picture("{file: link/a.svg}", "{file: c.svg}", "{file: b.svg}")

    assert "a link leads out of" in drawn[0].problem
    assert "a link leads out of" in drawn[1].problem
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert drawn[2] == ("b.svg", "", "")
    assert (folder / "b.svg").is_file()


def test_an_epoch_that_a_diverging_training_never_reached_is_told(picture, small):
    text = small(
        ("sigmoid", "identity"), ("binary_cross_entropy", "half_squared_error"),
        ("learning_rate: 1", "learning_rate: 1e200"),
    )  # fmt: skip

    drawn, folder, result = picture("{file: a.svg, epoch: 0}", "{file: b.svg}", text=text)

    assert result.status == "diverged"
    assert drawn[0].problem == ""
    assert "not drawn, the training ended after" in drawn[1].problem
    assert not (folder / "b.svg").exists()


def test_a_scenario_without_a_training_is_drawn_as_it_is(picture, two_two_one):
    text = two_two_one()

    _, folder, _ = picture("{file: a.svg, input: [2, 3]}", text=text)

    assert "0.722" in texts(folder / "a.svg")
    assert "as the file has it, input 2, 3" in texts(folder / "a.svg")


def test_a_pass_of_a_scenario_can_be_filmed(small, write):
    filming = film_scenario_pass(write(small()), Look(), epoch=1, sample=2)

    next(iter(filming))

    assert filming.n_steps > 10  # five moments at least, each collected and painted
