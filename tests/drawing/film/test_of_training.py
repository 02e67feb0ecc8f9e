"""Films of a training: how many frames, what they show, what is said to be left out."""

import numpy as np
import pytest

from neurosim import SGD, Options, animate, train
from neurosim.drawing.film import of_training
from neurosim.drawing.film.film import Look, ordinal
from neurosim.drawing.film.frame_files import has_number
from neurosim.drawing.film.of_training import film_training
from neurosim.errors import (
    FileError,
    InvalidValueError,
    NeurosimError,
    ShapeError,
    UnknownNameError,
)
from neurosim.network import Network
from tests.each import each

pytestmark = pytest.mark.slow

X, T = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])


@pytest.fixture
def net():
    net = Network("xor", seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="tanh")
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    return net


@pytest.fixture
def film(net, tmp_path):
    """``film(epochs, **options)``: a film of XOR, small."""

    def film(epochs=4, name="a.gif", **options):
        given = {"size": 200, "optimizer": SGD(0.5), "loss": "binary_cross_entropy", **options}
        return animate(net, X, T, tmp_path / name, epochs=epochs, **given)

    return film


def sights_of(monkeypatch):
    """Every moment that is painted, as it comes."""
    seen = []
    real = of_training.painter

    def painter(network, sights, look, *rows):
        seen.extend(sights)
        return real(network, sights, look, *rows)

    monkeypatch.setattr(of_training, "painter", painter)
    return seen


@each(
    ("n_epochs", "unit", "most", "numbers"),
    [
        (4, 1, 200, [0, 1, 2, 3, 4]),
        (0, 1, 200, [0]),
        (10, 4, 200, [0, 4, 8, 10]),
        (9, 1, 4, [0, 3, 6, 9]),
        (10, 1, 4, [0, 4, 8, 10]),
        (100, 10, 5, [0, 30, 60, 90, 100]),
        (7, 1, 2, [0, 7]),
    ],
)
def test_moments_are_even_and_the_first_and_the_last_are_among_them(n_epochs, unit, most, numbers):
    assert of_training._epochs(n_epochs, unit, most)[0] == numbers


@each("n_epochs", [1, 199, 200, 201, 5000, 999_999])
def test_there_are_never_more_moments_than_allowed_and_seldom_half_of_them(n_epochs):
    numbers, step = of_training._epochs(n_epochs, 1, 200)

    assert len(numbers) <= 200
    assert len(numbers) > min(n_epochs, 98)
    assert set(np.diff(numbers[:-1]).tolist()) <= {step}


def test_a_film_has_a_frame_for_each_epoch_and_one_before(film, frames_of):
    made = film(epochs=4, what="boundary")

    assert made.n_frames == 5
    frames = frames_of(made.path)
    assert len(frames) == 5
    assert frames[0].shape[1::-1] == made.size
    assert max(made.size) == 200
    assert made.n_bytes == made.path.stat().st_size
    assert made.dropped == ""


def test_what_is_left_out_is_said(film):
    made = film(epochs=20, max_frames=3)

    assert made.n_frames == 3
    assert "every 10th epoch: 3 of 21 moments" in str(made)


def test_a_film_for_which_every_so_many_epochs_are_asked_drops_nothing(film):
    made = film(epochs=20, every=10)

    assert made.n_frames == 3
    assert made.dropped == ""


def test_a_film_keeps_to_its_size_and_says_at_what_price(film):
    made = film(epochs=8, max_size=8_000)

    assert made.path.stat().st_size <= 8_000
    assert "to keep to 8kB" in made.dropped


def test_frames_say_epoch_and_loss_and_hold_the_parameters_of_the_training(film, net, monkeypatch):
    seen = sights_of(monkeypatch)

    film(epochs=4, every=2)

    twin = net.copy()
    options = {"optimizer": SGD(0.5), "loss": "binary_cross_entropy"}
    for sight, epochs in zip(seen, (0, 2, 4), strict=True):
        assert sight.subtitle.startswith(
            f"after {epochs} of 4 epochs, loss 0." if epochs else "before training, loss 0."
        )
        assert sight.subtitle.endswith("; sample 0")
        assert sight.parameters.tolist() == twin.parameters().tolist()
        assert sight.sample_values.outputs["o1"] == pytest.approx(twin.predict(X)[0, 0], rel=1e-12)
        train(twin, X, T, epochs=2, **options)


def test_a_film_of_deltas_walks_its_sample(film, monkeypatch):
    seen = sights_of(monkeypatch)

    film(epochs=1, sample=3, show=("weights", "deltas"))

    assert seen[0].sample_values.sample == (1.0, 1.0)
    assert set(seen[0].sample_values.deltas) == {"h1", "h2", "o1"}


def test_the_network_that_is_given_is_not_changed(film, net):
    before = net.parameters().tolist()

    film()

    assert net.parameters().tolist() == before


