"""Progress: a bar with time left on a terminal, one plain line a step otherwise."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from cspanalysis import present
from cspanalysis.domain import inert

#: So many of those under way are named; the bar's words are cut at so many signs.
_MOST_NAMED, _LONGEST = 4, 60


class Progress:
    """Counts finished steps, names what is under way and how long the rest will take.

    Parameters
    ----------
    total : int
        Steps to come.
    unit : str
        What a step is: 'chapter', 'area'.
    """

    def __init__(self, total: int, unit: str):
        self.total, self.done, self.bar = total, 0, None
        self.under_way: list[str] = []
        self._made, self._start = 0, time.monotonic()
        if sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=total, unit=unit, dynamic_ncols=True, leave=False)

    def begin(self, what: str) -> None:
        """A step is under way."""
        self.under_way.append(inert.seen(what))
        self._describe()

    def step(self, what: str, *, is_made: bool = True) -> None:
        """One step is done; without `is_made` it was only passed over, in no time."""
        self.done += 1
        self._made += is_made
        what = inert.seen(what)
        if what in self.under_way:
            self.under_way.remove(what)
        if self.bar is not None:
            self._describe(what)
            self.bar.update(1)
        else:
            said = [f"[{self.done}/{self.total}] {what}", self._left(), self._others()]
            print("; ".join(filter(None, said)), flush=True)

    def _left(self) -> str:
        """How long the rest will take, told of what has begun: of many steps only."""
        left = self.total - self.done
        if not self.under_way or not self._made or not left:
            return ""
        seconds = (time.monotonic() - self._start) / self._made * left
        minutes = round(seconds / 60)
        return (
            f"about {present.plural(minutes, 'minute')} left" if minutes else "under a minute left"
        )

    def _others(self) -> str:
        if not self.under_way:
            return ""
        return f"under way: {present.listed(self.under_way, _MOST_NAMED)}"

    def _describe(self, done: str = "") -> None:
        if self.bar is not None:
            self.bar.set_description(
                (present.listed(self.under_way, _MOST_NAMED) or done)[:_LONGEST]
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.close()
