"""A server in a container, by the package `testcontainers`, which the project brings."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Sequence

from ._binary import IMAGE
from ._server import Server

_PORT = 8484


class _Contained(Server):
    """A server whose end is the container's."""

    def __init__(self, container: Any) -> None:
        super().__init__(f"http://{container.get_container_host_ip()}:{container.get_exposed_port(_PORT)}")
        self._container = container

    def stop(self) -> None:
        self._container.stop()


def start_container(image: str = IMAGE, args: Sequence[str] = ()) -> Server:
    """Starts the image, with further arguments of the command line, and waits until it answers."""
    container = import_module("testcontainers.core.container").DockerContainer(image)
    healthy = import_module("testcontainers.core.wait_strategies").HttpWaitStrategy(_PORT, "/__fauxidp/health")
    container = container.with_exposed_ports(_PORT).waiting_for(healthy)
    if args:
        container = container.with_command(list(args))
    return _Contained(container.start())
