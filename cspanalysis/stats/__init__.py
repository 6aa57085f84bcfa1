"""Statistics: pure functions, a table in and a tidy table out."""

import importlib.util
import sys

import numpy as np


def _defer_fortran() -> None:
    """Have NumPy's compiler of Fortran loaded when something of it is first asked for.

    SciPy takes every name of NumPy, that one among them: 0.1 s for what nobody uses.
    """
    name = "numpy.f2py"
    spec = importlib.util.find_spec(name)
    if spec and spec.loader and name not in sys.modules:
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        np.f2py = module  # type: ignore[attr-defined]
        spec.loader.exec_module(module)


_defer_fortran()
