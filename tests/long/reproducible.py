"""One scenario in many environments: ``python -m tests.long.reproducible [N]``.

Hash seeds, locales, time zones, folders, threads of the linear algebra, workers of a sweep (0: each
of its points is run by itself) and threads of `train_many`, each alone and in N random combinations
(60 if not given). All files but times.jsonl must have the same bytes, and so must all parameters,
so there is one hash for each program.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import neurosim as ns
from neurosim.cli.main import run_command
from tests.long.kills import PROGRAMS, files_of, require_program, write

VARIED = {
    "PYTHONHASHSEED": ["0", "1", "2", "3", "42", "4242", "9", "77", "1000", "random"],
    "LC_ALL": ["C", "C.UTF-8", "de_DE.UTF-8"],
    "TZ": ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"],
    "folder": ["a", "b c", "ä", "d/e/f"],
    "OPENBLAS_NUM_THREADS": ["1", "2"],
    "workers": ["0", "1", "2"],
    "threads": ["1", "2"],
}
EPOCHS = {"graph": 1, "array": 40, "kernel": 40}
N_HIDDEN = 400  # so many that OpenBLAS would use two threads, if it were not held to one
SEEDS = [1, 2]
_OURS = ("folder", "workers", "threads")  # what no variable of the environment chooses


def combinations(n, seed=1):
    """Each value alone, then n random choices."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    yield from ({name: value} for name, values in VARIED.items() for value in values)
    for _ in range(n):
        yield {name: draw.choice(values) for name, values in VARIED.items()}


def hash_of(home, program, given):
    """The hash of all that a program leaves in an environment."""
    folder = Path(tempfile.mkdtemp(dir=home)) / given.get("folder", "plain")
    folder.mkdir(parents=True)
    write(folder, program, 1, n_hidden=N_HIDDEN)
    environment = {name: value for name, value in given.items() if name not in _OURS}
    words = [program, given.get("workers", "1"), given.get("threads", "1")]
    path = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-m", "tests.long.reproducible", *words],
        cwd=folder, check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **path, **PROGRAMS[program].environment, **environment},
    )  # fmt: skip
    return done.stdout.split()[-1]


def print_hash(program, n_workers, n_threads):
    """Run, sweep and train in this folder, and print the hash of all that comes out."""
    epochs = f"training.epochs={EPOCHS[program]}"
    run_command(["run", "s.yaml", "--set", epochs, "--out", "out", "-q"])
    require_program(Path("out"), program)
    found = [sorted(files_of(Path("out")).items())]
    found += points(epochs, n_workers)
    found += [network.parameters().tolist() for network in trained(EPOCHS[program], n_threads)]
    print(hashlib.sha256(repr(found).encode()).hexdigest())  # noqa: T201 - for who has started this


def points(epochs, n_workers):
    """What is measured and trained with each seed, in so many processes of a sweep; or in none."""
    if n_workers:
        seeds = f"seed={','.join(map(str, SEEDS))}"
        words = ["--set", epochs, "--jobs", str(n_workers), "--out", "points"]
        run_command(["sweep", "s.yaml", "--vary", seeds, *words])
    else:
        for number, seed in enumerate(SEEDS):
            words = ["--set", epochs, "--set", f"seed={seed}", "--out", f"points/{number}"]
            run_command(["run", "s.yaml", *words, "-q"])
    names = ("metrics.jsonl", "network.json")
    folders = sorted(path.parent for path in Path("points").rglob("run.json"))
    return [(folder / name).read_bytes() for folder in folders for name in names]


def trained(epochs, n_threads):
    """Networks of two structures that `train_many` has trained in so many threads."""
    scenario = ns.load_scenario("s.yaml")
    networks = [scenario.network.copy(), scenario.network.copy(), *map(small_network, range(40))]
    own = scenario.training
    options = {"engine": scenario.engine, "loss": own.loss, "optimizer": own.optimizer}
    ns.train_many(networks, *scenario.data.train, epochs=epochs, threads=n_threads, **options)
    return networks


def small_network(seed):
    """One of those that are trained side by side."""
    net = ns.Network(seed=seed)
    net.add_layer("x", 2), net.add_layer("h", 8, activation="tanh")
    net.add_layer("y", 1, activation="sigmoid")
    net.connect("x", "h"), net.connect("h", "y")
    return net


def main(n=60):
    """Run, and report after each environment."""
    given, found = list(combinations(n)), {program: set() for program in PROGRAMS}
    with tempfile.TemporaryDirectory() as home:
        for number, one in enumerate(given, 1):
            for program, hashes in found.items():
                hashes.add(hash_of(home, program, one))
            counts = ", ".join(f"{program} {len(each)}" for program, each in found.items())
            print(f"{number} of {len(given)} environments; hashes: {counts}", flush=True)  # noqa: T201 - a report
    return 0 if all(len(hashes) == 1 for hashes in found.values()) else 1


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PROGRAMS:
        print_hash(sys.argv[1], *map(int, sys.argv[2:]))
    else:
        sys.exit(main(*map(int, sys.argv[1:])))
