"""Which face serves what: the one table from which routing in front of the two faces is made, local and in the cloud."""

from __future__ import annotations

from typing import Literal

Face = Literal["public", "members"]

PATHS: tuple[tuple[str, Face], ...] = (
    ("/me", "members"),
    ("/business", "members"),
    ("/desk", "members"),
    ("/login", "members"),
    ("/authorise", "members"),
    ("/members", "members"),
    ("/api/v1/records", "members"),
    ("/", "public"),
)
"""The first row whose path is the asked one or a folder above it decides; the last row takes the rest."""


def face_of(path: str) -> Face:
    """The face that serves a path."""
    return next(face for prefix, face in PATHS if prefix == "/" or path == prefix or path.startswith(prefix + "/"))
