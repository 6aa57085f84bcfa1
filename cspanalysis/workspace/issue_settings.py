"""What the settings may say of a partnership's own issues: `[[priorities.issue]]`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis.domain import offences
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.workspace.priority_weights import PRIORITIES

KEYS = ("key", "label", "owner", "measures", "judgements", "decision")
#: Fewest and most issues of a list.
FEWEST, MOST = 5, 40
#: What is judged, as in MoRiLE: impact, how sure the partnership is, and whether it can act.
JUDGED = ("physical", "psychological", "financial", "community", "confidence", "capacity")
IMPACTS = JUDGED[:4]
#: A judgement's scale.
LOWEST, HIGHEST = 1, 5
#: What is counted beside offences, and from where a named series may come.
LOGS = ("asb_calls", "fires", "stats19", "marac")
SERIES = ("hospital_extract", "youth_offending", "surveys", "environmental", *LOGS)
_JUDGEMENT = ("criterion", "score", "by", "on", "why")
_DECISION = ("state", "why", "by", "on")
#: What a board can decide of an issue.
STATES = ("in", "out")


@dataclass(frozen=True)
class Judgement:
    """What somebody judged of an issue, and when."""

    criterion: str
    score: int
    by: str
    on: str
    why: str = ""


@dataclass(frozen=True)
class Decision:
    """What the board decided of an issue ('in' or 'out' of the short list), with its reason."""

    state: str
    why: str
    by: str
    on: str


@dataclass(frozen=True)
class Issue:
    """An issue of the partnership's own list."""

    key: str
    label: str
    owner: str = ""
    measures: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    decision: Decision | None = None


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[Issue, ...]:
    """The issues of checked settings."""
    return tuple(
        Issue(
            row["key"],
            row.get("label") or row["key"].replace("_", " ").capitalize(),
            row.get("owner", ""),
            tuple(row.get("measures", ())),
            tuple(
                Judgement(j["criterion"], j["score"], j["by"], str(j["on"]), j.get("why", ""))
                for j in row.get("judgements", ())
            ),
            _decision(row.get("decision")),
        )
        for row in rows
    )


def _decision(row: Mapping[str, Any] | None) -> Decision | None:
    if row is None:
        return None
    return Decision(row["state"], " ".join(row["why"].split()), row["by"], str(row["on"]))


def keys_of(section: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that harm and concern may name: those of the list, without one the seven of 2008."""
    rows = section.get("issue", [])
    return tuple(row["key"] for row in rows if "key" in row) if rows else PRIORITIES


def check(rows: Any, file: object) -> None:
    """Refuses issues that could not be weighed as they stand."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        _refuse("[priorities.issue] is one of several", file, "[[priorities.issue]] for each")
    if not FEWEST <= len(rows) <= MOST:
        _refuse(f"{len(rows)} [[priorities.issue]]", file, f"{FEWEST} to {MOST} issues")
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        where = f"[[priorities.issue]] number {number}"
        if unknown := sorted(set(row) - set(KEYS)):
            _refuse(f"unknown key '{unknown[0]}' in {where}", file, ", ".join(KEYS))
        key = row.get("key")
        if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9_]+", key):
            _refuse(f"key = {key!r} in {where}", file, "small letters, digits and _")
        if key in seen:
            _refuse(f"two [[priorities.issue]] have the key '{key}'", file, "a key for each")
        seen.add(key)
        for name in ("label", "owner"):
            if not isinstance(row.get(name, ""), str):
                _refuse(f"{name} = {row[name]!r} of issue '{key}'", file, "text in quotes")
        measures = row.get("measures", [])
        if not isinstance(measures, list) or not all(isinstance(m, str) for m in measures):
            _refuse(f"measures = {measures!r} of issue '{key}'", file, 'measures = ["…", "…"]')
        if not measures and key not in PRIORITIES:
            _refuse(f"issue '{key}' has no measures", file, "those that csp priorities prints")
        for measure in measures:
            _check_measure(measure, key, file)
        for judgement in _listed(row.get("judgements", []), key, file):
            _check_judgement(judgement, key, file)
        if "decision" in row:
            _check_decision(row["decision"], key, file)


