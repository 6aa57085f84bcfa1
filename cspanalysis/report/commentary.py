"""The analyst's text: `commentary/<period>.md`, a piece for each chapter or finding.

A piece stands under a heading that is the key of a chapter or the id of a finding, below the
sentence, quoted, under which it was written. When that sentence changes, or the piece was carried
over from an earlier period, it is stale: the partner edition marks it, the public edition withholds
it until it is confirmed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from cspanalysis.domain import areas, inert, whole_files
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.report import earlier_review, findings_json
from cspanalysis.report.collect import Rendered, Section, clean
from cspanalysis.workspace import workspace as workspaces

FOLDER = "commentary"
CARRIED = "carried over from "
#: Characters of a file, beyond which it is none of ours.
MOST = 2_000_000

_HEADING = re.compile(r"##\s+([a-z0-9_]+(?:\.[A-Za-z0-9_@{}-]+)*)\s*")
_MARK = re.compile(r"<!--\s*" + CARRIED + r"(\S+)\s*-->")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Nothing from the network, no markup of its own, no headings that would pass for the page's.
_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "heading", "lheading"])

_HEAD = """# {area}: {period}

<!-- Write below the quoted sentences: why, so what, recommendation, gap. A piece that is left empty
is not shown. Headings and quotes are the program's: csp commentary keeps them. -->
"""


@dataclass(frozen=True)
class Piece:
    """What was written on a chapter or finding.

    Parameters
    ----------
    of : str
        Key of the chapter or id of the finding.
    text : str
        Markdown; '' where nothing was written yet.
    sentence : str
        What the review said when it was written; of a chapter ''.
    carried : str
        The period that it was carried over from, '' if it was written for this one.
    """

    of: str
    text: str = ""
    sentence: str = ""
    carried: str = ""

    def is_stale(self, sentence: str) -> bool:
        """Whether it was written about other figures than a sentence gives now."""
        return bool(self.carried) or _one_line(self.sentence) != _one_line(sentence)

    @property
    def html(self) -> str:
        """The text as a page holds it: no markup of its own, nothing from the network."""
        return _markdown.render(clean(self.text)).strip()


def path_of(workspace: Path, own_area: str, area: str, period: str) -> Path:
    """The file of an area: the partnership's own lies in the folder itself."""
    folder = workspace / FOLDER
    if area != own_area:
        folder /= areas.slug(area)
    return folder / f"{Period.parse(period).slug}.md"


def of_review(workspace: Path, area: str, period: str) -> dict[str, Piece]:
    """What is written for an area's review, by chapter or finding; empty without a file."""
    if not (workspace / FOLDER).is_dir():
        return {}
    return read(path_of(workspace, workspaces.load(workspace).area().name, area, period))


def files(workspace: Path) -> list[Path]:
    """All files of commentary of a workspace."""
    return sorted((workspace / FOLDER).rglob("*.md"))


def read(path: Path) -> dict[str, Piece]:
    """The pieces of a file, in its order."""
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > MOST:
            raise ValueError("it is far too large for a text")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError(
            paragraph(f"cannot be read ({error})", file=path, allowed="a text file in UTF-8")
        ) from error
    found: dict[str, Piece] = {}
    of, lines = "", []
    for number, line in enumerate([*text.splitlines(), "## end_of_file"], 1):
        heading = _HEADING.fullmatch(line)
        if heading is None:
            lines.append(line)
            continue
        if of:
            found[of] = _piece(of, lines)
        of, lines = heading[1], []
        if of in found:
            raise UsageError(
                paragraph(
                    f"a second text on '{of}'", file=path, row=number,
                    do="Put the two together under one heading.",
                )
            )  # fmt: skip
    return found


def _piece(of: str, lines: Sequence[str]) -> Piece:
    body = "\n".join(lines)
    mark = _MARK.search(body)
    rest = _COMMENT.sub("", body).strip().splitlines()
    quote = []
    while rest and rest[0].startswith(">"):
        quote.append(rest.pop(0)[1:].strip())
    return Piece(of, "\n".join(rest).strip(), " ".join(quote), mark[1] if mark else "")


def write(path: Path, area: str, period: str, pieces: Iterable[Piece]) -> None:
    """Write a file whole, or leave it as it was."""
    parts = [_HEAD.format(area=inert.seen(area), period=Period.parse(period).label)]
    for piece in pieces:
        part = [f"## {piece.of}"]
        if piece.carried:
            part.append(f"<!-- {CARRIED}{piece.carried} -->")
        if piece.sentence:
            part.append(f"> {_one_line(piece.sentence)}")
        parts.append("\n".join(part) + f"\n\n{piece.text}\n" * bool(piece.text))
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_files.text(
        path, "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts)
    )


def applied(
    chapters: Sequence[Rendered], pieces: Mapping[str, Piece], edition: str
) -> tuple[list[Rendered], list[str]]:
    """The chapters with the pieces that an edition shows, and a notice for each that it does not.

    A finding's piece stands in its record as `assessment`: text (Markdown), html, note ('' where
    it is confirmed). A chapter's begins the chapter.
    """
    if not any(piece.text for piece in pieces.values()):
        return list(chapters), []
    done, notices, used = [], [], set()
    for chapter in chapters:
        blocks: list[Section | str] = []
        if (own := pieces.get(chapter.key)) and own.text and not chapter.failure:
            used.add(own.of)
            if shown := _shown(own, str(first_of(chapter).get("sentence", "")), edition):
                blocks.append(_html(shown))
            else:
                notices.append(f"assessment of {own.of} withheld until it is confirmed")
        for block in chapter.blocks:
            piece = pieces.get(str(block.record["id"])) if isinstance(block, Section) else None
            if piece is not None and piece.text and isinstance(block, Section):
                used.add(piece.of)
                if shown := _shown(piece, str(block.record["sentence"]), edition):
                    block = replace(block, record={**block.record, "assessment": shown})
                else:
                    notices.append(f"assessment of {piece.of} withheld until it is confirmed")
            blocks.append(block)
        done.append(replace(chapter, blocks=tuple(blocks)))
    notices += [
        f"assessment of {piece.of} not shown: this review has no such chapter or finding"
        for piece in pieces.values()
        if piece.text and piece.of not in used
    ]
    return done, notices


