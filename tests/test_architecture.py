"""The house keeps its floors: who may import whom, and the order in which the code is read.

The reading order is written here and nowhere else. A file imports only files that stand before it,
so there are no cycles; what is imported inside a function is listed, each with its reason.
"""

import ast
import functools
import re
from pathlib import Path

import pytest

import neurosim

ROOT = Path(neurosim.__file__).parent

# floor by floor, file by file; a folder's own name is its __init__, which hands names on
READING_ORDER = """
errors
version
files
pause
by_fields
process
regular
sizes
lazy
languages

functions: mapped numbers registry variants users activations aggregations losses optimizers
    sources arithmetic update_options penalties
functions.schedules: base shipped .
functions: initializers streams .

network: names parameter neuron connection layer datum
network.reshaping: adjacency
network: order
network.reshaping: levels
network: structure lookup randomness scaling edits document files
network.reshaping: selection pruning growth .
network.saved: columns parameters structured .
network: network .

interpreter: steps visits forward backward adjustments update .
kernel: build library fused checks wiring .
compiler: plan bundles costs planning choice operations program blas
compiler.array: text backward printer .
compiler.javascript: formulas module .
compiler: training_programs threads explain standalone compile .

training: parts
training.validation: . folds spread seeds
training.data: inside rows csv_file csv_dialect csv_cells
    csv_table csv_values csv_rows csv_inputs npz_file data made borrowed .
training: task_kind metrics
training.goals: class_weight heads weighing finding .
training.stopping: stops
training: options noise task state following
training.stopping: monitor .
training.engines: contract program graph array_program kernel_program
    side_by_side compiled table .
training: stretch_length progress export
training.course: past lazy_slot history divergence ahead .
training: training many
training.validation: apart cross_validation seed_runs learning_curve importance saliency
training.streaming: . batches stream
training: trainer evaluation agreement .

doors: layers perceptrons attributes graphs graph_files weights neat blocks traced
doors.onnx_models: forms structure write model_file own_models expressions patterns columns
    operators classic read .
doors: files torch_functions torch_module torch_trace pytorch .
sklearn

diagnosis: finding case cures
diagnosis.rules: . candidate units rows course layers
diagnosis: diagnose .

debugger.time: position snapshot engine_snapshot training_log journal timeline
debugger.stops: expressions conditions
debugger: wording
debugger.stops: epochs breakpoints locations row_notes screening runner .
debugger.time: grains
debugger: checks
debugger.time: moments
debugger.ask: description formulas parameters explain paths
debugger.time: replay .
debugger.ask: update_parts why doctor .
debugger.traces: trace file diff quantities hand_file worksheet bisect bisect_trace .
debugger: branches freezing arrival moving session opening .

drawing: pictures
drawing.page: themes pages .
drawing.geometry: measures levels items abridging images columns vertical_placement crossings
drawing.geometry.borrowed: . graphviz positions
drawing.geometry: layout detours routing turning labels spreading
drawing.diagram: scales sample_values
drawing.geometry: font .
drawing.diagram: texts glyphs marks bars captions legend diagram hovering
    canvas
drawing.diagram.painters: lines neurons boxes words .
drawing: drawing
drawing.plots: artists neuron_outputs history curves layer_statistics confusion input_grids
    boundary responses weights importance saliency learning_curve
drawing.plots: sweeps .
drawing: notebook
drawing.text: tex width chart dot mermaid canvas wires table diagram terminal tikz .
drawing.diagram: path_text differences .
drawing.film: scene response_stage painter encoder frame_files film of_training of_pass .
drawing: .

sheets: text recipes formulas judging marking variants worksheet planting pdf .
page: patterns columns units recording sources formulas path_texts contents playing picture
    markup maps quiz lesson .
live: frames fields moves commands document moment conversation guard tabs connections server
    watching still notebook .

scenario.format: node yaml_text entry initial_entry variant_entry network_entry data_entry
scenario.format.options: update_entries penalty_entry goal_entry schedule_entry edit_entry .
scenario.format: training_entry expect_entry draw_entry document problems overrides assign read
scenario.build: network labels rows check_edits check_effect check_expect check_draw shipped
scenario.build: epochs scenario .
scenario.doctor: keys
scenario.uses: compare epoch_cost debug write_network write starter seed memory
scenario.run: edits expect result
scenario.saved: manifest hold transaction packing checkpoints .
scenario.run: metrics_lines folder snapshot stretches moments run origin keeping wrong
scenario.doctor: trials gradients course cured .
scenario.sweeps: axes points table tasks folder workers
scenario.sweeps: sweep
scenario.sweeps: search
scenario.sweeps: .
scenario.uses: predict at_epoch named film learning_curve mark worksheet
scenario.run: pictures .
scenario.uses: gallery .
scenario.format: json_schema .
scenario: .

cli: output messages signals terminal imports overrides sizes
cli.commands.run: table report results
cli: saved
cli.commands.check: list_command schema agree bench doctor
cli.commands.share: compile
cli.commands.run: new predict
cli.commands.look: trace
cli.commands.check: .
cli.commands.look: plot forms draw diff help_command
cli.commands.share: animate gallery page mark worksheet lesson convert .
cli.commands.run: sweep tune
cli.commands.run: run .
cli.debugger: reply arguments state command moving stopping asking what_if table shell completion
    screen script prompt .
cli.commands.look: debug serve .
cli.commands: .
cli: main .
__main__
"""
FLOORS = [
    {"errors", "version", "files", "pause", "by_fields", "process", "regular", "sizes", "lazy"},
    {"languages"},
    {"functions"},
    {"network"}, {"interpreter", "kernel", "compiler"}, {"training"}, {"doors", "sklearn"},
    {"diagnosis"}, {"debugger", "drawing"}, {"sheets", "page", "live"}, {"scenario"},
    {"cli", "__main__"},
]  # fmt: skip

