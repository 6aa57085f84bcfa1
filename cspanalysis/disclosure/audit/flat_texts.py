"""What is printed or logged of a review: PDF, Word file and run.log, of which the text is left.

A finding's title begins its part of the text, the next one ends it. Lines without words are the
scales of charts.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from cspanalysis.disclosure.audit.carriers import Carried, editions

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d[\d,.]*")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNREAD = "cannot be read, so that it cannot be checked"


def printed(folder: Path, titles: Mapping[str, str]) -> Iterator[Carried]:
    """What the PDF and the Word file of a review show, in its folder or beside it.

    `titles`: finding id → its title.
    """
    for suffix, read in ((".pdf", _pdf), (".docx", _docx)):
        for path in [*sorted(folder.glob(f"*{suffix}")), *editions(folder, suffix)]:
            try:
                lines, tables = read(path)
            except ImportError:
                yield Carried(path.name, "", problem=f"{_UNREAD}: the package pypdf is missing")
                continue
            except Exception:  # what damaged files raise differs by what is damaged
                yield Carried(path.name, "", problem=_UNREAD)
                continue
            yield from _parts(path.name, lines, tables, titles)


def logs(folder: Path, sentences: Mapping[str, str]) -> Iterator[Carried]:
    """Lines of run.log that tell of a finding: by its id, or in the words of its sentence."""
    path = folder / "run.log"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    patterns = {i: _pattern(s) for i, s in sentences.items() if _NUMBER.search(s)}
    for line in text.splitlines():
        for finding in sentences:
            pattern = patterns.get(finding)
            if finding in line.split() or (pattern and pattern.search(line)):
                yield Carried(path.name, finding, [("line", line.replace(finding, " "))])


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in _NUMBER.split(sentence)]
    return re.compile(_NUMBER.pattern.join(parts))


def _parts(
    file: str,
    lines: list[str],
    tables: Mapping[int, list[list[str]]],
    titles: Mapping[str, str],
) -> Iterator[Carried]:
    """Lines and tables, each with the finding under whose title they stand."""
    starts = {" ".join(t.split()): i for i, t in titles.items() if t and "@" not in i}
    current, found, words = "", {}, {}
    for number, line in enumerate(lines):
        text = " ".join(line.split())
        # A long title runs over two lines.
        both = f"{text} {' '.join(lines[number + 1].split())}" if number + 1 < len(lines) else text
        current = starts.get(text) or starts.get(both) or current
        part = found.setdefault(current, Carried(file, current))
        if number in tables:
            part.tables.append(tables[number])
        elif len(_WORD.findall(text)) >= 2:
            words.setdefault(current, []).append(text)
    for finding, part in found.items():
        if finding:
            part.texts.append(("text", " ".join(words.get(finding, []))))
            yield part


def _pdf(path: Path) -> tuple[list[str], dict[int, list[list[str]]]]:
    import pypdf

    pages = pypdf.PdfReader(path).pages
    return [line for page in pages for line in page.extract_text().splitlines()], {}


def _docx(path: Path) -> tuple[list[str], dict[int, list[list[str]]]]:
    with zipfile.ZipFile(path) as packed:
        body = ElementTree.fromstring(packed.read("word/document.xml"))[0]
    lines: list[str] = []
    tables: dict[int, list[list[str]]] = {}
    for block in body:
        if block.tag == f"{_W}tbl":
            rows = block.iter(f"{_W}tr")
            tables[len(lines)] = [[_text(c) for c in row.iter(f"{_W}tc")] for row in rows]
            lines.append("")
        else:
            lines.append(_text(block))
        # Alternative texts of pictures.
        spoken = [e.get("descr") for e in block.iter() if e.tag.endswith("}docPr")]
        lines += [text for text in spoken if text]
    return lines, tables


def _text(element: ElementTree.Element) -> str:
    return "".join(e.text or "" for e in element.iter(f"{_W}t"))
