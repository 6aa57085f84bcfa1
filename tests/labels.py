"""What may not stand in a finding: labels that name something else than the numbers count."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cspanalysis.domain.periods import Period
from cspanalysis.findings.record import Finding
from cspanalysis.report import notebooks

#: What of a finding stands in a report.
SHOWN = (
    "id", "chapter", "title", "sentence", "measure", "unit", "caption", "definition", "method",
    "status", "period", "compare", "notes", "tile", "table", "sources",
)  # fmt: skip

#: Words of the program, of its files and of other tools; empty values and unfilled places.
NOT_FOR_READERS = re.compile(
    r"workspace|partnership\.toml|\[[a-z_]+(\.[a-z_]+)+\]|iQuanta|parquet|findings\.json"
    r"|\bcsp (fetch|init|review|clean)\b|\bnan\b|\bNaT\b|[a-z]+_[a-z]+|[{}]|dispersion root"
)
NO_ENGLISH = re.compile(
    r"offences offences|\bno (is|are) |\bOf \d small|\bin \d small|  |\.\.|,,| \.|\bthe the\b"
    r"|\b[Aa]ll (burglary|robbery) (rose|fell)|[Tt]here was no clear change in all "
    r"|How does [^?]*(offences| and [a-z]+) compare|Where is [^?]*offences recorded"
    r"|recorded crime recorded"
)
RECORDS = re.compile(r"\d records\b|records of ((\w+ )+Police|(recorded )?crime|burglary)")
#: A question that goes on from the one before it says nothing where it is named alone.
GOES_ON = re.compile(r"(And|But|Or|So|Nor|Also|Then|Its?|They|Their)\b")
RISE_OR_FALL = re.compile(r"Did (.+?) rise or fall")


def faults(finding: Mapping[str, Any]) -> Iterator[str]:
    """The faults of a finding as it stands in a report, each as 'what: where'."""
    texts = dict(_texts(finding))
    for where, text in texts.items():
        for what, rule in (("not for readers", NOT_FOR_READERS), ("no English", NO_ENGLISH)):
            if found := rule.search(text):
                yield f"{what} ({found[0]!r}): {where}: {text}"
        is_of_data = finding["chapter"] == "quality" or where.startswith(("note", "definition"))
        if not is_of_data and (found := RECORDS.search(text)):
            yield f"crimes are no records ({found[0]!r}): {where}: {text}"
    if GOES_ON.match(texts["title"]):
        yield f"the title does not stand alone: {texts['title']}"
    if finding["status"] not in ("not_available", "suppressed"):
        yield from _of_figures(finding, texts)


def _of_figures(finding: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    columns = [column["label"] for column in (finding.get("table") or {}).get("columns", ())]
    method, sentence = str(finding["method"]), str(finding["sentence"])
    headings = [texts["title"], texts["measure"], texts.get("caption", ""), *columns]
    adjusted = [h for h in headings if re.search(r"adjusted|season taken out", h)]
    if "not seasonally adjusted" in method and adjusted:
        yield f"nothing is adjusted: {adjusted}"
    sources = {source["source"] for source in finding["sources"]}
    about = " ".join([texts["title"], texts["measure"]]).lower()
    if re.search(r"\b(calls|callers)\b", about) and not sources & {"asb_calls", "peer_counts"}:
        yield f"no calls are counted: {about}"
    if "anti-social behaviour" in texts["measure"] and finding["unit"] in ("crimes", "offences"):
        yield f"anti-social behaviour is no crime: unit {finding['unit']}"
    if finding["measure"] in ("violent crime", "violence") and finding["compare"]:
        told = [v for k, v in texts.items() if k.startswith(("definition", "note"))]
        if "iolent crime" not in " ".join(told):
            yield "violent crime without a definition"
    if finding["compare"] and any("per day" in c for c in columns):
        periods = [Period.parse(finding[of]) for of in ("period", "compare")]
        if len({period.days for period in periods}) == 1:
            yield f"per day beside counts of periods alike: {columns}"
    if found := RISE_OR_FALL.match(texts["title"]):
        subject = re.sub(r"^(recorded|incidents of|the harm of|the number of) ", "", found[1])
        last = subject.split(" in the ")[0]
        if last.lower() not in sentence.lower() and last.lower() not in texts["measure"].lower():
            yield f"the heading is about {last!r}: {sentence}"


def _texts(finding: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("title", "sentence", "measure", "unit", "caption", "definition"):
        if text := finding.get(name):
            yield name, str(text)
    yield from ((f"note {n}", str(text)) for n, text in enumerate(finding.get("notes") or ()))
    for name, text in (finding.get("tile") or {}).items():
        yield f"tile {name}", str(text)
    for column in (finding.get("table") or {}).get("columns", ()):
        yield f"column {column['key']}", str(column["label"])


def shown(root, csp, period, compare=None) -> list[Finding]:
    """What the packaged notebooks display of a review, findings with their parts and windows."""
    found: list[Finding] = []
    for chapter in notebooks.chapters():
        names = {"csp": csp, "period": period, "compare": compare, "edition": "public",
                 "workspace": root}  # fmt: skip
        for cell in chapter.cells:
            tags = cell["metadata"].get("tags", ())
            if cell["cell_type"] != "code" or "parameters" in tags:
                continue
            *rest, last = ast.parse("".join(cell["source"])).body
            if not isinstance(last, ast.Expr):
                rest, last = [*rest, last], None
            exec(compile(ast.Module(rest, []), chapter.key, "exec"), names)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), chapter.key, "eval"), names)
                found += [value] if isinstance(value, Finding) else list(value or ())
    return [one for finding in found if isinstance(finding, Finding) for one in _whole(finding)]


def check(found: list[Finding], fewest: int) -> None:
    """Fail where a finding has a fault, or where there are fewer findings than `fewest`."""
    assert len({f.id for f in found}) >= fewest
    records = [{name: getattr(f, name) for name in SHOWN} for f in found]
    told = [f"{record['id']}: {fault}" for record in records for fault in faults(record)]
    assert not told, "\n".join(dict.fromkeys(told))


def _whole(finding: Finding) -> Iterator[Finding]:
    yield finding
    for further in (*finding.parts, *finding.windows):
        yield from _whole(further)
