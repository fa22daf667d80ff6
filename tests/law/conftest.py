"""How Hypothesis runs the law's properties: without a time limit for a busy machine, the same examples each time, no files."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("law", deadline=None, database=None, derandomize=True)
settings.load_profile("law")
