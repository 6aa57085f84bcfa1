"""Issues of the partnership's own: settings, the short list, judgements, the board's decision."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_findings_priorities import WEIGHTS, table

from cspanalysis.domain.errors import UsageError
from cspanalysis.findings import priority_scores
from cspanalysis.workspace import settings_file

#: The priorities of two real partnerships: Tonbridge and Malling's of 2025/26, and Kent's.
TONBRIDGE = {
    "acquisitive": ("Acquisitive crime", ["shoplifting", "burglary", "vehicle crime"]),
    "asb": ("Anti-social behaviour", ["anti-social behaviour", "antisocial.incidents.change"]),
    "exploitation": ("Exploitation", ["marac"]),
    "safeguarding": ("Safeguarding", ["youth_offending: referred to the Youth Offending Service"]),
    "domestic_abuse": ("Domestic abuse", ["domestic.flagged.change", "marac"]),
}
KENT = {
    "asb": ("Anti-social behaviour", ["anti-social behaviour"]),
    "serious_violence": ("Serious violence", ["possession of weapons", "robbery"]),
    "domestic_abuse": ("Domestic abuse", ["marac"]),
    "vawg": ("Violence against women and girls", ["sexual_offences.change"]),
    "drugs": ("Drugs", ["drugs"]),
}


DECIDED = {"state": "in", "why": "It is close to us.", "by": "Board", "on": "2026-05-12"}


def issue_settings_of(issues, **more):
    return {
        "priorities": {
            "issue": [
                {"key": k, "label": label, "measures": measures, **more.get(k, {})}
                for k, (label, measures) in issues.items()
            ]
        }
    }


def judged(**scores):
    return [
        {"criterion": c, "score": s, "by": "Analyst", "on": "2026-04-20"} for c, s in scores.items()
    ]


@pytest.mark.parametrize("issues", [TONBRIDGE, KENT])
def test_the_priorities_of_real_partnerships_are_read(issues):
    from cspanalysis.findings import priority_measures
    from cspanalysis.workspace import issue_settings

    chosen = issue_settings_of(issues)
    settings_file.check(chosen, Path("partnership.toml"))
    found = [
        priority_measures.of_issue(i) for i in issue_settings.read(chosen["priorities"]["issue"])
    ]
    assert [m.label for m in found] == [label for label, _ in issues.values()]
    by_key = {m.key: m for m in found}
    assert by_key["domestic_abuse"].counted == (("marac", "", "", ""),)
    assert by_key["asb"].peer == "anti-social behaviour"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"key": "A b"}, "small letters"),
        ({"measures": ["shopliftingg"]}, "Did you mean 'shoplifting'"),
        ({"measures": []}, "has no measures"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"judgements": judged(physical=6)}, "a whole number from 1 (low) to 5 (high)"),
        ({"judgements": judged(cost=3)}, "Allowed: physical, psychological"),
        ({"judgements": [{"criterion": "physical", "score": 3, "on": "2026-04-20"}]}, "nobody is"),
        ({"judgements": [judged(physical=3)[0] | {"on": "April"}]}, "YYYY-MM-DD"),
        ({"decision": "in"}, "decision = {state"),
        ({"decision": DECIDED | {"state": "perhaps"}}, "Allowed: in, out"),
        ({"decision": DECIDED | {"why": " "}}, "no reason in decision"),
        ({"decision": {**DECIDED, "by": ""}}, "nobody is named for the decision"),
        ({"decision": DECIDED | {"on": "soon"}}, "YYYY-MM-DD"),
    ],
)
def test_issues_that_could_not_be_weighed_are_refused(change, says):
    chosen = issue_settings_of(KENT)
    chosen["priorities"]["issue"][1] |= change
    with pytest.raises(UsageError) as error:
        settings_file.check(chosen, Path("partnership.toml"))
    assert says in str(error.value)


def test_a_list_has_five_to_forty_issues_and_harm_is_of_its_keys():
    few = issue_settings_of(dict([*KENT.items()][:4]))
    with pytest.raises(UsageError, match="5 to 40 issues"):
        settings_file.check(few, Path("partnership.toml"))
    chosen = issue_settings_of(KENT)
    chosen["priorities"]["harm"] = {"domestic_abuse": 0.9}
    settings_file.check(chosen, Path("partnership.toml"))
    chosen["priorities"]["harm"] = {"violent_crime": 0.9}
    with pytest.raises(UsageError, match="domestic_abuse"):
        settings_file.check(chosen, Path("partnership.toml"))


def test_evidence_and_judgement_stand_apart_and_gaps_stay_gaps(project):
    import dataclasses

    import cspanalysis
    from cspanalysis.findings import priorities as chapter
    from cspanalysis.findings import priority_issues

    review = cspanalysis.open(workspace=project)
    grave = judged(physical=5, psychological=5, financial=4, community=5)
    own = issue_settings_of(
        {
            "burglary": ("Burglary", ["burglary"]),
            "drugs": ("Drugs", ["drug offences"]),
            "damage": ("Criminal damage", ["criminal damage"]),
            "robbery": ("Robbery", ["robbery"]),
            "exploitation": ("Exploitation", ["youth_offending: nothing of the kind"]),
            "domestic_abuse": ("Domestic abuse", ["youth_offending: nothing of the kind"]),
        },
        domestic_abuse={"judgements": grave, "owner": "Kent Police"},
    )
    space = dataclasses.replace(review.workspace, settings={**review.settings, **own})
    review.workspace = space
    matrix = chapter.matrix(review).rows.set_index("label")
    # What nobody measured has no place, however gravely it is judged.
    assert matrix.loc["Domestic abuse", "status"] == "not_available"
    assert matrix["rank"].notna().sum() == 4
    listed, said = priority_issues.of_issues(review)
    rows = listed.rows.set_index("issue")
    assert rows.loc["Domestic abuse", "state"] == "in by the judgement of harm"
    assert rows.loc["Domestic abuse", "owner"] == "Kent Police"
    assert rows.loc["Exploitation", "state"] == "not decided"
    assert "No data on volume" in rows.loc["Exploitation", "why"]
    assert "What is not known is not low." in listed.sentence
    table = said.rows.set_index("issue")
    assert table.loc["Domestic abuse", "impact"] == 4.75
    assert table.loc["Domestic abuse", "who"] == "Analyst, 2026-04-20"
    assert table.loc["Robbery", "physical_text"] == "[x]" and np.isnan(
        table.loc["Robbery", "impact"]
    )
    assert said.sentence.startswith("None of six issues")


def test_old_settings_are_read_with_a_notice(project):
    import dataclasses

    import cspanalysis
    from cspanalysis.findings import priorities as chapter
    from cspanalysis.findings import priority_issues

    review = cspanalysis.open(workspace=project)
    own = chapter.matrix(review)
    assert not any("the seven priorities of the strategies of 2008" in note for note in own.notes)
    old = {k: v for k, v in review.settings["priorities"].items() if k != "issue"}
    review.workspace = dataclasses.replace(
        review.workspace, settings={**review.settings, "priorities": old}
    )
    found = chapter.matrix(review)
    assert any("the seven priorities of the strategies of 2008" in note for note in found.notes)
    assert found.sentence == own.sentence
    pd.testing.assert_frame_equal(found.rows, own.rows)
    assert priority_issues.of_issues(review) == []


def test_an_issue_without_a_place_is_judged_among_those_with_the_same_data():
    """Anti-social behaviour has no known severity: that alone must not keep it off the list."""
    gap = np.nan
    rows = table(*((name, v, v, 0.5, 0.5, 0.5) for name, v in
                   (("a", 1.0), ("b", 0.5), ("c", 0.4), ("d", 0.3))),
                 ("asb", 0.9, gap, 1, 1, 1), ("nothing", 1, gap, gap, gap, gap))  # fmt: skip
    scored = priority_scores.score(rows, WEIGHTS)
    beside = priority_scores.beside(scored, WEIGHTS).set_index(scored["priority"])
    assert scored.set_index("priority")["rank"].isna().to_dict()["asb"]
    assert beside.loc["asb", "top_share"] > 0.9 and beside.loc["asb", "among"] == 5
    assert beside.loc["asb", "criteria"] == ("volume", "trend", "peers", "concern")
    assert np.isnan(beside.loc["nothing", "top_share"])
    assert beside.loc["a", "top_share"] == 1 and beside.loc["a", "among"] == 4


def test_the_boards_decision_stands_beside_what_is_recommended():
    from cspanalysis.findings import priority_issues

    rows = [
        {"issue": "Burglary", "state": "in by the figures", "decided": "in"},
        {"issue": "Drugs", "state": "out", "decided": "in"},
        {"issue": "Robbery", "state": "in by the figures", "decided": "out"},
        {"issue": "Exploitation", "state": "not decided", "decided": "in"},
        {"issue": "Damage", "state": "out", "decided": ""},
    ]
    said = priority_issues.short_list_told(pd.DataFrame(rows)).text
    assert "The board took in Burglary, Drugs and Exploitation." in said
    assert "It decided otherwise than recommended on Drugs and Robbery." in said
    assert "On one it has not decided yet." in said
    none = priority_issues.short_list_told(pd.DataFrame(rows).assign(decided="")).text
    assert "board" not in none


@pytest.mark.parametrize(
    ("counts", "excess"),
    [
        # Sixty a month at one of twenty places, and each place alike.
        ([[60]] + [[0]] * 19, 1.0),
        ([[5]] * 20, 0.0),
    ],
)
def test_concentration_is_what_lies_beyond_chance(monkeypatch, counts, excess):
    from types import SimpleNamespace

    from cspanalysis.domain.periods import Period
    from cspanalysis.findings import priority_evidence

    by_month = pd.DataFrame(np.repeat(counts, 12, axis=1))
    found = SimpleNamespace(by_month=lambda period: by_month)
    monkeypatch.setattr(priority_evidence.small_areas, "counted", lambda *_: found)
    spread = priority_evidence._spread.__wrapped__(
        SimpleNamespace(store=None, area=None), ("burglary",), Period.parse("2025-01/2025-12")
    )
    assert spread.excess == pytest.approx(excess)


def test_harm_of_what_is_no_crime_is_missing_and_not_nothing(sample_review):
    from cspanalysis.findings import priority_evidence, priority_measures
    from cspanalysis.workspace.issue_settings import Issue

    def harm(*measures):
        measure = priority_measures.of_issue(Issue("x", "X", measures=measures))
        return priority_evidence.harm(sample_review, measure, sample_review.period)[0]

    assert harm("robbery") > 0 and np.isnan(harm("robbery", "asb_calls"))
    assert harm("robbery", "burglary") == pytest.approx(harm("robbery") + harm("burglary"))
