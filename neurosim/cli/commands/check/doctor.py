"""``neurosim doctor``: why a scenario does not learn, and what helps."""

import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.progress import MofNCompleteColumn, TextColumn

from neurosim import scenario
from neurosim.cli.commands.run.report import training_line
from neurosim.cli.imports import import_option
from neurosim.cli.messages import as_argument
from neurosim.cli.output import require_free, say, say_table, write_new
from neurosim.cli.overrides import override_options
from neurosim.cli.sizes import limit_option
from neurosim.cli.terminal import watched
from neurosim.diagnosis import Diagnosis
from neurosim.errors import DivergedError, InvalidValueError
from neurosim.functions.numbers import counted, short
from neurosim.scenario.build.scenario import load_to_diagnose
from neurosim.scenario.doctor.course import FailedSince, failed_since
from neurosim.scenario.doctor.cured import cured_text
from neurosim.scenario.doctor.gradients import GradientCheck, check_gradients
from neurosim.scenario.doctor.trials import TriedCure, try_cures
from neurosim.scenario.run.folder import to_json
from neurosim.scenario.run.result import jsonable
from neurosim.scenario.run.run import Run, start_run
from neurosim.training.agreement import Agreement

_BUDGET = 2.0  # seconds that the walk may take for --engines


@click.command()
@click.argument("file")
@override_options("seed", "overrides")
@click.option("--try", "is_tried", is_flag=True,
              help="Train with each cure for as many epochs, and list the losses.")  # fmt: skip
@click.option("--apply", "number", type=click.IntRange(min=1), metavar="N",
              help="Write the cure of finding N into the text of FILE; with -o.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="CURED.yaml",
              help="Where --apply writes.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace the file of -o, if it exists.")
@click.option("--gradients", is_flag=True,
              help="Compare the gradients with differences of the loss.")  # fmt: skip
@click.option("--engines", is_flag=True, help="Compare the engines, as agree does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and nothing else.")
@limit_option
@import_option
def doctor(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    seed: int | None,
    overrides: Sequence[str],
    is_tried: bool,
    number: int | None,
    out: Path | None,
    overwrite: bool,
    gradients: bool,
    engines: bool,
    as_json: bool,
) -> int:
    """Say why the training of FILE does not learn, and what helps.

    Each finding has its numbers, the reason, and a cure to give to --set. What FILE expects and the
    end of the training does not meet is listed with the epoch up to which it was met. Exit codes: 0
    nothing found, 1 findings, 2 wrong use.
    """
    if (number is None) != (out is None):
        raise click.UsageError("--apply: goes with -o CURED.yaml; expected both")
    require_free(out, overwrite=overwrite)
    given = [*overrides, *([f"seed={seed}"] if seed is not None else [])]
    run, diagnosis = _diagnosed(file, given)
    parts: dict[str, Any] = {"failed": failed_since(_scenario_of(run), run.result().expectations)}
    if gradients:
        parts["gradients"] = _checked(run)
    if engines:
        parts["engines"] = _agreement(_scenario_of(run))
    if is_tried:
        parts["tried"] = tuple(try_cures(file, diagnosis.findings, overrides=given))
    if as_json:
        click.echo(to_json(_document(run, diagnosis, parts)))
    else:
        _print(file, run, diagnosis, parts)
    if number is not None and out is not None:
        _apply(file, diagnosis, number, out, given, overwrite=overwrite)
    checks = [part for name in ("gradients", "engines") if (part := parts.get(name)) is not None]
    is_wrong = not all(part.passed for part in checks)
    return 1 if diagnosis.findings or parts["failed"] or is_wrong else 0


def _diagnosed(file: str, given: Sequence[str]) -> tuple[Run, Diagnosis]:
    """The run of a file, to its end or to where it diverges, and what is found."""
    run = start_run(load_to_diagnose(file, overrides=given))
    assert run.scenario is not None
    if run.scenario.training is None or run.scenario.data is None:
        raise InvalidValueError(f"{file}: nothing is trained; expected data and a training")
    if sys.stderr.isatty():
        columns = MofNCompleteColumn(), TextColumn("epochs")
        deque(watched(run, Path(file).stem, run.n_epochs, *columns, size=len), maxlen=0)
    run.result()
    found = run.diagnosis()
    assert found is not None  # there is a training
    return run, found


