"""A workspace whose every text is hostile, planted by the schemas: new columns come by themselves.

Each text column of each layout gets rows that hold what could become markup, script, a formula or
a trick of direction; so do the settings and the sidecars. Every text holds `MARK`, by which tests
see that it reached the reader at all.
"""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

from cspanalysis import sources
from cspanalysis.sources.schema import Schema
from cspanalysis.store import provenance

FIXTURES = Path(__file__).parent / "fixtures"

MARK = "zq"
TEXTS = (
    "<script>window.owned=1</script>zq",
    "\"' onmouseover='window.owned=1' zq><img src=x onerror=window.owned=1>",
    "</script></table></section><h1>zq</h1><iframe src=//example.org></iframe>",
    '=HYPERLINK("http://example.org/","zq")',
    "+1+cmd|' /C calc'!zq",
    "-2+3+zq",
    "@SUM(zq)",
    "\u202etxet desrever zq\u202c \u2067zq",
    "مرحبا بالعالم zq",
    "👮‍♀️🚨 zq",
    "# zq **bold** [a](javascript:window.owned=1) ![i](http://example.org/i.png) `x` | $x$ ~~s~~",
    "{{ 7 * 7 }}{% raw %}{zq}%s %(x)s ${x}",
    "zq" + "x" * 900,
    "zq " + "very long words and no end " * 40,
    "nul\x00 bell\x07 zq <!-- ]]> &amp;lt; \u2028 zq",
    "<b>zq</b><br><a href='javascript:window.owned=1'>zq</a>",
)
#: Kinds of column whose cells are words.
WORDS = ("text", "lower", "verbatim", "category")

#: Layouts that are told by how the whole table is arranged: no row of one stands by itself.
ARRANGED = {("surveys", "respondents"), ("population", "council")}
#: What such a table is refused for if it cannot be read: planted nowhere.
REFUSED = {("population", "council", column) for column in ("sex", "age", "of")}

AREA = "Tonbridge <script>window.owned=1</script> & \u202e=Malling"


def workspace(project: Path, root: Path) -> set[tuple[str, str, str]]:
    """The sample's workspace, and the fixtures of layouts it lacks, with hostile texts in all.

    Returns
    -------
    set of (source, layout, column)
        Where texts were planted.
    """
    settings = (project / "partnership.toml").read_text(encoding="utf-8")
    maps = tomllib.loads(settings)["sources"]
    planted = set()
    for name in sources.names():
        target = root / "data" / "raw" / name
        target.mkdir(parents=True)
        if name == "boundaries":
            _outlines(target)
            planted |= {(name, "outlines", column) for column in ("area_code", "area")}
            continue
        theirs = sorted((project / "data" / "raw" / name).glob("*.csv*"))
        files = [p for p in theirs if not p.name.endswith(provenance.SUFFIX)]
        lacking = {s.name for s in sources.get(name).schemas if (name, s.name) not in ARRANGED}
        newest = {re.sub(r"\d.*", "", p.name): p for p in files}.values()
        for path in files:
            if path not in newest:
                shutil.copy(path, target)
                shutil.copy(provenance.path_of(path), target)
                continue
            schema, columns = _plant(path, target / path.name, name, maps.get(name, {}))
            lacking.discard(schema)
            planted |= {(name, schema, c) for c in columns}
        for path in sorted((FIXTURES / name).glob("*.csv")) if lacking else ():
            if name == "population":  # residents of another year than the sample's contradict none
                other = root / path.name
                other.write_bytes(path.read_bytes().replace(b"2007", b"1997"))
                path = other
            # The name of a file of stop and search says of which force it is.
            to = path.name if name == "stop_and_search" else f"fixture_{path.name}"
            schema, columns = _plant(path, target / to, name, {})
            lacking.discard(schema)
            planted |= {(name, schema, c) for c in columns}
        for schema in (s for s in sources.get(name).schemas if s.name in lacking):
            path = root / f"{schema.name}.csv"
            # By its columns' names a file may be of another layout: then by their other headings.
            for alias in (False, True):
                path.write_text(_smallest(schema, alias), encoding="utf-8")
                fitted, columns = _plant(path, target / path.name, name, {})
                if fitted == schema.name:
                    break
            assert fitted == schema.name, (fitted, schema.name)
            planted |= {(name, schema.name, c) for c in columns}
    planted |= _arranged(root / "data" / "raw")
    (root / "partnership.toml").write_text(_settings(settings), encoding="utf-8")
    return planted


def _arranged(raw: Path) -> set[tuple[str, str, str]]:
    """A survey with a row for each respondent, and a council's own table of residents."""
    asked = [f"How safe do you feel: {text}" for text in TEXTS[:6]]
    answers = [["Response ID", "Survey", "Year", "District", *asked, "Comments"]]
    answers += [
        [text, TEXTS[0], f"2007 {TEXTS[9]}", DISTRICT, *["Very safe"] * len(asked), text]
        for text in TEXTS * 4
    ]
    residents = [["Code", "District", "2006", "2007"], *([t, t, 1, 2] for t in TEXTS)]
    for path, rows in (
        (raw / "surveys" / "answers.csv", answers),
        (raw / "population" / "council.csv", residents),
    ):
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
        _sidecar(path)
    texts = {("surveys", "respondents", c) for c in ("survey", "round", "area", "question")}
    return texts | {("population", "council", c) for c in ("area_code", "area")}


