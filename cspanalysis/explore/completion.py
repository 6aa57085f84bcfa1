"""<Tab> within a text: the offences, tables, groups, areas and chapters a call can be given."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cspanalysis.disclosure import editions
from cspanalysis.domain import agendas
from cspanalysis.explore import names, widgets
from cspanalysis.explore.by_hand import ByHand
from cspanalysis.review.series import RECORDED

#: Name of a parameter → what can be given, by the review that is open.
_GIVEN: Mapping[str, Callable[[ByHand], Iterable[str]]] = {
    "csp": lambda review: names.every_area(),
    "area": lambda review: review.names.areas,
    "offence": lambda review: review.names.offences,
    "offences": lambda review: review.names.offences,
    "selection": lambda review: review.names.offences,
    "what": lambda review: [*review.names.offences, *RECORDED],
    "source": lambda review: review.names.tables,
    "group": lambda review: review.names.groups,
    "among": lambda review: review.names.groups,
    "place": lambda review: review.names.places,
    "chapter": lambda review: review.names.chapters,
    "edition": lambda review: editions.EDITIONS,
    "agenda": lambda review: agendas.AGENDAS,
    "period": widgets.periods,
    "periods": widgets.periods,
    "compare": widgets.periods,
    "over": widgets.periods,
}
#: What can be given before a review is open.
_ALWAYS = ("csp", "edition", "agenda")


@dataclass
class Argument:
    """Where in a call the cursor stands, within a text that has been begun."""

    call: str
    position: int
    keyword: str
    typed: str


def argument(text: str) -> Argument | None:
    """The argument that a text before the cursor ends in, if it ends within quotation marks."""
    calls: list[list[Any]] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == "#":
            at = text.find("\n", at) % (len(text) + 1)
            continue
        if sign in "\"'":
            mark = text[at : at + 3] if text[at : at + 3] in ('"""', "'''") else sign
            end = _end(text, at + len(mark), mark)
            if end < 0:
                return _found(calls, text[at + len(mark) :])
            at = end
            continue
        if sign in "([{":
            before = re.search(r"([A-Za-z_][\w.]*)\s*$", text[:at]) if sign == "(" else None
            # A list within a call is of the same argument: offences=["burglary", "…
            inside = calls[-1][:] if calls and sign == "[" and not _subscript(text, at) else None
            calls.append(inside or [before[1] if before else "", 0, "", sign])
            calls[-1][3] = sign
        elif sign in ")]}" and calls:
            calls.pop()
        elif sign == "," and calls and calls[-1][3] == "(":
            calls[-1][1:3] = [calls[-1][1] + 1, ""]
        elif sign == "=" and calls and calls[-1][3] == "(":
            named = re.search(r"([A-Za-z_]\w*)\s*$", text[:at])
            calls[-1][2] = named[1] if named else ""
        at += 1
    return None


def _subscript(text: str, at: int) -> bool:
    return bool(re.search(r"[\w)\]]\s*$", text[:at]))


def _end(text: str, at: int, mark: str) -> int:
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(mark, at):
            return at + len(mark)
        elif text[at] == "\n" and len(mark) == 1:
            return at
        else:
            at += 1
    return -1


def _found(calls: list[list[Any]], typed: str) -> Argument | None:
    if not calls or not calls[-1][0]:
        return None
    call, position, keyword, _ = calls[-1]
    return Argument(call, position, keyword, typed)


def complete(text: str, namespace: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """What was typed of a name, and the names it can become; None where the call is not ours."""
    if found := _named(text, namespace):
        return found
    asked = argument(text)
    function = _function(asked.call, namespace) if asked else None
    if asked is None or function is None:
        return None
    name = asked.keyword or _parameter(function, asked.position)
    review = _review(function, namespace)
    given = _GIVEN.get(name)
    if given is None or (review is None and name not in _ALWAYS):
        return None
    known = list(dict.fromkeys(given(review)))  # type: ignore[arg-type]
    return asked.typed, _fitting(asked.typed, known)


def _fitting(text: str, known: list[str]) -> list[str]:
    typed = text.lower()
    first = [n for n in known if n.lower().startswith(typed)]
    further = [n for n in known if typed in n.lower() and n not in first]
    return first + further or names.like(typed, known, 5)


def _named(text: str, namespace: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """After `a.names.offences.` or within `a.names.offences["`."""
    at = re.search(r"([A-Za-z_][\w.]*)(?:\.(\w*)|\[[\"']([^\"'\n]*))$", text)
    found = _resolved(at[1], namespace) if at else None
    if at is None or not isinstance(found, names.Names | names.KnownNames):
        return None
    if at[3] is not None:
        return at[3], _fitting(at[3], list(found) if isinstance(found, names.Names) else [])
    return at[2], _fitting(at[2], [n for n in dir(found) if not n.startswith("_")])


def _function(call: str, namespace: Mapping[str, Any]) -> Callable[..., Any] | None:
    found = _resolved(call, namespace)
    home = str(getattr(found, "__module__", ""))
    return found if callable(found) and home.startswith("cspanalysis") else None


def _resolved(path: str, namespace: Mapping[str, Any]) -> Any:
    """What a dotted name stands for, if all before its last dot is ours; else None."""
    first, *rest = path.split(".")
    found = namespace.get(first)
    for name in rest:
        # Nobody else's attributes are looked at: that could run their code.
        home = getattr(type(found), "__module__", "")
        is_ours = home.startswith("cspanalysis") or str(getattr(found, "__name__", "")).startswith(
            "cspanalysis"
        )
        if not is_ours:
            return None
        found = getattr(found, name, None)
    return found


def _parameter(function: Callable[..., Any], position: int) -> str:
    try:
        known = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return ""
    for number, parameter in enumerate(known):
        if number == position or parameter.kind is parameter.VAR_POSITIONAL:
            return parameter.name
    return ""


def _review(function: Callable[..., Any], namespace: Mapping[str, Any]) -> ByHand | None:
    """The review that is asked, else the one opened last."""
    own = getattr(function, "__self__", None)
    if isinstance(own, ByHand):
        return own
    opened = [v for k, v in namespace.items() if isinstance(v, ByHand) and not k.startswith("_")]
    return opened[-1] if opened else None
