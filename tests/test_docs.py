"""What the documentation tells people to type: commands that exist, code that runs."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from cspanalysis import cli

PROJECT = Path(__file__).resolve().parents[1]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```", re.M | re.S)
HOW_TO = PROJECT / "docs" / "how_to.md"
#: Their blocks are run in tests of these names.
ADDING_A_SOURCE = PROJECT / "docs" / "adding_a_source.md"
ADDING_A_CHAPTER = PROJECT / "docs" / "adding_a_chapter.md"


def blocks(path):
    """Language and text of every fenced block of a page."""
    for found in BLOCK.finditer(path.read_text(encoding="utf-8")):
        yield found[2].strip(), found[3]


def commands(path):
    """Every command line of a page: in blocks, and between backticks in the text."""
    text = path.read_text(encoding="utf-8")
    for language, block in blocks(path):
        if language.split(" ")[0] in ("python", "toml"):
            continue
        for line in block.splitlines():
            line = line.strip().removeprefix("$ ").split("  #")[0].strip()
            if re.match(r"(\.venv/bin/)?(csp|make|python -m) ", line):
                yield line.split("#")[0].strip()
    prose = BLOCK.sub("", text)
    for line in re.findall(r"`((?:csp|make|python -m) [^`\n]+)`", prose):
        yield line


LINES = sorted({(p.name, line) for p in PAGES for line in commands(p)})


def test_there_are_commands_to_check():
    named = {line.split()[1] for _, line in LINES if "csp " in line and not line.startswith("make")}
    assert {"init", "fetch", "clean", "review", "map"} <= named


@pytest.mark.parametrize(("page", "line"), LINES, ids=lambda value: str(value)[:60])
def test_every_command_and_option_exists(page, line):
    words = shlex.split(line.replace("…", "x").removeprefix(".venv/bin/"))
    if words[0] == "make":
        targets = re.findall(
            r"^([\w-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M
        )
        assert {w for w in words[1:] if "=" not in w} <= set(targets), page
    elif words[0] == "csp":
        if words[1:] in (["COMMAND", "--help"], ["--version"]):
            return
        values = {"N": "1", "[SOURCE": "police_uk"}
        words = [values.get(w, w) for w in words[1:]]
        if words[0] == "init" and "--csp" not in words:
            words += ["DIR", "--csp", "Dover"]
        if words == ["map"]:
            words.append("FILE")
        if words[0] == "bulletin" and len(words) == 1:
            words += ["--month", "2025-01"]
        if words in (["check-disclosure"], ["sample"]):
            words.append("DIR")
        assert cli._parse(words).command == words[0], page
    else:
        assert importlib.util.find_spec(words[2]), page


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_links_lead_to_files_that_are_there(path):
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_no_path_of_a_machine_is_named(path):
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users)/", path.read_text("utf-8"))


@pytest.fixture(scope="module")
def told():
    """What the blocks of the how-to have defined so far."""
    return {}


@pytest.mark.parametrize(
    ("language", "block"),
    [b for b in blocks(HOW_TO) if b[0].startswith("python")],
    ids=lambda value: str(value).strip().splitlines()[0][:40],
)
def test_how_to_runs_on_the_sample(told, language, block, monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    if "raises=" in language:
        with pytest.raises(Exception, match=r"street-level files") as raised:
            exec(block, told)
        assert type(raised.value).__name__ == language.split("raises=")[1]
        return
    exec(block, told)
    if "print(" in block:
        said = capsys.readouterr().out
        assert said.strip() and "cannot say" not in said


@pytest.mark.parametrize("page", [*PAGES, PROJECT / "CONTRIBUTING.md"], ids=lambda p: p.name)
def test_every_module_and_test_that_a_page_names_is_there(page):
    named = re.findall(
        r"\b(?:cspanalysis|tests|benchmarks|tools)/[\w/]+\.py\b", page.read_text("utf-8")
    )
    made_by_the_page = {head.split(" ")[-1] for head, _ in blocks(page)}
    assert [p for p in named if p not in made_by_the_page and not (PROJECT / p).is_file()] == []