def test_the_same_training_is_the_same_bytes(film):
    one, other = film(1, "a.gif", what="both"), film(1, "b.gif", what="both")

    assert one.path.read_bytes() == other.path.read_bytes()
    assert one.n_frames == 2


def test_a_boundary_has_the_same_axes_and_colours_in_all_frames(tmp_path, frames_of):
    net = Network("plane", seed=1)  # its answers become much larger
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="identity")
    net.connect("x", "o", weights=[[9.0], [0.0]])

    made = animate(net, X, T, tmp_path / "a.gif", what="boundary", size=300, epochs=8, every=4,
                   optimizer=SGD(0.5))  # fmt: skip

    first, *_, last = (frame[40:] for frame in frames_of(made.path))  # the title is above
    assert np.array_equal(first[:, :30], last[:, :30])  # the axis
    assert np.array_equal(first[:, -40:], last[:, -40:])  # the scale of colours
    assert not np.array_equal(first, last)


@pytest.mark.slow
def test_classes_have_boundaries_too(tmp_path):
    net = Network("three", seed=1)
    net.add_layer("x", 2)
    net.add_layer("o", 3, activation="softmax")
    net.connect("x", "o")

    made = animate(net, X, np.array([0, 1, 2, 1]), tmp_path / "a.gif", what="both", size=300,
                   optimizer=SGD(1.0), loss="cross_entropy", epochs=2)  # fmt: skip

    assert made.n_frames == 3


def test_a_training_that_diverges_is_filmed_up_to_there(tmp_path, frames_of):
    line = Network("line")
    line.add_layer("x", 1)
    line.add_layer("o", 1, activation="identity")
    line.connect("x", "o", weight=1.0)

    made = animate(line, [[1e30]], [[0.0]], tmp_path / "a.gif", size=200, optimizer=SGD(1.0),
                   epochs=60)  # fmt: skip

    assert "finite numbers" in made.diverged
    assert len(frames_of(made.path)) == made.n_frames < 20


def test_whoever_wants_can_watch_the_making(net, tmp_path):
    filming = film_training(net, X, T, Look(size=200), Options(epochs=3, optimizer=SGD(0.5)))

    turns = sum(1 for _ in filming)

    assert turns == filming.n_steps == 8  # four moments, four frames
    assert filming.save(tmp_path / "a.gif").n_frames == 4


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"name": "a.avi"}, InvalidValueError, "no film that can be made, got the ending '.avi'"),
        ({"what": "movie"}, UnknownNameError, "unknown kind of film 'movie'"),
        ({"every": 0}, InvalidValueError, "every: got 0; expected a whole number from 1"),
        ({"sample": 4}, InvalidValueError, "sample: got 4; expected a whole number from 0 to 3"),
        ({"size": 50}, InvalidValueError, "size: got 50; expected a whole number from 100"),
        ({"max_frames": 1}, InvalidValueError, "max_frames: got 1; expected"),
        ({"max_size": 10}, InvalidValueError, "max_size: got 10; expected at least 1000 bytes"),
        ({"fps": 0}, InvalidValueError, "fps: got 0; expected a number from 0.05 to 50"),
        ({"theme": "night"}, UnknownNameError, "unknown theme 'night'"),
        ({"show": ("wieghts",)}, UnknownNameError, "unknown thing to show 'wieghts'"),
    ],
)
def test_what_cannot_be_filmed_is_refused(film, options, kind, words):
    with pytest.raises(kind) as caught:
        film(1, **options)

    assert words in str(caught.value)
    assert isinstance(caught.value, NeurosimError)


def test_a_boundary_wants_two_inputs(tmp_path):
    net = Network("three", seed=1)
    net.add_layer("x", 3)
    net.add_layer("o", 1)
    net.connect("x", "o")

    with pytest.raises(ShapeError, match="is over two inputs, got a network with 3"):
        animate(net, np.ones((1, 3)), np.ones((1, 1)), tmp_path / "a.gif", what="both",
                optimizer=SGD(0.1), epochs=1)  # fmt: skip


def test_a_film_that_is_there_is_replaced_only_when_asked(film, tmp_path):
    (tmp_path / "a.gif").write_text("mine")

    with pytest.raises(FileError, match="exists"):
        film(1)
    assert (tmp_path / "a.gif").read_text() == "mine"
    assert film(1, overwrite=True).n_frames == 2


def test_numbers_of_an_order_have_their_endings():
    assert [ordinal(n) for n in (1, 2, 3, 13, 22, 1001)] == [
        "1st", "2nd", "3rd", "13th", "22nd", "1,001st",
    ]  # fmt: skip


def test_a_number_in_the_name_of_a_film_or_of_its_folder_is_no_place_for_frames():
    assert has_number("step-%02d.svg")
    assert has_number("a/%d.png")
    assert not has_number("50%done.gif")
    assert not has_number("50%done/step.svg")
