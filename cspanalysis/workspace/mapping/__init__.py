"""`csp map`: what an unknown police, call, hospital or school extract is, and how to read it.

Nothing is guessed in silence: known headings are taken, similar ones are taken and marked, and
what cells and headings do not settle becomes a question.
"""

from cspanalysis.workspace.mapping.proposal import Proposal
from cspanalysis.workspace.mapping.recognition import propose
from cspanalysis.workspace.mapping.settings_text import write

__all__ = ["Proposal", "propose", "write"]
