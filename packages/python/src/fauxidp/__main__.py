"""The command `fauxidp`: runs the binary with the same arguments."""

from __future__ import annotations

import os
import subprocess
import sys

from ._binary import find_binary


def main() -> None:
    """Becomes the binary; where a process cannot, waits for it and ends as it does."""
    try:
        binary = find_binary()
    except FileNotFoundError as error:
        sys.exit(str(error))
    arguments = [binary, *sys.argv[1:]]
    if sys.platform != "win32":
        os.execv(binary, arguments)
    sys.exit(subprocess.call(arguments))


if __name__ == "__main__":
    main()
