"""The model of one process pool: its workers, its jobs, and how it breaks."""

from __future__ import annotations

import logging
import pickle
from collections import deque
from concurrent.futures import Future
from concurrent.futures import process as futures_process
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

from checker.lab.clock import Strand
from checker.lab.errors import Stop

if TYPE_CHECKING:
    from checker.lab.processes import Processes

_log = logging.getLogger("concurrent.futures")
_wrap_exception: Any = futures_process._ExceptionWithTraceback


class Died(BaseException):
    """A worker's process is gone."""


class Worker:
    """One process of a pool: what `executor._processes` and `active_children()` hold."""

    def __init__(self, pool: Pool, pid: int, name: str) -> None:
        self.pool = pool
        self.pid, self.name = pid, name
        self.strand: Strand | None = None
        self.began = self.killed = False
        self.jobs_done = 0

    def is_alive(self) -> bool:
        """Whether it still runs or waits."""
        return self.strand is not None and not self.strand.ended

    def kill(self) -> None:
        """Let it die at once."""
        if self.is_alive():
            self.pool.processes.kill(self)

    terminate = kill


class _Job:
    __slots__ = ("data", "future")

    def __init__(self, data: bytes, future: Future[Any]) -> None:
        self.data = data
        self.future = future


class Pool:
    """The model behind one executor."""

    def __init__(self, processes: Processes, executor: ProcessPoolExecutor) -> None:
        self.processes = processes
        self.limit: int = executor._max_workers  # type: ignore[attr-defined]
        self.jobs: deque[_Job] = deque()
        self.running: dict[Worker, _Job] = {}
        self.workers: dict[int, Worker] = {}
        self.closed = False
        self.broken = ""
        self.initializer: Any = getattr(executor, "_initializer", None)
        self.initargs = getattr(executor, "_initargs", ())
        self.jobs_per_worker = getattr(executor, "_max_tasks_per_child", None)
        context: Any = executor._mp_context
        self.kind: str = context.Process.__name__  # such as "SpawnProcess"

    def submit(self, fn: Any, args: Any, kwargs: Any) -> Future[Any]:
        if self.broken:
            raise BrokenProcessPool(self.broken)
        if self.closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[Any] = Future()
        try:
            data = pickle.dumps((fn, args, kwargs))
        except Exception as error:
            # For real, a thread of the pool fails to send it, and the future hears of it.
            future.set_exception(error)
            return future
        self.jobs.append(_Job(data, future))
        # A worker that was woken for another job is idle no more.
        if not self.processes.locks.notify(self) and len(self.workers) < self.limit:
            self.processes.start(self)
        return future

    def work(self, worker: Worker) -> None:
        """What a worker does until it is not needed."""
        worker.began = True
        if worker.killed:
            raise Died
        if self.initializer is not None:
            self._initialize(worker)
        while self._take(worker):
            self._do(worker, self.running[worker])
            worker.jobs_done += 1
            if self.jobs_per_worker and worker.jobs_done >= self.jobs_per_worker:
                break
        self.workers.pop(worker.pid, None)
        if self.jobs and len(self.workers) < self.limit:
            self.processes.start(self)

    def _take(self, worker: Worker) -> bool:
        while True:
            while self.jobs:
                job = self.jobs.popleft()
                if job.future.set_running_or_notify_cancel():
                    self.running[worker] = job
                    return True
            if self.closed:
                return False
            self.processes.locks.wait_on(self, None, "ProcessPoolExecutor")

    def _initialize(self, worker: Worker) -> None:
        try:
            self.initializer(*self.initargs)
        except (Died, Stop):
            raise
        except BaseException as error:
            # The worker logs it and goes, and its pool is told only that it is gone.
            _log.critical("Exception in initializer:", exc_info=True)
            raise Died from error

    def _do(self, worker: Worker, job: _Job) -> None:
        try:
            fn, args, kwargs = pickle.loads(job.data)
            answer = pickle.dumps((True, fn(*args, **kwargs)))
            if worker.strand is not None and worker.strand.doom is not None:
                raise worker.strand.doom  # The job swallowed it; no process can.
        except (Died, Stop):
            raise
        except BaseException as error:
            answer = _pickled_error(error)
        succeeded, value = _unpickled(answer)
        self.running.pop(worker, None)
        if succeeded:
            job.future.set_result(value)
        else:
            job.future.set_exception(value)

    def break_down(self, worker: Worker) -> None:
        """A worker died: every job that is not done fails, and the pool is of no more use."""
        self.broken = (
            "A process in the process pool was terminated abruptly while the future was running "
            "or pending."
        )
        self.closed = True
        self.workers.pop(worker.pid, None)
        lost = [*self.running.values(), *self.jobs]
        self.running.clear()
        self.jobs.clear()
        # For real, a pool that lost one worker kills the others.
        for other in list(self.workers.values()):
            other.kill()
        for job in lost:
            if not job.future.done():
                job.future.set_exception(BrokenProcessPool(self.broken))
        self.wake_all()

    def wake_all(self) -> None:
        while self.processes.locks.notify(self):
            pass

    def shut_down(self, wait: bool, cancel_futures: bool) -> None:
        self.closed = True
        if cancel_futures:
            while self.jobs:
                self.jobs.popleft().future.cancel()
        self.wake_all()
        # A worker that may do only so many jobs is followed by another.
        while wait and self.workers:
            worker = next(iter(self.workers.values()))
            assert worker.strand is not None
            worker.strand.thread.join()


def _pickled_error(error: BaseException) -> bytes:
    try:
        return pickle.dumps((False, _wrap_exception(error, error.__traceback__)))
    except Exception as refusal:
        try:
            return pickle.dumps((False, _wrap_exception(refusal, refusal.__traceback__)))
        except Exception as again:
            # For real, the worker's process ends with this error.
            raise Died from again


def _unpickled(answer: bytes) -> Any:
    """What came back. If it cannot be read, a real pool takes its worker for dead."""
    try:
        return pickle.loads(answer)
    except Exception as error:
        raise Died from error