ASKED_FOR = {
    "sklearn",
    "doors.torch_functions",
    "doors.torch_module",
    "doors.torch_trace",
}  # modules that nobody inside imports, and that need their library whole
ONLY_IN = {  # who may import a library
    "networkx": {"network", "compiler", "doors", "drawing"},
    "matplotlib": {"drawing"},
    "PIL": {"drawing"},
    "yaml": {"scenario"},
    "yamlcore": {"scenario"},
    "pydantic": {"scenario"},
    "click": {"cli"},
    "rich": {"cli"},
    "cmd2": {"cli"},
    "joblib": {"scenario"},
    "filelock": {"scenario"},
    "distributed": {"scenario"},
    "optuna": {"scenario"},
    "onnx": {"doors"},
    "pandas": {"training"},
    "tensorboard": {"training"},
    "prompt_toolkit": {"cli"},
    "starlette": {"live"},
    "uvicorn": {"live"},
    "websockets": {"live"},
    "anywidget": {"live"},
}
LAZY = {  # what is imported inside a function, and why
    ("network.network", "interpreter.forward"): "Network.forward reaches up a floor on purpose",
    ("network.network", "compiler.compile"): "Network.predict reaches up a floor on purpose",
    ("network.structure", "networkx"): "only wanted for `Network.graph`; takes as long as NumPy",
    ("kernel.build", "argparse"): "only wanted to build; whoever loads the kernel reads this file",
    ("kernel.build", "subprocess"): "as above",
    ("kernel.build", "shutil"): "as above",
    ("functions.schedules.base", "functions.schedules.shipped"): "few trainings have a schedule",
    ("functions.mapped", "tempfile"): "only wanted for rows in files; takes 2% of a short program",
    ("network.saved.parameters", "zipfile"): "only wanted to read a file of arrays; as above",
    ("compiler.choice", "compiler.plan"): "few networks are large enough to need the plan",
    ("compiler.choice", "compiler.planning"): "as above",
    (
        "training.engines.compiled",
        "training.engines.array_program",
    ): "with all of the compiler only wanted where arrays serve",
    ("training.trainer", "training.validation.cross_validation"): "few trainings have folds",
    ("training.trainer", "training.validation.seed_runs"): "few trainings have several seeds",
    ("network.network", "doors.graphs"): "Network.to_networkx reaches up floors on purpose",
    ("network.network", "doors.weights"): "Network.weights reaches up floors on purpose",
    ("compiler.threads", "threadpoolctl"): "only wanted where a product is large enough",
    (
        "scenario.run.run",
        "scenario.run.moments",
    ): "only a look within an epoch waits for the debugger",
    ("scenario.build.shipped", "scenario.format.yaml_text"): "few titles need the parser",
    ("training.data.borrowed", "sklearn"): "an extra",
    ("drawing.geometry.borrowed.graphviz", "pygraphviz"): "an extra",
    (
        "drawing.film.encoder",
        "PIL.Image",
    ): "comes with matplotlib, and as that only wanted for pictures",
    ("drawing.film.encoder", "PIL.ImageColor"): "as PIL.Image",
    ("drawing.film.encoder", "imageio_ffmpeg"): "an extra",
    ("network.network", "drawing.notebook"): "a notebook's picture reaches up on purpose",
    ("network.network", "doors.perceptrons"): "Network.to_sklearn reaches up a floor on purpose",
    ("doors.perceptrons", "sklearn"): "an extra",
    ("doors.perceptrons", "sklearn.exceptions"): "as above",
    ("doors.perceptrons", "sklearn.neural_network"): "as above",
    ("doors.perceptrons", "sklearn.pipeline"): "as above",
    ("doors.perceptrons", "sklearn.preprocessing"): "as above",
    ("doors.perceptrons", "sklearn.utils.validation"): "as above",
    ("network.network", "doors.pytorch"): "Network.to_torch reaches up a floor on purpose",
    ("doors.pytorch", "torch"): "an extra",
    ("doors.pytorch", "doors.torch_module"): "needs the extra",
    ("doors.pytorch", "doors.torch_trace"): "as above",
    ("network.network", "doors.onnx_models.write"): "Network.to_onnx reaches up a floor on purpose",
    ("doors.onnx_models.write", "onnx"): "an extra",
    ("doors.onnx_models.model_file", "onnx.numpy_helper"): "as above",
    ("doors.onnx_models.operators", "onnx.helper"): "as above",
    ("doors.onnx_models.read", "onnx.helper"): "as above",
    ("network.layer", "drawing.notebook"): "a notebook's picture reaches up on purpose",
    ("training.course.history", "drawing.notebook"): "a notebook's picture reaches up on purpose",
    ("debugger.session", "drawing.notebook"): "a notebook's picture reaches up on purpose",
    (
        "scenario.sweeps.workers",
        "joblib.externals.loky",
    ): "only wanted for more than one process; takes a while to load",
    ("scenario.sweeps.search", "optuna"): "an extra",
    ("__main__", "cli.main"): "Ctrl-C is quiet while it is loaded",
    ("scenario.run.keeping", "scenario.run.pictures"): "few runs draw, in Python",
    ("scenario.saved.hold", "filelock"): "only wanted for a run that is kept",
    ("training.export", "pandas"): "an extra",
    ("training.export", "tensorboard.compat.proto.event_pb2"): "an extra",
    ("training.export", "tensorboard.compat.proto.summary_pb2"): "as above",
    ("training.export", "tensorboard.summary.writer.event_file_writer"): "as above",
    ("scenario.sweeps.search", "sqlalchemy.exc"): "comes with optuna",
    ("scenario.sweeps.workers", "distributed"): "an extra",
    ("scenario.sweeps.workers", "distributed.scheduler"): "an extra",
    ("network.network", "live.notebook"): "a notebook's page reaches up on purpose",
    ("training.course.history", "live.notebook"): "a notebook's page reaches up on purpose",
    ("debugger.session", "live.notebook"): "a notebook's page reaches up on purpose",
    ("live.notebook", "anywidget"): "an extra",
    ("live.notebook", "traitlets"): "comes with anywidget",
    ("live.connections", "uvicorn"): "an extra",
    ("live.connections", "uvicorn.protocols.http.h11_impl"): "an extra",
    ("live.server", "starlette"): "an extra",
    ("live.server", "starlette.applications"): "an extra",
    ("live.server", "starlette.responses"): "an extra",
    ("live.server", "starlette.routing"): "an extra",
    ("live.server", "starlette.websockets"): "an extra",
    ("live.server", "uvicorn"): "an extra",
    ("live.server", "websockets"): "an extra",
    ("debugger.session", "cli.debugger.script"): "Session.prompt reaches up floors on purpose",
}


