"""Offence taxonomy: standard names, codes and other labels, and the groups an assessment speaks of.

Four schemes are known: `notifiable`, the recorded-crime categories of partners' extracts,
`police_uk`, the crime types of data.police.uk, `home_office`, today's groups of the official
tables with the codes they hold, and `ons_csp`, the lines of the national statisticians' tables. A
group such as 'burglary' or 'violent crime' has members in each; the list lies in
`reference/offences.csv`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz, process

from cspanalysis.domain import reference
from cspanalysis.domain.errors import UsageError, paragraph

if TYPE_CHECKING:
    import pandas as pd

NOTIFIABLE, POLICE_UK = "notifiable", "police_uk"
HOME_OFFICE, ONS_CSP = "home_office", "ons_csp"

#: The group that holds every offence, and so also a record whose label is in no group.
ALL = "recorded crime"
ASB = "anti-social behaviour"

#: From this likeness on (of 100) an offence is proposed for a label.
NEAR = 82

#: A Home Office code at the beginning of a label: '8N', '105A', '37.2', '46'.
_CODE = re.compile(r"0*(\d{1,3}(?:[a-z]|\.\d{1,2})?)(?=$|[\s:;,/(–—-])", re.IGNORECASE)
#: Class and subclass of the counting rules at the beginning of a label: '105A/1', '028E/02 -'.
_SUBCLASS = re.compile(
    r"\s*0*(\d{1,3})\s*([a-z]?)\s*[/\\]\s*0*(\d{1,3})(?![\w/\\.])", re.IGNORECASE
)
#: Of a class without a letter, the form that is no date and no number of a force's own.
_PADDED = re.compile(r"\s*\d{3}\s*[/\\]\s*\d{2}(?![\w/\\.])")
#: What publishers add to a name.
_ADDED = re.compile(r"\(?\boutcome only\)?|\[?\bnote \d+\]?", re.IGNORECASE)
_PARTS = re.compile(r"\s[-–—]\s|[:;/()\[\]–—]|,\s")


class Change(NamedTuple):
    """What changes where a question of 2008 is answered from today's labels.

    Parameters
    ----------
    subject : str
        How a sentence names what was counted; '' where it is still what was asked.
    notes : tuple of str
        What the reader must know.
    """

    subject: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The subject without what it says in brackets, for a sentence whose note says it."""
        return self.subject.split(" (")[0]


@functools.cache
def taxonomy() -> pd.DataFrame:
    """The taxonomy, one row per offence of a scheme.

    Returns: columns scheme, offence, kind (by which a mix is shown), and as tuples of text codes
    (of the Home Office), aliases and groups.
    """
    import pandas as pd

    table = pd.DataFrame(reference.rows("offences"))
    for column, mark in (("codes", "|"), ("aliases", "|"), ("groups", ";")):
        table[column] = [tuple(filter(None, text.split(mark))) for text in table[column]]
    return table


@functools.cache
def names(scheme: str) -> dict[str, str]:
    """Every known label of a scheme, lower case, to its standard name; codes are not among them."""
    rows = [row for row in reference.rows("offences") if row["scheme"] == scheme]
    known = {
        alias.lower(): row["offence"]
        for row in rows
        for alias in filter(None, row["aliases"].split("|"))
    }
    return known | {row["offence"]: row["offence"] for row in rows}


