"""The documentation as pages to browse: docs/, and what the docstrings say, made by Sphinx.

`make docs` writes build/site/documentation; building a wheel does it too (`wheel_hook`), which
brings the pages along as `cspanalysis/site`. `csp docs` opens them.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
#: Where a checkout keeps the pages; the folder above is what JupyterLab serves.
PAGES = PROJECT / "build" / "site" / "documentation"
_SOURCE = PROJECT / "build" / "site_source"

#: Pages from outside docs/, by the name they have on the site.
_FURTHER = {"readme": "README.md", "contributing": "CONTRIBUTING.md", "changes": "CHANGELOG.md"}
#: The contents: headings and the pages beneath each.
CONTENTS = {
    "Begin": ("readme", "your_first_review", "how_to", "annual_checklist"),
    "Your data": (
        *("fetching", "unfamiliar_files", "formats", "settings", "corrections"),
        *("survey_words", "offence_labels", "data_dictionary", "adding_a_source"),
    ),
    "Findings": ("questions", "methods", "calibration", "disclosure", "adding_a_chapter"),
    "Calls in JupyterLab": ("reference", "reference_findings"),
    "The project": (
        *("house", "decisions", "reliability", "performance", "contributing", "changes"),
    ),
}
_TITLE = "cspanalysis"
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
# What a block is of beyond its language, which tests read ('python raises=X').
_HEAD = re.compile(r"^( *```\w+) [^\n`]+$", re.M)


def build(pages: Path = PAGES) -> list[str]:
    """Make the pages anew; returns Sphinx's warnings, none if all links lead somewhere.

    Raises
    ------
    ImportError
        If Sphinx or what it needs is not installed (the extra `docs`).
    """
    from sphinx.application import Sphinx

    shutil.rmtree(_SOURCE, ignore_errors=True)
    shutil.rmtree(pages, ignore_errors=True)
    _write_source()
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()):
        made = Sphinx(
            str(_SOURCE), None, str(pages), str(_SOURCE / ".trees"), "html",
            confoverrides=_settings(), status=None, warning=said, freshenv=True,
        )  # fmt: skip
        made.build()
    if made.statuscode:
        raise RuntimeError(f"the documentation could not be made: {said.getvalue()}")
    # What only another run of Sphinx, or another project, would read.
    for name in ("objects.inv", ".buildinfo", "_sources"):
        path = pages / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return [line for line in said.getvalue().splitlines() if line.strip()]


def is_fresh(pages: Path) -> bool:
    """Whether pages are there and nothing they are made from is newer."""
    first = pages / "index.html"
    if not first.is_file():
        return False
    made_from = [
        *(PROJECT / "docs").iterdir(),
        *(PROJECT / path for path in _FURTHER.values()),
        *(PROJECT / "cspanalysis").rglob("*.py"),
        Path(__file__),
    ]
    return all(path.stat().st_mtime <= first.stat().st_mtime for path in made_from)


def _settings() -> dict[str, object]:
    from cspanalysis import __version__

    return {
        "project": _TITLE,
        "version": __version__,
        "release": __version__,
        "html_title": f"{_TITLE} {__version__}",
        "html_theme": "furo",
        "html_theme_options": {"top_of_page_buttons": []},
        "html_copy_source": False,
        "html_show_sphinx": False,
        "html_last_updated_fmt": None,
        "extensions": ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"],
        "source_suffix": {".md": "markdown", ".rst": "restructuredtext"},
        "myst_heading_anchors": 4,
        "myst_links_external_new_tab": True,
        "napoleon_numpy_docstring": True,
        "napoleon_google_docstring": False,
        "napoleon_use_rtype": False,
        "autodoc_typehints": "none",
        "autodoc_member_order": "bysource",
        "default_role": "code",
        "highlight_language": "python",
        "language": "en-GB",
        "suppress_warnings": ["misc.highlighting_failure", "myst.header"],
    }


def _write_source() -> None:
    _SOURCE.mkdir(parents=True)
    (_SOURCE / "conf.py").write_text("", encoding="utf-8")
    for path in sorted((PROJECT / "docs").iterdir()):
        if path.suffix == ".md":
            _copy(path, path.stem)
        else:
            shutil.copyfile(path, _SOURCE / path.name)
    for name, path in _FURTHER.items():
        _copy(PROJECT / path, name)
    (_SOURCE / "index.md").write_text(_index(), encoding="utf-8")
    (_SOURCE / "reference.rst").write_text(_reference(), encoding="utf-8")
    (_SOURCE / "reference_findings.rst").write_text(_findings(), encoding="utf-8")


def _copy(path: Path, name: str) -> None:
    """A page with its links to other pages as they lie on the site; others are plain text."""
    text = _LINK.sub(_linked, path.read_text(encoding="utf-8"))
    (_SOURCE / f"{name}.md").write_text(_HEAD.sub(r"\1", text), encoding="utf-8")


def _linked(found: re.Match[str]) -> str:
    text, target = found.groups()
    if "://" in target or target.startswith(("#", "mailto:")):
        return found[0]
    path, _, anchor = target.partition("#")
    name = Path(path).name
    named = {Path(there).name: here for here, there in _FURTHER.items()}
    if name.endswith(".md"):
        page = named.get(name, Path(name).stem)
        return f"[{text}]({page}.md{f'#{anchor}' if anchor else ''})"
    is_here = "/" not in path and (PROJECT / "docs" / path).is_file()
    return found[0] if is_here else text


def _index() -> str:
    lines = [
        f"# {_TITLE}\n",
        "The strategic assessment of a Community Safety Partnership, made from the data. Begin "
        "with [your first review](your_first_review.md); [how to](how_to.md) has a few lines for "
        "each question, [calls in JupyterLab](reference.rst) all that can be called.\n",
    ]
    for heading, pages in CONTENTS.items():
        lines += [f"```{{toctree}}\n:caption: {heading}\n:maxdepth: 1\n", *pages, "```\n"]
    return "\n".join(lines)


def _reference() -> str:
    parts = [
        _heading("Calls in JupyterLab", "="),
        "Made from the docstrings. ``import cspanalysis as csp``; ``a = csp.open()`` opens the "
        "review of the workspace one stands in, and everything else is asked of it.\n",
        _heading("Opening a review"),
        ".. py:currentmodule:: cspanalysis\n",
        ".. autofunction:: cspanalysis.open\n",
    ]
    for heading, name in (
        ("What is asked by hand", "cspanalysis.explore.by_hand.ByHand"),
        ("The review", "cspanalysis.review.review.Review"),
        ("Peers", "cspanalysis.review.peer_groups.Peers"),
        ("Periods", "cspanalysis.domain.periods.Period"),
        ("Comparisons", "cspanalysis.domain.periods.Comparison"),
        ("Series", "cspanalysis.review.series.Series"),
        ("A finding", "cspanalysis.findings.record.Finding"),
        ("A question", "cspanalysis.findings.question.Question"),
    ):
        parts += [_heading(heading), f".. autoclass:: {name}\n   :members:\n"]
        if heading == "A question":
            parts.append("   :inherited-members: object\n")
    parts += [
        _heading("Writing a question"),
        ".. autofunction:: cspanalysis.findings.question.question\n",
    ]
    return "\n".join(parts)


def _findings() -> str:
    """All questions of all topics, by the module that asks them."""
    import inspect
    from importlib import import_module

    parts = [
        _heading("Findings", "="),
        "Each takes a review, and the periods to show it over "
        '(``over="2025-10/2026-03"``); those of a peer group take its key.\n',
    ]
    for path in sorted((PROJECT / "cspanalysis" / "findings").glob("*.py")):
        name = f"cspanalysis.findings.{path.stem}"
        module = import_module(name)
        asked = [
            key
            for key, value in vars(module).items()
            if not key.startswith("_") and inspect.isfunction(value)
            and getattr(value, "__module__", "") == name
            and "ask" in inspect.signature(getattr(value, "__wrapped__", len)).parameters
        ] if path.stem not in ("__init__", "question") else []  # fmt: skip
        if not asked:
            continue
        parts += [
            _heading(path.stem),
            f"{inspect.getdoc(module)}\n",
            f".. currentmodule:: {name}\n",
        ]
        parts += [f".. autofunction:: {key}\n" for key in asked]
    return "\n".join(parts)


def _heading(text: str, line: str = "-") -> str:
    return f"{text}\n{line * len(text)}\n"


def main() -> int:
    """Make the pages and say where they lie."""
    for line in build():
        print(line, file=sys.stderr)
    size = sum(p.stat().st_size for p in PAGES.rglob("*") if p.is_file())
    print(f"{PAGES / 'index.html'} ({size / 1e6:.1f} MB)")
    return 0
