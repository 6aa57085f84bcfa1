"""The severity weight of each offence: those of a workspace's own file, else the product's.

An offence of a scheme may hold several Home Office codes; its weight is then their mean, by how
often each was recorded in England and Wales, and their spread goes with it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from cspanalysis.domain import offences, reference
from cspanalysis.domain.offences import codes_of
from cspanalysis.store.tables import Store

SOURCE = "severity"

#: What the product's weights are, for the definition beside a figure.
BUILT_IN = (
    "the Crime Severity Score of the Office for National Statistics (edition of about 2020): the "
    "average sentence for the offence in days, with community orders and fines turned into days"
)
OWN = "the partnership's own index"


class Weights(NamedTuple):
    """Weights in force.

    Parameters
    ----------
    of : pandas.DataFrame
        offence, weight (missing where none is known), spread (0 where the offence is one code).
    named : str
        What they are, as a noun phrase.
    sources : tuple of str
        The source that gave them; none for the product's own.
    """

    of: pd.DataFrame
    named: str
    sources: tuple[str, ...]


def weights(store: Store, names: Iterable[str], scheme: str) -> Weights:
    """The weights of some offences of a scheme ('notifiable', 'police_uk', 'ons_csp')."""
    is_own = store.has(SOURCE)
    by_code, by_name = _own(store) if is_own else (_built_in(), {})
    rows = [(name, *_of(name, scheme, by_code, by_name)) for name in dict.fromkeys(names)]
    table = pd.DataFrame(rows, columns=["offence", "weight", "spread"])
    return Weights(table, OWN if is_own else BUILT_IN, (SOURCE,) if is_own else ())


def by_code(store: Store, codes: Iterable[str]) -> Weights:
    """The weights of Home Office codes as tables write them ('8N', '1/4.1/4.2'); column `code`."""
    is_own = store.has(SOURCE)
    known, _ = _own(store) if is_own else (_built_in(), {})
    rows = [(code, *_mixed(known, _keys(code))) for code in dict.fromkeys(codes)]
    table = pd.DataFrame(rows, columns=["code", "weight", "spread"])
    return Weights(table, OWN if is_own else BUILT_IN, (SOURCE,) if is_own else ())


def _keys(text: str) -> list[str]:
    """A code as it is written, and those it stands for."""
    return list(dict.fromkeys(["".join(text.lower().split()), *codes_of(text)]))


def _of(
    name: str, scheme: str, by_code: dict[str, float], by_name: dict[str, float]
) -> tuple[float, float]:
    if name in by_name:
        return by_name[name], 0.0
    if scheme == offences.POLICE_UK:
        return _mixed(by_code, _street_codes().get(name, []))
    if scheme == offences.ONS_CSP:
        return _mixed(by_code, _line_codes(name))
    codes = _offence_codes()
    found = _mixed(by_code, codes.get(name, []))
    if np.isnan(found[0]):
        # A label as broad as a group, or a code of long ago: that of its kind.
        for group in (name, offences.kinds(scheme).get(name, "")):
            members = offences.groups(scheme).get(group, ())
            found = _mixed(by_code, [c for m in members for c in codes.get(m, [])])
            if not np.isnan(found[0]):
                break
    return found


def _mixed(by_code: dict[str, float], codes: Iterable[str]) -> tuple[float, float]:
    """Mean and spread of the weights of codes, by how often each was recorded."""
    known = [c for c in dict.fromkeys(codes) if c in by_code]
    if not known:
        return np.nan, np.nan
    values = np.array([by_code[c] for c in known])
    often = np.array([_recorded().get(c, 0) for c in known], dtype=float)
    often = often if often.any() else np.ones(len(known))
    mean = float(np.average(values, weights=often))
    if np.ptp(values[often > 0]) == 0:
        return mean, 0.0
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=often)))


@functools.lru_cache(maxsize=4)
def _own(store: Store) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of a workspace's file by code, and by the name of a known offence."""
    table = store.load(SOURCE, columns=["code", "offence", "weight"])
    by_code: dict[str, float] = {}
    by_name: dict[str, float] = {}
    for code, offence, weight in table.itertuples(index=False):
        if pd.notna(code):
            for key in _keys(str(code)):
                by_code.setdefault(key, float(weight))
        elif name := offences.standard(str(offence)):
            by_name.setdefault(name, float(weight))
    return by_code, by_name


@functools.cache
def _built_in() -> dict[str, float]:
    rows = reference.rows("severity_weights")
    found = {row["code"].lower(): float(row["weight"]) for row in rows}
    for row in rows:
        for code in codes_of(row["code"]):
            found.setdefault(code, float(row["weight"]))
    return found


@functools.cache
def _recorded() -> dict[str, int]:
    """Code → how often it was recorded, or the one that took its place."""
    rows = reference.rows("severity_weights")
    often = {row["code"]: int(row["recorded"]) for row in rows}
    return {row["code"].lower(): often[row["as_often_as"] or row["code"]] for row in rows}


@functools.cache
def _street_codes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in reference.rows("severity_weights"):
        found.setdefault(row["police_uk"], []).append(row["code"].lower())
    # One crime type until 2013, two since.
    found["public disorder and weapons"] = found["public order"] + found["possession of weapons"]
    return found


@functools.cache
def _line_codes(line: str) -> list[str]:
    """Codes of the Home Office's groups that a line of the statisticians' tables is made of."""
    groups = set(offences.members(line, offences.HOME_OFFICE))
    return [
        key
        for row in reference.rows("offences")
        if row["scheme"] == offences.HOME_OFFICE and row["offence"] in groups
        for code in row["codes"].split("|")
        if code
        for key in _keys(code)
    ]


@functools.cache
def _offence_codes() -> dict[str, list[str]]:
    return {
        row["offence"]: [k for code in row["codes"].split("|") if code for k in _keys(code)]
        for row in reference.rows("offences")
        if row["scheme"] == offences.NOTIFIABLE
    }
