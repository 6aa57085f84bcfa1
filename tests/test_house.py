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

#: What shows results, which the rooms that hold one review's data know nothing of.
SHOWN = ("charts", "narrative", "findings", "chapters", "widgets", "report")

#: Room → what it may never import (from cspanalysis).
FORBIDDEN = {
    **dict.fromkeys(
        ("choosing", "counting", "peering", "peer_counting", "residents", "review"), SHOWN
    ),
    **dict.fromkeys(
        ("workspace", "settings_file", "publishers", "weighing", "fetch", "mapping", "sample"),
        ("store", "review", "analysis", *SHOWN),
    ),
    "disclosure": SHOWN,
    "formats": ("analysis", "store", "sources", "review", *SHOWN),
    "findings": ("store", "sources", "chapters", "report"),
    "chapters": ("sources", "store", "report"),
    "errors": ("cspanalysis",),
    "periods": ("review", "store", "sources", "analysis", "charts", "chapters", "report"),
    "offences": ("review", "store", "sources", "analysis", "charts", "chapters", "report"),
    "sources": ("store", "review", "analysis", "charts", "narrative", "chapters", "report"),
    "store": ("review", "analysis", "charts", "narrative", "chapters", "report"),
    "analysis": ("store", "sources", "review", "charts", "narrative", "chapters", "report"),
    "charts": ("analysis", "store", "sources", "review", "chapters", "report"),
    "narrative": ("analysis", "store", "sources", "review", "chapters", "report", "charts"),
    "report": ("analysis", "charts", "sources"),
}


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


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_imports_run_downwards(room):
    for module, path in MODULES.items():
        if module.split(".")[0] != room:
            continue
        for name in imports(path):
            first = name.split(".")[0]
            if first == room:
                continue
            assert first not in FORBIDDEN[room], f"{module} imports {name}"
            assert "cspanalysis" not in FORBIDDEN[room], f"{module} imports {name}"


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
