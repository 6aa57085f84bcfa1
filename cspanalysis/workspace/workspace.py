"""A workspace: the folder that holds one partnership's settings, data and reports.

`partnership.toml` says which area, which periods, which peers and under which definitions; this
module finds it and reads it; `settings_file` refuses what nothing would read.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from cspanalysis.domain import agendas, area_groups, areas
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.workspace import intervention_settings, settings_file
from cspanalysis.workspace.intervention_settings import Intervention

SETTINGS = "partnership.toml"

D = TypeVar("D")


@dataclass(frozen=True)
class Workspace:
    """A workspace folder and its settings.

    Parameters
    ----------
    root : pathlib.Path
        The folder that holds partnership.toml.
    area_name : str
        The partnership's own area.
    own_areas : mapping of str to Area
        Areas that the settings define beyond the register.
    period, compare : Period or None
        The review's default periods.
    windows : tuple of Comparison
        Further periods that every chapter shows.
    peer_groups : mapping of str to PeerGroup
        Groups the settings define; force and county come from the register, 'similar' is computed.
    policies : mapping of str to str
        Disclosure policy by source, where the settings name one.
    threshold : int
        Counts below it are hidden under policy 'threshold'.
    agenda : tuple of str
        The sets of questions that are asked (`agendas.AGENDAS`).
    promised : tuple of str
        Sources that a partner has promised: their questions are asked before the files come.
    interventions : tuple of Intervention
        Actions whose effect is asked for.
    settings : mapping
        The whole file, for readers of their own sections.
    """

    root: Path
    area_name: str
    own_areas: Mapping[str, Area] = field(default_factory=dict)
    period: Period | None = None
    compare: Period | None = None
    windows: tuple[Comparison, ...] = ()
    peer_groups: Mapping[str, PeerGroup] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    threshold: int = 5
    agenda: tuple[str, ...] = (agendas.TODAY,)
    promised: tuple[str, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Workspace {self.root} of {self.area_name}>"

    @property
    def raw(self) -> Path:
        """Folder of files as received."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Folder of cleaned tables."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Folder of reports."""
        return self.root / "reports"

    @property
    def similar_weights(self) -> area_groups.Weights:
        """How much each side of a district counts where similar areas are chosen."""
        chosen = self.settings.get("peers", {}).get("similar", {}).get("weights", {})
        return area_groups.weights(chosen)

    @property
    def protected_sources(self) -> frozenset[str]:
        """Sources whose small counts are hidden in public."""
        # Imported late: loading settings takes less time than knowing all readers.
        from cspanalysis import sources

        return sources.protected(self.policies)

    def definition(self, kind: type[D], section: str) -> D:
        """A definition (night-time economy, purse dipping) as the settings' section has it."""
        values = self.settings.get(section, {})
        file = self.root / SETTINGS
        known = [f.name for f in dataclasses.fields(kind)]
        settings_file.check_keys(values, known, section, file)
        try:
            return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
        except (TypeError, ValueError) as error:
            raise UsageError(paragraph(f"[{section}]: {error}", file=file)) from error

    def area(self, name: str | None = None) -> Area:
        """The area of a name; without one, the partnership's own."""
        return areas.find(self.area_name if name is None else name, self.own_areas)

    def own_groups(self, area: Area) -> dict[str, PeerGroup]:
        """The groups of the settings that are an area's, by key.

        They are the partnership's own, and another area's where they name it; but the most similar
        group (`msg`) was chosen for the partnership alone, and membership need not be mutual.
        """
        if self.area().name == area.name:
            return dict(self.peer_groups)
        return {
            key: group
            for key, group in self.peer_groups.items()
            if area.name in group.areas and key != "msg"
        }

    def peers(self, area: Area, group: str) -> PeerGroup:
        """A peer group of the area: from the settings, the register, or computed ('similar').

        Raises
        ------
        UsageError
            If the group is not defined.
        NotAvailable
            If 'similar' is asked for and nothing is known of the area.
        """
        defined = self.own_groups(area).get(group)
        if defined:
            # Its own districts are in it: beside the whole they would count twice.
            others = [a for a in defined.areas if a not in {area.name, *area.districts}]
            if area.name in defined.areas and len(others) == len(defined.areas) - 1:
                return defined
            return replace(defined, areas=(area.name, *others))
        if group == "similar":
            # Imported late: settings are loaded without what reads tables.
            from cspanalysis.workspace import similar_groups

            return similar_groups.of(self.processed, area, self.similar_weights)
        return areas.peers(area, group)


def find_root(named: Path | str | None = None) -> Path:
    """The workspace of a folder that was named; else that of the current one or a parent."""
    here = Path(named or Path.cwd()).resolve()
    found = next((f for f in (here, *here.parents) if (f / SETTINGS).is_file()), None)
    if found and (found == here or not named):
        return found
    guess = f"Did you mean {found}? Or make" if found else "Make"
    raise UsageError(
        paragraph(
            f"no {SETTINGS} in {here}" + ("" if named else " or above it"),
            do=f"{guess} a workspace with: csp init DIR --csp NAME"
            + ("." if named else ", or name one with --workspace DIR."),
        )
    )


def load(root: Path | str | None = None) -> Workspace:
    """Read a workspace's settings."""
    folder = find_root(root)
    path = folder / SETTINGS
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            paragraph(f"this is not valid TOML: {error}", file=path, do="Mend that line.")
        ) from error
    settings_file.check(settings, path)
    area = settings.get("area", {})
    if not area.get("name", "").strip():
        raise UsageError(paragraph("no area is named", file=path, do='Add: [area] and name = "…".'))
    disclosure = dict(settings.get("disclosure", {}))
    threshold = disclosure.pop("threshold", 5)
    review = settings.get("review", {})
    period = Period.parse(review["period"]) if "period" in review else None
    compare = Period.parse(review["compare"]) if "compare" in review else None
    if period:
        period.against(compare, file=path)
    return Workspace(
        root=folder,
        area_name=area["name"],
        own_areas=_own_areas(area),
        period=period,
        compare=compare,
        windows=tuple(_window(w, path) for w in settings.get("windows", [])),
        peer_groups={
            key: PeerGroup(
                key, group.get("label", key), tuple(group["areas"]), str(group.get("as_of", ""))
            )
            for key, group in settings.get("peers", {}).items()
            if "areas" in group
        },
        policies=disclosure,
        threshold=threshold,
        agenda=tuple(review.get("agenda", (agendas.TODAY,))),
        promised=tuple(review.get("promised", ())),
        interventions=intervention_settings.read(settings.get("interventions", ())),
        settings=settings,
    )


def _own_areas(section: Mapping[str, Any]) -> dict[str, Area]:
    # An area the register knows needs no description; one it does not know describes itself.
    if not {"districts", "force", "county", "code"} & set(section):
        return {}
    area = areas.of_districts(section)
    return {area.name: area}


def _window(section: Mapping[str, Any], path: Path) -> Comparison:
    period = Period.parse(section["period"])
    return Comparison(period, period.against(section.get("compare"), file=path), is_window=True)
