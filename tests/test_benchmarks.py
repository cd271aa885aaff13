"""The benchmarks work: each runs on a stage of its own and prints its figures. No time is judged."""

import asyncio
import os
import re
import shutil
import sys

import pytest

from tests.benchmarks.figures import quantile
from tests.benchmarks.lists import SHAPES
from tests.benchmarks.stage import ROOT

LINE = re.compile(r"(\w+) (-?\d+\.\d) (req/s|ms) \(ratio -?\d+\.\d\d of .+\)")
FIGURES = [
    "reads_per_second",
    "reads_p50",
    "reads_p99",
    "bulk_editors_p50",
    "bulk_editors_p99",
    "bulk_tickets",
    "event_to_socket_p50",
    "event_after_answer_p50",
    "event_to_socket_p99",
    "event_after_answer_p99",
    "event_to_socket_across_postgres_p50",
    "event_to_socket_across_postgres_p99",
]
LISTS = [f"{shape}_500" for shape in SHAPES]
SEARCHES = [f"search_{kind}_500" for kind in ("rare", "common", "two_common", "prefix", "reference")]
WITH_REDIS = ["event_to_socket_across_redis_p50", "event_to_socket_across_redis_p99"]


async def test_each_benchmark_prints_its_figures():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks"),
        cwd=ROOT,
        env=os.environ | {"BENCH_BRIEF": "1", "BENCH": ""},
        stdout=asyncio.subprocess.PIPE,
    )

    words, _ = await process.communicate()

    lines = [LINE.fullmatch(line) for line in words.decode().splitlines()]
    across_redis = WITH_REDIS if shutil.which("redis-server") else []
    assert [line and line[1] for line in lines] == FIGURES + across_redis + LISTS + SEARCHES


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0], 0.5, 3),
        ([4.0, 1, 3, 2], 0.5, 2),
        ([4.0, 1, 3, 2], 0.51, 3),
        ([2.0, 1], 0.99, 2),
        ([2.0, 1], 0, 1),
    ],
)
def test_a_quantile_is_a_value_that_occurred(values: list[float], share: float, expected: float):
    assert quantile(values, share) == expected
