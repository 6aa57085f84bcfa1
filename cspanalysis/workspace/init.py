"""`csp init`: a new workspace: settings, empty folders, and a note in each on what goes there."""

from __future__ import annotations

import textwrap
from pathlib import Path

import tomlkit

from cspanalysis import sources
from cspanalysis.domain import area_groups, areas, whole_files
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError, paragraph
from cspanalysis.sources.source import Source
from cspanalysis.workspace import layout_notes
from cspanalysis.workspace.workspace import SETTINGS, Workspace


def init(directory: Path, csp: str) -> str:
    """Make a workspace for an area; an existing one is never overwritten.

    Returns: what was made and what to do next.
    """
    area = areas.find(csp)
    settings = directory / SETTINGS
    if settings.exists():
        raise UsageError(
            paragraph(
                "this folder already is a workspace",
                file=settings,
                do="Choose another folder, or edit that file.",
            )
        )
    for source in sources.SOURCES:
        folder = directory / "data" / "raw" / source.name
        folder.mkdir(parents=True, exist_ok=True)
        whole_files.text(folder / "README.md", _note(source))
    for folder in ("data/processed", "reports"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    whole_files.text(
        directory / ".gitignore",
        "# Partner data never slip into version control.\n"
        "data/raw/*\n!data/raw/*/\ndata/raw/*/*\n!data/raw/*/README.md\n"
        "data/processed/\nreports/\nnotebooks/*.ipynb\n"
        "# Nor does what was made of them and written elsewhere.\n"
        "*_partner*\n*.parquet\n*.feather\n",
    )
    whole_files.text(settings, _settings(area))
    groups = "\n".join(
        f"  {key}: {len(group.areas) - 1} other {_described(key, group)}"
        for key, group in proposed_peers(area).items()
    )
    force = f"; police force: {area.force}" if area.force else ""
    return (
        f"{directory}: a workspace for {area.name} ({', '.join(area.districts)}{force}).\n"
        f"Peer groups, listed in {directory / SETTINGS}:\n{groups or '  none known'}\n"
        f"Next: put files into {directory}/data/raw/<source>/ (each folder says what goes there), "
        f"or fetch the open data:\n"
        f"  csp fetch --workspace {directory}\n"
        f"  csp review --workspace {directory}"
    )


def _settings(area: Area) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment("Settings of this partnership; docs/settings.md explains each."))
    section = tomlkit.table()
    section["name"] = area.name
    section["code"] = area.code
    section["districts"] = list(area.districts)
    document["area"] = section
    return "\n".join([tomlkit.dumps(document), _PERIODS, _peers(area), _REST])


def proposed_peers(area: Area) -> dict[str, PeerGroup]:
    """The peer groups that an area has without any settings, by key.

    'similar' (computed, see `cspanalysis.domain.area_groups`), 'county' and 'force'; those it is
    alone in, or that nothing is known about, are left out.
    """
    space = Workspace(root=Path(), area_name=area.name)
    found = {}
    for key in ("similar", "county", "force"):
        try:
            group = space.peers(area, key)
        except (UsageError, NotAvailable):
            continue
        if len(group.areas) > 1:
            found[key] = group
    return found


def _described(key: str, group: PeerGroup) -> str:
    return f"{group.label}, {area_groups.BASIS}" if key == "similar" else group.label


def _peers(area: Area) -> str:
    lines = ["# Peer groups that need no entry; the area itself is among them."]
    for key, group in proposed_peers(area).items():
        others = ", ".join(name for name in group.areas if name != area.name)
        lines += textwrap.wrap(
            f"{key}: {_described(key, group)}: {others}.",
            width=96, initial_indent="#   ", subsequent_indent="#     ", break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join([*lines, "", _SIMILAR])


def _note(source: Source) -> str:
    return (
        f"# {source.title}\n\n"
        f"{source.description} It comes from: {source.supplier}.\n\n"
        f"{layout_notes.columns(source)}"
        "Files stay as received (csv, csv.gz, zip, xlsx, ods). Beside each lies "
        "`<file>.source.toml` with publisher, title, licence, dates and hash; a file without one "
        "gets a draft to fill in.\n"
    )


_PERIODS = """\
[review]
# Without a period the newest twelve months that the data cover are reviewed.
# period = "2025-01/2025-12"
# compare = "2024-01/2024-12"
agenda = ["today"]

# Further periods shown in every chapter:
# [[windows]]
# period = "2025-10/2025-12"
"""

_SIMILAR = """\
# How much each side counts in 'similar' (docs/settings.md); a 0 leaves it out.
[peers.similar.weights]
population = 1
density = 1
age = 1
rural_urban = 1

# The official most similar group, pasted in, takes the place of 'similar'. Its members' counts come
# from data/raw/peer_counts or, for districts, from the open data.
# [peers.msg]
# label = "areas of the most similar group"
# as_of = "2025"
# areas = ["…", "…"]
"""

_REST = """\
[night_time_economy]
# No national definition exists; ours is printed beside every figure made with it.
start = "18:00"
end = "06:00"
exclude_domestic = true

[purse_dipping]
offences = ["theft from the person", "other theft"]
method_words = ["purse dip", "bag dip"]

[disclosure]
threshold = 5
hospital_extract = "hes"
school_exclusions = "threshold"
"""
