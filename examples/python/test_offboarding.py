from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from fauxidp import FauxidpError, World
from offboarding import Entry, Vendor, offboard

ACCOUNTS = {
    "monocloud": "user-active",
    "zitadel": "human-active",
    "jitsudo": "00000000-0000-8000-8000-000000000002",
}


def run(world: World) -> tuple[bool, dict[str, Entry]]:
    """Offboards in a world; the result has the audit trail, too."""
    vendors = {
        name: Vendor(at.url, at.credential, at.environment.get("JITSUDO_TENANT_ID", ""))
        for name, at in world.endpoints.items()
    }
    audit: list[Entry] = []
    done = offboard(ACCOUNTS, vendors, audit.append)
    return done, {entry.vendor: entry for entry in audit}


def test_who_is_offboarded_gets_in_nowhere(fauxidp_world: World) -> None:
    before = fauxidp_world.tokens("monocloud", "monocloud-web", ACCOUNTS["monocloud"])
    done, _ = run(fauxidp_world)
    assert done
    fauxidp_world.verify(1, operation="disable_user", user=ACCOUNTS["monocloud"], status=200)
    fauxidp_world.verify(1, operation="deactivate_user", user=ACCOUNTS["zitadel"], status=200)
    fauxidp_world.verify(1, operation="suspend_user", user=ACCOUNTS["jitsudo"], status=200)
    with pytest.raises(FauxidpError, match="access_denied"):
        fauxidp_world.sign_in("monocloud", "monocloud-web", ACCOUNTS["monocloud"])
    url = fauxidp_world.issuer("monocloud") + "/connect/userinfo"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {before['access_token']}"}))


def test_a_vendor_that_is_unavailable_for_a_while_is_asked_again(fauxidp_world: World) -> None:
    fauxidp_world.fault("503;retry-after=0;first=2", operation="disable_user")
    fauxidp_world.fault("429;retry-after=0;first=1", operation="suspend_user")
    done, audit = run(fauxidp_world)
    assert done
    assert [entry.tries for entry in audit.values()] == [3, 1, 2]


def test_a_change_whose_answer_is_lost_is_not_taken_for_a_failure(fauxidp_world: World) -> None:
    fauxidp_world.fault("close;at=after;first=1", operation="deactivate_user")
    done, audit = run(fauxidp_world)
    assert (done, audit["zitadel"].tries) == (True, 2)
    fauxidp_world.verify(1, operation="deactivate_user", status=400)  # "already inactive"


def test_a_refusal_is_final_is_written_down_and_stops_nobody_else(fauxidp_world: World) -> None:
    fauxidp_world.fault("forbidden", vendor="zitadel", operation="deactivate_user")
    done, audit = run(fauxidp_world)
    assert not done
    assert audit["zitadel"] == Entry("zitadel", ACCOUNTS["zitadel"], False, 1, 403)
    assert audit["monocloud"].done and audit["jitsudo"].done


def test_a_vendor_that_stays_away_is_given_up(fauxidp_world: World) -> None:
    fauxidp_world.fault("500", operation="suspend_user")
    done, audit = run(fauxidp_world)
    assert (done, audit["jitsudo"]) == (False, Entry("jitsudo", ACCOUNTS["jitsudo"], False, 4, 500))
    fauxidp_world.verify(4, operation="suspend_user", status=500)