def standard(label: str, scheme: str = NOTIFIABLE) -> str | None:
    """The standard name of an offence label, or None if the scheme does not know it.

    Letters' case, signs and a Home Office code beside the name do not matter, nor does the group
    that a label names beside its offence ('Theft - shoplifting'). A label that names two different
    offences is not known.
    """
    key = _key(label)
    if (name := _keys(scheme).get(key)) is not None or scheme != NOTIFIABLE:
        return name
    if (name := _codes().get(code_key(label))) is not None:
        return name
    if _is_subclass(str(label)):
        return _of_subclass(str(label))
    found: list[str | None] = []
    has_code = False
    rest = str(label).strip()
    if (code := _CODE.match(rest)) and (name := _codes().get(code_key(code[1]))):
        found.append(name)
        has_code = not code[1].isdigit()
        rest = rest[code.end() :]
        found.append(_keys(scheme).get(_key(rest)))
    if None in found or not found:
        parts = [part for part in _PARTS.split(rest) if _key(part)]
        inside = [_keys(scheme).get(_key(p)) or _codes().get(code_key(p)) for p in parts]
        found = [*(name for name in found if name), *inside]
        has_code |= any(code_key(p) in _codes() and not p.strip().isdigit() for p in parts)
    known = {name for name in found if name}
    if None in found and not has_code:
        return None
    return _narrowest(known)


def standards(labels: Iterable[str], scheme: str = NOTIFIABLE) -> dict[str, str]:
    """The standard names of a file's labels; labels that the scheme does not know are left out.

    A bare number, or two of one or two digits ('45/10'), is taken for a Home Office code only where
    other labels of the file are codes with a letter: a force numbers its own offences, too.
    """
    texts = list(labels)
    has_codes = any(_is_code(text) for text in texts)
    found = {
        text: name
        for text in texts
        if (has_codes or not text.strip().isdigit())
        and (name := standard(text, scheme)) is not None
    }
    if has_codes and scheme == NOTIFIABLE:
        left = (text for text in texts if text not in found)
        found |= {text: name for text in left if (name := _of_subclass(text)) is not None}
    return {text: found[text] for text in texts if text in found}


def near(label: str, scheme: str = NOTIFIABLE) -> str:
    """The offence that a label which is not known is most like; '' where it is like none."""
    if label.strip().isdigit():
        return _codes().get(code_key(label), "")
    key = _key(label)
    found = process.extract(key, list(_keys(scheme)), scorer=fuzz.token_sort_ratio, limit=4)
    alike = {_keys(scheme)[name] for name, score, _ in found if score >= max(NEAR, found[0][1] - 4)}
    return alike.pop() if len(alike) == 1 else ""


@functools.cache
def groups(scheme: str) -> dict[str, tuple[str, ...]]:
    """Group → its member offences in a scheme; each offence is also a group of its own."""
    rows = [row for row in reference.rows("offences") if row["scheme"] == scheme]
    found: dict[str, list[str]] = {}
    for row in rows:
        for group in row["groups"].split(";"):
            found.setdefault(group, []).append(row["offence"])
    for row in rows:
        # A label as broad as a group is a member of it.
        found[row["offence"]] = [row["offence"], *found.get(row["offence"], [])]
    return {group: tuple(dict.fromkeys(members)) for group, members in found.items()}


@functools.cache
def kinds(scheme: str) -> dict[str, str]:
    """Offence → its kind, by which a mix is shown: today's groups, or the offence itself."""
    return {
        row["offence"]: row["kind"] for row in reference.rows("offences") if row["scheme"] == scheme
    }


@functools.cache
def codes(scheme: str) -> dict[str, str]:
    """Home Office code, as `code_key` writes it, to the offence of a scheme that it means."""
    return {
        code_key(code): row["offence"]
        for row in reference.rows("offences")
        if row["scheme"] == scheme
        for code in filter(None, row["codes"].split("|"))
    }


def members(selection: str | Iterable[str], scheme: str = NOTIFIABLE) -> tuple[str, ...]:
    """Offences that a group name, an offence name or a list of either stands for."""
    known = groups(scheme)
    found: list[str] = []
    for name in names_of(selection):
        key = " ".join(name.lower().split())
        if key not in known:
            key = standard(key, scheme) or key
        if key not in known:
            near = [match for match, *_ in process.extract(key, list(known), limit=3)]
            raise UsageError(
                paragraph(
                    f"'{name}' is no offence or group that is known",
                    do=f"Did you mean {' or '.join(repr(n) for n in near)}?",
                )
            )
        found.extend(known[key])
    return tuple(dict.fromkeys(found))


