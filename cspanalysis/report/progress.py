"""Progress: a bar with time left on a terminal, one plain line a step otherwise."""

from __future__ import annotations

import sys
from types import TracebackType

from cspanalysis.domain import inert


class Progress:
    """Counts finished steps.

    Parameters
    ----------
    total : int
        Steps to come.
    unit : str
        What a step is: 'chapter', 'area'.
    """

    def __init__(self, total: int, unit: str):
        self.total, self.done, self.bar = total, 0, None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=total, unit=unit, dynamic_ncols=True, leave=False)

    def step(self, what: str) -> None:
        """One step is done."""
        self.done += 1
        what = inert.seen(what)
        if self.bar is not None:
            self.bar.set_description(what[:40])
            self.bar.update(1)
        else:
            print(f"[{self.done}/{self.total}] {what}", flush=True)

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
