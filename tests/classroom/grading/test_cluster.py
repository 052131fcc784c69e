"""On Dask: the same results as on this machine, whatever becomes of the workers."""

from __future__ import annotations

import copyreg
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from checker.classroom.grading.batch import grade
from checker.classroom.grading.cluster import Cluster, ClusterFailed
from checker.classroom.grading.crew import Crew
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task
from checker.engine.verdict import Verdict
from checker.jail import NoJail, choose
from tests.classroom.grading.class_of import ROOT, answers, hand_in, some
from tests.classroom.grading.clusters import Here, cluster

if find_spec("distributed") is None:
    pytest.skip("Dask is not installed: the extra `cluster`", allow_module_level=True)
if sys.platform != "linux":
    pytest.skip("attempts of others are held on Linux only", allow_module_level=True)

GONE_S = 60.0
EXERCISES = ("blocking/dashboard", "blocking/never_block", "blocking/serial_client")
HIDDEN = """
async def test_twice(attempt, clock):
    \"\"\"It can be called twice.\"\"\"
    assert clock.now == 0
"""
Content = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module", autouse=True)
def errors_are_pickled_as_before() -> Iterator[None]:
    """Dask changes how every error of the process is pickled, as soon as it is imported."""
    before = dict(copyreg.dispatch_table)
    yield
    copyreg.dispatch_table.clear()
    copyreg.dispatch_table.update(before)


class Heard:
    """Hears how far a batch is, and does something at the first verdict."""

    def __init__(self, at_first: Callable[[], object] = lambda: None) -> None:
        self._at_first, self.verdicts = at_first, list[Verdict]()

    def found(self, shape: str, students: int) -> None:
        """Nothing to do."""

    def grading(self, total: int, known: int) -> None:
        """Nothing to do."""

    def graded(self, verdict: Verdict) -> None:
        self.verdicts.append(verdict)
        if len(self.verdicts) == 1:
            self._at_first()


def results(
    folder: Path, settings: Settings, grader: Any, out: Path, heard: Heard | None = None
) -> Content:
    """Grade a folder, and return all that the store keeps, save how long it took."""
    with Store(out) as store:
        grade(folder, store, settings, grader, heard or Heard())
        return store.content()


@pytest.fixture(scope="module")
def settings() -> Settings:
    """What is graded, and with what."""
    try:
        sandbox = choose().value
    except NoJail as error:
        pytest.skip(str(error))
    hidden = {"01_blocking/test_never_block.py": HIDDEN}
    return Settings("Week 2", EXERCISES, hidden=hidden, sandbox=sandbox)


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dozen students."""
    folder = tmp_path_factory.mktemp("class")
    works = [work for work in answers("blocking") if work.exercise.id in EXERCISES]
    hand_in(folder, some(works, 24), [], 2)
    return folder


@pytest.fixture(scope="module")
def local(submissions: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What comes of them on this machine."""
    with Crew(settings, 2) as crew:
        found = results(submissions, settings, crew, tmp_path_factory.mktemp("local"))
    assert len(found["verdicts"]) == 24
    return found


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """A scheduler and two workers, for tests that leave them as they are."""
    with cluster(tmp_path_factory.mktemp("two")) as here:
        here.start_worker("a")
        here.start_worker("b")
        yield here


def tasks_of(submissions: Path, count: int) -> list[Task]:
    """Attempts, without a store."""
    paths = sorted(submissions.glob("*/work/*/*.py"))[:count]
    return [
        Task(str(path), f"{path.parent.name[3:]}/{path.stem}", path.read_bytes()) for path in paths
    ]


def test_results_are_those_of_this_machine_byte_for_byte(
    two: Here, submissions: Path, settings: Settings, local: Content, tmp_path: Path
) -> None:
    with Cluster(settings, two.address) as grader:
        assert results(submissions, settings, grader, tmp_path) == local


def test_no_path_of_the_teachers_has_to_exist_on_a_worker(
    two: Here, submissions: Path, settings: Settings, local: Content, tmp_path: Path
) -> None:
    course = tmp_path / "course"
    shutil.copytree(ROOT / "exercises", course / "exercises")
    here = replace(settings, course=str(course), canvas_template=str(tmp_path / "template.csv"))
    with Cluster(here, two.address) as grader:
        # By the first verdict every worker has begun.
        heard = Heard(lambda: shutil.rmtree(course))
        found = results(submissions, here, grader, tmp_path / "out", heard)
    assert found["verdicts"] == local["verdicts"]
    assert found["works"] == local["works"]


