"""Films of a pass: each moment, what is marked in it, and what stands there already."""

import pytest

from neurosim import SGD, debug
from neurosim.drawing.film import of_pass
from neurosim.drawing.film.film import Look
from neurosim.drawing.film.of_pass import film_pass
from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.network import Network

pytestmark = pytest.mark.slow


@pytest.fixture
def session():
    """``session(batch_size)``: x1 -> h1 -> o1, two samples."""

    def session(batch_size=1, epochs=2):
        net = Network("chain")
        net.add_layer("x", 1)
        net.add_layer("h", 1, activation="identity", bias=None)
        net.add_layer("o", 1, activation="identity", bias=None)
        net.connect("x1", "h1", weight=2.0)
        net.connect("h1", "o1", weight=3.0)
        return debug(net, [[1.0], [2.0]], [[5.0], [5.0]], optimizer=SGD(0.1), epochs=epochs,
                     batch_size=batch_size)  # fmt: skip

    return session


def sights(session, *, epoch=0, sample=0, grain="neuron"):
    moments = list(of_pass._moments(session, epoch, sample, grain))
    wanted = range(len(moments))
    show = ("weights", "outputs", "deltas")
    return list(
        of_pass._sights(
            session, of_pass._moments(session, epoch, sample, grain), wanted, show, grain
        )
    )


def test_a_pass_goes_neuron_by_neuron_forward_back_and_to_the_update(session):
    found = sights(session())

    marked = [(sorted(s.marks.neurons), sorted(s.marks.connections)) for s in found]
    assert [neurons for neurons, _ in marked[:4]] == [["x1"], ["h1"], ["o1"], ["o1"]]
    assert marked[-1] == ([], [])
    assert ", forward, step 0 of" in found[0].subtitle
    assert found[-1].subtitle == "epoch 0, sample 0: the pass is over, the update made"


def test_the_caption_is_the_arithmetic_of_what_was_done(session):
    captions = [sight.subtitle for sight in sights(session())]

    assert captions[:4] == [
        "epoch 0, sample 0, forward, step 0 of 16: nothing is done yet",
        "epoch 0, sample 0, forward:\nx1 = 1",
        "epoch 0, sample 0, forward:\nh1: net = 2*1 = 2\nh1 = identity(2) = 2",
        "epoch 0, sample 0, forward:\no1: net = 3*2 = 6\no1 = identity(6) = 6",
    ]
    assert captions[4].startswith("epoch 0, sample 0, loss:\nL = ")
    assert "\nh1: dL/dh1 = 3*1 = 3\n" in captions[6]
    assert captions[-2] == "epoch 0, sample 0, update:\nw(h1->o1) = 3 - 0.1*2 = 2.8"


def test_a_caption_has_as_many_lines_as_can_be_read():
    net = Network("wide")
    net.add_layer("x", 9)
    net.add_layer("o", 1, activation="identity")
    net.connect(net.layer("x"), net.layer("o"), seed=0)
    session = debug(net, [[1.0] * 9], [[5.0]], optimizer=SGD(0.1), epochs=1)

    captions = [sight.subtitle.split("\n")[1:] for sight in sights(session)]

    assert max(map(len, captions)) == 6
    assert captions[-2][-1] == "... 5 more lines"


def test_a_frame_is_long_enough_to_be_read(session, tmp_path):
    from PIL import Image

    made = film_pass(session(), Look(size=200)).save(tmp_path / "a.gif")

    with Image.open(made.path) as film:
        assert film.info["duration"] >= 1400


def test_values_stand_there_from_the_moment_they_are_known(session):
    found = sights(session())

    outputs = [sight.sample_values.outputs for sight in found[:4]]
    assert outputs == [{}, {"x1": 1.0}, {"x1": 1.0, "h1": 2.0}, {"x1": 1.0, "h1": 2.0, "o1": 6.0}]
    assert found[3].sample_values.loss is None
    assert found[4].sample_values.loss == 0.5
    assert found[4].sample_values.deltas == {}
    assert found[-1].sample_values.deltas == {"o1": 1.0, "h1": 3.0}


@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_frame_has_no_number_of_another_sample(session, batch_size):
    of_second = sights(session(batch_size), sample=1)
    of_first = sights(session(batch_size), sample=0)

    first = of_second[0].sample_values
    assert (first.outputs, first.deltas, first.loss, first.targets) == ({}, {}, None, {"o1": 5.0})
    for sight in of_first:
        assert sight.sample_values.outputs.get("x1", 1.0) == 1.0
        assert sight.sample_values.deltas.get("o1", 1.0) == 1.0
        assert sight.sample_values.loss in (None, 0.5)
    assert of_first[-1].sample_values.loss == 0.5


def test_by_layers_a_whole_layer_is_about_to_happen():
    net = Network("two")
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="tanh")
    net.connect(net.layer("x"), net.layer("h"), seed=0)
    session = debug(net, [[1.0, 2.0]], [[5.0, 5.0]], optimizer=SGD(0.1), epochs=1)

    found = sights(session, grain="layer")

    assert [sorted(sight.marks.neurons) for sight in found[:2]] == [["x1", "x2"], ["h1", "h2"]]
    assert found[2].subtitle.count("tanh(") == 2


def test_the_last_frame_has_the_weights_after_the_update(session):
    found = sights(session())

    assert found[0].parameters.tolist() == [2.0, 3.0]
    assert found[-1].parameters.tolist() == pytest.approx([1.7, 2.8], abs=1e-15)  # 3*1, 1*2


def test_of_a_batch_one_sample_is_seen_and_then_the_update_of_all(session):
    found = sights(session(batch_size=2))

    phases = [sight.subtitle.split(", ")[2].split(":")[0] for sight in found[:-1]]
    assert list(dict.fromkeys(phases)) == ["forward", "loss", "backward", "update"]
    assert found[-1].parameters[0] != 2.0


def test_a_later_epoch_and_sample_can_be_chosen(session):
    found = sights(session(), epoch=1, sample=1)

    assert found[0].subtitle.startswith("epoch 1, sample 1, forward, step 0")
    assert found[1].sample_values.outputs["x1"] == 2.0
    assert found[-1].subtitle.startswith("epoch 1, sample 1: the pass is over")


@pytest.mark.parametrize("grain", [pytest.param("step", marks=pytest.mark.slow), "neuron", "layer"])
def test_a_film_of_a_pass_has_a_frame_for_each_moment(session, tmp_path, frames_of, grain):
    made = film_pass(session(), Look(size=200), grain=grain).save(tmp_path / "a.gif")

    n_moments = len(sights(session(), grain=grain))
    assert len(frames_of(made.path)) == made.n_frames == n_moments >= 8


def test_many_steps_are_thinned_and_that_is_said(session, tmp_path):
    look = Look(size=200, max_frames=4)

    made = film_pass(session(), look, grain="step").save(tmp_path / "a.gif")

    assert made.n_frames <= 4
    assert " step: " in made.dropped
    assert "moments" in made.dropped


def test_a_pass_has_no_boundary_and_no_other_grains(session):
    with pytest.raises(InvalidValueError, match="a pass has no boundary"):
        film_pass(session(), Look(what="boundary"))
    with pytest.raises(UnknownNameError, match="unknown grain 'epoch'"):
        film_pass(session(), grain="epoch")
    with pytest.raises(InvalidValueError, match="sample"):
        film_pass(session(), sample=7)
