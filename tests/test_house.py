"""The house rules that a reader of the code relies on, checked from the code itself."""

import ast
import graphlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "cspanalysis"

#: Package → the packages it may import, from the ground up: imports run down this list.
MAY_IMPORT = {
    "domain": "",
    "sources": "domain",
    "present": "domain sources",
    "store": "domain present sources",
    "workspace": "domain present sources store",
    "stats": "domain",
    "disclosure": "domain",
    "review": "domain sources present store workspace stats disclosure",
    "audit": "domain present stats review",
    "findings": "domain present workspace stats disclosure review audit",
    "report": "domain present store workspace disclosure review findings",
    "explore": "domain sources present workspace stats disclosure review findings",
    "cli": "domain sources store workspace audit report explore",
}
#: The modules of the report that hold findings take their records only.
RECORDS = ("findings", "findings.record")


def modules():
    """Module → its file, by dotted names without the leading 'cspanalysis.'."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path):
    """Modules of the package that a module imports, wherever in it and for types alone too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by dots"
            names = [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        else:
            continue
        for module, name in names:
            room, _, inside = module.partition(".")
            if room == "cspanalysis":
                dotted = f"{inside}.{name}".strip(".")
                yield dotted if dotted in MODULES else inside


def test_the_root_holds_the_packages_and_the_command():
    found = {p.name for p in PACKAGE.iterdir() if p.name != "__pycache__"}
    assert found == {*MAY_IMPORT} - {"cli"} | {"cli.py", "__init__.py", "__main__.py", "py.typed"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_down_the_list(room):
    rooms = list(MAY_IMPORT)
    allowed = MAY_IMPORT[room].split()
    assert all(rooms.index(name) < rooms.index(room) for name in allowed)
    used = set()
    for module, path in MODULES.items():
        if module.split(".")[0] != room:
            continue
        for name in imports(path):
            other = name.split(".")[0]
            if other != room:
                assert other in allowed, f"{module} imports {name}"
                assert room != "report" or other != "findings" or name in RECORDS, module
                used.add(other)
    # What nobody uses any more leaves the table.
    assert used == set(allowed)


def test_no_file_name_occurs_twice_and_none_is_a_gerund():
    names = [p.stem for p in PACKAGE.rglob("*.py") if not p.stem.startswith("__")]
    doubled = {name for name in names if names.count(name) > 1}
    assert not doubled
    nouns = {"wording", "ranking", "offending"}
    words = {name: name.split("_")[-1] for name in names}
    assert not [n for n, word in words.items() if word.endswith("ing") and word not in nouns]


def test_the_page_on_the_house_is_its_twin():
    """docs/house.md has a line for each room, in order, that names what the room holds."""
    page = (PROJECT / "docs" / "house.md").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^\| `(\w+)/?` \| (.+) \|$", page, re.M))
    assert list(lines) == list(MAY_IMPORT)
    for room, holds in lines.items():
        own = {path.stem for path in (PACKAGE / room).glob("*")}
        packages = {path.parent.name for path in (PACKAGE / room).glob("*/__init__.py")}
        assert packages <= set(re.findall(r"`(\w+)/`", holds)) <= own, room
        # A name of the room, of the command, of a thing in it, or of a file beside it.
        for name in re.findall(r"`([a-z_]+)`", holds):
            assert name in own or name == "csp", f"{room}: {name}"
    for folder in re.findall(r"`(tools/\w+)`", page):
        assert (PROJECT / folder).is_dir(), folder


def test_what_serves_developers_only_is_not_imported():
    for path in MODULES.values():
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"^\s*(?:from|import) (?:tools|tests|benchmarks)\b", text, re.M), path


def test_no_imports_run_in_a_circle():
    needs = {}
    for module, path in MODULES.items():
        wanted = set(imports(path))
        # Importing a module from outside its package runs the package first.
        packages = {name.rpartition(".")[0] for name in wanted}
        wanted |= {p for p in packages if p and not f"{module}.".startswith(f"{p}.")}
        needs[module] = wanted - {module}
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        # The list runs from what is imported to what imports it.
        pytest.fail(" imports ".join(name or "cspanalysis" for name in reversed(error.args[1])))


def test_notebooks_import_the_package_only():
    for path in sorted((PROJECT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            for name in re.findall(r"^\s*(?:from|import) (\w+)", source, re.M):
                assert name in {"cspanalysis", "ipywidgets"}, f"{path.name}: imports {name}"


def test_chapter_cells_are_thin():
    for path in sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
            if cell["cell_type"] == "code":
                assert len(lines) <= 5, f"{path.name}: {lines[0]}"


def test_the_lock_is_hashed_and_holds_no_address():
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = re.findall(r"^[A-Za-z0-9_.-]+==", lock, re.M)
    blocks = re.split(r"^(?=[A-Za-z0-9_.-]+==)", lock, flags=re.M)[1:]
    assert len(packages) > 100
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_holds_every_declared_dependency():
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8").lower()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        declared += extra
    for requirement in declared:
        name = re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower().replace("_", "-")
        assert re.search(rf"^{re.escape(name)}==", lock, re.M), name


def test_conda_users_get_the_same_lock_and_python():
    text = (PROJECT / "environment.yml").read_text(encoding="utf-8")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"python{project['requires-python']}" in text
    assert "-r requirements.lock" in text and "--require-hashes" in text
    # Nothing is pinned twice: the lock is the only place that names versions.
    assert not re.findall(r"^\s+- (?!python|pip)[a-z].*[=<>]", text, re.M)


def test_nothing_generated_or_private_is_tracked():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("no git checkout here")
    tracked = listed.stdout.split()
    generated = [t for t in tracked if t.startswith(("reports/", "data/processed/"))]
    assert all(Path(t).name in {"README.md", ".gitkeep", ".gitignore"} for t in generated)
    assert not [t for t in tracked if t.endswith("plotly.min.js")]
