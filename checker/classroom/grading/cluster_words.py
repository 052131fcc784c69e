"""Why a cluster cannot grade, in words, each with what to do next."""

from __future__ import annotations

from checker.classroom.grading.cluster_worker import Found
from checker.classroom.grading.crew import CrewFailed
from checker.course import WHEEL

COME_BACK = "Next: run the same command again when the cluster is there; it goes on where it was."


class ClusterFailed(CrewFailed):
    """The cluster cannot grade. The message says why, and what to do."""


def cannot(where: str, error: BaseException | None) -> str:
    """A worker lacks something that is ours."""
    return (
        f"The Dask workers cannot grade ({where}): {type(error).__name__}: {error}\n"
        f'Next: pip install "{WHEEL}[course,cluster]" on the workers, '
        "the same wheel as on this machine, and restart them."
    )


def differ(one: str, other: str, words: list[str]) -> str:
    """Two machines would give different verdicts."""
    return (
        f"Not all would grade alike: {other} differs from {one}: {'; '.join(words)}.\n"
        "Next: install the same versions on all, restart the workers, and run this again."
    )


def differences(one: Found, other: Found) -> list[str]:
    """In words, what two machines do not have in common."""
    words = []
    names = {"versions": "", "stamps": "the checks of ", "exercises": "the stub or points of "}
    for part in (part for part in names if part in one):
        for name in sorted({*one[part], *other[part]}):
            before, after = one[part].get(name), other[part].get(name)
            if before != after and part == "versions":
                words.append(f"{name} {after or 'is missing'}, not {before or 'missing'}")
            elif before != after:
                words.append(names[part] + name)
    return words
