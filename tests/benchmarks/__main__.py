"""Runs the benchmarks and prints a line for each figure: `python -m tests.benchmarks`.

BENCH=lists runs one alone, and so do the other names of BENCHMARKS. BENCH_BRIEF=1 only shows that they work.
"""

import asyncio
import os
import sys

from tests.benchmarks import bulk, lists, push, push_across, reads, search, stage
from tests.benchmarks.effort import BRIEF, FULL

BENCHMARKS = {
    "reads": reads.measure,
    "bulk": bulk.measure,
    "push": push.measure,
    "push_across": push_across.measure,
    "lists": lists.measure,
    "search": search.measure,
}


def main() -> None:
    effort = BRIEF if os.environ.get("BENCH_BRIEF") else FULL
    names = [os.environ["BENCH"]] if os.environ.get("BENCH") else list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
    with stage.embedded_database() as url:
        for name in names:
            for figure in asyncio.run(BENCHMARKS[name](url, effort)):
                print(figure, flush=True)


if __name__ == "__main__":
    main()