def confirmed(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Finding id → the analyst's confirmed text (Markdown), of the records of a review."""
    return {
        str(r["id"]): str(r["assessment"]["text"])
        for r in records
        if r.get("assessment") and not r["assessment"]["note"]
    }


def first_of(chapter: Rendered) -> Mapping[str, Any]:
    """What a chapter says first: its assessment is stale when that changes; empty without any."""
    return next((r for r in chapter.records if r["status"] != "not_available"), {})


def _shown(piece: Piece, sentence: str, edition: str) -> dict[str, str] | None:
    note = ""
    if piece.is_stale(sentence):
        if edition == "public":
            return None
        earlier = Period.parse(piece.carried).label if piece.carried else ""
        note = "Written about earlier figures" + (f" ({earlier})" if earlier else "")
    return {"text": clean(piece.text), "html": piece.html, "note": note}


def _html(shown: Mapping[str, str]) -> str:
    note = f" <i>{html.escape(shown['note'])}</i>" if shown["note"] else ""
    return (
        f'<div class="assessment"><p class="src"><b>Assessment</b>{note}</p>\n{shown["html"]}</div>'
    )


def run(
    root: Path | None, csp: str | None, period: str | None, *, confirm: bool = False
) -> tuple[Path, str]:
    """`csp commentary`: write or renew the skeleton of a review, or confirm what is stale.

    Without a file, the texts of the newest earlier period are carried over, marked.
    """
    space = workspaces.load(root)
    area = space.area(csp)
    folder = _review_folder(space, areas.slug(area.name), period)
    content = findings_json.load(folder / "findings.json")
    over = str(content["period"])
    path = path_of(space.root, space.area().name, area.name, over)
    chapters = earlier_review.manifest(folder).get("chapters", [])
    said = _sentences(content, {c["begins"]: c["name"] for c in chapters if c.get("begins")})
    pieces = read(path)
    lines = []
    if not pieces:
        pieces, from_period = _earlier(path, over)
        if from_period:
            number = sum(bool(p.text) for p in pieces.values())
            lines.append(f"{number} carried over from {Period.parse(from_period).label}, marked.")
    renewed, stale = [], 0
    for of, sentence in said.items():
        piece = pieces.pop(of, Piece(of, sentence=sentence))
        if not piece.text or confirm:
            piece = replace(piece, sentence=sentence, carried="")
        stale += bool(piece.text) and piece.is_stale(sentence)
        renewed.append(piece)
    # What was written stays, whether or not this review has its finding.
    renewed += [piece for piece in pieces.values() if piece.text]
    write(path, area.name, over, renewed)
    written = sum(bool(p.text) for p in renewed)
    lines.append(f"{written} of {len(renewed)} pieces are written.")
    if stale:
        lines.append(
            f"{stale} were written about earlier figures: read them, mend them, then run "
            "csp commentary --confirm. The public edition withholds them until then."
        )
    if confirm:
        lines.append("All are confirmed for the figures of this review.")
    return path, " ".join([f"{path}:", *lines])


def _sentences(content: Mapping[str, Any], leads: Mapping[str, str]) -> dict[str, str]:
    """Chapters and findings in order, each with what it says; those without an answer not.

    `leads`: finding → the chapter that it begins.
    """
    found: dict[str, str] = {}
    for record in content["findings"]:
        id = str(record["id"])
        if record["status"] == "not_available" or "@" in id:
            continue
        if id in leads:
            found[leads[id]] = str(record["sentence"])
        found[id] = str(record["sentence"])
    return found


def _review_folder(space: workspaces.Workspace, slug: str, period: str | None) -> Path:
    """The newest review of an area, or that of a period; the partner edition knows most."""
    name = f"{Period.parse(period).slug}*" if period else "[0-9]*"
    found = [p.parent for p in (space.reports / slug).glob(f"{name}/findings.json")]
    if not found:
        raise UsageError(
            paragraph(
                f"no review of {slug} is in {space.reports}" + (f" for {period}" if period else ""),
                do="Make one first: csp review. Its findings are what the text is written about.",
            )
        )
    return max(found, key=lambda p: (p.name.removesuffix("_partner"), p.name))


def _earlier(path: Path, period: str) -> tuple[dict[str, Piece], str]:
    """The texts of the newest earlier period, each marked as carried over from it."""
    now = Period.parse(period)
    found = []
    for other in path.parent.glob("[0-9]*_[0-9]*.md"):
        first, _, last = other.stem.partition("_")
        if re.fullmatch(r"\d{4}-\d{2}_\d{4}-\d{2}", other.stem):
            of = Period.parse(f"{first}/{last}")
            if of.last < now.last:
                found.append((of.last, of.first, of.iso, other))
    if not found:
        return {}, ""
    *_, iso, newest = max(found)
    pieces = {
        of: replace(piece, carried=piece.carried or iso)
        for of, piece in read(newest).items()
        if piece.text
    }
    return pieces, iso if pieces else ""


def _one_line(text: str) -> str:
    return " ".join(inert.seen(text).split())
