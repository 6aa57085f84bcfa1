"""`csp map`: what an unknown police, call, hospital or school extract is, and how to read it.

Nothing is guessed in silence: known headings are taken, similar ones are taken and marked, and
what cells and headings do not settle becomes a question.
"""

from cspanalysis.mapping.proposal import Proposal
from cspanalysis.mapping.proposing import propose
from cspanalysis.mapping.writing_settings import write

__all__ = ["Proposal", "propose", "write"]