def named(selection: Iterable[str], scheme: str = NOTIFIABLE) -> tuple[str, ...]:
    """The same for names of which some may be a force's own, which stand for themselves."""
    known = groups(scheme)
    return tuple(dict.fromkeys(o for name in selection for o in known.get(name, (name,))))


def is_all(selection: str | Iterable[str]) -> bool:
    """Whether a selection is all recorded crime, labels in no group among it."""
    return any(" ".join(name.lower().split()) == ALL for name in names_of(selection))


#: What reads as no number of things by itself → how a sentence names it.
_SAID = {
    "drugs": "drug offences",
    "public order": "public order offences",
    # As the chapters ask: one offence has one name in all sentences.
    "burglary dwelling": "burglary of homes",
    "theft of pedal cycle": "bicycle theft",
    "theft from vehicle": "theft from vehicles",
    "theft of vehicle": "theft of vehicles",
}
#: One of it, in the plural, where '… offences' would not be English.
_THINGS = {
    ALL: "crimes",
    "anti-social behaviour": "anti-social behaviour incidents",
    "other crime": "other crimes",
    "other theft": "other thefts",
    "bicycle theft": "bicycle thefts",
    "theft from the person": "thefts from the person",
    "possession of weapons": "weapon possession offences",
    "burglary of homes": "burglaries of homes",
    "theft from vehicles": "thefts from vehicles",
    "theft of vehicles": "thefts of vehicles",
}


def said(selection: str) -> str:
    """What is counted, as a sentence names it: 'robbery', 'public order offences'."""
    return _SAID.get(selection, selection)


def things(selection: str) -> str:
    """What is counted, in the plural: 'crimes', 'shoplifting offences', 'drug offences'."""
    plain = said(selection)
    whole = ("offences", "crimes", "thefts", "incidents")
    is_whole = plain in _THINGS or plain.split()[-1] in whole
    plain = _THINGS.get(plain, plain)
    return plain if is_whole else f"{plain} offences"


def slug(selection: str) -> str:
    """An offence or group as it stands in the id of a finding: 'violence_with_injury'."""
    return re.sub(r"[^a-z0-9]+", "_", selection.lower()).strip("_")


def change(selection: str | Iterable[str], counted: Iterable[str]) -> Change:
    """What changes where a selection is answered from the offences that were counted for it."""
    of = kinds(NOTIFIABLE)
    found = {of.get(offence, offence) for offence in counted}
    rows = [
        row
        for name in names_of(selection)
        for row in reference.rows("offence_changes")
        if row["asked"] == " ".join(name.lower().split()) and row["kind"] in found
    ]
    is_only = found and found <= {row["kind"] for row in rows}
    subjects = [row["subject"] for row in rows if row["subject"]]
    return Change(
        subjects[0] if is_only and subjects and isinstance(selection, str) else "",
        tuple(dict.fromkeys(row["note"] for row in rows)),
    )


def broader(selection: str | Iterable[str], scheme: str) -> str:
    """The one kind that answers for an offence or group under another name; else ''.

    Of street-level files it is violence and sexual offences where violent crime is asked for.
    """
    if not isinstance(selection, str) or is_all(selection):
        return ""
    found = members(selection, scheme)
    return said(found[0]) if len(found) == 1 and said(found[0]) != said(selection) else ""


def today_of(selection: str) -> tuple[str, ...]:
    """Today's offences each of which answers a question of 2008 by itself, with another name."""
    asked = " ".join(selection.lower().split())
    rows = reference.rows("offence_changes")
    return tuple(row["kind"] for row in rows if row["asked"] == asked and row["subject"])


def names_of(selection: str | Iterable[str]) -> list[str]:
    """What a selection names: an offence or group, or several."""
    return [selection] if isinstance(selection, str) else list(selection)