def test_a_worker_that_is_killed_costs_nothing(
    submissions: Path, settings: Settings, local: Content, tmp_path: Path
) -> None:
    from distributed import Client

    left: list[psutil.Process] = []

    def kill_one() -> None:
        """One that has chunks, now."""
        with Client(here.address, set_as_default=False) as looking:
            busy = [address for address, keys in looking.processing().items() if keys]
            workers = looking.scheduler_info()["workers"]
        left.extend(here.kill(str(workers[busy[0]]["id"])))

    with cluster(tmp_path) as here:
        here.start_worker("a")
        here.start_worker("b")
        with Cluster(settings, here.address) as grader:
            heard = Heard(kill_one)
            assert results(submissions, settings, grader, tmp_path / "out", heard) == local
        assert len(here.workers) == 1
        assert len(heard.verdicts) == 24
        # Its crew, the zygote and the attempt that it was at.
        assert len(left) >= 2
        assert psutil.wait_procs(left, GONE_S)[1] == []


DEADLY = """
import os, signal
from checker.classroom.grading.crew import Crew

# It may be read more than once in a process.
usual = getattr(Crew.run, "usual", Crew.run)


def run(crew, tasks):
    tasks = list(tasks)
    if any(b"deadly" in task.data for task in tasks):
        with open(os.environ["DEATHS"], "a") as file:
            print(len(tasks), file=file)
        os.kill(os.getpid(), signal.SIGKILL)
    return usual(crew, iter(tasks))


run.usual, Crew.run = usual, run
"""


def test_a_task_that_kills_workers_takes_no_other_along(
    submissions: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preload, deaths = tmp_path / "deadly.py", tmp_path / "deaths"
    preload.write_text(DEADLY)
    monkeypatch.setenv("DEATHS", str(deaths))
    good = tasks_of(submissions, 6)
    bad = Task("bad", good[2].exercise, good[2].data + b"# deadly\n")
    with Crew(settings, 1) as crew:
        expected = {task.key: replace(said, real_s=0) for task, said in crew.run(iter(good))}
    with cluster(tmp_path) as here:
        for name in ("a", "b"):
            here.start_worker(name, "--preload", str(preload), nanny=True)
        with Cluster(settings, here.address) as grader:
            grader._task_s = 0.001  # All of them go into one chunk.
            said = list(grader.run(iter([*good[:3], bad, *good[3:]])))
            versions = grader.ready.versions
    found = {task.key: replace(verdict, real_s=0) for task, verdict in said}
    assert len(said) == 7
    lost = found.pop("bad")
    assert found == expected
    assert (lost.outcome, lost.ended, lost.points) == ("checker_error", "the checker died", 0)
    assert lost.versions == versions
    # Two workers by the chunk, and two by the task alone. As the second of those dies, the
    # scheduler gives the task to the next, and hears only then that we have given it up.
    killed = deaths.read_text().split()
    assert killed[:4] == ["7", "7", "1", "1"]
    assert set(killed[4:]) <= {"1"}


def test_a_worker_with_other_versions_is_refused_before_anything_is_graded(
    submissions: Path, settings: Settings, tmp_path: Path
) -> None:
    with cluster(tmp_path) as here:
        here.start_worker("a")
        here.start_worker("b", first_on_path=other_anyio(tmp_path))
        with pytest.raises(ClusterFailed) as caught, Cluster(settings, here.address):
            pytest.fail("it began")
    words = str(caught.value)
    assert socket.gethostname() in words
    assert "anyio 9.9" in words or "not 9.9" in words
    assert "Next: " in words


def test_a_worker_with_other_versions_that_joins_later_is_refused_too(
    submissions: Path, settings: Settings, tmp_path: Path
) -> None:
    with cluster(tmp_path) as here:
        here.start_worker("a")
        with Cluster(settings, here.address) as grader:
            here.start_worker("b", first_on_path=other_anyio(tmp_path))
            with pytest.raises(ClusterFailed, match=r"anyio 9\.9, not "):
                list(grader.run(iter(tasks_of(submissions, 24))))


def other_anyio(folder: Path) -> Path:
    """A folder on a path, in which anyio says that it is of another version."""
    made = folder / "path"
    info = made / "anyio-9.9.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: anyio\nVersion: 9.9\n")
    return made


def test_a_worker_that_joins_later_grades_too(
    submissions: Path, settings: Settings, local: Content, tmp_path: Path
) -> None:
    with cluster(tmp_path) as here:
        here.start_worker("a")
        with Cluster(settings, here.address) as grader:
            # The first is gone at the first verdict: all others come from the second.
            def replace_it() -> None:
                here.start_worker("b")
                here.kill("a")

            heard = Heard(replace_it)
            assert results(submissions, settings, grader, tmp_path / "out", heard) == local


