"""Reports of areas made in one batch are those made one by one: nothing of one reaches the next."""

import shutil

import pytest
from report_helpers import contents

from cspanalysis.cli import main
from cspanalysis.workspace import init

pytestmark = pytest.mark.realdata

AREAS = ("Maidstone", "Thanet")


def test_areas_of_one_process_are_those_made_one_by_one(shared, tmp_path):
    root = tmp_path / "ws"
    init.init(root, AREAS[0])
    files = [("lookups", path) for path in sorted((shared / "data/lookups").glob("lookup_*"))]
    files += [("population", shared / "data/population/population20_ltla21.csv")]
    files += [("police_uk", shared / "data/police_uk/kent_2025.zip")]
    for source, path in files:
        (root / "data/raw" / source).mkdir(exist_ok=True)
        shutil.copy(path, root / "data/raw" / source)
    asked = ["review", "--workspace", str(root), "--period", "2025-07/2025-12", "--jobs", "1"]
    asked += ["--chapter", "60_places"]
    together, alone = tmp_path / "together", tmp_path / "alone"
    named = [word for area in AREAS for word in ("--csp", area)]
    assert main([*asked, *named, "--out", str(together)]) == 0
    for area in AREAS:
        assert main([*asked, "--csp", area, "--out", str(alone)]) == 0
    for folder in sorted(alone.iterdir()):
        if folder.is_dir():
            assert contents(folder) == contents(together / folder.name)
    assert len([p for p in alone.iterdir() if p.is_dir()]) == len(AREAS)
