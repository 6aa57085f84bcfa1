"""docs/adding_a_chapter.md is followed to the letter: a review is made with a new chapter."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from test_docs import ADDING_A_CHAPTER, PROJECT, blocks

TOPIC, CHAPTER = "cspanalysis/findings/street_robbery.py", "notebooks/90_robbery.ipynb"


def shown(head):
    """The page's blocks of a head, one after the other."""
    return "\n\n".join(block for h, block in blocks(ADDING_A_CHAPTER) if h == head)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The project with the page's topic and chapter in it, its other chapters left out."""
    root = tmp_path_factory.mktemp("checkout")
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "cspanalysis", root / "cspanalysis", ignore=unwanted)
    for name in ("partnership.toml", "pyproject.toml"):
        shutil.copy(PROJECT / name, root)
    extracts = "data/raw/police_extract"
    shutil.copytree(PROJECT / extracts, root / extracts)
    (root / TOPIC).write_text(shown(f"python {TOPIC}"), encoding="utf-8")
    told = {}
    exec(shown(f"python {CHAPTER}"), told)
    (root / "notebooks").mkdir()
    nbformat.write(told["notebook"], root / CHAPTER)
    return root


def python(checkout, *arguments):
    """Python in the checkout, whose package comes before the installed one."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_question_answers_by_hand(checkout):
    tried = (
        f"{shown('python')}\nprint(street_robbery.change(review).sentence)\nprint(review.area.name)"
    )
    said = python(checkout, "-c", tried)
    assert "robbery" in said and "Tonbridge and Malling" in said


def test_a_review_is_made_with_the_chapter(checkout):
    python(checkout, "-m", "cspanalysis", "review", "--workspace", str(checkout))
    (path,) = checkout.glob("reports/**/findings.json")
    said = {r["id"]: r for r in json.loads(path.read_text(encoding="utf-8"))["findings"]}
    assert set(said) >= {"robbery.change", "robbery.months", "robbery.weekend"}
    assert said["robbery.change"]["measure"] == "robbery"
    values = said["robbery.weekend"]["values"]
    assert 0 < values["lower"] < values["share"] < values["upper"] < 1
    page = (path.parent / "robbery.html").read_text(encoding="utf-8")
    assert "robberies happened at a weekend" in page
