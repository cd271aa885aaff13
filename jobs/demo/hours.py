"""When people of the demo write: members in office hours, customers while they are awake."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

OFFICE = (9, 17)  # o'clock, Monday to Friday
AWAKE = (7, 22)
SATURDAY = 5
DAY = timedelta(days=1)
WEEKEND_SHARE = 0.4  # of what would be written at a weekend, the rest came the Friday before


@dataclass(frozen=True)
class Hours:
    """The hours of a zone; by the dice nobody is punctual."""

    zone: ZoneInfo
    dice: Random

    def office_after(self, at: datetime) -> datetime:
        """Return `at` in office hours, else an instant soon after they next begin."""
        local = at.astimezone(self.zone)
        if _is_office(local):
            return at
        day = local if local.hour < OFFICE[0] else local + DAY
        while day.weekday() >= SATURDAY:
            day += DAY
        return self._within(day, OFFICE[0])

    def office_before(self, at: datetime) -> datetime:
        """Return `at` in office hours, else an instant in their last hour before it."""
        local = at.astimezone(self.zone)
        if _is_office(local):
            return at
        day = local if local.hour >= OFFICE[1] else local - DAY
        while day.weekday() >= SATURDAY:
            day -= DAY
        return self._within(day, OFFICE[1] - 1)

    def awake_after(self, at: datetime) -> datetime:
        """Return `at` by day, else an instant early on the next one."""
        local = at.astimezone(self.zone)
        if AWAKE[0] <= local.hour < AWAKE[1]:
            return at
        return self._within(local if local.hour < AWAKE[0] else local + DAY, AWAKE[0])

    def awake_before(self, at: datetime) -> datetime:
        """Return `at` by day, mostly of a working day, else an instant late on the day before."""
        local = at.astimezone(self.zone)
        if local.weekday() >= SATURDAY and self.dice.random() > WEEKEND_SHARE:
            return self.office_before(at)
        if AWAKE[0] <= local.hour < AWAKE[1]:
            return at
        return self._within(local if local.hour >= AWAKE[1] else local - DAY, AWAKE[1] - 1)

    def _within(self, day: datetime, hour: int) -> datetime:
        """Return some instant of that hour of the day."""
        minute, second, microsecond = map(self.dice.randrange, (60, 60, 1_000_000))
        return datetime.combine(day, time(hour, minute, second, microsecond), day.tzinfo)


def _is_office(local: datetime) -> bool:
    return local.weekday() < SATURDAY and OFFICE[0] <= local.hour < OFFICE[1]
