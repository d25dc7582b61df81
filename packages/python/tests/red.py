"""Tests that fail: they say why, where, and leave no world behind."""

import urllib.request


def test_is_red(fauxidp_world):
    at = fauxidp_world.monocloud
    urllib.request.urlopen(urllib.request.Request(f"{at.url}/api/users/user-active/disable", b"", {"X-API-KEY": at.credential}))
    fauxidp_world.verify(1, operation="disable_user", user="user-blocked")


def test_a_report_is_red(fauxidp_world):
    fauxidp_world.report()
