"""Calls the control API of a server."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT = 30


class FauxidpError(Exception):
    """A call of the control API that was refused."""

    def __init__(self, message: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        """The status of the answer."""
        self.problem = problem
        """The answer, which is a problem as RFC 9457 has it."""


class VerificationError(AssertionError):
    """A verification that failed: says what was expected, what was found, and which calls came nearest.

    Or a report with something as bad as was asked for, which is what it says.
    """

    def __init__(self, message: str, nearest: list[str]) -> None:
        super().__init__(message)
        self.nearest = nearest
        """The calls that came nearest, each with what differs; none after a report."""


def control(base: str, method: str, path: str, body: object = None) -> Any:
    """The answer to a call of a path below `/__fauxidp/`."""
    __tracebackhide__ = True  # pytest shows the line of the test
    parts = urlsplit(base)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=_TIMEOUT)
    try:
        sent = None if body is None else json.dumps(body).encode()
        connection.request(method, f"/__fauxidp/{path}", sent, {"Content-Type": "application/json"} if sent else {})
        answer = connection.getresponse()
        text = answer.read().decode()
    except OSError as error:
        raise FauxidpError(f"Nobody answers at {base}: {error}", 0, {}) from None
    finally:
        connection.close()
    is_json = "json" in (answer.getheader("content-type") or "")
    found: Any = json.loads(text) if is_json else text
    if answer.status < 300:
        return found
    problem: dict[str, Any] = found if isinstance(found, dict) else {}
    detail = str(problem.get("detail", text.rstrip()))
    if answer.status == 409 and (path.endswith("/verify") or "/report?" in path):
        nearest = [str(call) for call in problem.get("nearest", [])]
        raise VerificationError(detail + "".join(f"\n  near: {call}" for call in nearest), nearest)
    raise FauxidpError(detail, answer.status, problem)
