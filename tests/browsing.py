"""A page in headless Chromium: what every one of ours must be, whatever it shows."""

from __future__ import annotations

import time

#: Rules that WCAG 2.2 A and AA rest on.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

GEOMETRY = """
() => [...document.querySelectorAll('[data-chart]')].map(place => {
  const box = place.getBoundingClientRect();
  const marks = [...place.querySelectorAll('.mlayer path, .mlayer image')];
  const drawn = marks.filter(m => { const b = m.getBoundingClientRect();
                                    return b.width + b.height > 1; });
  const outside = [...place.querySelectorAll('.main-svg')].filter(
    s => s.getBoundingClientRect().right > box.right + 1);
  return {id: place.dataset.chart, width: box.width, height: box.height,
          drawn: drawn.length, outside: outside.length};
})
"""

# What lies inside a chart is one image to assistive technology (role=img), with its own text.
AXE = """
rules => axe.run({exclude: [['[data-chart] > *']]},
                 {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})
"""

REDRAWN = """
width => [...document.querySelectorAll('[data-chart]')].every(c => +c.dataset.width <= width)
"""

# Names of ticks that run into one another, and words of a chart that its edge cuts off.
CROWDED = """
() => [...document.querySelectorAll('[data-chart]')].flatMap(place => {
  const edge = place.getBoundingClientRect();
  const crowded = [];
  for (const plot of ['xtick', 'x2tick']) {
    const boxes = [...place.querySelectorAll(`.${plot} text`)].map(t => t.getBoundingClientRect());
    boxes.sort((a, b) => a.left - b.left).forEach((box, i) => {
      if (i && boxes[i - 1].right > box.left) { crowded.push(place.dataset.chart + ' ticks'); }
    });
  }
  place.querySelectorAll('.textpoint text, .annotation-text').forEach(text => {
    const box = text.getBoundingClientRect();
    if (box.left < edge.left - 1 || box.right > edge.right + 1) {
      crowded.push(place.dataset.chart + ': ' + text.textContent);
    }
  });
  return crowded;
})
"""

# Tables that a phone shows as a list and that scroll all the same.
CUT_LISTS = """
() => [...document.querySelectorAll('.scroll.list')].filter(
  box => box.getClientRects().length && box.scrollWidth > box.clientWidth + 1).length
"""

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


FOCUSABLE = """
() => [...document.querySelectorAll('a[href], summary, button, input, [tabindex="0"]')]
  .filter(e => e.getClientRects().length).length
"""

FOCUSED = """
() => { const e = document.activeElement;
        return [e.tagName, e.getAttribute('href') || '', !!e.closest('[data-chart]')]; }
"""


def visit(tab, path, width=1280):
    """Open a page in the tab; returns it with the requests this page made and its errors."""
    tab.set_viewport_size({"width": width, "height": 900})
    tab.asked.clear()
    tab.errors.clear()
    tab.goto(path.as_uri())
    if tab.query_selector("#charts"):
        tab.wait_for_selector("html[data-charts=drawn]", state="attached")
    return tab


def narrow(page, width):
    """Make the window narrower, and wait until the charts are drawn for it."""
    page.set_viewport_size({"width": width, "height": 900})
    until = time.monotonic() + 300
    # The policy forbids the evaluation that wait_for_function needs.
    while not page.evaluate(REDRAWN, width):
        assert time.monotonic() < until, f"charts are not drawn for {width} pixels"
        page.wait_for_timeout(30)


def walk(page) -> None:
    """The Tab key goes from the skip link through everything that takes focus, and out again.

    Where there is no window about the page, out may mean at its beginning again.
    """
    stops = page.evaluate(FOCUSABLE)
    seen = []
    for _ in range(stops + 1):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1][0] == "BODY":
            break
    assert seen[0][:2] == ["A", "#main"], seen[0]
    assert len(seen) == stops + 1, (len(seen), stops)
    assert seen[-1][0] == "BODY" or seen[-1] == seen[0], seen[-1]
    assert seen.count(seen[0]) <= 1 + (seen[-1] == seen[0])
    assert not any(in_chart for _, _, in_chart in seen)


def check(tab, axe, path, is_unfolded=True):
    """All that must hold of every page; axe looks into the folded tables too if `is_unfolded`."""
    folder = path.parent.as_uri()
    page = visit(tab, path)
    assert page.errors == []
    assert all(url.startswith(folder) for url in page.asked), page.asked
    for chart in page.evaluate(GEOMETRY):
        assert chart["width"] > 200 and chart["height"] > 100 and chart["drawn"] > 0, chart
        assert chart["outside"] == 0, chart
    assert not page.query_selector(".modebar-btn")
    unfold = "document.querySelectorAll('details').forEach(d => d.open = true)"
    if is_unfolded:
        page.evaluate(unfold)
    # axe is put in by the browser's own door: the page's policy lets no script in.
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe})
    found = page.evaluate(AXE, RULES)
    problems = [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
    assert problems == []
    page.evaluate(unfold)
    walk(page)
    assert page.pdf(format="A4", tagged=True).startswith(b"%PDF")
    narrow(page, 320)
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(CUT_LISTS) == 0
    assert all(c["drawn"] > 0 and c["outside"] == 0 for c in page.evaluate(GEOMETRY))