def _key(label: str) -> str:
    """A label without case and signs, for comparing."""
    plain = re.sub(r"['’]", "", _ADDED.sub(" ", str(label)).lower().replace("&", " and "))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def code_key(code: str) -> str:
    """A code without blanks, leading noughts and marks: '08n' and '8 N' are 8n, 106* is 106."""
    return re.sub(r"^0+(?=\d)", "", "".join(str(code).lower().split()).rstrip("*"))


def codes_of(text: str) -> list[str]:
    """The codes that stand together: '1, 4.1/2/10' are 1, 4.1, 4.2 and 4.10.

    A class with its subclass is one: in '8/1' there is no 1, which is murder.
    """
    if _SUBCLASS.fullmatch(text):
        return [re.sub(r"\b0+(?=\d)", "", "".join(text.lower().split()))]
    found: list[str] = []
    for part in re.split(r"[,/;|]", text):
        code = "".join(part.lower().split())
        if code.isdigit() and found and "." in found[-1]:
            code = f"{found[-1].partition('.')[0]}.{code}"
        if code:
            found.append(re.sub(r"^0+(?=\d)", "", code))
    return found


@functools.cache
def _keys(scheme: str) -> dict[str, str]:
    return {_key(label): name for label, name in names(scheme).items()}


@functools.cache
def _codes() -> dict[str, str]:
    return codes(NOTIFIABLE)


def _is_code(label: str) -> bool:
    """Whether a label is a code that nothing else would be written as."""
    is_known = code_key(label) in _codes() and not label.strip().isdigit()
    return is_known or (_is_subclass(label) and _of_subclass(label) is not None)


def _is_subclass(label: str) -> bool:
    found = _SUBCLASS.match(label)
    return found is not None and (bool(found[2]) or _PADDED.match(label) is not None)


def _of_subclass(label: str) -> str | None:
    """The offence of a class with its subclass, and of the words beside it if there are any.

    Known by itself is a subclass that tells more than its class ('8/6'), then the class, then what
    all offences of the class are.
    """
    code = _SUBCLASS.match(label)
    if code is None:
        return None
    number, letter, subclass = (part.lower() for part in code.groups())
    known = _codes()
    by_code = known.get(f"{number}{letter}/{subclass}") or known.get(f"{number}{letter}")
    if by_code is None and not letter:
        by_code = common(of_class(number)) or None
    rest = label[code.end() :].strip(" -–:;.()")
    words = standard(rest) if rest else None
    if by_code is None:
        return words if words in of_class(number) else None
    return _narrowest({by_code, words}) if words else by_code


def of_class(number: str, letter: str = "") -> tuple[str, ...]:
    """The offences of a class of the Home Office, of all its letters where none is given."""
    known = _codes()
    if letter:
        found = known.get(code_key(number + letter))
        return (found,) if found else ()
    is_of = re.compile(rf"{int(number)}([a-z]|\.\d+)?")
    return tuple(dict.fromkeys(name for code, name in known.items() if is_of.fullmatch(code)))


def common(found: tuple[str, ...]) -> str:
    """The narrowest name that all of some offences go by; '' where there is none."""
    if len(found) < 2:
        return "".join(found)
    of = kinds(NOTIFIABLE)
    shared = set.intersection(*({of[one], *_groups_of()[one]} for one in found))
    shared &= set(of) - {"acquisitive crime", "violent crime"}
    sizes = {name: len(members(name)) for name in shared}
    return min(sorted(sizes), key=sizes.__getitem__) if sizes else ""


def _narrowest(found: set[str]) -> str | None:
    """Of names that stand together the one that the others are groups of; None if there is none."""
    for name in sorted(found):
        around = {name, kinds(NOTIFIABLE)[name], *_groups_of()[name]}
        if found <= around:
            return name
    return None


@functools.cache
def _groups_of() -> dict[str, tuple[str, ...]]:
    return {
        row["offence"]: tuple(row["groups"].split(";"))
        for row in reference.rows("offences")
        if row["scheme"] == NOTIFIABLE
    }
