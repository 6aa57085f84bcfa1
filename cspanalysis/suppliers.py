"""Who supplies each source, in words for the sentence of a finding that cannot be had."""

from __future__ import annotations

#: Source name → a noun phrase.
NAMES: dict[str, str] = {
    "police_uk": "the street-level files of data.police.uk",
    "police_extract": "a record-level extract from the police force",
    "peer_counts": "counts for the peer areas (the iQuanta kind of table)",
    "asb_calls": "the log of anti-social behaviour calls kept by police and council",
    "hospital_extract": "an extract of hospital admissions by cause, age and sex",
    "school_exclusions": "the schools' exclusions by cluster",
    "population": "the mid-year population estimates of the Office for National Statistics",
    "lookups": "the area lookups of the Office for National Statistics",
    "home_office_csp": "the Home Office's recorded crime tables by Community Safety Partnership",
    "fingertips": "the public health profiles (Fingertips)",
    "dfe_exclusions": "the Department for Education's suspensions and permanent exclusions",
    "stats19": "the road safety data (STATS19) of the Department for Transport",
    "fires": "the fire service's incident extract",
    "surveys": "survey results with the number of people asked",
    "youth_offending": "the Youth Offending Service's figures",
    "marac": "the list of referrals to the MARAC, with pseudonyms, from its coordinator",
    "environmental": "the council's environmental records (graffiti, litter, fly-tipping)",
    "targets": "the partnership's list of targets",
    "outputs": "the partnership's list of promised outputs",
    "action_plan": "the partnership's action plan",
    "published": "a register of published figures",
}
