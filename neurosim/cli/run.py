"""``neurosim run``: train what scenarios describe, and judge it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from neurosim.cli.report import print_result
from neurosim.errors import FileError, NeurosimError
from neurosim.scenario import Run, RunResult, start_run

# the worst ending of several comes first
_ENDINGS = (("invalid", 2), ("diverged", 3), ("failed", 1), ("passed", 0), ("skipped", 0))


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE|NAME...")
@click.option("--engine", type=click.Choice(["graph", "compiled"]), help="Instead of the file's.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Instead of the file's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE",
              help="Change a key of the file, as in training.epochs=10.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="Write run.json, metrics.jsonl and network.json.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print a line for each file.")
def run(  # noqa: PLR0917 - click passes a command its options by name
    files: Sequence[str],
    engine: str | None,
    seed: int | None,
    overrides: Sequence[str],
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run scenarios: files, or names of shipped ones, and check what they expect."""
    console = Console(highlight=False)
    statuses: list[str] = []
    documents: list[object] = []
    for file in files:
        try:
            made = start_run(file, engine=engine, seed=seed, overrides=overrides)
            _watch(made, file)
            result = made.result()
        except NeurosimError as error:
            click.echo(f"error: {error}", err=True)
            statuses.append("invalid")
            documents.append({"scenario": file, "status": "invalid", "message": str(error)})
            continue
        statuses.append(result.status)
        documents.append(result.to_dict())
        if out is not None:
            write_result(result, out if len(files) == 1 else out / Path(file).stem)
        if not as_json:
            _print(result, file, console, quiet=quiet)
    if as_json:
        shown = documents[0] if len(files) == 1 else documents
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    elif len(files) > 1:
        _print_count(statuses)
    return next(code for status, code in _ENDINGS if status in statuses)


def write_result(result: RunResult, folder: Path) -> None:
    """Write run.json, metrics.jsonl (a line an epoch) and network.json."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder}: cannot be made, got {error.strerror}") from error
    document = json.dumps(result.to_dict(), ensure_ascii=False, indent=1)
    (folder / "run.json").write_text(document + "\n", encoding="utf-8")
    lines = (json.dumps(record.to_dict()) + "\n" for record in result.history)
    (folder / "metrics.jsonl").write_text("".join(lines), encoding="utf-8")
    if result.network is not None:
        result.network.save(folder / "network.json")


def _watch(made: Run, file: str) -> None:
    """Drain the run; where a person looks on, with a bar."""
    if not sys.stderr.isatty():
        for _ in made:
            pass
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for _ in progress.track(made, total=made.n_epochs, description=Path(file).stem):
            pass


def _print(result: RunResult, file: str, console: Console, *, quiet: bool) -> None:
    if not quiet:
        print_result(result, console)
        console.print()
        return
    met = sum(verdict.passed for verdict in result.expectations)
    line = f"{result.status:8} {Path(file).stem}: {met} of {len(result.expectations)} met"
    click.echo(f"{line} ({result.message})" if result.message else line)


def _print_count(statuses: Sequence[str]) -> None:
    counts = {status: statuses.count(status) for status, _ in reversed(_ENDINGS)}
    click.echo(", ".join(f"{count} {status}" for status, count in counts.items() if count))
