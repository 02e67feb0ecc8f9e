"""A run: its stretches are the epochs of training, its ending is told, its result is data."""

import json
import math

import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.scenario import load_scenario, read_scenario, run_scenario, start_run
from neurosim.training import evaluate_loss

LONG = (("epochs: 4", "epochs: 700"), ("{epoch: 0,", "{epoch: 123,"))
DIVERGING = (
    ("binary_cross_entropy", "half_squared_error"),
    ("sigmoid", "identity"),
    ("epochs: 4", "epochs: 2000"),
    ("learning_rate: 1}", "learning_rate: 99}"),
    ("{epoch: 0,", "{epoch: 5,"),
)


def test_a_run_is_the_training_that_the_trainer_does_to_the_last_bit(run, load, small, engine):
    made = load(small(*LONG))

    history = ns.train(
        made.network, *made.data.train, engine=engine, seed=1, **made.training.options()
    )
    result = run(small(*LONG), engine=engine)

    assert [record.loss for record in result.history] == list(history.loss)
    assert [record.epoch for record in result.history] == list(range(700))
    assert result.network.parameters().tolist() == made.network.parameters().tolist()


def test_shuffled_batches_go_on_from_stretch_to_stretch(run, load, small):
    text = small(
        ("epochs: 4", "epochs: 60\n  batch_size: 3\n  shuffle: true\n  metrics: [accuracy]"),
        ("training:", "  split: {validation: 0.25}\ntraining:"),
        ("{epoch: 0,", "{epoch: 7,"),
    )
    made = load(text)

    epochs = ns.epochs(
        made.network,
        *made.data.train,
        seed=1,
        validation=made.data.validation,
        **made.training.options(),
    )
    result = run(text)

    assert [(e.loss, e.validation_loss, dict(e.metrics)) for e in epochs] == [
        (r.loss, r.validation_loss, r.metrics) for r in result.history
    ]


def test_it_goes_in_few_stretches_and_stops_where_something_is_expected(small, write, monkeypatch):
    lengths = []

    watch = ns.Training.watch

    def noted(training, n):
        lengths.append(n)
        return watch(training, n)

    monkeypatch.setattr(ns.Training, "watch", noted)
    result = start_run(write(small(*LONG))).result()

    assert result.epochs == 700
    assert sum(lengths) == 700
    assert 123 in [sum(lengths[:count]) for count in range(len(lengths))]
    assert len(lengths) < 40  # of about a tenth of a second each


def test_iterating_yields_stretches_and_the_result_does_what_is_left(small, write):
    run = start_run(write(small()))

    first = next(iter(run))
    result = run.result()

    assert (first.first, len(first)) == (0, 1)
    assert list(first) == [result.history[0]]
    assert result.epochs == len(result.history) == run.n_epochs == 4
    assert result is run.result()


def test_a_training_that_diverges_keeps_its_whole_epochs_and_says_where(run, load, small, engine):
    made = load(small(*DIVERGING))
    losses = []
    with pytest.raises(ns.DivergedError) as caught:
        losses.extend(
            epoch.loss
            for epoch in ns.epochs(
                made.network, *made.data.train, engine=engine, **made.training.options()
            )
        )

    result = run(small(*DIVERGING), engine=engine)

    assert result.status == "diverged"
    assert result.message == str(caught.value)
    assert result.message.startswith(f"epoch {len(losses)}, batch 0: not finite")
    assert [record.loss for record in result.history] == losses
    assert result.epochs == len(losses) > 50
    assert [verdict.actual is None for verdict in result.expectations] == [False, True]
    assert str(result.expectations[1]).startswith("not met: loss: got None; expected below 1")


def test_the_scenarios_own_network_is_not_changed(load, small):
    from neurosim.scenario import Run

    made = load(small())
    before = made.network.parameters().tolist()

    result = Run(made).result()

    assert made.network.parameters().tolist() == before
    assert result.network.parameters().tolist() != before


def test_a_missing_package_skips_a_scenario_and_counts_as_passed(run, small, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    before, _, rest = small().partition("data:")
    data = "data: {dataset: {name: moons}}\n"

    result = run(f"{before}{data}training:{rest.partition('training:')[2]}")

    assert result.status == "skipped"
    assert result.passed
    assert "scikit-learn, which is not installed" in result.message
    assert result.to_dict()["message"] == result.message


def test_the_table_is_the_first_16_rows_with_the_names_of_its_columns(run, small):
    rows = [[k, 0] for k in range(40)]
    text = small(
        ("[[0, 0], [0, 1], [1, 0], [1, 1]]", str(rows)), ("[[0], [1], [1], [1]]", str([0, 1] * 20))
    )

    result = run(text)

    assert (len(result.table), result.n_rows) == (16, 40)
    assert (result.input_names, result.output_names) == (("a", "b"), ("o1",))
    assert [row.inputs for row in result.table] == [(k, 0.0) for k in range(16)]
    assert result.table[3].targets == (1.0,)
    assert result.table[3].outputs == pytest.approx(
        tuple(result.network.predict([[3, 0]])[0]), rel=1e-14
    )


def test_without_data_the_table_is_of_the_samples_that_something_is_expected_of(run, two_two_one):
    result = run(two_two_one())

    assert [(row.inputs, row.targets) for row in result.table] == [((2.0, 3.0), None)]
    assert result.loss == (None, None)


def test_the_result_as_json_holds_every_float_exactly(run, small):
    result = run(small())

    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))

    assert list(document) == [
        "scenario", "path", "status", "engine", "program", "exact", "epochs", "loss", "parameters",
        "expectations",
        "versions", "blas", "warnings", "seconds",
    ]  # fmt: skip
    assert document["loss"] == {"first": result.loss.first, "last": result.loss.last}
    assert document["parameters"]["weights"]["a->o1"] == result.network["a", "o1"].weight
    assert document["parameters"]["biases"] == {"o1": result.network["o1"].bias}
    assert document["expectations"][0] == {
        "what": "loss before training",
        "expected": "above 0.3",
        "actual": result.expectations[0].actual,
        "tolerance": None,
        "passed": True,
    }
    assert set(document["versions"]) == {"neurosim", "python", "numpy"}


