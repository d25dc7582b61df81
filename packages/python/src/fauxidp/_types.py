"""What goes to and comes from the control API, by the names that it has there. docs/verification.md explains each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, Mapping, TypedDict, TypeVar, Union

Vendor = Literal["monocloud", "zitadel", "jitsudo"]
Severity = Literal["error", "warning"]


class Match(TypedDict, total=False):
    """Selects calls; a call has to fit all members that are given."""

    vendor: Vendor
    operation: str
    """Such as `disable_user`; the same on every protocol."""
    method: str
    path: str
    """Without its query, unless it has a `?`. A `*` at the end stands for any rest."""
    user: str
    """The id of the user that the call is about."""
    credential: str
    """With or without the name of the world."""


class CallMatch(Match, total=False):
    """Selects calls that were made."""

    protocol: Literal["http/1.1", "http/2", "grpc", "grpc-web", "connect"]
    status: Union[int, str]
    """A status, or a class such as `4xx`."""
    refused_by: Literal["vendor", "fault", "fauxidp"]
    after: int
    """Only calls with a higher number."""


class VerifyMatch(CallMatch, total=False):
    """Selects calls also by what they sent; only a verification can. A `*` at the end of a text stands for any rest."""

    query: Mapping[str, str]
    """Parameters of the query."""
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    """Members of the JSON body, or fields of the form. Of an object only the given members are compared."""


@dataclass(frozen=True)
class Endpoint:
    """How a vendor's clients reach a world."""

    vendor: str
    url: str
    """With `http://`."""
    tls_url: str
    """The same with `https://`, for clients that refuse plain HTTP; `Server.certificate()` is what they trust."""
    credential: str
    """May do everything, in this world."""
    environment: dict[str, str]
    """The environment variables that the vendor's own clients read."""


@dataclass(frozen=True)
class Rule:
    """A fault rule of a world."""

    id: int
    fault: str
    match: dict[str, Any]
    priority: int
    ttl_ms: int | None
    seen: int
    """How many calls matched."""
    fired: int
    """How many of them it applied to."""


@dataclass(frozen=True)
class RecordedCall:
    """A call as the journal has it. Secrets are cut to their first four characters."""

    n: int
    at: str
    vendor: str | None
    operation: str | None
    method: str
    path: str
    protocol: str
    user: str | None
    credential: str | None
    status: int | None
    fault: str | None
    refused_by: str | None
    duration_us: int
    body: Any


class Cookie(TypedDict):
    """A cookie as Playwright reads it."""

    name: str
    value: str
    domain: str
    path: str
    expires: float
    httpOnly: bool
    secure: bool
    sameSite: Literal["Lax", "None", "Strict"]


@dataclass(frozen=True)
class SignedIn:
    """A user who signed in, as far as a browser gets."""

    callback_url: str
    code: str
    session_id: str
    cookies: list[Cookie]
    storage_state: dict[str, Any]
    """As Playwright's `browser.new_context(storage_state=...)` reads it."""
    warning: str | None = None
    """What to know about the tokens, such as a clock that is behind."""


@dataclass(frozen=True)
class Message:
    """What a vendor would have mailed or texted."""

    n: int
    at: str
    vendor: str
    user: str
    by: str
    to: str
    about: str
    code: str | None = None


_T = TypeVar("_T", Endpoint, Rule, RecordedCall, SignedIn, Message)


def made(kind: type[_T], members: dict[str, Any]) -> _T:
    """The value that an answer describes. Members that a newer server adds are left out."""
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in members.items() if name in known})
