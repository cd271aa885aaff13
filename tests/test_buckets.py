"""Token buckets."""

import pytest

from models.buckets import Buckets


def test_a_bucket_allows_its_burst_and_no_more():
    buckets = Buckets(burst=10, per_second=2)

    waits = [buckets.take("ada", 5, 0), buckets.take("ada", 5, 0), buckets.take("ada", 1, 0)]

    assert waits == [0, 0, 0.5]


def test_a_refusal_takes_nothing():
    buckets = Buckets(burst=10, per_second=1)
    buckets.take("ada", 8, 0)

    buckets.take("ada", 5, 0)

    assert buckets.left("ada", 0) == 2


def test_waiting_as_long_as_told_is_enough():
    buckets = Buckets(burst=10, per_second=2)
    buckets.take("ada", 10, 0)
    seconds = buckets.take("ada", 4, 0)

    wait = buckets.take("ada", 4, seconds)

    assert (seconds, wait) == (2, 0)


def test_a_bucket_never_holds_more_than_its_burst():
    buckets = Buckets(burst=10, per_second=2)
    buckets.take("ada", 10, 0)

    assert buckets.left("ada", 1000) == 10


def test_principals_do_not_share():
    buckets = Buckets(burst=10, per_second=1)
    buckets.take("ada", 10, 0)

    assert buckets.take("grace", 10, 0) == 0


@pytest.mark.parametrize(("spent", "seconds"), [(0, 0), (10, 5), (4, 2)])
def test_it_tells_when_it_is_full_again(spent: int, seconds: float):
    buckets = Buckets(burst=10, per_second=2)

    buckets.take("ada", spent, 0)

    assert buckets.full_in_seconds("ada", 0) == seconds


def test_only_so_many_buckets_are_kept_and_the_unused_go_first():
    buckets = Buckets(burst=10, per_second=0.001, most=2)
    buckets.take("ada", 10, 0)
    buckets.take("grace", 10, 0)
    buckets.take("ada", 0, 0)

    buckets.take("olga", 10, 0)

    assert (len(buckets), buckets.left("ada", 0)) == (2, 0)
    assert buckets.left("grace", 0) == 10


def test_a_clock_that_steps_back_takes_no_points():
    buckets = Buckets(burst=10, per_second=1)
    buckets.take("ada", 5, 100)

    assert buckets.left("ada", 50) == 5
