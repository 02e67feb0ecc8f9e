"""An optimizer of one's own: a subclass that overrides the rule is honoured by every engine."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError
from neurosim.training import CompiledEngine
from neurosim.training.state import start_state
from neurosim.training.task import make_task


class Signed(ns.SGD):
    """w = w - rate sign(g)."""

    def scalar(self, w, g, memory, count, rate):
        return w - rate * ((g > 0.0) - (g < 0.0)), memory

    def array(self, w, g, memory, count, rate):
        w -= rate * np.sign(g)


def test_a_subclass_of_sgd_goes_by_its_own_rule(engine, line):
    ns.train(line, [[1.0]], [[8.0]], optimizer=Signed(0.25), epochs=3, engine=engine)

    assert line.parameters().tolist() == [0.75]  # SGD would move by 0.25 * 8 at first


def test_the_program_of_arrays_goes_by_it(line):
    task = make_task(line, [[1.0]], [[8.0]], optimizer=Signed(0.25))

    after, _ = CompiledEngine(task).advance(start_state(task, 1), epochs=3)

    assert after.parameters.tolist() == [0.75]


def test_a_rule_that_asks_its_own_rate_is_given_it(engine, line):
    class Fixed(Signed):
        def scalar(self, w, g, memory, count, rate):
            return w + self.learning_rate, memory

        def array(self, w, g, memory, count, rate):
            w += self.learning_rate

    ns.train(line, [[1.0]], [[8.0]], optimizer=Fixed(0.25), epochs=2, engine=engine)

    assert line.parameters().tolist() == [0.5]


def test_a_registered_rule_that_asks_its_own_rate_is_given_it(line):
    class Steady(Signed):
        name = "steady"

        def scalar(self, w, g, memory, count, rate):
            return w + self.learning_rate, memory

        def array(self, w, g, memory, count, rate):
            w += self.learning_rate

    ns.register_optimizer(Steady)
    try:
        task = make_task(line, [[1.0]], [[8.0]], optimizer=Steady(0.25))
        after, _ = CompiledEngine(task).advance(start_state(task, 1), epochs=2)
    finally:
        ns.unregister_optimizer("steady")

    assert after.parameters.tolist() == [0.5]


def test_where_the_scalar_form_alone_is_overridden_arrays_go_by_it(line):
    class Halved(ns.SGD):
        def scalar(self, w, g, memory, count, rate):
            return super().scalar(w, 0.5 * g, memory, count, rate)

    task = make_task(line, [[1.0]], [[8.0]], optimizer=Halved(0.25))

    after, _ = CompiledEngine(task).advance(start_state(task, 1), epochs=1)

    assert after.parameters.tolist() == [1.0]  # 0.25 * 8 / 2


def test_where_the_array_form_alone_is_overridden_it_may_not_be_another_rule(engine, line):
    class Arrays(ns.SGD):
        def array(self, w, g, memory, count, rate):
            w -= rate

    with pytest.raises(InvalidValueError, match="optimizer Arrays: the array form differs"):
        ns.train(line, [[1.0]], [[8.0]], optimizer=Arrays(0.25), epochs=1, engine=engine)
