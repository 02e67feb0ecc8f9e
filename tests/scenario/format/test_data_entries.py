"""Rows from here and there: inline, CSV, npz and known sets; divided, and scaled."""

import numpy as np
import pytest

from neurosim.errors import MissingExtraError
from neurosim.network.scaling import Scaling

CSV = "w,h,kind\n1,10,b\n3,30,a\n2,20,b\n4,40,a\n"


@pytest.fixture
def with_data(small):
    """The small scenario (2 inputs, 1 output) with these lines below ``data:``."""

    def with_data(lines, n_out=1):
        before, _, rest = small(("neurons: 1,", f"neurons: {n_out},")).partition("data:")
        return f"{before}data:\n  {lines}\ntraining:{rest.partition('training:')[2]}"

    return with_data


@pytest.fixture
def csv(tmp_path):
    (tmp_path / "d.csv").write_text(CSV)


@pytest.mark.parametrize(
    ("targets", "n_out", "T"),
    [
        ("[[0], [1]]", 1, [[0], [1]]),
        ("[0, 1]", 1, [[0], [1]]),
        ("[1, 0]", 2, [[0, 1], [1, 0]]),
        ("[[0, 1], [1, 1]]", 2, [[0, 1], [1, 1]]),
    ],
)
def test_inline_targets_are_numbers_or_classes(load, with_data, targets, n_out, T):
    made = load(with_data(f"inputs: [[1, 2], [3, 4]]\n  targets: {targets}", n_out))

    assert made.inputs.tolist() == [[1, 2], [3, 4]]
    assert made.targets.tolist() == T


@pytest.mark.usefixtures("csv")
@pytest.mark.parametrize(
    ("lines", "n_out", "T"),
    [
        ("classes: kind}", 1, [[1], [0], [1], [0]]),  # a and b become 0 and 1
        ("classes: kind}", 2, [[0, 1], [1, 0], [0, 1], [1, 0]]),
        ("classes: kind}\n  encoding: one_hot", 2, [[0, 1], [1, 0], [0, 1], [1, 0]]),
    ],
)
def test_a_csv_file_gives_columns_and_classes(load, with_data, lines, n_out, T):
    made = load(with_data(f"csv: {{path: d.csv, inputs: [h, w], {lines}", n_out))

    assert made.inputs.tolist() == [[10, 1], [30, 3], [20, 2], [40, 4]]
    assert made.targets.tolist() == T
    assert made.data.input_names == ("h", "w")
    assert made.data.class_names == ("a", "b")


@pytest.mark.usefixtures("csv")
def test_signs_are_what_the_hinge_loss_takes(load, with_data):
    lines = "csv: {path: d.csv, inputs: [h, w], classes: kind}\n  encoding: signs"

    made = load(with_data(lines).replace("binary_cross_entropy", "hinge"))

    assert made.targets.tolist() == [[1], [-1], [1], [-1]]


