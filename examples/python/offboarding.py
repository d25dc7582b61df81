"""Takes a person's access away at three vendors. Goes on where one fails, and writes down what came of each."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Callable, Mapping

TRIES = 4
PAUSE = 0.05
"""How long is waited for a vendor that says nothing about it, in seconds."""


@dataclass(frozen=True)
class Vendor:
    """How a vendor is reached."""

    url: str
    credential: str
    tenant: str = ""


@dataclass(frozen=True)
class Entry:
    """What came of one vendor, for the audit trail."""

    vendor: str
    user: str
    done: bool
    tries: int
    status: int
    """The last answer's; 0 where there was none, so that it is not known what the vendor did."""


def offboard(accounts: Mapping[str, str], vendors: Mapping[str, Vendor], audit: Callable[[Entry], None]) -> bool:
    """Whether all is done. `accounts` has the user's id at each vendor."""
    entries = [_disabled(name, user, vendors[name]) for name, user in accounts.items()]
    for entry in entries:
        audit(entry)
    return all(entry.done for entry in entries)


def _disabled(name: str, user: str, at: Vendor) -> Entry:
    bearer = {"Authorization": f"Bearer {at.credential}"}
    path, headers, body = {
        "monocloud": (f"/api/users/{user}/disable", {"X-API-KEY": at.credential}, {"revoke_sessions": True}),
        "zitadel": (f"/v2/users/{user}/deactivate", bearer, {}),
        "jitsudo": (f"/v1/users/{user}/suspend", {**bearer, "X-Tenant-ID": at.tenant}, {"active": False}),
    }[name]
    for tries in range(1, TRIES + 1):
        status, text, pause = _post(at.url + path, headers, body)
        if 200 <= status < 300 or _is_done(name, status, text):
            return Entry(name, user, True, tries, status)
        may_pass = status in (0, 429) or status >= 500
        if not may_pass or tries == TRIES:
            break
        time.sleep(pause)
    return Entry(name, user, False, tries, status)


def _is_done(name: str, status: int, text: str) -> bool:
    """Whether a refusal says that there is nothing left to do."""
    if name == "zitadel":
        return status == 400 and "COMMAND-5gunjw0cd7" in text
    return name == "jitsudo" and status == 409


def _post(url: str, headers: Mapping[str, str], body: object) -> tuple[int, str, float]:
    head = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), head, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), 0
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), float(error.headers.get("retry-after", PAUSE))
    except (OSError, http.client.HTTPException):
        return 0, "", PAUSE
