"""How a result becomes a Finding: protected first, then told, drawn and tabulated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain import agendas, breaks, offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.record import Finding, Said
from cspanalysis.present import suppliers
from cspanalysis.review.series import Series, Totals

if TYPE_CHECKING:
    from cspanalysis.present.charts.plot import Plot
    from cspanalysis.review.review import Review


#: Figures of so many months in a row are read as a development.
SOME_YEARS = 24


@dataclass(frozen=True)
class Spec:
    """What is fixed about a finding before any data are seen (see `question.question`)."""

    id: str
    title: str
    needs: tuple[str, ...] = ()
    measure: str = ""
    unit: str = ""
    polarity: str = "neutral"
    would_show: str = ""
    agenda: str = agendas.TODAY
    level: str = "district"
    role: str = ""

    @property
    def chapter(self) -> str:
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Publication:
    """One question asked of one review over one comparison of periods.

    Parameters
    ----------
    review : Review
        Whose data, edition and policies apply.
    spec : Spec
    comparison : Comparison
    is_part : bool
        Whether the finding is a part of another (`Finding.parts`).
    """

    review: Review
    spec: Spec
    comparison: Comparison
    is_part: bool = False

    @property
    def period(self) -> Period:
        """The period asked about."""
        return self.comparison.period

    @property
    def compare(self) -> Period:
        """The period it is compared with."""
        return self.comparison.compare

    @property
    def earlier(self) -> str:
        """Words for the time of the period compared with: 'a year earlier'."""
        return present.earlier(self.period.iso, self.compare.iso)

    def protection(self, source: str = "", **fields: Any) -> disclosure.Protect:
        """How counts of a source are protected; without one as of victims, below the threshold."""
        policy = self.review.policy(source) if source else "threshold"
        return disclosure.Protect(policy, threshold=self.review.threshold, **fields)

    def publish(
        self,
        result: pd.DataFrame,
        *,
        wording: Callable[[pd.DataFrame], Said],
        series: Series | None = None,
        sources: Iterable[str] = (),
        subject: str = "",
        unit: str = "",
        chart: Callable[[pd.DataFrame], Plot | None] | None = None,
        protect: disclosure.Protect | None = None,
        columns: Mapping[str, str] | None = None,
        what: str = "",
        when: str = "",
        caption: str = "",
        over: Comparison | Period | None = None,
        compared: bool = False,
        level: str = "",
        role: str = "",
        method: str = "",
        definition: str = "",
        notes: Iterable[str] = (),
        tile: Callable[[pd.DataFrame], Mapping[str, str] | None] | None = None,
    ) -> Finding:
        """Protect a result table, then make sentence, chart, values and display table from it.

        Parameters
        ----------
        result : pandas.DataFrame
            Tidy result; own row marked in `is_own` where rows are areas; its column `method`
            says how it was made unless `method` does.
        wording, chart, tile : callable
            Called with the protected table only.
        series : Series, optional
            What was counted: gives subject, unit, sources, definition and protection unless they
            are given themselves.
        columns : mapping, optional
            Column → label of the display table, in order; default: all that `present` knows.
        what, when, caption : str
            The caption is '`what` – area, `when`' (by default the subject and the period), or
            `caption` as it stands.
        over : Comparison or Period, optional
            The time that the figures are of, where it is not the period asked about.
        compared : bool
            Whether the figures are compared with an earlier time.
        level : str
            Of what area the figures are (`LEVELS`), where it is not that of the question.
        role : str
            What the answer tells (`ROLES`), where the question does not say it.
        """
        place = ""
        if series is not None:
            sources = sources or series.sources
            what = what or subject or series.subject
            subject, place = subject or series.named, series.place
            unit = unit or self.spec.unit or series.unit
            definition = definition or series.definition
            protect = protect or series.protect
            notes = (*series.notes, *notes)
        sources = tuple(sources)
        of = self.comparison if over is None else over
        of = Comparison(of, self.compare) if isinstance(of, Period) else of
        if not caption:
            what = present.capital(what or subject)
            place = present.capital(place) or self.review.area.name
            caption = f"{what} – {place}, {when or self.period.label}"
        caption = present.as_said(caption)
        is_public = self.review.edition != "partner"
        if is_public and isinstance(series, Totals) and series.tells_a_member:
            result = disclosure.hidden(result)
        shown = disclosure.apply(result, protect, edition=self.review.edition)
        shown = disclosure.declare(shown, protect, edition=self.review.edition)
        # Crimes whose label is in no group count in no kind of crime: beside any figure of theirs.
        labels = self.review.label_notes(of.period) if "police_extract" in sources else ()
        said = wording(_as_named(shown))
        sentence = present.with_articles(said.text)
        # A window or a part is shown as a statement under another finding: nobody sees its chart,
        # its display table or its tile, so they are not made.
        is_main = not self.comparison.is_window and not self.is_part
        is_told = said.status not in ("not_available", "suppressed")
        return Finding(
            id=self.spec.id,
            chapter=self.spec.chapter,
            title=self.spec.title,
            sentence=sentence,
            verdict=said.verdict,
            values=said.values,
            status=said.status,
            measure=subject or self.spec.measure,
            unit=unit or self.spec.unit,
            method=method or method_of(result),
            polarity=self.spec.polarity,
            agenda=self.spec.agenda,
            level=level or self.spec.level,
            role=self.spec.role or role,
            period=of.period.iso,
            compare=of.compare.iso if compared else "",
            sources=tuple(self.review.citations(sources)),
            rows=shown,
            table=present.table(shown, columns) if is_main else {},
            figure=chart(shown) if chart and is_main and is_told else None,
            alt=f"{caption}. {sentence}",
            caption=caption,
            definition=definition,
            notes=tuple(
                dict.fromkeys(
                    present.with_articles(note)
                    for note in (
                        *_age(of.period, self.review.period),
                        *_disrupted(of, compared),
                        *notes,
                        *labels,
                    )
                )
            ),
            tile=tile(shown) if tile and is_main else None,
        )

    def not_available(self, missing: NotAvailable) -> Finding:
        """The finding a workspace cannot have: what is missing and which source supplies it."""
        spec, there = self.spec, self.review.store.sources()
        missing = suppliers.within(missing, self.period)
        return Finding(
            id=spec.id,
            chapter=spec.chapter,
            title=spec.title,
            sentence=suppliers.missing_sentence(spec.would_show or spec.measure, missing, there),
            status="not_available",
            measure=spec.measure,
            unit=spec.unit,
            polarity=spec.polarity,
            agenda=spec.agenda,
            level=spec.level,
            role=spec.role,
            period=self.period.iso,
            lacks=suppliers.shared_sentence(missing, there),
            awaits=self._unpromised(missing, there),
        )

    def _unpromised(self, missing: NotAvailable, there: Collection[str]) -> tuple[str, ...]:
        """The sources that would do, where none is there and none is promised."""
        needs, promised = set(missing.needs), set(self.review.workspace.promised)
        return () if needs & (set(there) | promised) else missing.needs


def _disrupted(of: Comparison, compared: bool) -> tuple[str, ...]:
    """Beside a change, or years in a row: that some of the months are those of the pandemic."""
    spans = (of.period, of.compare) if compared else (of.period,)
    return breaks.disruptions(*spans) if compared or of.period.months >= SOME_YEARS else ()


def method_of(result: pd.DataFrame) -> str:
    """The methods that the rows of a result were made with, each once."""
    if "method" not in result:
        return ""
    return "; ".join(dict.fromkeys(m for m in result["method"] if isinstance(m, str) and m))


def _age(of: Period, period: Period) -> list[str]:
    """A note to figures that are of a time long before the period reviewed."""
    if not of.is_long_before(period):
        return []
    return [f"These figures are of {of.label}, years before {period.label}: much may have changed."]


def _as_named(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with offences as sentences name them; tables keep the names of the source."""
    found = [name for name in ("offence", "subject") if name in rows]
    return rows.assign(**{name: rows[name].map(offences.said) for name in found})
