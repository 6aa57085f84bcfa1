"""Published figures computed again from a workspace's data, each for its own period and area."""

from cspanalysis.recomputing.checks import recompute

__all__ = ["recompute"]
