"""What opening a review sets up in the notebook one is in: completion, plots, short errors."""

from __future__ import annotations

import os
import re
from types import ModuleType, TracebackType
from typing import Any

from cspanalysis.domain import errors
from cspanalysis.domain.errors import paragraph
from cspanalysis.explore import names


def set_up() -> None:
    """Prepare the notebook's shell, once; nothing outside IPython, nor while a report is made."""
    import sys

    if "IPython" not in sys.modules or os.environ.get(errors.WHOLE):
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or getattr(shell, "_cspanalysis", False):
        return
    shell._cspanalysis = True
    _plots()
    shell.Completer.custom_matchers.append(_matcher(shell))
    shell.set_custom_exc((AttributeError, ImportError), _misspelt)


def _plots() -> None:
    """Let `frame.plot()` draw in the look of our charts, unless somebody has chosen already."""
    import pandas as pd
    import plotly.graph_objects as go
    import plotly.io as pio

    from cspanalysis.present.charts import plot, style

    plot.quiet()
    pio.templates["csp"] = go.layout.Template(style.TEMPLATE)
    if pd.options.plotting.backend != "matplotlib":
        return
    pd.options.plotting.backend = "plotly"
    if pio.templates.default == "plotly":
        ours = go.layout.Template(style.TEMPLATE)
        ours.layout.update(
            colorway=[style.OWN, style.SECOND, style.SIGNAL, style.SOFT, style.OTHER],
            showlegend=None, margin={"t": 40, "l": 8, "r": 12, "b": 8},
        )  # fmt: skip
        pio.templates["csp_frames"] = ours
        pio.templates.default = "csp_frames"


def _matcher(shell: Any) -> Any:
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="cspanalysis")
    def matcher(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        before = "\n".join(
            [*lines[: context.cursor_line], lines[context.cursor_line][: context.cursor_position]]
        )
        found = None
        if re.search(r"[\"']|\.\w*$", before):
            # At the first key, not with the review: it knows every question and chart.
            from cspanalysis.explore import completion

            try:
                found = completion.complete(before, shell.user_ns)
            except Exception:
                # A review that cannot say what it holds completes nothing; asked, it says why.
                found = None
        if found is None:
            return {"completions": []}
        typed, known = found
        return {
            "completions": [SimpleCompletion(text=name, type="name") for name in known],
            "matched_fragment": typed,
            "suppress": True,
            "ordered": True,
        }

    return matcher


def _misspelt(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """A name of ours that was misspelt in a cell: what it may have meant, and no traceback."""
    told = None if isinstance(error, errors.CspError) else answer(error, trace)
    if told is None:
        if hasattr(error, "_render_traceback_"):
            lines = error._render_traceback_()
        else:
            lines = shell.InteractiveTB.structured_traceback(
                kind, error, trace, tb_offset=tb_offset
            )
    else:
        lines = [told]
    shell._showtraceback(kind, error, lines)
    return lines


def answer(error: BaseException, trace: TracebackType | None) -> str | None:
    """What to say of a name that is not there; None where the name or the mistake is not ours."""
    name, of = getattr(error, "name", None), getattr(error, "obj", None)
    if isinstance(error, ImportError):
        of, name = _imported(error)
    home = of.__name__ if isinstance(of, ModuleType) else type(of).__module__
    if not name or of is None or not home.startswith("cspanalysis") or _is_inside(trace):
        return None
    public = getattr(of, "__all__", None) or dir(of)
    known = [n for n in public if n.isidentifier() and not n.startswith("_")]
    near = names.like(str(name), known)
    where = home if isinstance(of, ModuleType) else f"a {type(of).__name__}"
    return paragraph(
        f"'{name}' is not in {where}",
        allowed="" if near else ", ".join(known),
        do=f"Did you mean {' or '.join(near)}?" if near else "",
    )


def _imported(error: ImportError) -> tuple[object, str | None]:
    """The module that was imported from, and the name that it has not."""
    import pkgutil
    import sys

    whole = re.fullmatch(r"No module named '([\w.]+)\.(\w+)'", str(error))
    part = re.match(r"cannot import name '(\w+)' from '([\w.]+)'", str(error))
    package, name = (whole[1], whole[2]) if whole else (part[2], part[1]) if part else ("", None)
    found = sys.modules.get(package)
    if found is not None and hasattr(found, "__path__") and package.startswith("cspanalysis"):
        # Topics are modules that nobody may have imported yet.
        listed = ModuleType(package)
        listed.__dict__.update({m.name: None for m in pkgutil.iter_modules(found.__path__)})
        listed.__dict__.update({n: None for n in dir(found) if not n.startswith("_")})
        return listed, name
    return found, name


def _is_inside(trace: TracebackType | None) -> bool:
    """Whether the mistake was made in our own code: then the whole traceback is wanted."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code.co_name == "__getattr__":
        return False
    return str(trace.tb_frame.f_globals.get("__name__", "")).startswith("cspanalysis")
