"""Keeps partner data out of version control, also before a commit.

The command is `python -m cspanalysis.workspace.guard`.

Tracked may be: the raw files of the embedded sample and of the town of today with their sidecars,
and notebooks whose outputs are findings made from the sample's alone. Everything else under
data/raw, data/processed and reports is refused, and so is any notebook output that has not been
through disclosure control. Anywhere else in the tree, pages of a report and tables of persons,
cases or homes are refused, told by their content; small invented ones are what tests are made of.

`--install` lays the check before every commit of the repository, unless it has a hook of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from cspanalysis.domain import inert
from cspanalysis.domain.errors import CspError, DisclosureFailed, UsageError, paragraph
from cspanalysis.workspace import personal_data

#: Same as in cspanalysis.findings, whose import would load pandas before every commit.
FINDING = "application/vnd.cspanalysis.finding+json"
REST = "application/vnd.cspanalysis.rest+json"
PLOTLY = "application/vnd.plotly.v1+json"

SIDECAR = ".source.toml"
PUBLISHER = "cspanalysis (synthetic reconstruction)"

#: Raw files of the synthetic town of today; its settings are no data.
_TOWN = "data/today/data/raw/"
#: The largest table that is taken for an invented one, where these lie.
_SMALL = 3_000_000
_TABLES_OF_ENGINES = (".parquet", ".feather", ".arrow", ".duckdb")
_HOOK = """#!/bin/sh
# Partners' data stay at home: python -m cspanalysis.workspace.guard
cd "$(git rev-parse --show-toplevel)" || exit 1
for python in .venv/bin/python .venv/Scripts/python.exe; do
    [ -x "$python" ] && exec "$python" -m cspanalysis.workspace.guard
done
exec python3 -m cspanalysis.workspace.guard
"""

_REVIEW = re.compile(r"\s*<Review of [^<>]*>\s*")
_OTHER_WORKSPACE = re.compile(r"(?m)^[ \t]*workspace[ \t]*=(?![ \t]*(?:None\b|\"\"|''|$))")


def check(root: Path, files: Iterable[str] | None = None) -> list[str]:
    """What must not be tracked, one paragraph for each problem.

    `root`: the repository. `files`: paths relative to `root`; default: all that are tracked.
    Returns: empty if all is well.
    """
    tracked = _tracked(root)
    chosen = sorted(set(tracked if files is None else map(_posix, files)))
    known = set(tracked) | set(chosen)
    problems: list[str] = []
    for name in chosen:
        path = root / name
        if not path.is_file():
            continue
        top = PurePosixPath(name).parts[:2]
        if PurePosixPath(name).name == "README.md":
            continue
        if top == ("data", "raw") or name.startswith(_TOWN):
            problems += _raw(root, name, known)
        elif top == ("data", "processed") or top[0] == "reports":
            problems.append(
                paragraph("is made from data", file=name, do="Take it out: git rm --cached.")
            )
        elif name.endswith(".ipynb"):
            problems += notebook(path, name, known)
        elif not _is_invented(name, path) and (told := personal_data.found(path)):
            do = "Take it out: git rm --cached. Partners' data are never tracked, nor is what is "
            problems.append(paragraph(told, file=name, do=f"{do}made of them."))
    return problems


def _is_invented(name: str, path: Path) -> bool:
    """Whether a file is one of the small tables that tests and the register are made of."""
    is_kept = PurePosixPath(name).parts[:1] in (("tests",), ("tools",))
    is_kept |= PurePosixPath(name).parts[:3] == ("cspanalysis", "domain", "reference")
    return is_kept and path.stat().st_size <= _SMALL and not name.endswith(_TABLES_OF_ENGINES)


def install(root: Path) -> str:
    """Lay the check before every commit; says what was done."""
    answer = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "--git-path", "hooks/pre-commit"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    if answer.returncode:
        return ""
    path = root / answer.stdout.strip()
    if path.exists():
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HOOK, encoding="utf-8", newline="\n")
    path.chmod(0o755)
    return f"{path}: partners' data are refused before every commit"


def notebook(path: Path, name: str, tracked: Iterable[str]) -> list[str]:
    """Problems of one notebook's stored outputs.

    `name`: how messages call it. `tracked`: tracked files, of which those in data/raw are the
    sample's.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = content["cells"]
    except (ValueError, KeyError, TypeError):
        return [paragraph("is no readable notebook", file=name, do="Mend or remove it.")]
    sample = {PurePosixPath(t).parts[2:] for t in tracked if t.startswith("data/raw/")}
    found: list[str] = []
    if (content.get("metadata") or {}).get("widgets"):
        found.append("its metadata hold the state of widgets")
    for number, cell in enumerate(cells, 1):
        tags = (cell.get("metadata") or {}).get("tags") or []
        source = "".join(cell.get("source") or "")
        if "injected-parameters" in tags:
            found.append(f"cell {number} holds the parameters of a run")
        elif "parameters" in tags and _OTHER_WORKSPACE.search(source):
            found.append(f"cell {number} names a workspace of its own")
        found += [f"cell {number}: {text}" for text in _outputs(cell.get("outputs") or [], sample)]
    do = "Clear the outputs, or run the notebook on the embedded sample."
    return [paragraph(text, file=name, do=do) for text in found]


