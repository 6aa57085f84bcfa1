"""Rows that sum others up, or tell of what never was, among records: never counted."""

import pytest

from cspanalysis.domain import district_labels
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import get
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.workspace import mapping

DISTRICT = "Tonbridge and Malling"


def read(folder, source, *lines):
    path = folder / f"{source}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return get(source).read(Part(path, f"{source}/{path.name}"), Context())


def set_aside(found):
    problems = found.problems.table()
    rows = problems.filter(problems["action"] == "set aside")
    assert (
        found.rows_read == found.rows_kept + found.rows_set_aside == found.frame.height + len(rows)
    )
    return rows["reason"].to_list()


TOTAL = "a total of other rows"
LISTS = {
    "police_extract": (
        "Crime Ref,Offence,Recorded Date,Local Authority",
        "46/1/24,Shoplifting,15/04/2024,{d}",
        ["Total,Shoplifting,28/04/2024,{d}", "Subtotal 3,Shoplifting,28/04/2024,{d}",
         "TM01 Total,Shoplifting,28/04/2024,{d}", "3 crimes,Shoplifting,28/04/2024,{d}",
         "46/2/24,Total,28/04/2024,{d}"],
    ),
    "asb_calls": (
        "Date,Call Ref,Type,Local Authority",
        "15/04/2024,A1,Rowdy behaviour,{d}",
        ["28/04/2024,A2,Grand total,{d}", "28/04/2024,Total April,Rowdy behaviour,{d}",
         "28/04/2024,A3,Noise - total,{d}", "28/04/2024,204 calls,Rowdy behaviour,{d}"],
    ),
    "fires": (
        "Incident Number,Date,Local Authority,Incident Type",
        "F1,15/04/2024,{d},Primary fire",
        ["F2,28/04/2024,{d},Total fires", "F3,28/04/2024,{d},Fires - total",
         "Total,28/04/2024,{d},Primary fire"],
    ),
    "marac": (
        "Referral Number,Referral Date,Victim,Perpetrator,Local Authority",
        "R1,15/04/2024,v1,p1,{d}",
        ["Total,28/04/2024,3,3,{d}", "R2,28/04/2024,Total,3,{d}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("source", LISTS)
def test_a_row_that_sums_a_list_up_is_no_record(tmp_path, source):
    header, record, sums = LISTS[source]
    for one in sums:
        lines = [header, *(line.format(d=DISTRICT) for line in (record, one))]
        found = read(tmp_path, source, *lines)
        assert (found.rows_kept, set_aside(found)) == (1, [TOTAL]), one


def test_names_that_only_hold_the_words_are_records(tmp_path):
    header, record, _ = LISTS["police_extract"]
    more = "TOTAL99/24,Making off without payment,15/04/2024,{d}"
    found = read(tmp_path, "police_extract", header, record.format(d=DISTRICT), more)
    assert found.rows_kept == 2 and not set_aside(found)


def test_a_total_is_no_respondent(tmp_path):
    people = [f"RS,{n},2024,{DISTRICT},{'Yes' if n <= 40 else 'No'},1" for n in range(1, 101)]
    header = "Survey,Respondent,Year,District,ASB is a problem,Weight"
    for label in ("Total", "Average"):
        path = tmp_path / "answers.csv"
        total = f"RS,{label},2024,{DISTRICT},Yes,100"
        path.write_text("\n".join([header, *people, total]) + "\n", encoding="utf-8")
        found = get("surveys").read(Part(path, f"surveys/{path.name}"), Context())
        rows = found.frame
        yes = rows.filter(rows["response"].str.to_lowercase() == "yes")
        assert (yes["percent"].to_list(), yes["base"].to_list()) == ([40.0], [100])
        assert TOTAL in found.problems.table()["reason"].to_list()


@pytest.mark.parametrize("label", ["LA total", "Sub-total Tonbridge", DISTRICT, "Total"])
def test_a_sum_of_clusters_or_wards_stands_beside_no_parts(tmp_path, label):
    clusters = [f"2023/24,{DISTRICT},{c},Permanent,{n}"
                for c, n in (("North", 20), ("South", 8), (label, 28))]  # fmt: skip
    header = "Academic Year,Local Authority,Cluster,Type,Exclusions"
    found = read(tmp_path, "school_exclusions", header, *clusters)
    assert found.frame["count"].sum() == 28 and set_aside(found) == [TOTAL]
    wards = [f"2024-01,{DISTRICT},Community protection notice,{w},{n}"
             for w, n in (("North", 3), ("South", 3), (label, 6))]  # fmt: skip
    header = "Period,Local Authority,Power,Ward,Number"
    found = read(tmp_path, "asb_powers", header, *wards)
    assert found.frame["count"].sum() == 6 and set_aside(found) == [TOTAL]


def test_a_table_of_numbers_of_calls_is_no_log_of_calls(tmp_path):
    header = "Date,Type,Number of calls,Local Authority"
    lines = [f"15/04/2024,Rowdy behaviour,{n},{DISTRICT}" for n in (14, 22)]
    with pytest.raises(DataRefused, match="would count as one call"):
        read(tmp_path, "asb_calls", header, *lines)
    ones = [f"15/04/2024,{kind},1,{DISTRICT}" for kind in ("Noise", "Rowdy behaviour")]
    assert read(tmp_path, "asb_calls", header, *ones).rows_kept == 2
    # Of a log with references the number says how many rang.
    header = "Call Ref," + header
    lines = [f"A{n},{line}" for n, line in enumerate(lines)]
    assert read(tmp_path, "asb_calls", header, *lines).rows_kept == 2


@pytest.mark.parametrize(
    ("state", "is_crime"),
    [("Not a crime", False), ("Not crimed", False), ("Void", False), ("Crime Rejected", False),
     ("Recorded in error", False), ("Removed from register", False), ("Declassified", False),
     ("N/C", False), ("Non recordable", False), ("No-Crimed", False),
     ("Filed", True), ("Undetected", True), ("Avoidance", True), ("Crime", True)],
)  # fmt: skip
def test_what_the_record_says_of_a_crime_that_is_none(tmp_path, state, is_crime):
    header = "Crime Ref,Offence,Recorded Date,Local Authority,Status"
    found = read(
        tmp_path, "police_extract", header, f"46/1/24,Shoplifting,15/04/2024,{DISTRICT},{state}"
    )
    assert found.rows_kept == is_crime


def test_a_crime_in_two_districts_is_told(tmp_path):
    header, record, _ = LISTS["police_extract"]
    lines = [record.format(d=d) for d in ("Maidstone", DISTRICT)]
    notices = read(tmp_path, "police_extract", header, *lines).problems.notices
    assert any("in 1 of them the district differs" in notice for notice in notices)


@pytest.mark.parametrize(
    ("kind", "is_fire"),
    [("Stand by at other fire station", False), ("Fire Service Assistance", False),
     ("Fire hydrant leak", False), ("Fire: cancelled en route", False),
     ("Primary fire", True), ("Fire in the open", True)],
)  # fmt: skip
def test_words_about_a_fire_service_are_no_fire(tmp_path, kind, is_fire):
    header = LISTS["fires"][0]
    found = read(tmp_path, "fires", header, f"F1,15/04/2024,{DISTRICT},{kind}")
    assert found.frame["is_fire"].to_list() == [is_fire]


def test_what_was_no_accident_was_set(tmp_path):
    header = LISTS["fires"][0] + ",Motive"
    causes = ["Non-accidental", "Not accidental", "Accidental", "Non-deliberate", "Deliberate"]
    lines = [f"F{n},15/04/2024,{DISTRICT},Primary fire,{c}" for n, c in enumerate(causes)]
    motives = read(tmp_path, "fires", header, *lines).frame["motive"].to_list()
    assert motives == ["deliberate", "deliberate", "accidental", "accidental", "deliberate"]


def test_an_order_that_never_came_about_is_not_counted(tmp_path):
    lines = ["Date Issued,Type,Local Authority,Status,Reference"]
    for n, (kind, state) in enumerate(
        [("Notice", "Issued"), ("Notice", "Withdrawn - not served"), ("Notice", "Breached"),
         ("Notice - Draft", ""), ("Notice", "Refused")], 1,
    ):  # fmt: skip
        lines.append(f"15/01/2023,Community Protection {kind},{DISTRICT},{state},R{n}")
    lines.append(f"28/01/2023,Community Protection Notice,{DISTRICT},,Total 5")
    found = read(tmp_path, "asb_powers", *lines)
    assert found.frame["count"].sum() == 2


@pytest.mark.parametrize(
    "kind", ["Not ASB", "Duplicate - log cancelled", "Cancelled", "Logged in error"]
)
def test_an_entry_that_is_no_call_by_its_own_label_is_set_aside(tmp_path, kind):
    header, record, _ = LISTS["asb_calls"]
    lines = [record.format(d=DISTRICT), f"15/04/2024,A2,{kind},{DISTRICT}"]
    found = read(tmp_path, "asb_calls", header, *lines)
    assert found.rows_kept == 1 and "by its own label" in set_aside(found)[0]


def test_a_word_more_is_another_place(tmp_path):
    assert district_labels.misspelt("Tonbridge and Maling") == DISTRICT
    turned = ["Outside Tonbridge and Malling", "Not Tonbridge and Malling",
              "Tonbridge and Malling Total", "Ashford (Surrey)"]  # fmt: skip
    assert not any(map(district_labels.misspelt, turned))
    path = tmp_path / "x.csv"
    header = LISTS["police_extract"][0]
    lines = [f"46/{n}/24,Shoplifting,15/04/2024,{d}" for n, d in enumerate([DISTRICT, *turned])]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    values = mapping.propose(path).settings().get("values", {}).get("district", {})
    assert not set(turned) & set(values)


def test_a_reference_of_another_day_counts_and_is_noted(tmp_path):
    header = "Call ref,Call date,Call type,District"
    days = [(f"A{n}", "01/04/2025") for n in range(20)] + [("A1", "02/04/2025")]
    lines = [f"{ref},{day},Noise,Dover" for ref, day in days]
    found = read(tmp_path, "asb_calls", header, *lines)
    assert found.rows_kept == 21
    noted = found.problems.table().filter(action="noted", column="call_id")
    assert noted.select("row", "found").rows() == [(22, "A1")]


def test_references_that_begin_anew_each_day_are_remarked_once(tmp_path):
    header = "Call ref,Call date,Call type,District"
    lines = [f"{n},{day:02}/04/2025,Noise,Dover" for day in range(13, 23) for n in (1, 2, 3)]
    found = read(tmp_path, "asb_calls", header, *lines)
    assert found.rows_kept == 30
    (noted,) = found.problems.table().filter(action="noted", column="call_id")["reason"]
    assert noted.endswith("so do 26 further rows")
