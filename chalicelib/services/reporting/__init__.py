"""Reports: asked for, set, signed, verified."""
