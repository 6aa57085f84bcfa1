"""Rows of a table of incident types that are no further incidents: totals, parts, people hurt.

A table with a number per type may give 'All fires' beside 'Primary fire - dwelling', 'of which
deliberate', 'Fire-related fatalities'. A type is the total of those of one place and year whose
labels have its words and more. Where these add up to it, it is set aside, else they are: so no
fire counts twice, and none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from cspanalysis.domain import total_labels
from cspanalysis.sources.table import Read

_TYPE = "incident_type"
#: People, rates and times: no incidents, or such as other types hold already.
_NO_INCIDENTS = (
    r"fatal|casualt|\bdeaths?\b|\bdied\b|killed|injur|\bhurt\b|\bvictims?\b"
    r"|\b(?:people|persons?|rescued?|evacuated?|evacuations|rescues)\b.*\bfires?\b"
    r"|\bper\b|\brates?\b|%|\bresponse times?\b"
)
#: All fires are one of the two, but for those of chimneys.
_ALL_FIRES = ("primary fire", "secondary fire")
#: Words of any type of incident.
_ANY = {"attended", "incident", "number", "recorded"}
#: Words by which fires are broken down once more.
_CAUSES = {"deliberate", "accidental", "arson"}
#: By how much a total may differ from the sum of its parts: later revisions.
_REVISED = 0.01


class _Label(NamedTuple):
    """A type of incident: its kind, its words but those of a total, whether it says to be one."""

    text: str
    kind: str
    words: frozenset[str]
    is_total: bool

    @property
    def is_sum(self) -> bool:
        """Whether it can be the sum of others: it says so, or names a kind and nothing else."""
        is_bare = self.words in ({"fire"}, set(self.kind.split()))
        return (self.is_total or is_bare) and "other" not in self.words


def without_totals(
    found: Read, kinds: Mapping[str, str | None], fires: Sequence[str], keys: Sequence[str]
) -> Read:
    """Set aside what is no further incident beside the other rows of a place and year.

    `kinds` is the kind of every label, `fires` those that are fires, `keys` place and year.
    """
    labels = [_label(text, kind or "", fires) for text, kind in sorted(kinds.items())]
    said = pl.col(_TYPE)
    of_all = [o.text for o in labels if not o.words and re.search("[a-z]", o.text)]
    found = found.keep(
        ~said.str.contains(total_labels.OF_WHICH) & ~said.is_in(of_all),
        _TYPE, said, "one of the types that the incidents are made of",
        "a total or a part of other rows",
    )  # fmt: skip
    no_fires = [one.text for one in labels if one.kind in (*fires, "")]
    found = found.keep(
        ~(said.is_in(no_fires) & said.str.contains(_NO_INCIDENTS)), _TYPE, said,
        "a number of incidents", "people, a rate or a time: no further incidents",
    )  # fmt: skip
    # 'Other fires' are those of no further kind; 'dwelling fires' are of one of the two.
    other = [o.text for o in labels if o.kind == "other fire" and o.words != {"other", "fire"}]
    beside = [said.is_in([o.text for o in labels if o.kind == kind]) for kind in _ALL_FIRES]
    is_told = pl.all_horizontal(kind.any().over(keys) for kind in beside)
    found = found.keep(
        ~(said.is_in(other) & is_told), _TYPE, said, "primary, secondary or chimney fires",
        "a total of the primary and secondary fires beside it, or some of them",
    )  # fmt: skip
    doubles = pl.any_horizontal(
        pl.lit(False),
        *(
            (said == one.text) & said.is_in(whole).any().over(keys)
            for one in labels
            if one.words & _CAUSES and (whole := _of_any_cause(one, labels))
        ),
    )
    found = found.keep(
        ~doubles, _TYPE, said, "fires of any cause or of each", "some of the fires beside it"
    )
    # Of the totals the narrowest first: what is left of its parts is a part of a wider one.
    sums = [one for one in labels if one.is_sum]
    for total in sorted(sums, key=lambda one: (-len(one.words), one.is_total)):
        parts = [one.text for one in labels if _is_part(one, total, fires)]
        found = _once(found, total.text, parts, keys) if parts else found
    return found


def _once(found: Read, total: str, parts: Sequence[str], keys: Sequence[str]) -> Read:
    """A total or its parts: the parts where they add up to it, or hide a number."""
    said, count = pl.col(_TYPE), pl.col("count")
    is_total, is_part = said == total, said.is_in(parts)
    of_total, of_parts = (count.filter(which).sum().over(keys) for which in (is_total, is_part))
    is_hidden = (count.is_null() & (is_total | is_part)).any().over(keys)
    are_both = is_total.any().over(keys) & is_part.any().over(keys)
    are_all = is_hidden | ((of_total - of_parts).abs() <= _REVISED * of_total)
    marked = found.with_frame(
        found.frame.with_columns(is_double=is_total & are_both & are_all,
                                 is_some=is_part & are_both & ~are_all)
    )  # fmt: skip
    marked = marked.keep(
        ~pl.col("is_double"), _TYPE, said, "one of the types a total is made of",
        "a total of other rows",
    ).keep(
        ~pl.col("is_some"), _TYPE, said, f"all that '{total}' is made of",
        f"a part of '{total}': what is given beside it does not add up to it",
    )  # fmt: skip
    return marked.with_frame(marked.frame.drop("is_double", "is_some"))


def _label(text: str, kind: str, fires: Sequence[str]) -> _Label:
    plain = re.sub(total_labels.WORDS, " ", text)
    words = {re.sub("s$", "", word) for word in plain.split()} - _ANY
    if kind in fires:
        words.add("fire")
    is_total = re.search(total_labels.WITHIN, text) is not None
    return _Label(text, kind, frozenset(words), is_total)


def _of_any_cause(label: _Label, labels: Sequence[_Label]) -> list[str]:
    """Of the fires that a label gives of one cause the labels of any."""
    plain = label.words - _CAUSES
    return [
        one.text
        for one in labels
        if one.kind == label.kind
        and not one.words & _CAUSES
        and (one.words <= plain or plain <= one.words)
    ]


def _is_part(one: _Label, total: _Label, fires: Sequence[str]) -> bool:
    if one.text == total.text:
        return False
    is_all = total.words == {"fire"} and total.kind in fires
    is_kind = one.kind in fires if is_all else bool(one.kind) and one.kind == total.kind
    if one.words == total.words:
        # Of two totals of the same the first stays.
        return is_kind and total.is_total and (not one.is_total or one.text < total.text)
    is_named = total.is_total and total.words == set(total.kind.split()) and not one.is_total
    return is_kind and (total.words < one.words or is_named)
