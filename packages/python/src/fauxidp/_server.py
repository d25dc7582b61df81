"""A running server: one that this process starts, or one that is there already."""

from __future__ import annotations

import atexit
import os
import re
import subprocess
import tempfile
from types import TracebackType
from typing import IO, TYPE_CHECKING, Mapping, Sequence

from ._binary import find_binary
from ._control import control
from ._names import world_name
from ._world import World

if TYPE_CHECKING:
    from typing_extensions import Self

_READY = re.compile(r"fauxidp ready (http:\S+)\s*")


class Server:
    """A running server."""

    def __init__(self, url: str, child: subprocess.Popen[str] | None = None) -> None:
        self.url = url.rstrip("/")
        """Its address, such as `http://127.0.0.1:8484`."""
        self._child = child

    def world(self, name: str | None = None) -> World:
        """The world of that name; without a name, one that nobody else has. It is made if it is not there."""
        __tracebackhide__ = True
        return World(self.url, name or world_name("world"))

    def worlds(self) -> list[str]:
        """The names of all worlds."""
        names: list[str] = control(self.url, "GET", "worlds")["worlds"]
        return names

    def certificate(self) -> str:
        """The certificate that clients have to trust to speak TLS with it, as PEM."""
        return str(control(self.url, "GET", "ca.pem"))

    def stop(self) -> None:
        """Stops it. One that this process did not start goes on."""
        child, self._child = self._child, None
        if child is not None:
            atexit.unregister(child.kill)
            child.terminate()
            child.wait()
            if child.stdout:
                child.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(
    *,
    people: int | None = None,
    seed: int | None = None,
    clock: str | None = None,
    fixtures: str | os.PathLike[str] | None = None,
    set: Mapping[str, str] | None = None,
    fault: Sequence[str] = (),
    args: Sequence[str] = (),
) -> Server:
    """Starts a server on a free port; it ends with this process at the latest.

    Each argument is a flag of the command line; `args` takes any other. Where `FAUXIDP_URL` is set and nothing is
    asked for, that server is used, and is not stopped.
    """
    values = {"people": people, "seed": seed, "clock": clock, "fixtures": fixtures}
    flags = [f"--{name}={value}" for name, value in values.items() if value is not None]
    flags += [f"--set={key}={value}" for key, value in (set or {}).items()]
    flags += [f"--fault={spec}" for spec in fault] + list(args)
    running = os.environ.get("FAUXIDP_URL")
    if running and not flags:
        control(running.rstrip("/"), "GET", "health")
        return Server(running)
    with tempfile.TemporaryFile("w+") as log:
        return _spawned([find_binary(), "--listen", "127.0.0.1:0", "--exit-with-parent", *flags], log)


def _spawned(command: list[str], log: IO[str]) -> Server:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
    line = child.stdout.readline() if child.stdout else ""
    ready = _READY.fullmatch(line)
    if ready is None:
        child.kill()
        child.wait()
        log.seek(0)
        raise RuntimeError(f"The server did not start: its first line is {line!r}\n{log.read()[-4096:]}".rstrip())
    atexit.register(child.kill)
    return Server(ready[1], child)
