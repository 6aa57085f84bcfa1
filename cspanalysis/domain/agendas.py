"""Agendas: the sets of questions that an assessment can be asked, chosen in partnership.toml."""

from __future__ import annotations

TODAY, STRATEGY_2008 = "today", "strategy_2008"

#: Name in `[review] agenda` → what it holds, for the reader of an error.
AGENDAS = {
    TODAY: "what a partnership is asked now",
    STRATEGY_2008: "what only the strategies of 2008 to 2011 asked",
}
