"""Names of worlds, made from the names of tests."""

from __future__ import annotations

import re
import secrets


def clean_name(test: str) -> str:
    """The part of a name that comes from the test: at most 48 characters that a world's name may have."""
    clean = re.sub(r"[^A-Za-z0-9_.]+", "-", test)
    return clean[-48:].strip("-.") or "test"


def world_name(test: str) -> str:
    """A name for a world that no other test has, also not in another run on the same server."""
    return f"{clean_name(test)}-{secrets.token_hex(6)}"