@pytest.mark.usefixtures("csv")
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "csv: {path: d.csv, inputs: [w, hh], targets: [w]}",
            "s.yaml:9:8: data.csv: d.csv: no column 'hh'; the file has 'w', 'h', 'kind'"
            " (did you mean 'h'?)",
        ),
        (
            "csv: {path: d.csv, inputs: [w, h], targets: [kind]}",
            "s.yaml:9:8: data.csv: d.csv:2: column 'kind': no finite number in any row,"
            " got 'b' first; expected numbers, or classes: kind",
        ),
        (
            "csv: {path: d.csv, inputs: [w], classes: kind}",
            "s.yaml:9:8: data.csv: wrong shape, got 1 inputs, 'w'; expected 2, as the network has",
        ),
        (
            "csv: {path: d.csv, inputs: [w, h]}",
            "s.yaml:9:8: data.csv: targets or classes, got neither; expected one of the two",
        ),
        (
            "csv: {path: d.cvs, inputs: [w, h], classes: kind}",
            "s.yaml:9:15: data.csv.path: 'd.cvs': no such file in '.' (did you mean 'd.csv'?)",
        ),
        (
            "csv: {path: ../d.csv, inputs: [w, h], classes: kind}",
            "s.yaml:9:15: data.csv.path: '../d.csv': leads out of the folder '.';"
            " expected one inside",
        ),
        (
            "csv: {path: /etc/passwd, inputs: [w, h], classes: kind}",
            "s.yaml:9:15: data.csv.path: '/etc/passwd': leads out of the folder '.';"
            " expected one inside",
        ),
        (
            "csv: {path: d.csv, inputs: w, classes: kind}",
            "data.csv: inputs: no columns, got 'w'; expected a list of columns, all, or all but"
            " COLUMN",
        ),
        (
            "csv: {path: d.csv, inputs: all, classes: kind, delimiter: ab}",
            "s.yaml:9:8: data.csv: delimiter: got 'ab'; expected one character such as ',' or ';',"
            " or tab, or blanks",
        ),
        (
            "csv: {path: d.csv, inputs: all, classes: kind, missing: mean}\n  stream: true",
            "data: stream: got csv.missing: mean beside it, which needs all rows; expected one",
        ),
        (
            "npz: {path: d.csv}",
            "s.yaml:9:8: data.npz: d.csv: no npz file, file is not a zip file",
        ),
        (
            "dataset: {name: xr}",
            "(did you mean 'xor'?)",
        ),
        (
            "dataset: {name: spirals, row: 3}",
            "s.yaml:9:28: data.dataset.row: unknown key, got 'row'; expected one of name, rows,"
            " classes, turns, noise (did you mean 'rows'?)",
        ),
        (
            "dataset: {name: spirals, rows: 1}",
            "s.yaml:9:12: data.dataset: spirals rows: out of range, got 1; expected 2 to 1000000",
        ),
        (
            "dataset: {name: xor}\n  csv: {path: d.csv}",
            "s.yaml:10:3: data: more than one source of rows, got dataset and csv;"
            " expected one of inputs, targets, csv, npz, dataset",
        ),
        (
            "dataset: {name: xor}\n  split: {test: 0.5, validation: 0.5}",
            "s.yaml:10:10: data.split: nothing is left to train on, got 1 in all; expected below 1",
        ),
        (
            "dataset: {name: xor}\n  split: {test: 0.1}",
            "s.yaml:10:10: data.split: test: no rows, got 0.1 of 4; expected a larger fraction",
        ),
        (
            "dataset: {name: xor}\n  scale: standrd",
            "s.yaml:10:10: data.scale: unknown scale, got 'standrd'; expected one of standard,"
            " minmax (did you mean 'standard'?)",
        ),
    ],
)
def test_rows_that_cannot_be_had_are_told_at_their_entry(
    complaints, with_data, tmp_path, lines, message
):
    (line,) = complaints(with_data(lines))

    assert line.replace(repr(str(tmp_path)), "'.'").endswith(message)


def test_a_link_that_leads_out_of_the_folder_is_refused(complaints, with_data, tmp_path):
    (tmp_path.parent / "outside.csv").write_text(CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path.parent / "outside.csv")

    (line,) = complaints(with_data("csv: {path: link.csv, inputs: [w, h], classes: kind}"))

    assert "data.csv.path: 'link.csv': leads out of the folder" in line


def test_a_link_inside_of_the_folder_and_a_file_below_it_are_fine(load, with_data, tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "d.csv").write_text(CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path / "below" / "d.csv")

    for path in ("below/d.csv", "link.csv", "below/../link.csv"):
        made = load(with_data(f"csv: {{path: {path}, inputs: [w, h], classes: kind}}"))
        assert len(made.inputs) == 4


def test_an_npz_file_gives_arrays_by_name(load, with_data, tmp_path):
    np.savez(tmp_path / "d.npz", X=[[1, 2], [3, 4]], T=[[0.0], [1.0]], other=[0, 1])

    by_default = load(with_data("npz: {path: d.npz}"))
    by_name = load(with_data("npz: {path: d.npz, inputs: X, targets: other}"))

    assert by_default.inputs.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert by_default.targets.tolist() == by_name.targets.tolist() == [[0.0], [1.0]]


def test_an_npz_file_of_objects_is_refused(complaints, with_data, tmp_path):
    np.savez(tmp_path / "d.npz", X=np.array([{}, {}], dtype=object), T=[0, 1])

    (line,) = complaints(with_data("npz: {path: d.npz}"))

    assert "array 'X': no numbers, got" in line


def test_a_dataset_is_made_from_the_seed_and_from_its_options(load, with_data):
    lines = "dataset: {name: spirals, rows: 20, noise: 0.1}"

    first, again = load(with_data(lines)), load(with_data(lines))
    other = load(with_data(lines), overrides={"seed": 2})

    assert first.inputs.shape == (20, 2)
    assert first.inputs.tolist() == again.inputs.tolist()
    assert first.inputs.tolist() != other.inputs.tolist()


