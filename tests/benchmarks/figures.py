"""Figures: what a benchmark prints, one line each, and the statistics behind them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value beside its baseline. Machines differ and are noisy: the ratio is what lasts."""

    name: str
    value: float
    unit: str
    ratio: float
    baseline: str

    def __str__(self) -> str:
        return f"{self.name} {self.value:.1f} {self.unit} (ratio {self.ratio:.2f} of {self.baseline})"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the least value that `share` (0 to 1) of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
