"""``neurosim run``: train what scenarios describe, and judge it."""

import shlex
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, TextColumn, TimeRemainingColumn

from neurosim import scenario
from neurosim.cli.commands.run.report import met_of, print_result, print_wrong_rows
from neurosim.cli.commands.run.results import folders_for, invalid_document
from neurosim.cli.imports import import_option, imported
from neurosim.cli.messages import as_argument, complain
from neurosim.cli.output import say
from neurosim.cli.overrides import note_unused_seed, override_options
from neurosim.cli.signals import INTERRUPTED, code_of
from neurosim.cli.sizes import LIMIT_HELP, memory_of
from neurosim.cli.terminal import terminal, watched
from neurosim.compiler.choice import missed_kernel
from neurosim.compiler.costs import TIMES_BY_ARRAYS
from neurosim.errors import FileError, InvalidValueError, NeurosimError, shortened
from neurosim.scenario import Run, RunResult, WrongRows, start_run
from neurosim.scenario.run.folder import open_folder, result_document, to_json
from neurosim.scenario.run.keeping import KeptRun
from neurosim.scenario.uses.memory import require_memory
from neurosim.training.parts import PARTS

if TYPE_CHECKING:
    from neurosim.scenario import Drawn, Stretch

# the worst ending of several comes first
_ENDINGS = (
    ("interrupted", INTERRUPTED), ("invalid", 2), ("diverged", 3), ("failed", 1), ("passed", 0),
    ("skipped", 0),
)  # fmt: skip

_MOST_FINDINGS = 3  # of which a run tells; the doctor tells all


@dataclass(frozen=True, slots=True)
class _Ending:
    """How the run of one file ended: in a result, or in an error."""

    file: str
    outcome: RunResult | NeurosimError
    drawn: "tuple[Drawn, ...]" = ()
    written: tuple[str, ...] = ()
    by_signal: int | None = None
    wrong: WrongRows | None = None
    imports: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        return "invalid" if isinstance(self.outcome, NeurosimError) else self.outcome.status

    @property
    def document(self) -> dict[str, object]:
        if isinstance(self.outcome, NeurosimError):
            return invalid_document(self.file, self.outcome)
        document = result_document(self.outcome, self.imports)
        return document if self.wrong is None else {**document, "wrong_rows": self.wrong.to_dict()}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE|NAME...")
@override_options()
@click.option("--out", metavar="DIR",
              help="Write run.json, metrics.jsonl, network.json, times.jsonl and the pictures, all"
              " of them or none.")  # fmt: skip
@click.option("--resume", is_flag=True,
              help="Go on with the run in DIR, as if it had never stopped.")  # fmt: skip
@click.option("--overwrite", is_flag=True,
              help="Begin anew where DIR holds a run; other files are never replaced.")  # fmt: skip