def test_a_dataset_whose_package_is_missing_says_what_to_install(load, with_data, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)

    with pytest.raises(MissingExtraError, match=r"scikit-learn, which is not installed"):
        load(with_data("dataset: {name: moons}"))


def test_rows_are_divided_by_the_seed_and_each_row_is_in_one_part(load, with_data):
    lines = "inputs: [[0,0],[1,0],[2,0],[3,0],[4,0],[5,0],[6,0],[7,0],[8,0],[9,0]]\n  targets: "
    text = with_data(f"{lines}{[0, 1] * 5}\n  split: {{validation: 0.2, test: 0.3}}")

    data = load(text).data

    parts = [data.part(name).X[:, 0].tolist() for name in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [5, 2, 3]
    assert sorted(sum(parts, [])) == list(range(10))  # noqa: RUF017 - three short lists
    assert load(text, overrides={"seed": 2}).inputs[:, 0].tolist() != parts[0]


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_inputs_are_scaled_by_the_training_rows_only(load, with_data, scale):
    rows = [[k, 100 * k * k] for k in range(10)]
    lines = f"inputs: {rows}\n  targets: {[0, 1] * 5}\n  split: {{test: 0.3}}"

    plain = load(with_data(lines))
    scaled = load(with_data(f"{lines}\n  scale: {scale}"))

    train = plain.inputs
    assert scaled.inputs.tolist() == train.tolist()  # the rows stay as they were measured
    if scale == "standard":
        offset, factor = train.mean(axis=0), train.std(axis=0)
    else:
        offset, factor = train.min(axis=0), np.ptp(train, axis=0)
    found = [neuron.scaling for neuron in scaled.network.inputs]
    assert [s.offset for s in found] == offset.tolist()
    assert [s.factor for s in found] == factor.tolist()


def test_targets_are_scaled_where_a_mapping_says_so(load, with_data):
    lines = "inputs: [[1, 2], [2, 5], [4, 9]]\n  targets: [17000, 21000, 19000]"

    made = load(
        with_data(f"{lines}\n  scale: {{targets: minmax}}").replace(
            "binary_cross_entropy", "half_squared_error"
        )
    )

    assert made.network.outputs[0].scaling == Scaling(17000, 4000)
    assert made.network.inputs[0].scaling is None
    assert made.targets.tolist() == [[17000], [21000], [19000]]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("inputs: [[1, 2], [2, 5]]\n  targets: [0, 1]\n  scale: {targets: standard}",
         "got scaled outputs; expected outputs"),
        ("csv: {path: d.csv, inputs: [w, h], classes: kind}\n  scale: {targets: standard}",
         "data.scale: targets: they are classes, got a scale 'standard'; expected numbers"),
        ("dataset: {name: xor}\n  scale: [standard]", "data.scale: "),
        ("dataset: {name: xor}\n  scale: {target: standard}", "did you mean 'targets'?"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_scaled_are_refused(complaints, with_data, tmp_path, lines, message):
    (tmp_path / "d.csv").write_text(CSV)
    (line,) = complaints(with_data(lines))

    assert message in line


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ("scale: standard", "s.yaml:10:10: data.scale: a: too large to be scaled"),
        ("split: {test: 0.1}", "s.yaml:10:10: data.split: test: no rows"),
        ("split: {test: 0.1}\n  scale: standard", "s.yaml:10:10: data.split: test: no rows"),
    ],
)
def test_what_is_wrong_with_the_scale_or_the_split_is_told_there(
    complaints, with_data, tmp_path, lines, path
):
    (tmp_path / "d.csv").write_text("a,b,t\n1e308,1,0\n-1e308,2,1\n")
    text = with_data(f"csv: {{path: d.csv, inputs: [a, b], targets: [t]}}\n  {lines}")

    (line,) = complaints(text)

    assert line.startswith(path)


def test_a_column_that_does_not_vary_is_scaled_to_zero_and_not_to_nan(load, with_data):
    lines = "inputs: [[1, 0.1], [2, 0.1]]\n  targets: [0, 1]\n  scale: standard"

    scenario = load(with_data(lines))

    net = scenario.network
    assert net.inputs_conversion.inner(scenario.inputs).tolist() == [[-1.0, 0.0], [1.0, 0.0]]
