"""Whether a file holds what tells one person, case or home from another: told by its content.

Only the standard library is used: this runs before every commit.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

#: Tables of engines: nothing but made from data, and unreadable here.
_ENGINES = (".parquet", ".feather", ".arrow", ".duckdb", ".sqlite", ".db", ".pkl", ".pickle")
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".psv")
_BOOKS = (".xlsx", ".xlsm", ".ods", ".zip")
_OLD_BOOKS = (".xls", ".xlsb", ".mdb", ".accdb")
_PAGES = (".html", ".htm", ".pdf", ".json", ".log")
_HEAD = 200_000

#: Headings that name a person, a home or a case, without signs and in lower case.
_PERSONAL = re.compile(
    r"(?:sur|fore|first|last|full|family|given|victims?|suspects?|offenders?|childs?|pupils?|clients?"
    r"|patients?|tenants?)names?|name|dob|dateofbirth|birthdate|datebirth|nhs(?:no|num|number)?|nino"
    r"|nationalinsurance(?:no|number)?|upn|uln|uprn|pnc(?:id|no)?|address(?:line)?\d?|homeaddress"
    r"|(?:home|victims?)?postcode|phone|telephone|mobile|email|emailaddress|vrm|iban"
    r"|(?:crime|incident|offence|event|case|victims?|suspects?|offenders?|persons?|pupils?|clients?"
    r"|patients?|marac|custody|nominal|record|log|unique)?(?:ref|reference|urn|id|identifier)"
    r"(?:no|num|number|code)?|(?:crime|incident|offence|case|custody|nominal)(?:no|num|number)"
)
_EAST = re.compile(r"eastings?|osx|x|xcoord(?:inate)?|lon|long|longitude|lng")
_NORTH = re.compile(r"northings?|osy|y|ycoord(?:inate)?|lat|latitude")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_NHS = re.compile(r"\b\d{3} ?\d{3} ?\d{4}\b")
#: So many in a file are no chance.
_SEVERAL = 3
_MARKS = ("RESTRICTED", '"edition": "partner"', '"edition":"partner"', "partner edition")
_REVIEWS = ("cspanalysis.findings/", "cspanalysis.review/", "Made by cspanalysis ")


def found(path: Path) -> str:
    """What a file holds that must stay at home, as a clause; '' if nothing is seen."""
    name = path.name.lower()
    plain = name.removesuffix(".gz")
    if plain.endswith((*_ENGINES, *_OLD_BOOKS)):
        return "is a file of tables that cannot be looked into"
    try:
        if plain.endswith(_TABLES):
            return _of_table(_head(path))
        if plain.endswith(_BOOKS):
            return _of_book(path)
        if plain.endswith(_PAGES):
            return _of_page(path)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, RuntimeError):
        return "cannot be looked into"
    return ""


def _head(path: Path) -> str:
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        return _text(stream.read(_HEAD))


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def _of_table(text: str) -> str:
    # Headings need not stand in the first line.
    lines = text.splitlines()[:12]
    for separator in ",;\t|":
        for row in csv.reader(lines, delimiter=separator):
            if len(row) > 1 and (told := _of_headings(row)):
                return told
    return _of_values(text)


def _of_headings(row: list[str]) -> str:
    keys = {"".join(c for c in cell.lower() if c.isalnum()): cell.strip() for cell in row}
    for key, heading in keys.items():
        if _PERSONAL.fullmatch(key):
            return f"has a column '{heading[:40]}'"
    if any(map(_EAST.fullmatch, keys)) and any(map(_NORTH.fullmatch, keys)):
        return "has columns of coordinates"
    return ""


def _of_values(text: str) -> str:
    if len(set(_POSTCODE.findall(text))) >= _SEVERAL:
        return "holds whole postcodes"
    if len({n for n in _NHS.findall(text) if _is_nhs(n)}) >= _SEVERAL:
        return "holds numbers that patients have"
    return ""


def _is_nhs(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    rest = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest % 11 == digits[-1] and len(set(digits)) > 1


def _of_book(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        for text in _texts(book):
            if told := _of_table(text):
                return told
    return ""


def _texts(book: zipfile.ZipFile) -> Iterator[str]:
    """The words of a workbook as one row, and the beginnings of an archive's tables."""
    for member in book.infolist():
        name = member.filename.lower()
        if name.endswith((*_TABLES, "content.xml", ".xml")):
            with book.open(member) as stream:
                text = _text(stream.read(_HEAD))
            if name.endswith(".xml"):
                words = re.findall(r"<(?:t|text:p)(?: [^>]*)?>([^<]*)</(?:t|text:p)>", text)
                out = io.StringIO()
                csv.writer(out).writerow(words[:400])
                text = out.getvalue() + "\n".join(words)
            yield text


def _of_page(path: Path) -> str:
    with path.open("rb") as stream:
        text = _text(stream.read(_HEAD))
        stream.seek(max(0, path.stat().st_size - _HEAD))
        text += _text(stream.read(_HEAD))
    if path.suffix.lower() == ".log" and " edition" not in text:
        return ""
    if any(mark in text for mark in _MARKS):
        return "is of the partner edition"
    if any(mark in text for mark in _REVIEWS):
        return "is a report, made from data"
    if path.suffix.lower() == ".json" and text.lstrip()[:1] == "[":
        rows = json.loads(text) if path.stat().st_size <= _HEAD else []
        if rows and isinstance(rows[0], dict):
            return _of_headings([str(key) for key in rows[0]])
    return ""
