"""Finds the server's binary: FAUXIDP_BIN, the package's own, PATH, in that order."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import sysconfig
from pathlib import Path

# The image of this version.
IMAGE = "ghcr.io/fauxidp/fauxidp:0.1.0"
_PROGRAM = "fauxidp.exe" if sys.platform == "win32" else "fauxidp"


def find_binary() -> str:
    """The path of the binary."""
    given = os.environ.get("FAUXIDP_BIN")
    if given:
        if not os.access(given, os.X_OK) or os.path.isdir(given):
            raise FileNotFoundError(f"FAUXIDP_BIN is {given}, which is no program that can be run")
        return given
    own = Path(__file__).parent / "bin" / _PROGRAM
    if own.is_file():
        return str(own)
    # The folder of this package's own command, which would call itself, is left out.
    scripts = sysconfig.get_path("scripts")
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder and folder != scripts]
    found = shutil.which("fauxidp", path=os.pathsep.join(folders))
    if found:
        return found
    raise FileNotFoundError(
        f"There is no fauxidp for {sys.platform}-{platform.machine()} in FAUXIDP_BIN, in the package and on PATH.\n"
        f'Install one with "cargo install fauxidp", or run "docker run -p 127.0.0.1:8484:8484 {IMAGE}" and set '
        "FAUXIDP_URL=http://127.0.0.1:8484."
    )
