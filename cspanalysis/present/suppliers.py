"""Who supplies each source, in words for the sentence of a finding that cannot be had."""

from __future__ import annotations

from collections.abc import Collection

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable

#: Source name → a noun phrase.
NAMES: dict[str, str] = {
    "police_uk": "the street-level files of data.police.uk",
    "police_extract": "a record-level extract from the police force",
    "peer_counts": "counts for the peer areas (the iQuanta kind of table)",
    "asb_calls": "the log of anti-social behaviour calls kept by police and council",
    "hospital_extract": "an extract of hospital admissions by cause, age and sex",
    "school_exclusions": "the schools' exclusions by cluster",
    "population": "the mid-year population estimates of the Office for National Statistics",
    "lookups": "the area lookups of the Office for National Statistics",
    "home_office_csp": "the Home Office's recorded crime tables by Community Safety Partnership",
    "ons_csp": "the Office for National Statistics' recorded crime tables by partnership",
    "fingertips": "the public health profiles (Fingertips)",
    "dfe_exclusions": "the Department for Education's suspensions and permanent exclusions",
    "stats19": "the road safety data (STATS19) of the Department for Transport",
    "fires": "the fire service's incident extract",
    "surveys": "survey results with the number of people asked",
    "youth_offending": "the Youth Offending Service's figures",
    "marac": "the list of referrals to the MARAC, with pseudonyms, from its coordinator",
    "environmental": "the council's environmental records (graffiti, litter, fly-tipping)",
    "targets": "the partnership's list of targets",
    "outputs": "the partnership's list of promised outputs",
    "action_plan": "the partnership's action plan",
    "published": "a register of published figures",
}

#: How a sentence names a source that is there, and whether it covers or they cover.
_HELD: dict[str, tuple[str, str]] = {
    "police_uk": ("the open street-level data", "cover"),
    "police_extract": ("the police extract", "covers"),
    "peer_counts": ("the peers' counts", "cover"),
    "asb_calls": ("the log of calls", "covers"),
    "hospital_extract": ("the hospital extract", "covers"),
    "stats19": ("the road safety data", "cover"),
    "home_office_csp": ("the Home Office's table", "covers"),
    "ons_csp": ("the table of the Office for National Statistics", "covers"),
    "school_exclusions": ("the schools' exclusions", "cover"),
    "youth_offending": ("the Youth Offending Service's figures", "cover"),
    "marac": ("the list of referrals to the MARAC", "covers"),
    "environmental": ("the council's environmental records", "cover"),
}


def held(source: str) -> tuple[str, str]:
    """How a sentence names a source that is there, with its verb: 'the log of calls', 'covers'."""
    return _HELD.get(source, (NAMES.get(source, source), "covers"))


def names(missing: NotAvailable, there: Collection[str] = ()) -> str:
    """What would supply the missing data, any one of them: 'the … or the …'.

    Parameters
    ----------
    there : collection of str
        Sources that the workspace holds already: they do not supply it.
    """
    lacking = [NAMES.get(source, source) for source in missing.needs if source not in there]
    *first, last = lacking or [""]
    return f"{', '.join(first)} or {last}" if first else last


def missing_sentence(would_show: str, missing: NotAvailable, there: Collection[str] = ()) -> str:
    """The sentence of a finding whose data are not there: what would supply it.

    Parameters
    ----------
    would_show : str
        What the finding would show, as a clause: 'whether burglary rose or fell'.
    missing : NotAvailable
        The sources any of which would supply it, and what exactly is missing, as a clause.
    there : collection of str
        Sources that the workspace holds already.
    """
    lacking, supply = detail(missing, there), names(missing, there)
    text = f"This review cannot say {would_show}"
    text += f": {lacking}." if lacking else "."
    return f"{text} {present.capital(supply)} would supply it." if supply else text


def shared_sentence(missing: NotAvailable, there: Collection[str] = ()) -> str:
    """The same beneath a question or several: what would answer them all."""
    lacking = detail(missing, there)
    parts = [f"{present.capital(lacking)}."] if lacking else []
    if supply := names(missing, there):
        parts.append(f"{present.capital(supply)} would answer these questions.")
    return " ".join(parts)


def answering(shared: str, number: int) -> str:
    """A `shared_sentence` beneath so many questions."""
    return shared if number > 1 else shared.replace("these questions", "this question")


def detail(missing: NotAvailable, there: Collection[str]) -> str:
    """What exactly is missing; 'it' in it stands for the source, which the sentence has to name."""
    text, known = missing.detail.rstrip("."), [s for s in missing.needs if s in there]
    if not text:
        return f"no row of {held(known[0])[0]} can be used for it" if known else ""
    if not text.startswith("it "):
        return text
    named = f" ({held(known[0])[0]})" if len(known) == 1 else ""
    return f"the source in this workspace{named} {text[3:]}"
