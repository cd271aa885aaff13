"""Verdicts: what a judge found, read from what it printed."""

import re
from dataclasses import dataclass

COUNTS = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?")
FAILURE = re.compile(r"^\s*FAIL\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """How many checks went which way. `failures` are the judge's own words for those that failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: tuple[str, ...] = ()

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.failures + other.failures,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def verdict_of(words: str) -> Verdict:
    """Return the verdict at the end of a judge's words; a judge without one has failed."""
    counts = COUNTS.findall(words)
    if not counts:
        last = words.strip().splitlines()[-1:] or ["It said nothing."]
        return Verdict(failed=1, failures=(f"  no verdict: {last[0]}",))
    passed, failed, skipped = (int(count or 0) for count in counts[-1])
    return Verdict(passed, failed, skipped, tuple(FAILURE.findall(words)))
