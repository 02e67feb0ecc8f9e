"""The ``draw:`` of a scenario: what it may say, and what is wrong with it, each with its place."""

import pytest

from tests.each import each


@pytest.fixture
def drawn(small):
    """``drawn(*items)``: the small scenario with these to draw."""

    def drawn(*items):
        lines = "\n".join(f"  - {item}" for item in items)
        return f"{small()}draw:\n{lines}\n"

    return drawn


@each(
    "item",
    [
        "{file: a.svg}",
        "{file: maps/a.PNG, epoch: end, sample: 3, theme: dark, full: true, layout: levels}",
        "{file: a.pdf, input: [0.5, 1], show: [weights]}",
        "{file: a.svg, epoch: 4, sample: 0, show: [weights, outputs, deltas, gradients]}",
        "{file: a.svg, plot: loss}",
        "{file: a.svg, plot: boundary, epoch: 2}",
        "{file: a.gif, animate: both, every: 2, sample: 1}",
        "{file: a.mp4, animate: diagram}",
    ],
)
def test_what_can_be_drawn_is_taken(drawn, load, item):
    scenario = load(drawn(item))

    assert len(scenario.draw) == 1


@each(
    ("item", "words"),
    [
        ("{file: ../a.svg}", "leaves the folder of the run, got '../a.svg'"),
        ("{file: /tmp/a.svg}", "leaves the folder of the run, got '/tmp/a.svg'"),
        ("{file: ~/a.svg}", "leaves the folder of the run, got '~/a.svg'"),
        ('{file: "a\\\\b.svg"}', "no name for a file"),
        ('{file: "c:a.svg"}', "no name for a file, got 'c:a.svg'"),
        ('{file: "a\\u202eb.svg"}', "no name for a file"),
        ("{file: a.bmp}", "no picture that can be made, got 'a.bmp'; expected it to end in .svg"),
        ("{file: run.json}", "no picture that can be made, got 'run.json'"),
        ("{file: a.svg, epoch: 5}", "later than the end, got 5; expected at most 4"),
        ("{file: a.svg, epoch: last}", "wrong kind, got 'last'; expected a whole number, or end"),
        ("{file: a.svg, epoch: -1}", "out of range, got -1; expected at least 0"),
        ("{file: a.svg, sample: 4}", "got 4; expected 0 to 3"),
        ("{file: a.svg, sample: 0, input: [1, 2]}", "two samples, got both"),
        ("{file: a.svg, input: [1]}", "wrong length, got 1; expected 2"),
        ("{file: a.svg, show: [wieghts]}", "unknown thing to show, got 'wieghts'"),
        ("{file: a.svg, show: [deltas]}", "deltas need a target; expected sample beside show"),
        ("{file: a.svg, plot: lose}", "unknown plot, got 'lose'"),
        ("{file: a.svg, plot: loss, epoch: 2}", "a plot of loss is of all epochs"),
        ("{file: a.svg, plot: loss, sample: 2}", "sample says nothing beside plot"),
        ("{file: a.svg, plot: metrics}", "nothing is measured; expected training: {metrics:"),
        ("{file: a.gif}", "a picture, got 'a.gif'; expected it to end in .svg, .png, .pdf"),
        ("{file: a.svg, animate: both}", "a film, got 'a.svg'; expected it to end in .gif, .mp4"),
        ("{file: a.gif, animate: movie}", "unknown film, got 'movie'"),
        ("{file: a.gif, animate: both, plot: loss}", "a plot and a film, got both"),
        ("{file: a.gif, animate: both, epoch: 2}", "epoch says nothing beside animate"),
        ("{file: a.svg, every: 2}", "every how many epochs of what?"),
        ("{fiel: a.svg}", "unknown key, got 'fiel'; expected 'file'"),
        ("{plot: loss}", "missing key, got plot; expected also 'file'"),
    ],
)
def test_a_mistake_is_told_with_its_place(drawn, complaints, item, words):
    (line,) = complaints(drawn(item))

    assert line.startswith("s.yaml:19:")
    assert words in line


def test_two_pictures_of_one_name_are_refused_also_where_only_letters_differ(drawn, complaints):
    text = drawn("{file: a.svg}", "{file: b.svg}", "{file: ./A.svg, epoch: 0}")

    assert complaints(text) == [
        "s.yaml:21:12: draw[2].file: twice, got './A.svg'; expected a name of its own"
    ]


def test_a_mistake_in_one_picture_leaves_the_others_checked(drawn, complaints):
    lines = complaints(drawn("{file: a.bmp}", "{file: a.svg, epoch: 9}"))

    assert len(lines) == 2
    assert "later than the end" in lines[1]


def test_maps_want_two_inputs_and_rows_want_data(two_two_one, complaints):
    text = two_two_one(
        ("[x1, x2]", "[x1, x2, x3]"), ("[[0, 0], [1, 1]]", "[[0, 0], [1, 1], [1, 1]]")
    )
    text = text.partition("expect:")[0] + (
        "draw:\n  - {file: a.svg, plot: boundary}\n  - {file: b.svg, plot: confusion}\n"
        "  - {file: c.svg, sample: 0}\n  - {file: d.svg, plot: loss}\n"
    )

    lines = complaints(text)

    assert [line.partition(": draw")[2].partition(": ")[2] for line in lines] == [
        "is over two inputs, or one, got a network with 3; expected 1 or 2",
        "is of rows, and there are none; expected data too",
        "is a training row, and there are none; expected data too, or input",
        "is of a training, and there is none; expected training too",
    ]


def test_plots_take_one_input_and_films_of_a_boundary_do_not(two_two_one, complaints):
    text = two_two_one(("[x1, x2]", "[x1]"), ("[[0, 0], [1, 1]]", "[[1, 1]]"))
    text = text.partition("expect:")[0] + (
        "draw:\n  - {file: a.svg, plot: boundary}\n  - {file: b.svg, plot: responses}\n"
        "  - {file: c.gif, animate: boundary}\n"
    )

    lines = complaints(text)

    assert [line.partition(": draw")[2].partition(": ")[2] for line in lines] == [
        "is of a training, and there is none; expected training too",
        "is over two inputs, got a network with 1; expected 2",
    ]
