"""When Python looks for rubbish: seldom, in a process that makes little of it."""

import gc


def collect_seldom() -> None:
    """For commands and what they start: what is imported or read is no rubbish.

    To look through it again and again took a seventh of a command's start.
    """
    gc.set_threshold(50_000, 20, 100)
