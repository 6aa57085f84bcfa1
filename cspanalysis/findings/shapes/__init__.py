"""Shapes of answers that questions of several topics share; `Question` hands them on.

Each is a function of `ask` and what is counted: result table, wording, picture and display table.
"""
