"""Children's figures of the interactive tool: from a table of the true layout to the sentence."""

import shutil

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import published_children

HEADER = "topic,measure,Short Desc,Years,LA and Regions,LA Number,Region,Values\n"
KENT, ENGLAND, REGION = ("Kent", 886), ("England", 970), ("South East", 989)


def line(value, place=KENT, *, key="FirstYJS", year="2024"):
    return f"Youth Offending,Its name,{key},{year},{place[0]},{place[1]},,{value}\n"


@pytest.fixture
def review(tmp_path, project):
    def make(*lines, area="Tonbridge and Malling", period="2025-04/2026-03"):
        (tmp_path / "partnership.toml").write_text(
            f'[area]\nname = "{area}"\n[review]\nperiod = "{period}"\nagenda = ["today"]\n',
            encoding="utf-8",
        )
        shutil.copytree(project / "data/raw/lookups", tmp_path / "data/raw/lookups")
        folder = tmp_path / "data/raw/lait"
        folder.mkdir()
        (folder / "lait.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
        return cspanalysis.open(workspace=tmp_path)

    return make


def test_the_county_stands_beside_region_and_england_and_is_called_the_county(review):
    here = review(
        line(220, year="2016"), line(182, year="2023"), line(148), line("-", year="2025"),
        line(133, REGION), line(145, ENGLAND), line(199, ENGLAND, year="2025"),
    )  # fmt: skip
    found = published_children.entrants(here)
    assert found.sentence == (
        "Children who entered the youth justice system for the first time: 148.0 per 100,000 aged "
        "10 to 17 in Kent in 2024, against 133.0 in the South East and 145.0 in England; in 2016 "
        "it was 220.0."
    )
    assert (found.level, found.verdict, found.values) == ("county", "none", {"rate": 148})
    assert found.period == "2024-01/2024-12" and len(found.rows) == 3
    assert found.rows["england"].isna().sum() == 2  # England's other years are not there
    assert any("nothing is said of Tonbridge and Malling" in note for note in found.notes)
    assert any("whether a difference" in note for note in found.notes)
    assert found.figure is not None and len(found.table["rows"]) == 1


def test_of_a_unitary_authority_the_figure_is_the_districts_own(review):
    here = review(line(148, ("Medway", 887)), area="Medway")
    found = published_children.entrants(here)
    assert found.level == "district" and "in Medway in 2024." in found.sentence
    assert not any("nothing is said" in note for note in found.notes)
    assert found.figure is None  # one year is no line


def test_years_mean_what_they_are_of_the_measure(review):
    here = review(
        line(7.71, key="TotFixedEx", year="2022/23"),
        line(0.09, key="TotPermEx", year="2023/24"),
        line(20.4, key="TotPerAbNew", year="2024"),
        line(3.2, key="Hosp_Adm_Alc_<18yrs", year="2021/22-23/24"),
        line(19.1, key="RTA", year="2020-22"),
        line(2.5, key="TotSevPerAbNew", year="2026"),
    )
    said = published_children.school(here).sentence
    assert "7.7 per 100 pupils in Kent in the school year 2022/23." in said
    assert "0.09 per 100 pupils in Kent in the school year 2023/24." in said
    assert "20.4 per cent of all pupils in Kent in the school year 2023/24." in said
    assert "half of school" not in said  # a school year that ends after the period
    harmed = published_children.harmed(here)
    assert "in Kent in 2021/22 to 2023/24." in harmed.sentence
    assert "in Kent in 2020 to 2022." in harmed.sentence


def test_a_figure_of_england_beyond_all_authorities_is_not_compared_with(review):
    others = [line(100 + n, (f"Authority {n}", 100 + n)) for n in range(25)]
    here = review(line(148), *others, line(1258, ENGLAND), line(133, REGION))
    found = published_children.entrants(here)
    assert "against 122.0" not in found.sentence and "England" not in found.sentence
    assert "133.0 in the South East." in found.sentence
    assert any("England 1,258.0 in 2024, beyond" in note for note in found.notes)


def test_what_the_table_lacks_is_said(review):
    here = review(line("-"), line(145, ENGLAND), line("c", key="16-17 NEET"))
    for asked in (published_children.entrants, published_children.neet):
        found = asked(here)
        assert found.status == "not_available" and "no figure of Kent" in found.sentence
    assert published_children.reoffending(here).awaits == ()


@pytest.mark.realdata
def test_kents_figures_are_those_of_the_published_table(tmp_path, shared):
    path = shared / "data" / "young_people" / "lait_selected_by_la.csv.gz"
    if not path.exists():
        pytest.skip("no shared data")
    folder = tmp_path / "data/raw/lait"
    folder.mkdir(parents=True)
    shutil.copy(path, folder / path.name)
    (tmp_path / "partnership.toml").write_text(
        '[area]\nname = "Tonbridge and Malling"\n[review]\nperiod = "2025-04/2026-03"\n'
    )
    here = cspanalysis.open(workspace=tmp_path)
    table = pd.read_csv(path, dtype=str)
    for asked, keys in (
        (published_children.entrants, ["FirstYJS", "YJS_Caution-Sentence10-17_YO"]),
        (published_children.reoffending, ["ReoffYO15-17", "ReoffYO"]),
        (published_children.neet, ["16-17 NEET", "16-17_not known_NEET"]),
        (published_children.school, ["TotFixedEx", "TotPermEx", "TotPerAbNew"]),
        (published_children.harmed, ["Hosp_Adm_Alc_<18yrs", "RTA"]),
    ):
        found = asked(here)
        newest = found.rows[found.rows["is_newest"]]
        for key, (_, row) in zip(keys, newest.iterrows(), strict=False):
            rows = table[table["Short Desc"].eq(key) & table["Values"].ne("-")]
            last = rows[rows["LA and Regions"] == "Kent"].sort_values("Years").iloc[-1]
            assert row["rate"] == pytest.approx(float(last["Values"])), key
            same = rows[rows["Years"] == last["Years"]].set_index("LA and Regions")["Values"]
            if key == "FirstYJS":  # 1,258 where all authorities lie between 63 and 318
                assert pd.isna(row["england"]) and "1,258" in " ".join(found.notes)
                continue
            assert row["england"] == pytest.approx(
                float(same.get("England", "nan")), nan_ok=True
            ), key
            assert row["region_rate"] == pytest.approx(
                float(same.get("South East", "nan")), nan_ok=True
            ), key
        assert found.level == "county"
