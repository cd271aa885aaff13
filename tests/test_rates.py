"""How much one may ask in a time."""

import pytest

from models import clock
from models.actors import Actor, ActorKind
from models.errors import RateLimited
from schema.rates import Rates, allowance
from settings import settings
from tests.toy import ADA

NOBODY = Actor(ActorKind.CUSTOMER, 1, frozenset())


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> Rates:
    monkeypatch.setattr(settings, "points_burst", 100)
    monkeypatch.setattr(settings, "points_per_second", 0.5)
    monkeypatch.setattr(settings, "anonymous_burst", 1)
    return Rates()


def test_the_running_operation_can_tell_what_is_left(rates: Rates):
    rates.charge(ADA, "192.0.2.1", 40)

    found = allowance.get()

    assert found is not None
    assert (found.limit, found.cost, found.remaining) == (100, 40, 60)
    assert (found.reset_at - clock.now()).total_seconds() == pytest.approx(80, abs=1)


def test_who_asks_for_too_much_hears_when_to_come_back(rates: Rates):
    rates.charge(ADA, "192.0.2.1", 90)

    with pytest.raises(RateLimited) as refused:
        rates.charge(ADA, "192.0.2.1", 20)

    assert refused.value.retry_seconds == pytest.approx(20, abs=1)


def test_anonymous_callers_of_one_address_do_not_use_up_another(rates: Rates):
    rates.charge(NOBODY, "192.0.2.1", 1)
    rates.charge(NOBODY, "192.0.2.2", 1)

    with pytest.raises(RateLimited):
        rates.charge(NOBODY, "192.0.2.1", 1)