def test_what_is_not_finite_is_null_in_json(run, small):
    result = run(small(*DIVERGING, ("{loss: {below: 1}}", "{epoch: 2000, bias: o1, below: 1}")))

    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert document["status"] == "diverged"
    assert not math.isfinite(result.loss.last)
    assert document["loss"]["last"] is None


def test_a_result_is_a_line(run, small):
    assert str(run(small())) == "Either or both: passed, 2 of 2 expectations met"


@pytest.mark.parametrize("given", [None, 123, b"x", ["xor"]])
@pytest.mark.parametrize("read", [load_scenario, run_scenario, start_run, read_scenario])
def test_what_is_no_path_is_told(read, given):
    with pytest.raises(WrongTypeError, match=r"path: wrong type, got .*; expected text or a path"):
        read(given)


@pytest.mark.parametrize("name", ["n" * 5000, f"{'n' * 5000}.yaml"])
def test_a_name_of_thousands_of_letters_is_told_shortly(name):
    with pytest.raises(ns.NeurosimError) as caught:
        load_scenario(name)

    assert len(str(caught.value)) < 400


def test_a_title_of_several_lines_is_one_line_of_the_result(run, small):
    assert str(run(small(("Either or both", '"two\\nlines"')))).startswith("two lines: passed")


@pytest.mark.slow
def test_the_losses_of_a_run_in_single_precision_are_measured_in_double():
    scenario = load_scenario("xor")

    run = run_scenario("xor", overrides=["training.precision=single"])

    X, T = scenario.data.train
    assert run.loss.last == evaluate_loss(run.network, X, T, **scenario.measure)


def test_a_loaded_scenario_runs_as_its_file_does():
    scenario = ns.load_scenario("two-two-one")
    before = scenario.network.parameters().tolist()

    assert ns.run_scenario(scenario).loss == ns.run_scenario("two-two-one").loss
    assert scenario.network.parameters().tolist() == before
    with pytest.raises(InvalidValueError, match="seed: got 3 for a scenario that is loaded"):
        ns.run_scenario(scenario, seed=3)


EARLY = (
    ("epochs: 4", "epochs: 300\n  early_stopping: {patience: 3}\n  shuffle: true"),
    ("training:", "  split: {validation: 0.25}\ntraining:"),
    ("learning_rate: 1}", "learning_rate: 9}"),
    ("expect:", "expect:\n  - {loss.last: {below: 9}}\n  - {loss.best: {below: 9}}"),
)


def test_a_run_that_stops_early_is_judged_with_its_best_parameters(run, load, small, engine):
    made = load(small(*EARLY))
    options = made.training.options() | {"validation": made.data.validation, "seed": 1}

    history = ns.train(made.network, *made.data.train, engine=engine, **options)
    result = run(small(*EARLY), engine=engine)

    assert result.network.parameters().tolist() == made.network.parameters().tolist()
    assert (result.epochs, result.best_epoch) == (len(history.loss), history.best_epoch)
    assert result.stopped == history.stopped
    last, best = result.expectations[:2]
    training = ns.Training(made.network, *made.data.train, optimizer=ns.SGD(1.0),
                           loss=made.training.loss, engine=engine)  # fmt: skip
    assert (last.what, best.what) == ("loss after the last epoch", "loss with the best parameters")
    assert best.actual == training.loss() == result.best_loss
    assert last.actual == result.loss.last
    document = result.to_dict()
    assert document["best_epoch"] == history.best_epoch
    assert document["stopped"] == history.stopped
    assert document["loss"] == {
        "first": result.loss.first,
        "last": last.actual,
        "best": best.actual,
    }


def test_a_run_that_was_not_stopped_says_nothing_of_it(run, small):
    document = run(small()).to_dict()

    assert not {"stopped", "best_epoch"} & set(document)
    assert set(document["loss"]) == {"first", "last"}


def test_the_records_of_a_run_have_the_rate_of_their_epoch(run, small):
    text = small(("epochs: 4", "epochs: 4\n  schedule: {step: {every: 2, factor: 0.5}}"))

    assert [record.rate for record in run(text).history] == [1.0, 1.0, 0.5, 0.5]


def test_the_records_of_a_run_have_its_norms_where_they_are_asked_for(run, load, small, engine):
    text = small(("epochs: 4", "epochs: 4\n  norms: true"))
    made = load(text)

    history = ns.train(
        made.network, *made.data.train, engine=engine, seed=1, **made.training.options()
    )
    records = [record.to_dict() for record in run(text, engine=engine).history]

    assert [record["gradient_norm"] for record in records] == list(history.gradient_norm)
    assert [record["update_ratio"] for record in records] == list(history.update_ratio)
    assert "gradient_norm" not in run(small()).history[0].to_dict()


def test_a_time_limit_may_be_over_before_the_first_epoch():
    result = run_scenario("rgu-worksheet", overrides={"training.time_limit": 1e-9})

    assert result.stopped.startswith("time limit")
    assert result.loss.last == result.loss.first
