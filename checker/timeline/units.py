"""Times in words, in one unit for a whole picture, and where its axis has ticks.

Invariant: a time is never shown with more digits than it has, nor with more than three decimals.
Steps are a unit too: the axis of a run in which the clock never moved counts them.
"""

from __future__ import annotations

from dataclasses import dataclass

_SIZES_NS = {"h": 3_600 * 10**9, "min": 60 * 10**9, "s": 10**9, "ms": 10**6, "µs": 10**3, "ns": 1}
_HOURS_FROM_NS = 3 * _SIZES_NS["h"]
_MINUTES_FROM_NS = 5 * _SIZES_NS["min"]
_TIMES_OF_60 = (1, 2, 5, 10, 15, 30)
_HOURS = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Unit:
    """How the times of one picture are written: in h, min, s, ms, µs, ns, or as steps."""

    name: str

    @classmethod
    def for_length(cls, length_ns: int) -> Unit:
        """The unit in which a run of this length has few digits."""
        if length_ns >= _HOURS_FROM_NS:
            return cls("h")
        if length_ns >= _MINUTES_FROM_NS:
            return cls("min")
        for name in ("s", "ms", "µs"):
            if length_ns >= _SIZES_NS[name]:
                return cls(name)
        return cls("ns" if length_ns else "s")

    @property
    def is_steps(self) -> bool:
        """Whether this counts steps in place of time."""
        return self.name == "steps"

    @property
    def size_ns(self) -> int:
        """One of the unit."""
        return _SIZES_NS.get(self.name, 1)

    def at(self, t_ns: int) -> str:
        """A moment: `2.5 s`, `step 3`."""
        return f"step {t_ns + 1:,}" if self.is_steps else self.lasting(t_ns, small=False)

    def lasting(self, length_ns: int, small: bool = True) -> str:
        """A duration: `2.5 s`, `3 steps`; a short one in a smaller unit unless told not to."""
        if self.is_steps:
            return f"{length_ns:,} step{'' if length_ns == 1 else 's'}"
        if self.name in ("h", "min"):
            return _in_parts(length_ns)
        name = self.name
        if small and 0 < length_ns < _SIZES_NS[name] // 100:
            name = Unit.for_length(length_ns).name
        return f"{_decimals(length_ns, _SIZES_NS[name], name)} {name}"

    def column(self, t_ns: int) -> str:
        """A moment with as many digits as every other, for a table."""
        if self.is_steps:
            return self.at(t_ns)
        name = "s" if self.name in ("h", "min") else self.name
        if name == "ns":
            return f"{t_ns:,} ns"
        return f"{_rounded(t_ns, _SIZES_NS[name]):,.3f} {name}"

    def ticks(self, start_ns: int, end_ns: int, most: int) -> list[tuple[int, str]]:
        """At most about `most` round moments with their words, in order."""
        if end_ns == start_ns:
            return []
        step_ns = self._tick_step(end_ns - start_ns, max(1, most))
        first = -(-start_ns // step_ns) * step_ns
        return [(t_ns, self._tick(t_ns, step_ns)) for t_ns in range(first, end_ns + 1, step_ns)]

    def _tick_step(self, length_ns: int, most: int) -> int:
        least = -(-length_ns // most)
        if self.name in ("h", "min"):
            rounds = [n * _SIZES_NS["min"] for n in _TIMES_OF_60]
            rounds += [n * _SIZES_NS["h"] for n in _HOURS]
            for step_ns in rounds:
                if step_ns >= least:
                    return step_ns
            return -(-least // rounds[-1]) * rounds[-1]
        power = 1
        while True:
            for step_ns in (power, 2 * power, 5 * power):
                if step_ns >= least:
                    return step_ns
            power *= 10

    def _tick(self, t_ns: int, step_ns: int) -> str:
        if self.is_steps:
            return f"{t_ns:,}"
        if self.name in ("h", "min"):
            return _in_parts(t_ns) if t_ns else f"0 {self.name}"
        decimals = 0
        while step_ns * 10**decimals % self.size_ns and decimals < 9:
            decimals += 1
        return f"{t_ns / self.size_ns:,.{decimals}f} {self.name}"


def _rounded(length_ns: int, size_ns: int) -> float:
    return round(length_ns * 1000 / size_ns) / 1000


def _decimals(length_ns: int, size_ns: int, name: str) -> str:
    """`2.0` for seconds, which the course writes so; else no decimals that are nought."""
    text = f"{_rounded(length_ns, size_ns):,.3f}".rstrip("0")
    return text + "0" if text.endswith(".") and name == "s" else text.rstrip(".")


def _in_parts(length_ns: int) -> str:
    hours, rest = divmod(length_ns, _SIZES_NS["h"])
    minutes, rest = divmod(rest, _SIZES_NS["min"])
    parts = [f"{hours:,} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    if rest or not parts:
        parts.append(f"{_decimals(rest, _SIZES_NS['s'], '')} s")
    return " ".join(parts)