def reading_order():
    order = []
    for folder, names in re.findall(r"^([\w.]+):?((?:.|\n +)*)", READING_ORDER, flags=re.MULTILINE):
        order += [f"{folder}.{name}".removesuffix("..") for name in names.split()] or [folder]
    return order


def files():
    """Each module's name, without ``neurosim.``, and its file; the front door is ``""``."""
    paths = {path: path.relative_to(ROOT).with_suffix("").parts for path in ROOT.rglob("*.py")}
    return {".".join(p for p in parts if p != "__init__"): path for path, parts in paths.items()}


FILES, ORDER = files(), reading_order()


@functools.cache
def imports(name):
    """What a module imports, and whether inside a function; for types alone does not count."""
    return list(_imports(name))


def _imports(name):
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    for node, is_inside in _import_statements(tree, is_inside=False):
        if isinstance(node, ast.Import):
            yield from ((alias.name, is_inside) for alias in node.names)
            continue
        assert node.level == 0, f"{name} imports relatively"
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            is_module = full.removeprefix("neurosim.") in FILES
            yield (full if is_module else str(node.module)), is_inside


def _import_statements(part, *, is_inside):
    """All imports of a part of a module; only statements can hold them, so no other is read."""
    if isinstance(part, ast.Import | ast.ImportFrom):
        yield part, is_inside
    elif isinstance(part, ast.Module | ast.stmt | ast.excepthandler | ast.match_case):
        if isinstance(part, ast.If) and "TYPE_CHECKING" in ast.unparse(part.test):
            return
        is_inside = is_inside or isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(part):
            yield from _import_statements(child, is_inside=is_inside)