@click.option("--limit", metavar="memory=SIZE", help=LIMIT_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and nothing else.")
@click.option("--show", type=click.Choice(["wrong"]), help="List the rows that come out wrong.")
@click.option("--on", type=click.Choice(PARTS),
              help="Which rows --show is of; the training rows where it is not given.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print a line for each file.")
@click.option("--no-advice", is_flag=True,
              help="Do not say why a training does not learn.")  # fmt: skip
@import_option
def run(  # noqa: PLR0917 - click passes a command its options by name
    files: Sequence[str],
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    out: str | None,
    resume: bool,
    overwrite: bool,
    limit: str | None,
    as_json: bool,
    show: str | None,
    on: str | None,
    quiet: bool,
    no_advice: bool,
) -> int:
    """Run scenarios and check what they expect.

    Each is a file, or the name of a shipped scenario. Where a training does not learn, standard
    error says why, with at most three findings; neurosim doctor FILE says all, and tries the cures.
    """
    console = terminal()
    if out == "":  # as a path it would be the current folder
        raise FileError("--out: no folder, got ''; expected the name of one")
    if on is not None and show is None:
        raise InvalidValueError(f"--on: says which rows --show is of, got {on!r} and no --show")
    if (overwrite or resume) and out is None:
        name = "overwrite" if overwrite else "resume"
        raise InvalidValueError(f"--{name}: is of the run in a folder, got no --out")
    if overwrite and resume:
        raise InvalidValueError("--resume: got --overwrite, too; expected one of the two")
    ways = {"resume": resume, "overwrite": overwrite}
    most = None if limit is None else memory_of(limit)
    part = None if show is None else on or "train"
    folders = [None] * len(files) if out is None else folders_for(files, Path(out))
    endings = []
    for file, folder in zip(files, folders, strict=True):
        given = {"engine": engine, "seed": seed, "overrides": overrides}
        ending = _run(file, folder, part, ways, most, has_advice=not no_advice, **given)
        endings.append(ending)
        _tell(ending, console, quiet=quiet, as_json=as_json)
        if folder is not None and ending.status != "invalid":
            _tell_files(ending, folder)
        if ending.status == "interrupted":
            break
    if sys.stderr.isatty():
        outcomes = [ending.outcome for ending in endings]
        _note_missing_kernel([one for one in outcomes if isinstance(one, RunResult)])
    if as_json:
        documents = [ending.document for ending in endings]
        click.echo(to_json(documents[0] if len(files) == 1 else documents))
    elif len(files) > 1:
        _print_count([ending.status for ending in endings])
    statuses = [ending.status for ending in endings]
    statuses += ["invalid" for ending in endings if any(one.problem for one in ending.drawn)]
    by_signal = next((ending.by_signal for ending in endings if ending.by_signal), None)
    return by_signal or next(code for status, code in _ENDINGS if status in statuses)


def _tell(ending: _Ending, console: Console, *, quiet: bool, as_json: bool) -> None:
    """Print what came out of a file, and on standard error what is wrong with it."""
    if isinstance(ending.outcome, NeurosimError):
        complain(ending.outcome)
        return
    if not as_json:
        _print(ending.outcome, ending.file, console, quiet=quiet)
        if ending.wrong is not None:
            print_wrong_rows(ending.wrong, ending.outcome, console)
    for warning in ending.outcome.warnings:
        say(f"warning: {Path(ending.file).stem}: {warning}", err=True)
    _tell_findings(ending)


def _run(
    file: str,
    folder: Path | None,
    part: str | None,
    ways: Mapping[str, bool],
    most: int | None,
    *,
    has_advice: bool,
    **options: Any,
) -> _Ending:
    """Run a file; ``part``: of which rows the wrong ones are asked for, or None."""
    try:
        if most is not None:
            require_memory(file, most, overrides=options["overrides"])
        made = start_run(file, **options)
        if part is not None and made.scenario is not None:
            scenario.require_wrong_rows(made.scenario, part)
        if folder is None:
            return _ended(made, file, None, part, has_advice=has_advice, **options)
        pictures = () if made.scenario is None else [one.file for one in made.scenario.draw]
        with open_folder(folder, pictures) as held:
            kept = KeptRun(made, held, imported())
            kept.begin(**ways)
            for note in kept.notes:
                say(f"note: {shortened(note)}", err=True)
            try:
                return _ended(made, file, kept, part, has_advice=has_advice, **options)
            except KeyboardInterrupt:
                kept.save()
                _tell_resume(kept)
                raise
    except NeurosimError as error:
        return _Ending(file, error)


def _ended(
    made: Run,
    file: str,
    kept: KeptRun | None,
    part: str | None,
    *,
    has_advice: bool,
    **options: Any,
) -> _Ending:
    """The ending of a run, whose files are kept in a folder, if any."""
    result, by_signal = _result(made, file, kept)
    if has_advice and result.status != "interrupted":
        result = _with_findings(made, result)
    if made.scenario is not None:
        note_unused_seed(file, options["seed"], options["overrides"])
    drawn: tuple[Drawn, ...] = ()
    written: list[str] = []
    if kept is not None and kept.finished is None:
        place = kept.folder.stage(result)
        drawn = () if result.status == "interrupted" else _draw(made, result, place)
        written = kept.commit(result)
    wrong = None if part is None else _wrong_rows(made, result, part)
    return _Ending(file, result, drawn, tuple(written), by_signal, wrong, imported())


def _tell_resume(kept: KeptRun) -> None:
    if kept.folder.checkpoints.any():
        say("the same command with --resume goes on from here", err=True)


def _with_findings(made: Run, result: RunResult) -> RunResult:
    """The result with the first findings; a diagnosis never changes how a run ends."""
    try:
        found = made.diagnosis()
    except NeurosimError as error:
        say(f"note: no diagnosis: {shortened(str(error))}", err=True)
        return result
    return result if found is None else replace(result, findings=found.findings[:_MOST_FINDINGS])


def _tell_findings(ending: _Ending) -> None:
    """Say why it did not learn, what helps, and where more is said."""
    assert isinstance(ending.outcome, RunResult)
    name = as_argument(Path(ending.file))
    for finding in ending.outcome.findings or ():
        say(f"advice: {Path(ending.file).stem}: {finding.name}: {finding.what}", err=True)
        if finding.cure:
            given = " ".join(f"--set {shlex.quote(each)}" for each in finding.cure)
            say(f"  cure: {given}", err=True)
    if ending.outcome.findings:
        say(f"  why, and the cures tried: neurosim doctor {name} --try", err=True)


def _wrong_rows(made: Run, result: RunResult, part: str) -> WrongRows | None:
    """The wrong rows, where the training came to its end."""
    if made.scenario is None or result.network is None or result.status == "diverged":
        return None
    return scenario.wrong_rows(made.scenario, result.network, part)


def _result(made: Run, file: str, kept: KeptRun | None) -> tuple[RunResult, int | None]:
    """The result, and the exit code where a signal ends it: what it reached, if it is kept."""
    course: Iterable[Stretch] = made if kept is None else kept
    try:
        if sys.stderr.isatty() and made.n_epochs:
            columns = (MofNCompleteColumn(), TextColumn("epochs"), TimeRemainingColumn())
            name = Path(file).stem
            course = watched(course, name, made.n_epochs, *columns, size=len, tell=_moment_of,
                             follows=lambda: made.follows)  # fmt: skip
        deque(course, maxlen=0)
        return made.result(), None
    except KeyboardInterrupt as error:
        reached = None if kept is None else made.stop()
        if reached is None:
            raise
        return reached, code_of(error)


def _note_missing_kernel(results: Sequence[RunResult]) -> None:
    """Say once, at a terminal, that trainings were slower than they could be."""
    slow = [r.network for r in results if r.program == "array" and r.epochs]
    missing = next((why for net in slow if net and (why := missed_kernel(net, rows=1))), None)
    if missing is not None:
        least, most = TIMES_BY_ARRAYS
        say(
            f"note: trained by arrays alone, as there is no compiled kernel ({missing}): {least} to"
            f" {most} times slower on small networks; neurosim help speed",
            err=True,
        )


def _moment_of(stretch: "Stretch") -> str:
    return f"loss {stretch.loss[-1]:.6g}, rate {stretch.rate[-1]:g}" if stretch else ""


def _draw(made: Run, result: RunResult, folder: Path) -> "tuple[Drawn, ...]":
    """Draw what the scenario asks for; what draws is loaded only then."""
    if made.scenario is None or not made.scenario.draw:
        return ()
    return tuple(scenario.draw_pictures(made.scenario, result, folder))


def _tell_files(ending: _Ending, folder: Path) -> None:
    if not ending.written:
        say(shortened(f"{folder}: was finished before, nothing is written"), err=True)
        return
    say(shortened(f"wrote {', '.join(ending.written)} to {folder}"), err=True)
    if ending.by_signal:
        say("the same command with --resume goes on from here", err=True)
    for one in ending.drawn:
        if one.problem:
            say(f"error: {shortened(one.problem)}", err=True)
        elif one.note:
            say(f"note: {one.file}: {shortened(one.note)}", err=True)


def _print(result: RunResult, file: str, console: Console, *, quiet: bool) -> None:
    if not quiet:
        print_result(result, console)
        console.print()
        return
    line = f"{result.status:8} {Path(file).stem}: {met_of(result)}"
    say(f"{result.status:8} {Path(file).stem}: {result.message}" if result.message else line)


def _print_count(statuses: Sequence[str]) -> None:
    counts = {status: statuses.count(status) for status, _ in reversed(_ENDINGS)}
    click.echo(", ".join(f"{count} {status}" for status, count in counts.items() if count))
