"""What cleaning knows of each raw file before it is read: source, hash, sidecar and parts."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cspanalysis import sources
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.whole_files import stamp as stamp_of
from cspanalysis.sources import archive, dates
from cspanalysis.sources.archive import Part
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context
from cspanalysis.store import corrections, provenance, strays

SETTINGS = "partnership.toml"
#: A street-level file's own name, also of a copy: '2025-01-kent-street (1).csv'.
_STREET = re.compile(
    r"(?:copy of )?(\d{4}-\d\d-.*-street)(?: - copy)?(?: ?\(\d+\))?\.(?:csv|csv\.gz|txt)"
)


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings of a source that does not exist, and those that say nothing it could read."""
    for name, section in settings.items():
        _check_name(name, sources.names(), f"sources.{name}")
        for key, entries in section.items():
            where = f"sources.{name}.{key}"
            _check_name(key, (*_SECTIONS, "sheet"), where)
            if key == "sheet":
                if not _SECTIONS["columns"][0](entries):
                    raise _wrong(where, entries, "the name of a sheet, or a list of such")
                continue
            if not isinstance(entries, Mapping):
                raise _wrong(where, entries, f"a section: [{where}]")
            for column, entry in entries.items():
                if not _SECTIONS[key][0](entry):
                    raise _wrong(f"{where}.{column}", entry, _SECTIONS[key][1])
                if key == "formats":
                    dates.known(entry, f"{SETTINGS}, [{where}] {column}")


def _check_name(name: str, known: Iterable[str], where: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, list(known), 1)
    raise UsageError(
        paragraph(
            f"unknown section [{where}]",
            file=SETTINGS,
            allowed=", ".join(known),
            do=f"Did you mean '{near[0]}'?" if near else "Remove or rename it.",
        )
    )


def _wrong(where: str, found: object, allowed: str) -> UsageError:
    return UsageError(paragraph(f"{where} = {found!r}", file=SETTINGS, allowed=allowed))


def _is_name(entry: object) -> bool:
    return isinstance(entry, str) and bool(entry.strip())


def _is_value(entry: object) -> bool:
    return isinstance(entry, str | int | float)


#: What a source's settings may hold: by section whether an entry is right, and what it has to be.
_SECTIONS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "columns": (
        lambda e: _is_name(e) or (isinstance(e, list) and bool(e) and all(map(_is_name, e))),
        'the partner\'s heading in quotes, or several: ["…", "…"]',
    ),
    "values": (
        lambda e: isinstance(e, Mapping) and all(map(_is_value, e.values())),
        'a section of the partner\'s values, each with ours: "…" = "…"',
    ),
    "formats": (_is_name, 'how its dates are written, in quotes: "mm/dd/yyyy"'),
    "constants": (_is_value, "one value for every row"),
}


def by_source(files: Mapping[str, Path], notices: list[str]) -> dict[str, dict[str, Path]]:
    """Raw files by source; what belongs to none is remarked."""
    found: dict[str, dict[str, Path]] = {}
    strange: dict[str, int] = {}
    no_tables: dict[tuple[str, str], list[str]] = {}
    for label, path in files.items():
        folder, _, name = label.partition("/")
        source = sources.of_file(Part(path, label)) if name else None
        is_its = source and path.name.lower().removesuffix(".gz").endswith(source.endings or (" ",))
        if source and not is_its and (what := strays.by_name(path.name)):
            no_tables.setdefault((source.name, what), []).append(label)
        elif not name:
            if label != corrections.WORKSPACE_FILE:
                notices.append(
                    f"data/raw/{label} is not read: files belong into data/raw/<source>/"
                )
        elif source:
            found.setdefault(source.name, {})[label] = path
        else:
            strange[folder] = strange.get(folder, 0) + 1
    for folder, count in strange.items():
        near = next(iter(difflib.get_close_matches(folder, sources.names(), 1)), "")
        hint = f"did you mean {near}?" if near else f"sources are {', '.join(sources.names())}"
        notices.append(f"data/raw/{folder}/ is no source, its {count} file(s) are not read; {hint}")
    notices += [strays.told(labels, what) for (_, what), labels in no_tables.items()]
    return found


