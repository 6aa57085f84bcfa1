"""What further columns let a review say, for those who ask a partner for an extract."""

from __future__ import annotations

from collections.abc import Mapping

#: Source → column → what it unlocks. A column that only says more of a row is not listed.
UNLOCKS: Mapping[str, Mapping[str, str]] = {
    "police_extract": {
        "start": "days of the week, hours and the night-time economy",
        "start_time": "hours, where the time is not in the same column as the day",
        "end": "hours of crimes found later, spread over the time in which they can have happened",
        "end_time": "the same, where the time is not in the same column as the day",
        "place": "the streets and places with most crimes",
        "town": "towns and villages side by side",
        "premises": "violence by kind of place, licensed premises, the night-time economy",
        "is_domestic": "domestic abuse, and violence in the night-time economy without it",
        "is_hate": "hate crime",
        "is_town_centre": "crime in the town centres",
        "method": "purse dipping and other methods told by their words",
        "property_stolen": "what is stolen",
        "property_damaged": "what is damaged",
        "in_custody": "in how many cases a suspect was taken into custody",
        "is_detected": "the share of crimes detected",
        "is_no_crime": "crimes later found to be none, which are then left out",
        "victim_id": "people who were victims more than once",
        "victim_age": "victims by age",
        "victim_sex": "victims by sex",
        "offender_age": "how young known offenders are",
    },
    "asb_calls": {
        "place": "the streets and places with most calls",
        "district": "the area's own calls, where the log covers several districts",
    },
    "hospital_extract": {"district": "the area's own admissions, where it covers several"},
    "school_exclusions": {
        "children": "how many children were excluded, beside how often",
        "roll": "exclusions per hundred pupils",
    },
    "fires": {"time": "hours of the day", "casualties": "people hurt or killed"},
    "peer_counts": {"population": "rates, where the estimates do not hold the peers"},
    "targets": {
        "baseline_period": "whether the baseline can be recomputed",
        "target_period": "whether the target's time has come",
        "series": "how far the target is met, from the workspace's own data",
        "latest_value": "how far it is met, where the workspace has no such data",
    },
    "outputs": {"due": "what is overdue", "delivered": "what was delivered of what was promised"},
    "action_plan": {"due": "what is overdue", "status": "how far the plan has come"},
}