def test_a_worker_without_the_project_is_told_what_to_install(
    settings: Settings, tmp_path: Path
) -> None:
    package = tmp_path / "path" / "checker"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('there is no unblocked here')")
    with cluster(tmp_path) as here:
        here.start_worker("a", first_on_path=package.parent)
        with pytest.raises(ClusterFailed, match=r"whl\[course,cluster\]"):
            Cluster(settings, here.address).__enter__()


def test_other_stubs_than_those_of_the_workers_are_refused(
    two: Here, settings: Settings, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    stub = tmp_path / "exercises" / "01_blocking" / "dashboard.py"
    stub.write_bytes(stub.read_bytes() + b"# mine\n")
    with pytest.raises(ClusterFailed, match=r"the stub or points of blocking/dashboard\."):
        Cluster(replace(settings, course=str(tmp_path)), two.address).__enter__()


def test_a_worker_with_several_threads_grades_one_chunk_at_a_time(
    submissions: Path, settings: Settings, local: Content, tmp_path: Path
) -> None:
    with cluster(tmp_path) as here:
        here.start_worker("a", "--nthreads", "4")
        crews: list[int] = []

        def look() -> None:
            crews.append(len(psutil.Process(here.workers["a"].pid).children()))

        with Cluster(settings, here.address) as grader:
            assert results(submissions, settings, grader, tmp_path / "out", Heard(look)) == local
    assert crews == [1]


def test_at_the_end_the_workers_have_no_process_left(
    two: Here, submissions: Path, settings: Settings
) -> None:
    with Cluster(settings, two.address) as grader:
        assert two.started("a")
        assert two.started("b")
        assert len(list(grader.run(iter(tasks_of(submissions, 3))))) == 3
    assert two.started("a") == []
    assert two.started("b") == []


def test_a_batch_that_is_left_in_the_middle_leaves_nothing_and_can_be_run_again(
    two: Here, submissions: Path, settings: Settings
) -> None:
    tasks = tasks_of(submissions, 24)
    with Cluster(settings, two.address) as grader:
        next(grader.run(iter(tasks)))
        started = two.started("a") + two.started("b")
    assert psutil.wait_procs(started, GONE_S)[1] == []
    with Cluster(settings, two.address) as grader:
        assert {task.key for task, _ in grader.run(iter(tasks))} == {task.key for task in tasks}


def test_two_batches_at_once_do_not_end_each_other(
    two: Here, submissions: Path, settings: Settings
) -> None:
    tasks = tasks_of(submissions, 12)
    with Cluster(settings, two.address) as first:
        verdicts = first.run(iter(tasks))
        found = [next(verdicts)]
        with Cluster(settings, two.address) as second:
            assert len(list(second.run(iter(tasks[:2])))) == 2
        found += verdicts
    assert sorted(task.key for task, _ in found) == sorted(task.key for task in tasks)


def test_a_scheduler_that_goes_ends_the_batch_and_what_was_graded_stays(
    submissions: Path, settings: Settings, tmp_path: Path
) -> None:
    with cluster(tmp_path) as here:
        here.start_worker("a")
        assert here.scheduler is not None
        heard = Heard(here.scheduler.kill)
        with Cluster(settings, here.address) as grader:
            grader._client._timeout = 0.1  # It does not come back.
            with pytest.raises(ClusterFailed, match="is gone"):
                results(submissions, settings, grader, tmp_path / "out", heard)
    with Store(tmp_path / "out", new=False) as store:
        assert len(store.content()["verdicts"]) == len(heard.verdicts) >= 1


def test_where_no_scheduler_answers_it_is_said(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ClusterFailed, match=f"No Dask scheduler answers at .*{port}"):
        Cluster(settings, f"tcp://127.0.0.1:{port}", wait_s=0.1).__enter__()


def test_where_there_is_no_worker_it_is_said(settings: Settings, tmp_path: Path) -> None:
    with (
        cluster(tmp_path) as here,
        pytest.raises(ClusterFailed, match="No Dask worker has joined"),
    ):
        Cluster(settings, here.address, wait_s=1.0).__enter__()


def test_what_a_worker_says_is_never_unpickled(two: Here, settings: Settings) -> None:
    with Cluster(settings, two.address) as grader:
        assert grader._client.submit(bytes, b"said", pure=False).result() == b"said"
        with pytest.raises(TypeError, match="only able to deserialize"):
            grader._client.submit(complex, 1, pure=False).result()


def test_without_dask_it_is_said_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterFailed, match=r'pip install ".*whl\[course,cluster\]"'):
        Cluster(settings, "tcp://127.0.0.1:1").__enter__()