def survey_file(
    label: str,
    path: Path,
    source: Source,
    before: Mapping[str, Any] | None,
    notices: list[str],
    write: bool,
    hashed: Callable[[Path], str],
) -> tuple[dict[str, Any], list[Part]]:
    """Hash, sidecar and parts of a raw file; what has not changed is not read again.

    Refused if its hash is not the sidecar's, or it cannot be opened.
    """
    stamp = stamp_of(path)
    found = before["sha256"] if before and before["stamp"] == stamp else hashed(path)
    known = before if before and before["sha256"] == found else None
    sidecar = provenance.read(path, f"data/raw/{label}")
    is_drafted = sidecar is not None and sidecar.get("publisher") == "not stated"
    is_replaced = (
        sidecar is not None
        and sidecar.get("sha256", found) != found
        and provenance.is_untouched(path, sidecar)
    )
    if is_replaced:
        notices.append(
            f"{label} holds other content than before: its sidecar, a draft that nobody touched, "
            "states the new hash now"
        )
    if sidecar is None or is_replaced:
        sidecar = provenance.draft(found)
        is_drafted = True
        if write:
            try:
                provenance.write(path, sidecar)
            except OSError as error:
                notices.append(f"the sidecar of {label} could not be written ({error.strerror})")
    provenance.check(sidecar, found, f"data/raw/{label}")
    if known:
        refused = known["refused"]
        parts = [Part(path, label, member, check) for member, check in known["parts"]]
    else:
        parts, refused = archive.parts(path, label, source.strangers, source.endings)
    unread: dict[str, list[str]] = {}
    for name, reason in refused:
        if reason == archive.NOT_ITS:
            unread.setdefault(strays.by_member(name), []).append(f"{label}/{name}")
        else:
            notices.append(f"{label}: the member {name!r} was set aside: {reason}")
    notices += [strays.told(labels, what) for what, labels in unread.items()]
    if not parts:
        notices.append(f"{label} holds nothing that {source.name} could read")
    entry = {
        "source": source.name,
        "stamp": stamp,
        "sha256": found,
        "sidecar": sidecar,
        "parts": [[p.member, p.check] for p in parts],
        "refused": [list(r) for r in refused],
        "is_drafted": is_drafted,
    }
    return entry, parts


def drafted(files: Mapping[str, Any]) -> list[str]:
    """One notice about the files whose publisher nobody has stated yet."""
    names = [label for label, entry in files.items() if entry["is_drafted"]]
    if not names:
        return []
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return [
        f"{shown} came without provenance: state publisher, title, licence and dates in the "
        f"drafted sidecars (<file>{provenance.SUFFIX})"
    ]


def without_twins(
    wanted: list[tuple[Part, Context, str]], files: Mapping[str, Any], notices: list[str]
) -> list[tuple[Part, Context, str]]:
    """Leave out what came twice, because its rows would count twice.

    That is a file of the same content under another name, and a street-level file of the same
    name, also where a browser or a desktop marked it as a copy. The one from the file published or
    retrieved last is used, else the one that a browser numbered last.
    """

    def content(part: Part) -> str:
        return f"{part.check or files[part.file]['sha256']} {part.member}"

    def name(part: Part) -> str:
        found = _STREET.fullmatch(part.name.lower())
        is_street = files[part.file]["source"] == "police_uk"
        return found[1] if found and is_street else part.label

    kept, same = _newest(wanted, files, content)
    notices += [
        f"{label} holds the same as {used} and is counted once, from there"
        for label, used in same.items()
    ]
    kept, _ = _newest(kept, files, name)
    labels = {part.label for part, _, _ in kept} | same.keys()
    left = Counter(part.file for part, _, _ in wanted if part.label not in labels)
    notices += [
        f"{file}: {count} monthly file(s) also came in another, newer file and were used from there"
        for file, count in left.items()
    ]
    return kept


def age(part: Part, files: Mapping[str, Any], released: str = "") -> tuple[str, int, str, str]:
    """For sorting from the oldest to the newest: day published or retrieved, number, name.

    `released` is the day that the file itself states; the sidecar's word goes before it.
    """
    # Without its ending, so that 'calls corrected.csv' comes after 'calls.csv'.
    stem = re.sub(r"(\.[A-Za-z]+)+$", "", part.label)
    card = files[part.file]["sidecar"]
    numbered = re.search(r"\((\d{1,4})\)\.", part.name)
    return (
        str(card.get("published") or released or card.get("retrieved") or ""),
        int(numbered[1]) if numbered else 0,
        stem,
        part.label,
    )


def _newest(
    wanted: list[tuple[Part, Context, str]],
    files: Mapping[str, Any],
    key: Callable[[Part], str],
) -> tuple[list[tuple[Part, Context, str]], dict[str, str]]:
    """Of those with the same key the newest; and the others' labels with that of the one used."""
    ranks: dict[str, tuple[str, int, str, str]] = {}
    for part, _, _ in wanted:
        rank = age(part, files)
        ranks[key(part)] = max(ranks.get(key(part), rank), rank)
    used = {part.label: ranks[key(part)][-1] for part, _, _ in wanted}
    left = {label: other for label, other in used.items() if label != other}
    return [one for one in wanted if one[0].label not in left], left
