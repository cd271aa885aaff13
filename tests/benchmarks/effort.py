"""How much a run of the benchmarks measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    tickets: int
    rounds: int
    round_seconds: float
    replies: int
    replies_per_second: float
    bulk: int
    many_tickets: tuple[int, ...]
    """How many tickets lists and searches are measured among."""


FULL = Effort(
    tickets=2000,
    rounds=5,
    round_seconds=3,
    replies=300,
    replies_per_second=20,
    bulk=10_000,
    many_tickets=(100_000, 1_000_000),
)
BRIEF = Effort(
    tickets=60,
    rounds=1,
    round_seconds=0.2,
    replies=5,
    replies_per_second=50,
    bulk=120,
    many_tickets=(500,),
)
