"""Every fenced block of the documentation is run; a block that is not has to say why.

A block's language says what becomes of it: `sh` and `console` are typed into a shell, `python` and
`toml` are executed and loaded, `text` is a drawing and may hold no command.
"""

import doctest
import json
import re
import shutil
import tomllib
from datetime import date
from pathlib import Path

import desk
import pytest
from publishers import Server, everything
from test_docs import ADDING_A_CHAPTER, ADDING_A_SOURCE, HOW_TO, PAGES, PROJECT, blocks

from cspanalysis.workspace import init, workspace

LANGUAGES = ("sh", "console", "python", "toml", "text")
COMMAND = re.compile(r"^\s*(\$ |\.venv/bin/|csp |make |python |pip |conda )", re.M)
#: The how-to, whose blocks also have to say something, is run in test_docs.
APART = (HOW_TO, ADDING_A_SOURCE, ADDING_A_CHAPTER)
FIRST_REVIEW = PROJECT / "docs" / "your_first_review.md"
#: Commands of blocks that are not typed here, with the reason.
ELSEWHERE = {
    "make review": "continuous integration types it on a fresh machine",
    "make review-today": "continuous integration types it",
    "make test": "continuous integration types it; this test is part of it",
}

needs_shell = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")


def of(language):
    """Pages and blocks in a language."""
    return [
        pytest.param(page, head, block, id=f"{page.name}:{block.strip().splitlines()[0][:30]}")
        for page in PAGES
        for head, block in blocks(page)
        if head.split(" ")[0] == language
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_block_is_run_or_a_drawing(page):
    for head, block in blocks(page):
        language = head.split(" ")[0]
        assert language in LANGUAGES, f"{page.name}: nothing says how to run {block[:60]!r}"
        assert language != "text" or not COMMAND.search(block), f"{page.name}: {block[:60]!r}"


@pytest.mark.parametrize(("page", "head", "block"), of("toml"))
def test_settings_shown_are_settings_that_load(page, head, block, tmp_path):
    text = block if "[area]" in block else f'[area]\nname = "Dover"\n\n{block}'
    (tmp_path / "partnership.toml").write_text(text, encoding="utf-8")
    space = workspace.load(tmp_path)
    assert space.area_name == "Dover" and set(tomllib.loads(text)) == set(space.settings)


@pytest.mark.parametrize(
    "page",
    dict.fromkeys(p.values[0] for p in of("python") if p.values[0] not in APART),
    ids=lambda p: p.name,
)  # fmt: skip
def test_python_shown_runs_on_the_sample(page, monkeypatch):
    monkeypatch.chdir(PROJECT)
    told = {"__name__": "shown"}
    for head, block in blocks(page):
        if head == "python" and ">>>" not in block:
            exec("\n".join(line.removeprefix("   ") for line in block.splitlines()), told)
    examples = doctest.DocTestParser().get_examples(page.read_text(encoding="utf-8"))
    if examples:
        assert doctest.testfile(str(page), module_relative=False).failed == 0
    else:
        assert len(told) > 2


@needs_shell
@pytest.mark.parametrize(("page", "head", "block"), of("sh"))
def test_what_the_page_has_typed_works(page, head, block, tmp_path):
    """Typed line by line in a new folder; fetching asks the publishers' stand-ins."""
    place = desk.Desk(tmp_path)
    with Server() as server:
        base = everything(server, "Dover", newest_year=date.today().year - 1)
        for line in (line.split("  #")[0].strip() for line in block.splitlines()):
            if line in ELSEWHERE:
                assert line in (PROJECT / ".ci/run").read_text(encoding="utf-8").split("\n")
                continue
            code, said = place.type(line)
            assert code == 0, f"{line}\n" + "\n".join(said)
            for settings in tmp_path.glob("*/partnership.toml"):
                _ask(settings, base)
    if "csp review" in block and "init" in block:
        (path,) = tmp_path.glob("my-area/reports/*/*/findings.json")
        findings = json.loads(path.read_text(encoding="utf-8"))["findings"]
        # Two forces with 20 crimes in each of six months, and residents to divide by.
        rate = next(f for f in findings if f["id"] == "overview.recorded_crime.rate")
        assert rate["status"] == "ok" and rate["values"]["count"] == 240


def _ask(settings: Path, base: dict[str, object]) -> None:
    """Let a new workspace fetch from the stand-ins."""
    text = settings.read_text(encoding="utf-8")
    if "[fetch]" not in text:
        lines = [f'{key} = "{address}"' for key, address in base.items()]
        settings.write_text("\n".join([text, "[fetch]", *lines, ""]), encoding="utf-8")


def test_a_folder_that_is_asked_in_vain_fails(tmp_path):
    """The check above can fail: a stand-in that is gone, a command that does not exist."""
    init.init(tmp_path / "ws", "Dover")
    _ask(tmp_path / "ws/partnership.toml", {"police_uk": "http://127.0.0.1:9"})
    place = desk.Desk(tmp_path)
    assert place.type("csp clear --workspace ws")[0] == 2
    code, said = place.type("csp fetch --workspace ws polis_uk")
    assert code == 2 and "Did you mean" in said[-1]


@pytest.fixture(scope="module")
def first_review(tmp_path_factory):
    """The desk after every command of the first review, and what each of them said."""
    place = desk.Desk(tmp_path_factory.mktemp("first"))
    said = [
        (command, printed, *place.type(command))
        for head, block in blocks(FIRST_REVIEW)
        if head == "console"
        for command, printed in desk.typed(block)
    ]
    return place, said


@needs_shell
def test_the_first_review_prints_what_the_page_says(first_review):
    _, commands = first_review
    assert len(commands) >= 5
    for command, printed, code, said in commands:
        shown = "\n".join([command, *said])
        assert code == (2 if "Sevenoks" in command else 0), shown
        assert desk.agrees(printed, said), shown


@needs_shell
def test_the_first_review_quotes_its_pages(first_review):
    place, _ = first_review
    (path,) = place.root.glob("town/reports/*/*/findings.json")
    findings = json.loads(path.read_text(encoding="utf-8"))["findings"]
    sentences = [finding["sentence"] for finding in findings]
    page = FIRST_REVIEW.read_text(encoding="utf-8")
    quoted = [
        " ".join(line.removeprefix(">").strip() for line in quote.strip().splitlines())
        for quote in re.findall(r"(?:^>.*\n)+", page, re.M)
    ]
    assert len(quoted) >= 4
    for quote in quoted:
        near = [s for s in sentences if s.split()[:3] == quote.split()[:3]]
        assert any(sentence.startswith(quote) for sentence in sentences), (quote, near)
    answered = sum(finding["status"] == "ok" for finding in findings)
    assert "More than two in five findings can be made of open data alone" in " ".join(page.split())
    assert answered / len(findings) > 2 / 5