def own(imported):
    """The module of ours that is imported, or None."""
    return imported.removeprefix("neurosim.") if imported.startswith("neurosim.") else None


def test_the_reading_order_holds_every_file_once():
    assert set(FILES) - set(ORDER) == {""}, "not in the reading order"
    assert set(ORDER) - set(FILES) == set(), "in the reading order, and not there"
    assert len(set(ORDER)) == len(ORDER)


def test_a_file_imports_only_what_is_read_before_it():
    before, wrong = set(), []

    for name in ORDER:
        for imported, is_inside in imports(name):
            if own(imported) is not None and not is_inside and own(imported) not in before:
                wrong.append(f"{name} imports {imported}")
        before.add(name)

    assert not wrong, "; ".join(wrong)


def test_the_order_goes_up_floor_by_floor():
    floors = [next(i for i, floor in enumerate(FLOORS) if n.split(".")[0] in floor) for n in ORDER]

    assert floors == sorted(floors)


def test_the_interpreter_and_the_compiler_never_import_each_other():
    for name in ORDER:
        for one, other in (("interpreter", "compiler"), ("compiler", "interpreter")):
            if name.split(".")[0] == one:
                assert not [i for i, _ in imports(name) if (own(i) or "").split(".")[0] == other]


def test_what_is_imported_inside_a_function_is_listed():
    found = {(name, own(i) or i) for name in ORDER for i, is_inside in imports(name) if is_inside}
    plots = {pair for pair in found if pair[1].startswith("matplotlib")}

    assert found - plots == set(LAZY)


def test_libraries_stay_on_their_floors():
    for name in ORDER:
        for imported, is_inside in imports(name):
            library = imported.split(".")[0]
            assert name.split(".")[0] in ONLY_IN.get(library, {name.split(".")[0]}), name
            if name not in ASKED_FOR:
                assert is_inside or library not in {"matplotlib", "sklearn", "torch", "jax"}, name


def test_the_front_door_is_imported_by_nobody_inside():
    assert not [name for name in ORDER if "neurosim" in {i for i, _ in imports(name)}]


@pytest.mark.parametrize("name", sorted(ASKED_FOR))
def test_what_needs_its_library_whole_is_imported_by_nobody_outside_a_function(name):
    allowed = ASKED_FOR - {name}

    assert not [n for n in ORDER if (f"neurosim.{name}", False) in imports(n) and n not in allowed]


def test_the_manual_names_the_floors_in_this_order():
    page = (ROOT / "manual" / "code.md").read_text(encoding="utf-8")
    section = page.split("# Reading the code")[1].split("\n## ")[0]
    known = {name.split(".")[0] for name in ORDER}
    named = [n for n in re.findall(r"`([\w.]+)/?`", section) if n in known]

    assert named == sorted(named, key=[name.split(".")[0] for name in ORDER].index)
    assert {"errors", "functions", "network", "interpreter", "compiler", "training"} <= set(named)


def test_the_manual_names_no_module_that_is_not_there():
    page = (ROOT / "manual" / "changes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `neurosim[^`]*` \| `(neurosim[^`]*)` \| (.*) \|$", page, re.MULTILINE)

    modules = [
        f"{folder}/{new or name}.py"
        for folder, names in rows
        for name, new in re.findall(r"`(\w+)`(?: \(now `(\w+)`\))?", names)
    ]
    assert len(modules) > 100
    assert [name for name in modules if not (ROOT.parent / name).is_file()] == []