def _scenario_of(run: Run) -> scenario.Scenario:
    assert run.scenario is not None
    return run.scenario


def _checked(run: Run) -> GradientCheck | None:
    """Gradients with the parameters at the end; of a training that diverged, at its start."""
    training = run.training
    assert training is not None
    state = training.past.start if training.past.diverged else training.state
    return check_gradients(training.task, state.parameters)


def _agreement(subject: scenario.Scenario) -> Agreement:
    """How the engines agree; before any update, where the training diverges within some."""
    try:
        return scenario.agree_scenario(subject, budget=_BUDGET)
    except DivergedError:
        return scenario.agree_scenario(subject, updates=0, budget=_BUDGET)


def _apply(
    file: str, diagnosis: Diagnosis, number: int, out: Path, given: list[str], *, overwrite: bool
) -> None:
    findings = diagnosis.findings
    if number > len(findings):
        raise InvalidValueError(
            f"--apply: no finding {number}, got {counted(len(findings), 'finding')} of {file}"
        )
    finding = findings[number - 1]
    if not finding.cure:
        raise InvalidValueError(f"--apply: {finding.name} has no cure to be written")
    write_new(out, cured_text(file, [*given, *finding.cure], out), overwrite=overwrite)
    say(f"wrote {out}, {file} with the cure of {finding.name}", err=True)


# --- the report


def _document(run: Run, diagnosis: Diagnosis, parts: dict[str, Any]) -> dict[str, Any]:
    result = run.result()
    document = {
        "scenario": result.title,
        "path": str(result.path),
        "status": result.status,
        "epochs": result.epochs,
        "loss": result.loss._asdict(),
        **diagnosis.to_dict(),
        "failed": [each.to_dict() for each in parts["failed"]],
    }
    if parts.get("gradients"):
        document["gradients"] = parts["gradients"].to_dict()
    if "engines" in parts:
        agreement: Agreement = parts["engines"]
        document["engines"] = {
            "passed": agreement.passed,
            "differences": [str(each) for each in agreement.differences],
        }
    if "tried" in parts:
        document["tried"] = [each.to_dict() for each in parts["tried"]]
    return jsonable({**document, **({"message": result.message} if result.message else {})})


def _print(file: str, run: Run, diagnosis: Diagnosis, parts: dict[str, Any]) -> None:
    result = run.result()
    say(training_line(result))
    if not result.epochs and diagnosis.n_epochs:
        say(f"of {counted(diagnosis.n_epochs, 'epoch')} that a copy was trained for:")
    if result.message:
        say(f"{result.status}: {result.message}")
    click.echo()
    say(str(diagnosis))
    failed: list[FailedSince] = parts["failed"]
    for each in failed:
        say(str(each))
    if parts.get("gradients"):
        say(str(parts["gradients"]))
    if "engines" in parts:
        _print_engines(parts["engines"])
    if "tried" in parts:
        click.echo()
        _print_tried(parts["tried"])
    elif any(finding.cure for finding in diagnosis.findings):
        click.echo()
        name = as_argument(Path(file))
        say(f"try the cures: neurosim doctor {name} --try")
        say(f"write the first into the scenario: neurosim doctor {name} --apply 1 -o cured.yaml")


def _print_engines(agreement: Agreement) -> None:
    if agreement.passed:
        say(f"the engines agree{' to the last bit' * agreement.is_exact}")
        return
    say("the engines do not agree")
    for difference in agreement.differences:
        if not difference.passed:
            say(f"  {difference}")


def _print_tried(tried: Sequence[TriedCure]) -> None:
    """The trainings side by side, each with its loss and the share of a constant answer's."""
    has_accuracy = any(each.accuracy is not None for each in tried)
    header = ["training", "loss", "of a constant answer's", *(["accuracy"] * has_accuracy)]
    rows = (_row(each, has_accuracy=has_accuracy) for each in tried)
    say_table([header, *rows], right={1, 2, 3})
    for each in tried:
        if each.message:
            say(f"{each.finding or 'as it is'}: {each.message}")


def _row(tried: TriedCure, *, has_accuracy: bool) -> list[str]:
    share = "" if tried.share is None else f"{tried.share:.2%}"
    accuracy = "" if tried.accuracy is None else f"{tried.accuracy:.3g}"
    loss = "diverged" if tried.loss is None else short(tried.loss)
    return [tried.finding or "as it is", loss, share, *([accuracy] * has_accuracy)]
