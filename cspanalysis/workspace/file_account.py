"""The account of a partner's file on one screen: what it holds, what it lacks, what it opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from cspanalysis import present, sources
from cspanalysis.domain import offences
from cspanalysis.domain.periods import Period
from cspanalysis.sources.source import Source
from cspanalysis.store.manifest import manifest

#: So many districts, labels, columns and reasons are named.
_DISTRICTS, _KINDS_SHOWN, _UNKNOWN, _REASONS = 5, 12, 8, 4
#: What a source's rows are told apart by, besides offences.
_KINDS = {
    "asb_calls": "type", "fires": "incident_class", "hospital_extract": "cause",
    "school_exclusions": "kind", "youth_offending": "topic", "surveys": "question",
    "environmental": "indicator", "fly_tipping": "measure", "cleanliness": "measure",
    "stats19": "severity", "asb_powers": "power", "fire_statistics": "kind",
}  # fmt: skip
_WIDTH = 10

#: Source → the questions that it can answer.
Questions = Callable[[str], Sequence[str]]


class Counts(NamedTuple):
    """How many rows a file has.

    Parameters
    ----------
    read, kept, set_aside : int
        Read = kept + set aside.
    reasons : sequence of tuple
        Column, action, reason and number of rows.
    """

    read: int
    kept: int
    set_aside: int
    reasons: Sequence[tuple[str, str, str, int]] = ()


def of_workspace(root: Path, labels: Collection[str], questions: Questions) -> list[str]:
    """The account of each of some parts, by their labels, that `csp map` could have proposed.

    Or whose rows are summed: their numbers say nothing of what a file holds.
    """
    processed = root / "data" / "processed"
    parts = manifest(processed)["parts"]
    found = []
    for label, part in parts.items():
        source = sources.find(part["source"])
        if label not in labels or source is None or "passed" in part:
            continue
        if not (source.is_mapped or source.tally):
            continue
        if not label.startswith(f"{source.name}/"):
            continue  # a publisher's table, in a folder of its own
        tables = {
            name: pl.read_parquet(processed / path)
            for name, path in part["tables"].items()
            if not name.startswith("_")
        }
        counts = Counts(
            part["rows_read"], part["rows_kept"], part["rows_set_aside"],
            [tuple(one) for one in part["problems"]],
        )  # fmt: skip
        lines = told(source, tables, counts, questions)
        found.append("\n".join([f"data/raw/{label}", *lines]))
    return found


def told(
    source: Source, tables: Mapping[str, pl.DataFrame], counts: Counts, questions: Questions
) -> list[str]:
    """The lines on a file, from the typed tables that reading it gave."""
    name, frame = max(tables.items(), key=lambda one: one[1].height)
    lines = [("Rows", _rows(frame, counts)), ("Period", _period(source, name, frame))]
    lines += [("Districts", _districts(frame, source.tally.get(name, "")))]
    if "offence" in frame.columns:
        lines += [("Offences", _offences(frame)), ("No group", _without_group(frame))]
    elif (column := _KINDS.get(name, "")) in frame.columns:
        tally = source.tally.get(name, "")
        lines += [("Kinds", _listed(frame, column, _KINDS_SHOWN, tally=tally))]
    given, lacking = _columns(source, frame)
    lines += [("Columns", given), ("Opens", _opens(source, frame))]
    lines += [("Lacks", lacking), ("Set aside", _reasons(counts, "set aside"))]
    lines += [("Remarks", _reasons(counts, "noted"))]
    asked = questions(source.name)
    if asked and frame.height:
        first = "; ".join(asked[:3])
        more = f"; and {len(asked) - 3} more (docs/questions.md)" if len(asked) > 3 else ""
        lines.append(("Questions", f"{len(asked)} can rest on it: {first}{more}"))
    return [f"  {head:<{_WIDTH}} {text}" for head, text in lines if text]


def _rows(frame: pl.DataFrame, counts: Counts) -> str:
    text = f"{counts.read:,} read, {counts.kept:,} kept, {counts.set_aside:,} set aside"
    if "is_crime" in frame.columns and (further := frame.height - int(frame["is_crime"].sum())):
        text += f"; {frame.height - further:,} crimes, the others further rows of one"
    if "is_fire" in frame.columns:
        text += f"; {int(frame['is_fire'].sum()):,} count as fires"
    return text


def _period(source: Source, name: str, frame: pl.DataFrame) -> str:
    """The months or years that its rows are of, and which lie within them without any."""
    if name in source.years or source.rounds in frame.columns:
        column = source.years[name][0] if name in source.years else source.rounds
        return present.listed(sorted(frame[column].drop_nulls().unique().to_list()), 8)
    column = source.dated
    if column not in frame.columns:
        return ""
    months = frame[column].drop_nulls()
    if months.dtype.is_temporal():
        months = months.dt.strftime("%Y-%m")
    held = sorted(set(months.cast(pl.String).to_list()))
    if not held:
        return "no row has a day"
    first, last = present.month(held[0]), present.month(held[-1])
    text = first if held[0] == held[-1] else f"{first} to {last}"
    within = Period.parse(f"{held[0]}/{held[-1]}").month_list()
    if missing := [m for m in within if m not in set(held)]:
        return f"{text}; no rows in {present.runs(missing)}"
    return f"{text}, rows in every month" if len(held) > 1 else text


def _districts(frame: pl.DataFrame, tally: str = "") -> str:
    column = next((c for c in ("district", "area") if c in frame.columns), "")
    if not column:
        return ""
    if frame[column].null_count() == frame.height:
        return "none: its rows count for no area"
    return _listed(frame, column, _DISTRICTS, none="without one", tally=tally)


def _listed(
    frame: pl.DataFrame, column: str, most: int, none: str = "not known", tally: str = ""
) -> str:
    """The values with their rows, of sums (`tally`) with those of the file, the most first."""
    if tally:
        sums = frame.group_by(pl.col(column).cast(pl.String)).agg(count=pl.col(tally).sum())
        counted = sums.sort("count", column, descending=[True, False], nulls_last=True)
        without = int(counted.filter(pl.col(column).is_null())["count"].sum())
    else:
        counted = frame[column].cast(pl.String).value_counts(sort=True)
        without = frame[column].null_count()
    pairs = [(text, n) for text, n in counted.iter_rows() if text is not None]
    shown = [f"{present.shorten(text, 60)} {n:,}" for text, n in pairs[:most]]
    if len(pairs) > most:
        rest = pairs[most:]
        shown.append(f"{len(rest)} more {sum(n for _, n in rest):,}")
    if without:
        shown.append(f"{none} {without:,}")
    return ", ".join(shown)


def _crimes(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter("is_crime") if "is_crime" in frame.columns else frame


def _offences(frame: pl.DataFrame) -> str:
    """Crimes by kind, the groups of today."""
    kinds = offences.kinds(offences.NOTIFIABLE)
    crimes = _crimes(frame)
    known = crimes.filter(pl.col("offence").is_in(list(kinds)))
    if known.is_empty():
        return "none that the taxonomy knows"
    return _listed(known.with_columns(kind=pl.col("offence").replace(kinds)), "kind", _KINDS_SHOWN)


def _without_group(frame: pl.DataFrame) -> str:
    """Labels that the taxonomy does not know, with their crimes."""
    kinds = offences.kinds(offences.NOTIFIABLE)
    unknown = _crimes(frame).filter(~pl.col("offence").is_in(list(kinds)))
    if unknown.is_empty():
        return ""
    return (
        f"{unknown.height:,} crimes: {_listed(unknown, 'offence', _UNKNOWN)} (csp map proposes "
        "what they mean)"
    )


def _optional(source: Source, frame: pl.DataFrame) -> dict[str, float]:
    """Columns that open more → the share of rows that have a value."""
    return {
        c.name: 1 - frame[c.name].null_count() / max(1, frame.height)
        for c in source.columns.values()
        if c.unlocks and not c.is_required and c.name in frame.columns
    }


def _columns(source: Source, frame: pl.DataFrame) -> tuple[str, str]:
    """What each optional column covers, and which are not there."""
    found = _optional(source, frame)
    given = [f"{name} {present.percent(share * 100)}" for name, share in found.items() if share]
    lacking = [
        f"{name} ({source.columns[name].unlocks})" for name, share in found.items() if not share
    ]
    return ", ".join(given), "; ".join(lacking)


def _opens(source: Source, frame: pl.DataFrame) -> str:
    """What the optional columns that are there let the review say."""
    found = _optional(source, frame)
    texts = [source.columns[name].unlocks for name, share in found.items() if share]
    return "; ".join(dict.fromkeys(texts))


def _reasons(counts: Counts, action: str) -> str:
    ranked = sorted((c for c in counts.reasons if c[1] == action), key=lambda c: -c[3])
    shown = [
        (f"{column}: " if column else "") + reason + (f" ({n:,} rows)" if n > 1 else "")
        for column, _, reason, n in ranked[:_REASONS]
    ]
    more = [f"{len(ranked) - _REASONS} further reasons"] if len(ranked) > _REASONS else []
    return "; ".join([*shown, *more])
