"""The lines of the table: our figure beside the least the platform can do."""

from dataclasses import dataclass

HEAD = ["", "ours", "floor", "ratio", "target", "met"]


@dataclass
class Row:
    """One line of the table: our figure, the peer's, what is compared, and the most (or least) allowed."""

    name: str
    ours: float
    floor: float | None = None
    target: float | None = None
    unit: str = "ms"
    least: bool = False
    of_peer: bool = True

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        value = self.ratio if self.of_peer else self.ours
        if self.target is None or value is None:
            return None
        return value >= self.target if self.least else value <= self.target

    def cells(self) -> list[str]:
        sign = "≥" if self.least else "≤"
        unit = "×" if self.of_peer else f" {self.unit}"
        target = "" if self.target is None else f"{sign} {self.target:.3g}{unit}"
        met = {None: "", True: "yes", False: "NO"}[self.met]
        peer = "" if self.floor is None else f"{self.floor:.4g} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.name, f"{self.ours:.4g} {self.unit}", peer, ratio, target, met]


def line(cells: list[str]) -> str:
    return "{:<46}{:>13}{:>14}{:>7}{:>13}{:>5}".format(*cells)


def quantile(values: list[float], q: float) -> float:
    """The smallest value that a share `q` of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]