def _outputs(outputs: Sequence[Mapping[str, Any]], sample: set[tuple[str, ...]]) -> Iterator[str]:
    chart_follows, last = False, ""
    for output in outputs:
        kind = output.get("output_type")
        data = output.get("data") or {}
        if FINDING in data:
            yield from _record(data[FINDING], sample)
            chart_follows = bool(data[FINDING].get("has_figure"))
            last = data[FINDING].get("id") or ""
        elif REST in data and last and data[REST] == {"of": last}:
            last = ""
        elif PLOTLY in data and chart_follows:
            chart_follows = False
        elif kind == "error":
            yield "it ended in an error"
        elif set(data) == {"text/plain"} and _REVIEW.fullmatch("".join(data["text/plain"])):
            continue
        else:
            yield "its output is no finding, so nothing says what it was made from"


def _record(record: Mapping[str, Any], sample: set[tuple[str, ...]]) -> Iterator[str]:
    for source in record.get("sources") or []:
        name = str(source.get("source", ""))
        files = [str(f) for f in source.get("files") or []]
        if source.get("synthetic") is not True:
            yield f"{record.get('id')} was made from '{name}', which is not the sample's"
            continue
        strange = [f for f in files if (name, PurePosixPath(f).name) not in sample]
        if strange:
            yield f"{record.get('id')} was made from {', '.join(strange)}, not of the sample"
    if not record.get("sources"):
        # The account of the raw files cites none of them: its rows name each.
        strange = [
            r
            for r in record.get("rows") or []
            if _path(r.get("file")) not in sample and r.get("is_synthetic") is not True
        ]
        if strange:
            yield f"{record.get('id')} shows rows and names no source of the sample"
    for window in record.get("windows") or []:
        yield from _record(window, sample)


def _path(name: Any) -> tuple[str, ...]:
    return PurePosixPath(str(name)).parts


def _raw(root: Path, name: str, tracked: set[str]) -> Iterator[str]:
    do = "Take it out: git rm --cached. Partners' files are never tracked."
    if name.endswith(SIDECAR):
        if name.removesuffix(SIDECAR) not in tracked:
            yield paragraph("belongs to a file that is not tracked", file=name, do=do)
        return
    sidecar = root / f"{name}{SIDECAR}"
    try:
        card = tomllib.loads(sidecar.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield paragraph("has no readable sidecar, so it is not the sample's", file=name, do=do)
        return
    if card.get("synthetic") is not True or card.get("publisher") != PUBLISHER:
        yield paragraph("is not of the embedded sample", file=name, do=do)
    elif hashlib.sha256((root / name).read_bytes()).hexdigest() != card.get("sha256"):
        yield paragraph("is not what its sidecar describes", file=name, do=do)


def _tracked(root: Path) -> list[str]:
    answer = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False
    )
    if answer.returncode:
        raise UsageError(paragraph("is no git repository", file=root, do="Run it in one."))
    return [n for n in answer.stdout.decode("utf-8", "surrogateescape").split("\0") if n]


def _posix(name: str) -> str:
    return PurePosixPath(Path(name).as_posix()).as_posix()


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the given files, or all that are tracked; 4 if something must not be."""
    parser = argparse.ArgumentParser(
        prog="python -m cspanalysis.workspace.guard", description=__doc__
    )
    parser.add_argument("files", nargs="*", help="files to check; default: all that are tracked")
    parser.add_argument("--install", action="store_true", help="lay it before every commit")
    options = parser.parse_args(arguments)
    if options.install:
        if said := install(Path.cwd()):
            print(said)
        return 0
    try:
        problems = check(Path.cwd(), options.files or None)
    except CspError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for problem in problems:
        print(inert.seen(problem), file=sys.stderr)
    return DisclosureFailed.exit_code if problems else 0


if __name__ == "__main__":
    sys.exit(main())
