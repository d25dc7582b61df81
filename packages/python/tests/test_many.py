"""400 tests on one server: none sees another's calls."""

import os
import urllib.error
import urllib.request

import pytest


def call(at, what):
    request = urllib.request.Request(f"{at.url}/api/users/user-active/{what}", b"", {"X-API-KEY": at.credential})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.status


@pytest.mark.parametrize("n", range(400))
def test_one_of_many(fauxidp_world, n):
    fails = n % 2 == 0
    if fails:
        fauxidp_world.fault("503;first=1", operation="disable_user")
    assert call(fauxidp_world.monocloud, "disable") == (503 if fails else 200)
    assert call(fauxidp_world.monocloud, "enable") == 200
    fauxidp_world.verify(2)
    fauxidp_world.verify(int(fails), operation="disable_user", status=503)


def test_the_server_is_the_one_of_the_run(fauxidp_server, request):
    worker = getattr(request.config, "workerinput", None)
    assert worker is None or fauxidp_server.url == worker["fauxidp_url"] == os.environ.get("FAUXIDP_URL", fauxidp_server.url)
