"""For exploring by hand: widgets, a map, and the findings of the chapters without a report."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from cspanalysis import sources
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.explore.names import KnownNames, unknown
from cspanalysis.findings import Finding
from cspanalysis.review.review import Review
from cspanalysis.workspace import notebook_files


class ByHand(Review):
    """A review with what an analyst asks of it by hand; `cspanalysis.open` makes it."""

    _names: KnownNames | None = None

    def findings(self, chapter: str | None = None) -> Findings:
        """The findings of all chapters, or of one ('violence'), made here and now."""
        return findings(self, chapter)

    @property
    def names(self) -> KnownNames:
        """The names that can be asked for: `names.offences`, `.tables`, `.groups`, `.places`, …"""
        if self._names is None:
            self._names = KnownNames(self)
        return self._names

    def table(self, source: str, *, own: bool = True) -> pd.DataFrame:
        """A processed table by its name (`names.tables`); rows of this area only by default."""
        if not self.store.has(source) and sources.find(source) is None:
            raise unknown(source, "the table", self.names.tables)
        return super().table(source, own=own)

    def at(self, place: str, *periods: Period | str) -> pd.DataFrame:
        """Records at a place (`names.places`), by default of the period under review."""
        records = self.records(None, *(periods or (self.period,))).table
        if "place" not in records:
            raise NotAvailable("police_extract", "these records have no places")
        is_there = records["place"].str.casefold() == place.casefold()
        if not is_there.any():
            raise unknown(place, "the place", records["place"].dropna().unique())
        return records[is_there].reset_index(drop=True)

    def explore(self):
        """Widgets for area, offence and period (JupyterLab); see `cspanalysis.explore.widgets`."""
        from cspanalysis.explore import widgets

        return widgets.explore(self)

    def map(self, offence: str, period: str | Period | None = None):
        """Where an offence is recorded again and again, as dots; nothing leaves the machine."""
        from cspanalysis.explore import widgets

        return widgets.place_map(self, offence, period)


class Findings(dict[str, Finding]):
    """Findings by id; shows each in turn in a notebook."""

    def _ipython_display_(self) -> None:
        for finding in self.values():
            finding._ipython_display_()

    def __repr__(self) -> str:
        return "\n".join(f"{key}: {finding.sentence}" for key, finding in self.items())


def findings(review: Review, chapter: str | None = None) -> Findings:
    """The findings of the chapters that the workspace's review runs, made in this process.

    The notebooks are the only table of contents: their cells are run here with `review` in place.

    Parameters
    ----------
    review : Review
    chapter : str, optional
        Number, name or part of the name of one chapter: '40', 'violence'.

    Raises
    ------
    UsageError
        If there is no such chapter.
    """
    found = Findings()
    root = review.workspace.root
    known = notebook_files.of_workspace(root, review.settings.get("review"))
    chosen = [p for p in known if chapter is None or chapter in p.stem]
    if not chosen:
        raise unknown(str(chapter), "the chapter", [p.stem for p in known])
    notebook_files.make_importable(root)

    def keep(value: object) -> None:
        if isinstance(value, Finding):
            found[value.id] = value

    for path in chosen:
        namespace: dict[str, object] = {"review": review, "display": keep}
        for source in _cells(path):
            keep(_run(source, namespace))
    return found


def _cells(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "parameters" in cell["metadata"].get("tags", []):
            continue
        yield source


def _opens_review(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else ()
    return any(isinstance(target, ast.Name) and target.id == "review" for target in targets)


def _run(source: str, namespace: dict[str, object]) -> object:
    tree = ast.parse(source)
    # The cell that opens the review only lends its imports here.
    tree.body = [node for node in tree.body if not _opens_review(node)]
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