def _outlines(target: Path) -> None:
    """Outlines whose names are hostile."""
    layer = json.loads((FIXTURES / "boundaries" / "lsoa.geojson").read_text(encoding="utf-8"))
    for number, feature in enumerate(layer["features"]):
        feature["properties"]["LSOA21NM"] = TEXTS[number % len(TEXTS)]
    for text in TEXTS:
        strange = copy.deepcopy(layer["features"][0])
        strange["properties"] |= {"LSOA21CD": text, "LSOA21NM": text}
        layer["features"].append(strange)
    (target / "lsoa.geojson").write_text(json.dumps(layer), encoding="utf-8")


def _smallest(schema: Schema, alias: bool) -> str:
    """A file of a layout that neither the sample nor the fixtures hold."""
    cells = {"integer": "1987", "number": "1987", "month": "2007-04", "date": "2007-04-01"}
    named = {"month": "2007-04", "year": "2007/08", "age": "30"}
    row = [
        next(iter(c.allowed), cells.get(c.kind) or named.get(c.name)
             or ("E07000115" if "code" in c.name else DISTRICT))
        for c in schema.columns
    ]  # fmt: skip
    names = [c.aliases[0] if alias and c.aliases else c.name for c in schema.columns]
    return ",".join(names) + "\n" + f"{','.join(map(str, row))}\n" * 2


def _plant(path: Path, to: Path, source: str, maps: dict) -> tuple[str, list[str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    header, *rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    mapped = maps.get("columns", {})
    schema = _fitting(source, header, mapped)
    if schema is None:  # a fixture of a broken layout
        return "", []
    _widen(schema, source, header, rows, mapped)
    found = schema.find(header, mapped)
    if source in NAME_THE_AREA:
        at = found["area"]
        rows = [[*r[:at], AREA if r[at] == DISTRICT else r[at], *r[at + 1 :]] for r in rows]
    fresh: list[list[str]] = []
    words = [c for c in schema.columns if c.kind in WORDS]
    for column in words:
        at = found[column.name]
        like = [r for r in rows if len(r) == len(header)]
        usual = Counter(r[at] for r in like).most_common(1)[0][0]
        like = [r for r in like if r[at] == usual]
        # Many where single records are counted, so that the texts come first in rankings.
        copies = 40 if len(rows) > MANY else 2
        like = like[:: max(1, len(like) // copies)][:copies]
        for text in TEXTS:
            fresh += [[*r[:at], text, *r[at + 1 :]] for r in like]
    for column in (c for c in words if c.name in ("id", "no")):
        at = found[column.name]
        for number, row in enumerate(fresh):
            row[at] += f"/{number}"
    if source == "peer_counts":
        at = found["area"]
        fresh += [[*r[:at], t, *r[at + 1 :]] for t in PEERS for r in rows if r[at].startswith(PEER)]
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows, *fresh])
    content = out.getvalue().encode("utf-8")
    to.write_bytes(gzip.compress(content) if to.suffix == ".gz" else content)
    _sidecar(to)
    return schema.name, [c.name for c in words]


DISTRICT = "Tonbridge and Malling"
MANY = 2000
#: Sources that call the partnership's area by its own name, not by its districts'.
NAME_THE_AREA = ("peer_counts", "surveys")
PEER = "Peer A"
PEERS = ("<script>window.owned=1</script> zq", "=1+2 zq", "zq " + "peer with a long name " * 20)


def _fitting(source: str, header: list[str], mapped: dict) -> Schema | None:
    for schema in sources.get(source).schemas:
        if (source, schema.name) not in ARRANGED and not schema.missing(
            schema.find(header, mapped), {}
        ):
            return schema
    return None


def _widen(schema: Schema, source: str, header: list[str], rows: list, mapped: dict) -> None:
    """Add the text columns that the file lacks, empty."""
    for column in schema.columns:
        if column.kind in WORDS and column.name not in schema.find(header, mapped):
            wider = [*header, mapped.get(column.name, column.name)]
            assert _fitting(source, wider, mapped) is schema, (source, schema.name, column.name)
            header.append(wider[-1])
            for row in rows:
                row.append("")


def _sidecar(path: Path) -> None:
    said = dict(zip(("publisher", "title", "licence", "attribution", "note"), TEXTS, strict=False))
    dated = {"published": "2008-04-01", "retrieved": "2008-04-01", "synthetic": True, "year": 2007}
    provenance.write(path, {**said, **dated, "sha256": provenance.sha256(path)})


def _settings(text: str) -> str:
    """The sample's settings with hostile names, labels and notes."""
    area = _toml(AREA)
    text = text.replace('name = "Tonbridge and Malling"', f"name = {area}")
    text = text.replace('    "Tonbridge and Malling",', f"    {area},")
    text = text.replace('areas = ["Tonbridge and Malling", "West', f'areas = [{area}, "West')
    peers = ", ".join(map(_toml, PEERS))
    text = text.replace('"Peer N",', f'"Peer N", {peers},')
    text = text.replace('"areas of the most similar group"', _toml(TEXTS[0] + TEXTS[13]))
    text = text.replace('as_of = "2008"', f"as_of = {_toml(TEXTS[1])}")
    return re.sub(r'note = "[^"]*"', lambda _: f"note = {_toml(TEXTS[2])}", text)


def _toml(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub("[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04x}", escaped) + '"'
