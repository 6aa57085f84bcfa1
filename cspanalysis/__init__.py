"""cspanalysis: the strategic assessment of a Community Safety Partnership."""
