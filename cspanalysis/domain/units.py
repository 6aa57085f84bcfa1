"""Units of what partners count and measure."""

#: Of things that are counted one by one, however they say it: 'incidents', 'no. of jobs', ''.
COUNTED = (
    r"^(?:(?:total|number|no|all|of|counts?|records?|recorded|reports?|reported|received|incidents?"
    r"|cases?|requests?|calls?|jobs?|notices?|complaints?|vehicles?|items?)\b\W*)*$"
)
