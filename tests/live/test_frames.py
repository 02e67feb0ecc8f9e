"""How often a training that runs is shown."""

import pytest

from neurosim.live.frames import FrameTimes


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(("cost", "expected"), [(0.0, 300), (0.002, 300), (0.1, 10)])
def test_there_are_at_most_30_frames_a_second_and_they_take_at_most_their_share(cost, expected):
    clock = Clock()
    frames = FrameTimes(clock)
    count = 0

    def make():
        clock.now += cost
        return "a frame"

    frames.begin()
    while clock.now < 10.0:
        if frames.is_due:
            frames.next(make)
            count += 1
        clock.now += 0.0005

    assert 0.97 * expected <= count <= 1.03 * expected + 1
    assert count * cost <= 0.11 * clock.now


def test_a_move_that_ends_within_the_time_of_a_frame_shows_its_end_alone():
    clock = Clock()
    frames = FrameTimes(clock)
    frames.begin()

    clock.now = 0.03
    assert not frames.is_due
    clock.now = 0.034
    assert frames.is_due
