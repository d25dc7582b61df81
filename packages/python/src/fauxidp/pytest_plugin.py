"""Fixtures for pytest: `fauxidp_server`, one for the run, and `fauxidp_world`, a world for each test."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from ._names import world_name
from ._server import Server, start
from ._world import World

_SERVER = pytest.StashKey[Server]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Has all workers of xdist use one server, which the process that started them owns."""
    stash = node.config.stash
    if _SERVER not in stash:
        try:
            stash[_SERVER] = start()
        except (OSError, RuntimeError):
            return  # a test that asks for it is told why
    node.workerinput["fauxidp_url"] = stash[_SERVER].url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops the server of the workers."""
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def fauxidp_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The server: one for the whole run, also with several workers."""
    given = getattr(request.config, "workerinput", {}).get("fauxidp_url")
    server = Server(given) if given else start()
    yield server
    server.stop()


@pytest.fixture
def fauxidp_world(fauxidp_server: Server, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world for this test alone, dropped after it."""
    world = fauxidp_server.world(world_name(request.node.nodeid))
    yield world
    world.drop()
