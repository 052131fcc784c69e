"""`lab.run`: runs a program on the virtual machine, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from checker.lab import current, program
from checker.lab.blocking import Blocking
from checker.lab.clock import NS
from checker.lab.errors import WrongUse, name_of
from checker.lab.leaks import Leak, collector_at_rest
from checker.lab.steps import Computed
from checker.lab.turn import alone
from checker.trace import Report, Trace

if TYPE_CHECKING:
    from checker.lab.faults import Fault
    from checker.lab.machine import Machine

TURNS = 100_000
PATIENCE_S = 10.0


class Attached(Protocol):
    """Something that takes part in a run."""

    def attach(self, machine: Machine) -> None:
        """The machine is made, and will run now."""


class Run:
    """What came of a program.

    result    what `main` returned; if it failed, asking raises what it raised
    error     what it failed with, or None
    elapsed   seconds on the virtual clock, until `main` ended
    trace     what happened, event by event
    blocked   code that held the loop: each with its line, its time and its length
    leaks     what was left behind: pending tasks, coroutines never awaited, open clients, …
    fault     what the lab did to the program, if it was run to see whether it survives that
    computed  steps that computed for long in real CPU time; measured, so never quite the same
    reports   misuses that no exception tells of, such as call_soon from a thread
    """

    def __init__(
        self,
        result: Any,
        error: BaseException | None,
        elapsed_ns: int,
        trace: Trace,
        blocked: list[Blocking],
        leaks: list[Leak],
        computed: list[Computed],
    ) -> None:
        self._result = result
        self.error = error
        # Each raise of an error makes its traceback longer.
        self._traceback = error.__traceback__ if error is not None else None
        self.fault: Fault | None = None
        self.elapsed_ns = elapsed_ns
        self.trace = trace
        self.blocked = blocked
        self.leaks = leaks
        self.computed = computed

    @property
    def elapsed(self) -> float:
        """Seconds on the virtual clock."""
        return self.elapsed_ns / NS

    @property
    def result(self) -> Any:
        """What `main` returned, or raises what it raised."""
        __tracebackhide__ = True
        if self.error is not None:
            raise self.error.with_traceback(self._traceback)
        return self._result

    @property
    def reports(self) -> list[Report]:
        """What the lab noticed, and the program should hear of."""
        return [event for event in self.trace if isinstance(event, Report)]

    def table(self) -> str:
        """What happened, by the clock, in words."""
        from checker.timeline import table

        return table(self.trace)

    def svg(self) -> str:
        """The timeline, as a picture."""
        from checker.timeline import svg

        return svg(self.trace)

    def headline(self) -> str:
        """One line: how it ended, how long it took, what held the loop, what is left."""
        ended = "returned" if self.error is None else f"raised {name_of(self.error)}"
        done_to_it = f"{self.fault}: " if self.fault else ""
        words = [f"{done_to_it}{ended} after {self.elapsed:g} s"]
        if held := sum(blocking.seconds for blocking in self.blocked):
            words.append(f"the loop was blocked for {held:g} s")
        if self.leaks:
            words.append(f"{len(self.leaks)} left behind")
        return ", ".join(words)

    def __repr__(self) -> str:
        return f"<Run: {self.headline()}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from checker.timeline import mimebundle

        return mimebundle(self.trace, self.headline())


def run(
    main: Callable[..., Awaitable[Any]],
    *args: Any,
    cores: int = 4,
    threads: int = 40,
    seed: int = 0,
    catch: bool = False,
    trace: bool = True,
    turns: int = TURNS,
    patience: float = PATIENCE_S,
) -> Run:
    """Run `await main(*args)` on the virtual machine, and return what came of it.

    cores, threads   the size of the machine: CPU cores, and the tokens of anyio's thread limiter
    seed             what latencies, `random` and arrivals are drawn from
    catch            keep what the program raises in `run.error`, in place of raising it
    trace            record every step; without it a run costs less, and has no timeline
    turns            how often the loop may go round at one moment before it is a Livelock
    patience         seconds of real time that a thread may run without a wait or an end
    """
    __tracebackhide__ = True
    size = {"cores": cores, "threads": threads, "seed": seed}
    return finish(execute(main, args, size, trace=trace, turns=turns, patience=patience), catch)


def execute(
    main: Callable[..., Awaitable[Any]],
    args: tuple[Any, ...],
    size: dict[str, int],
    *,
    trace: bool = True,
    turns: int = TURNS,
    patience: float = PATIENCE_S,
    fault: Attached | None = None,
) -> Run:
    """Run a program, and return what came of it even if it failed."""
    program.check(main, size["cores"], size["threads"])
    if current.machine() is not None:
        raise WrongUse(
            "lab.run inside of lab.run: a program has one loop and one clock; await the inner "
            "function in place of running it"
        )
    with alone(), collector_at_rest():
        return _execute(main, args, size, trace, turns, patience, fault)


def _execute(
    main: Callable[..., Awaitable[Any]],
    args: tuple[Any, ...],
    size: dict[str, int],
    trace: bool,
    turns: int,
    patience: float,
    fault: Attached | None,
) -> Run:
    from checker.lab.machine import Machine

    machine = Machine(**size, trace=trace, turns=turns, patience_s=patience)
    if fault is not None:
        fault.attach(machine)
    machine.run(main, args)
    events = machine.recorder.give() if machine.recorder else []
    run = Run(
        machine.result,
        machine.error,
        machine.elapsed_ns,
        Trace(events, **size),
        machine.blocking.found,
        machine.leaks.found,
        machine.computed,
    )
    # A program that was abandoned keeps its machine for ever, and through it would keep all this.
    machine.result = machine.error = machine.verdict = None
    return run


def finish(run: Run, catch: bool) -> Run:
    """Hand out a run: raise what the program raised, unless the caller wants to look at it."""
    __tracebackhide__ = True  # pytest and IPython leave this frame out.
    error = run.error
    if error is not None:
        with suppress(AttributeError):  # Some errors take no attributes.
            error.run = run  # type: ignore[attr-defined]
        if not catch or isinstance(error, KeyboardInterrupt | SystemExit):
            raise error
    return run
