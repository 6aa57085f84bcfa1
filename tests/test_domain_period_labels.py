"""Labels of periods as publishers and partners write them: months, quarters and years."""

import pytest

from cspanalysis.domain import period_labels


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-04", "2025-04/2025-04"), ("Apr-25", "2025-04/2025-04"),
        ("April 2025", "2025-04/2025-04"), ("2025/26", "2025-04/2026-03"),
        ("2025-26", "2025-04/2026-03"), ("2025/2026", "2025-04/2026-03"),
        ("2025", "2025-01/2025-12"), ("Q4 2025/26", "2026-01/2026-03"),
        ("2025/26-Q1", "2025-04/2025-06"), ("Quarter 2 2025-26", "2025-07/2025-09"),
        ("Q1 25/26", "2025-04/2025-06"), ("Apr-Jun 2025", "2025-04/2025-06"),
        ("October to December 2025", "2025-10/2025-12"),
        ("April 2025 to March 2026", "2025-04/2026-03"), ("2025-04/2025-06", "2025-04/2025-06"),
        ("Year ending March 2026", "2025-04/2026-03"),
        ("Year ending December 2025", "2025-01/2025-12"),
        # 'Q1 2025' is of April to some and of January to others; years that do not follow are none.
        ("Q1 2025", None), ("2025/27", None), ("Q1 2025/27", None), ("June to April 2025", None),
        ("total", None), ("2025-13", None), ("", None), ("Year to 15 March 2026", None),
    ],
)  # fmt: skip
def test_periods_are_months_quarters_or_years(text, iso):
    found = period_labels.match(text)
    assert (found.iso if found else None) == iso


@pytest.mark.parametrize(
    ("text", "financial", "school"),
    [
        ("2023/24", "2023/24", "2023/24"), ("2023 - 2024", "2023/24", "2023/24"),
        ("202324", "2023/24", "2023/24"), ("1999_00", "1999/00", "1999/00"),
        ("FY 2023-24", "2023/24", ""), ("Financial year 2023/24", "2023/24", ""),
        ("Year ending March 2024", "2023/24", ""), ("YE Mar. '24", "2023/24", ""),
        ("Year ended 31 March 2024", "2023/24", ""), ("12 months to Mar-24", "2023/24", ""),
        ("Academic year 2023/24", "", "2023/24"), ("Year ending July 2024", "", "2023/24"),
        ("September 2023 to July 2024", "", "2023/24"), ("AY 2023/24", "", "2023/24"),
        # A calendar year is neither, and a year to June is not nearly one to March.
        ("2023", "", ""), ("2023/25", "", ""), ("Year ending June 2024", "", ""),
        ("Rate 2023/24", "", ""), ("April 2023", "", ""),
    ],
)  # fmt: skip
def test_a_year_is_told_however_it_is_written(text, financial, school):
    assert (period_labels.financial_year(text), period_labels.school_year(text)) == (
        financial, school,
    )  # fmt: skip