def scheme_of(measure: str) -> str:
    """The offence scheme that knows a measure; '' where none does."""
    for scheme in (offences.NOTIFIABLE, offences.POLICE_UK):
        if " ".join(measure.lower().split()) in offences.groups(scheme):
            return scheme
    return ""


def _check_measure(measure: str, key: str, file: object) -> None:
    """An offence or group, a log, 'source: series', or the id of a finding (with dots)."""
    source, _, rest = measure.partition(":")
    if scheme_of(measure) or measure in LOGS or (source in SERIES and rest.strip()):
        return
    if re.fullmatch(r"[a-z_]+(\.[a-z0-9_{}]+)+", measure):
        return
    try:
        offences.members(measure)
    except UsageError as error:
        raise UsageError(
            paragraph(
                f"measure '{measure}' of issue '{key}': {error}",
                file=file,
                allowed="offences, groups, series and ids of findings that csp priorities prints",
            )
        ) from None


def _listed(judgements: Any, key: str, file: object) -> list[Mapping[str, Any]]:
    if not isinstance(judgements, list) or not all(isinstance(j, Mapping) for j in judgements):
        _refuse(
            f"judgements of issue '{key}'", file,
            'a list of {criterion = "physical", score = 4, by = "…", on = "YYYY-MM-DD"}',
        )  # fmt: skip
    return judgements


def _check_judgement(row: Mapping[str, Any], key: str, file: object) -> None:
    if unknown := sorted(set(row) - set(_JUDGEMENT)):
        _refuse(f"unknown key '{unknown[0]}' in judgements of '{key}'", file, ", ".join(_JUDGEMENT))
    if row.get("criterion") not in JUDGED:
        _refuse(
            f"criterion = {row.get('criterion')!r} in judgements of '{key}'", file,
            ", ".join(JUDGED),
        )  # fmt: skip
    score = row.get("score")
    if not isinstance(score, int) or isinstance(score, bool) or not LOWEST <= score <= HIGHEST:
        _refuse(
            f"score = {score!r} of {row['criterion']} of '{key}'", file,
            f"a whole number from {LOWEST} (low) to {HIGHEST} (high)",
        )  # fmt: skip
    _check_who_and_when(row, f"{row['criterion']} of '{key}'", file)
    if not isinstance(row.get("why", ""), str):
        _refuse(f"why = {row['why']!r} of {row['criterion']} of '{key}'", file, "text in quotes")


def _check_decision(row: Any, key: str, file: object) -> None:
    """A decision says in or out, gives its one-line reason, and who made it when."""
    if not isinstance(row, Mapping):
        _refuse(
            f"decision = {row!r} of issue '{key}'", file,
            'decision = {state = "in", why = "…", by = "…", on = "YYYY-MM-DD"}',
        )  # fmt: skip
    if unknown := sorted(set(row) - set(_DECISION)):
        _refuse(f"unknown key '{unknown[0]}' in decision of '{key}'", file, ", ".join(_DECISION))
    if row.get("state") not in STATES:
        _refuse(f"state = {row.get('state')!r} in decision of '{key}'", file, "in, out")
    if not isinstance(row.get("why"), str) or not row["why"].strip():
        _refuse(f"no reason in decision of '{key}'", file, 'why = "one line why"')
    _check_who_and_when(row, f"the decision on '{key}'", file)


def _check_who_and_when(row: Mapping[str, Any], what: str, file: object) -> None:
    if not isinstance(row.get("by"), str) or not row["by"].strip():
        _refuse(f"nobody is named for {what}", file, 'by = "who"')
    try:
        datetime.date.fromisoformat(str(row.get("on")))
    except ValueError:
        _refuse(f"on = {row.get('on')!r} of {what}", file, "YYYY-MM-DD")


def _refuse(found: str, file: object, allowed: str) -> None:
    raise UsageError(paragraph(found, file=file, allowed=allowed))
