"""For exploring by hand: peers on request, and the findings of the chapters without a report."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cspanalysis import notebook_files
from cspanalysis.analysis import peers
from cspanalysis.areas import PeerGroup
from cspanalysis.errors import NotAvailable, UsageError, paragraph
from cspanalysis.findings import Finding
from cspanalysis.periods import Period

if TYPE_CHECKING:
    from cspanalysis.review import Review


class ByHand:
    """What an analyst asks of a review by hand; every `Review` can do it."""

    @property
    def incidents(self) -> pd.DataFrame:
        """All records of this area in the period under review (docs/data_dictionary.md)."""
        return self.records(None, self.period).table

    @property
    def peers(self) -> Peers:
        """Comparison with peer groups: `review.peers.rate("burglary")`."""
        return Peers(self)

    @property
    def most_similar(self) -> str:
        """Key of the most similar areas: 'msg' where the settings have it, else 'similar'."""
        return "msg" if "msg" in self.workspace.peer_groups else "similar"

    def findings(self, chapter: str | None = None) -> Findings:
        """The findings of all chapters, or of one ('violence'), made here and now."""
        return findings(self, chapter)

    def moved(self, csp: str | None = None, period: str | Period | None = None) -> Review:
        """The same workspace and edition, for another area or period."""
        from cspanalysis.opening import open

        return open(
            csp or self.area.name,
            period or self.period,
            edition=self.edition,
            workspace=self.workspace.root,
        )

    def explore(self):
        """Widgets for area, offence and period (JupyterLab); see `cspanalysis.widgets`."""
        from cspanalysis import widgets

        return widgets.explore(self)

    def map(self, offence: str, period: str | Period | None = None):
        """Where an offence is recorded again and again, as dots; nothing leaves the machine."""
        from cspanalysis import widgets

        return widgets.place_map(self, offence, period)


class Peers:
    """An area among its peers; made by `Review.peers`."""

    def __init__(self, review: Review):
        self._review = review

    def __repr__(self) -> str:
        return f"<Peers of {self._review.area.name}: {', '.join(self.groups()) or 'none'}>"

    def areas(self, group: str) -> list[str]:
        """Names of the areas of a group, this one among them.

        Raises
        ------
        NotAvailable
            If there is no such group; the message names those there are.
        """
        return list(self._members(group).areas)

    def _members(self, group: str) -> PeerGroup:
        try:
            return self._review.peer_group(group)
        except NotAvailable as error:
            known = ", ".join(self.groups()) or "none"
            raise NotAvailable(
                error.needs, f"{error.detail}; groups of {self._review.area.name}: {known}"
            ) from None

    def groups(self) -> list[str]:
        """Keys of the groups this area can be ranked in, the most telling first.

        The official most similar group, where the settings have it, takes the place of the
        computed group 'similar' (which can still be asked for by name).
        """
        pasted = list(self._review.workspace.peer_groups)
        computed = [] if "msg" in pasted else ["similar"]
        keys = [*pasted, *computed, "county", "force"]
        found = []
        for key in dict.fromkeys(keys):
            try:
                self._review.peer_group(key)
            except NotAvailable:
                continue
            found.append(key)
        return found

    def rate(
        self, offence: str, group: str | None = None, period: str | Period | None = None
    ) -> pd.DataFrame:
        """Offences per 1,000 residents of every area of a group, lowest first.

        Parameters
        ----------
        offence : str
            Offence or group of the taxonomy.
        group : str, optional
            Key of the peer group; default: the first that has data.
        period : str or Period, optional
            Default: the period under review.

        Returns
        -------
        pandas.DataFrame
            Columns area, is_own, count, population, rate, lower, upper, rank, of, rank_lower,
            rank_upper, … (cspanalysis.analysis.peers.compare).

        Raises
        ------
        NotAvailable
            If no group has data.
        """
        over = Period.parse(period) if period else self._review.period
        missing: NotAvailable | None = None
        if group:
            self._members(group)
        for key in [group] if group else self.groups():
            try:
                return peers.compare(self._review.peer_counts(offence, key, over).table)
            except NotAvailable as error:
                missing = missing or error
        missing = missing or NotAvailable(("peer_counts", "police_uk"))
        would_show = f"how {offence} compares with other areas in {over.label}"
        raise NotAvailable(
            missing.needs, self._review.missing_sentence(would_show, missing)
        ) from None


class Findings(dict[str, Finding]):
    """Findings by id; shows each in turn in a notebook."""

    def _ipython_display_(self) -> None:
        for finding in self.values():
            finding._ipython_display_()

    def __repr__(self) -> str:
        return "\n".join(f"{key}: {finding.sentence}" for key, finding in self.items())


def findings(review: Review, chapter: str | None = None) -> Findings:
    """The findings of the chapter notebooks, made in this process.

    The notebooks are the only table of contents: their cells are run here with `review` in place.

    Parameters
    ----------
    review : Review
    chapter : str, optional
        Number, name or part of the name of one chapter: '05', 'violence'.

    Raises
    ------
    UsageError
        If there is no such chapter.
    """
    found = Findings()
    chosen = [p for p in notebook_files.chapters() if chapter is None or chapter in p.stem]
    if not chosen:
        raise UsageError(
            paragraph(
                f"no chapter is called '{chapter}'",
                allowed=", ".join(p.stem for p in notebook_files.chapters()),
            )
        )
    for path in chosen:
        namespace: dict[str, object] = {"review": review}
        for source in _cells(path):
            value = _run(source, namespace)
            if isinstance(value, Finding):
                found[value.id] = value
    return found


def _cells(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "parameters" in cell["metadata"].get("tags", []):
            continue
        # The cell that opens the review only lends its imports here.
        yield "\n".join(line for line in source.splitlines() if not line.startswith("review ="))


def _run(source: str, namespace: dict[str, object]) -> object:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
