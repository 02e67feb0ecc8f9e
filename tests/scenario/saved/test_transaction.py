"""What an earlier run has left in a folder is put in order, and what no run wrote stays."""

import json

import pytest

from neurosim.errors import FileError
from neurosim.scenario.saved.checkpoints import Checkpoints
from neurosim.scenario.saved.hold import hold
from neurosim.scenario.saved.transaction import commit, require_free, settle, staged
from tests.each import each


def to_bytes(document):
    return json.dumps(document).encode()


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }


def run(folder, files):
    """What a run does with its folder."""
    place = staged(folder)
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return commit(folder, {}, to_bytes)


def test_a_run_replaces_the_files_of_the_one_before_and_no_others(tmp_path):
    run(tmp_path, {"a": "1", "b": "1", "sub/c": "1"})
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "b").write_text("changed by hand")

    run(tmp_path, {"a": "2"})

    assert content(tmp_path) == {"a": "2", "mine": "mine", "b": "changed by hand"}


def test_what_was_decided_is_finished_and_what_was_not_is_undone(tmp_path):
    listed = run(tmp_path, {"a": "1", "b": "1"})
    work = tmp_path / ".neurosim"
    staged(tmp_path)
    (tmp_path / "a").replace(work / "staged" / "a")  # b has its place already
    (work / "run.json").write_bytes(to_bytes({"files": dict(listed)}))
    (work / ".neurosim-0a1b").write_text("half a file")

    settle(tmp_path)
    staged(tmp_path).joinpath("c").write_text("1")
    settle(tmp_path)

    assert content(tmp_path) == {"a": "1", "b": "1"}


def test_half_a_file_of_a_run_that_is_dead_goes(tmp_path):
    work = staged(tmp_path).parent
    (work / ".neurosim-0a1b").write_text("half a file")

    settle(tmp_path)

    assert not list(work.iterdir())


def test_a_decision_that_lists_no_files_is_damaged(tmp_path):
    work = staged(tmp_path).parent
    (work / "run.json").write_text("{}")

    with pytest.raises(FileError, match="damaged, lists no files; expected the list of a run"):
        settle(tmp_path)


@each(
    ("name", "words"),
    [
        ("folder", "is a folder; expected a file, or none, to write results to"),
        ("link", "link: a link leads out of"),
        ("../a", "a: a link leads out of"),
        ("out/a", "out/a: a link leads out of"),
        ("file/a", "file: is a file; expected a folder, or none, for a"),
        ("file", "no file as a run wrote it, which is never replaced"),
    ],
)
def test_what_no_run_wrote_is_in_the_way(tmp_path, name, words):
    home = tmp_path / "home"
    (home / "folder").mkdir(parents=True, exist_ok=True)
    (home / "file").write_text("mine")
    for link, target in (("link", tmp_path / "x"), ("out", tmp_path)):
        (home / link).unlink(missing_ok=True)
        (home / link).symlink_to(target)

    require_free(home, ["new", "folder/new"])
    with pytest.raises(FileError) as caught:
        require_free(home, ["new", name])

    assert words in str(caught.value)


def test_a_folder_is_held_by_one_and_whoever_it_is_is_named(tmp_path):
    def refusal():
        with pytest.raises(FileError) as caught, hold(tmp_path):
            pass
        return str(caught.value)

    with hold(tmp_path):
        assert "in use by process " in refusal()
        (tmp_path / ".neurosim" / "process").write_text("\0")
        assert "in use by another process; expected its end" in refusal()
        (tmp_path / ".neurosim" / "process").unlink()
        assert "in use by another process; expected its end" in refusal()

    assert not list(tmp_path.iterdir())


def test_who_lets_go_of_a_folder_leaves_what_was_decided_and_nothing_else(tmp_path):
    with hold(tmp_path):
        staged(tmp_path).joinpath("a").write_text("1")
    assert not list(tmp_path.iterdir())

    with hold(tmp_path):
        staged(tmp_path).joinpath("a").write_text("1")
        (tmp_path / ".neurosim" / "run.json").write_bytes(to_bytes({"files": {"a": None}}))
    with hold(tmp_path):
        settle(tmp_path)
    assert content(tmp_path) == {"a": "1"}


def test_a_lock_that_its_holder_took_away_in_this_moment_is_asked_for_again(tmp_path, monkeypatch):
    import filelock

    tries, honest = [], filelock.FileLock.acquire

    def acquire(lock, *arguments, **options):
        found = honest(lock, *arguments, **options)
        tries.append(lock)
        if len(tries) == 1:
            (tmp_path / ".neurosim" / "lock").unlink()
        return found

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)

    with hold(tmp_path):
        assert (tmp_path / ".neurosim" / "lock").exists()
        assert [lock.is_locked for lock in tries] == [False, True]


def test_the_newest_checkpoint_is_first_and_the_one_before_stays(tmp_path):
    staged(tmp_path)
    kept = Checkpoints(tmp_path)
    assert not kept.any()

    for data in (b"1", b"2", b"3"):
        kept.save(data)

    assert [kept.read(path) for path in kept.paths()] == [b"3", b"2"]
    kept.discard()
    assert not kept.any()
