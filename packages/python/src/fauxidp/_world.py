"""A test's handle on one world of a server."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Any, Mapping
from urllib.parse import quote, urlencode

from ._control import FauxidpError, control
from ._names import world_name
from ._types import CallMatch, Endpoint, Match, Message, RecordedCall, Rule, Severity, SignedIn, Vendor, VerifyMatch, made

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack


class Clock:
    """The clock of a world. Tokens, locks and codes follow it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """The time there."""
        __tracebackhide__ = True
        return _time(self._world._call("GET", "/clock"))

    def set(self, time: datetime | str) -> datetime:
        """Sets and freezes it."""
        __tracebackhide__ = True
        if isinstance(time, datetime):
            time = time.astimezone(timezone.utc).isoformat()
        return _time(self._world._call("PUT", "/clock", {"now": time}))

    def advance(self, time: timedelta | None = None, **parts: float) -> datetime:
        """Moves it on, by a `timedelta` or by its parts, such as `hours=1`. A frozen one stays frozen."""
        __tracebackhide__ = True
        whole = (time or timedelta()) + timedelta(**parts)
        return _time(self._world._call("PUT", "/clock", {"advance_ms": whole // timedelta(milliseconds=1)}))

    def freeze(self) -> datetime:
        """Freezes it where it is."""
        __tracebackhide__ = True
        return _time(self._world._call("PUT", "/clock", {"run": False}))

    def run(self) -> datetime:
        """Lets it run from the time that it shows."""
        __tracebackhide__ = True
        return _time(self._world._call("PUT", "/clock", {"run": True}))


def _time(shown: dict[str, Any]) -> datetime:
    text = str(shown["now"]).rstrip("Z")
    whole, _, fraction = text.partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6].ljust(6, '0')}+00:00")


class World:
    """A complete private copy of everything: users, settings, faults, journal, outbox, clock."""

    def __init__(self, base: str, name: str) -> None:
        __tracebackhide__ = True
        self._base = base
        self.name = name
        self.url = base if name == "default" else f"{base}/~{name}"
        """What leads into the world by its path: for calls that carry no credential, such as a sign-in."""
        self._call("PUT", "", {})
        endpoints = [made(Endpoint, shown) for shown in self._call("GET", "/endpoints")["endpoints"]]
        self.endpoints: Mapping[str, Endpoint] = {endpoint.vendor: endpoint for endpoint in endpoints}
        """How each vendor's clients reach it."""
        self.clock = Clock(self)
        """Its clock."""

    @property
    def monocloud(self) -> Endpoint:
        """How MonoCloud's clients reach it."""
        return self.endpoints["monocloud"]

    @property
    def zitadel(self) -> Endpoint:
        """How ZITADEL's clients reach it."""
        return self.endpoints["zitadel"]

    @property
    def jitsudo(self) -> Endpoint:
        """How jitsudo's clients reach it."""
        return self.endpoints["jitsudo"]

    def credential(self, secret: str) -> str:
        """Makes a credential one of this world: any that the seed has, such as `monocloud-readonly`."""
        return secret if self.name == "default" else f"{secret}~{self.name}"

    def issuer(self, vendor: Vendor) -> str:
        """The issuer of a vendor's tokens in this world, by which OpenID clients find everything else."""
        return f"{self.url}/{vendor}"

    def fault(self, fault: str, *, priority: int = 0, ttl_ms: int | None = None, **match: Unpack[Match]) -> Rule:
        """Adds a fault rule, such as `503;retry-after=2;first=2`, for the calls that match."""
        __tracebackhide__ = True
        rule = {"fault": fault, "match": match, "priority": priority}
        return made(Rule, self._call("POST", "/faults", rule if ttl_ms is None else {**rule, "ttl_ms": ttl_ms}))

    def faults(self) -> list[Rule]:
        """Every rule, with how often it fired."""
        __tracebackhide__ = True
        return [made(Rule, rule) for rule in self._call("GET", "/faults")["faults"]]

    def clear_faults(self, rule: Rule | None = None) -> None:
        """Removes every rule, or one."""
        __tracebackhide__ = True
        self._call("DELETE", "/faults" if rule is None else f"/faults/{rule.id}")

    def verify(
        self,
        times: int | None = None,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        no_other: bool = False,
        **match: Unpack[VerifyMatch],
    ) -> None:
        """Raises `VerificationError` unless as many calls matched as expected: at least one, if nothing is said.

        With `no_other`, no other calls may have been made.
        """
        __tracebackhide__ = True
        counts = {"times": times, "at_least": at_least, "at_most": at_most}
        said = {name: count for name, count in counts.items() if count is not None}
        self._call("POST", "/verify", {"match": match, "no_other": no_other, **said})

    def verify_sequence(self, *matches: VerifyMatch) -> None:
        """Raises unless calls were made that match these, one each, in that order. Others may be between them."""
        __tracebackhide__ = True
        self._call("POST", "/verify", {"sequence": matches})

    def verify_rules_fired(self) -> None:
        """Raises unless every fault rule has fired."""
        __tracebackhide__ = True
        self._call("POST", "/verify", {"rules_fired": True})

    def report(self, fail_on: Severity = "error") -> str:
        """What the client did wrong, for people.

        Raises `VerificationError` if something of it is as bad as that, or if no call was made.
        """
        __tracebackhide__ = True
        return str(self._call("GET", f"/report?{urlencode({'format': 'text', 'fail_on': fail_on})}"))

    def requests(self, **match: Unpack[CallMatch]) -> list[RecordedCall]:
        """The calls that match, the newest last."""
        __tracebackhide__ = True
        shown = self._call("GET", f"/requests?{urlencode(match)}")["requests"]
        return [made(RecordedCall, call) for call in shown]

    def clear_requests(self) -> None:
        """Empties the journal."""
        __tracebackhide__ = True
        self._call("DELETE", "/requests")

    def sign_in(
        self,
        vendor: Vendor,
        client_id: str,
        user: str,
        *,
        redirect_uri: str | None = None,
        scope: str | None = None,
        nonce: str | None = None,
        state: str | None = None,
        code_challenge: str | None = None,
        defect: str | None = None,
    ) -> SignedIn:
        """Signs a user in without a page: the code for the application, and the cookies of the browser."""
        __tracebackhide__ = True
        asked = {"vendor": vendor, "client_id": client_id, "user": user, "redirect_uri": redirect_uri, "scope": scope}
        more = {"nonce": nonce, "state": state, "code_challenge": code_challenge, "defect": defect}
        return made(SignedIn, self._call("POST", "/sign-in", _given({**asked, **more})))

    def tokens(
        self,
        vendor: Vendor,
        client_id: str | None = None,
        user: str = "",
        *,
        scope: str | None = None,
        nonce: str | None = None,
        defect: str | None = None,
    ) -> dict[str, Any]:
        """Signs a user in, and answers what the token endpoint would. jitsudo knows no application."""
        __tracebackhide__ = True
        asked = {"vendor": vendor, "client_id": client_id, "user": user, "scope": scope, "nonce": nonce}
        answer: dict[str, Any] = self._call("POST", "/tokens", _given({**asked, "defect": defect}))
        return answer

    def outbox(self) -> list[Message]:
        """What the vendors would have mailed or texted, the oldest first."""
        __tracebackhide__ = True
        return [made(Message, message) for message in self._call("GET", "/outbox")["outbox"]]

    def event(self, vendor: Vendor, user: str, event: str) -> None:
        """Reports what happens outside the API, such as `failed_sign_in`."""
        __tracebackhide__ = True
        self._call("POST", "/events", {"vendor": vendor, "user": user, "event": event})

    def set(self, settings: Mapping[str, str]) -> None:
        """Changes settings, such as `{"monocloud.era": "current"}`."""
        __tracebackhide__ = True
        self._call("PUT", "", {"settings": dict(settings)})

    def fork(self, name: str | None = None) -> World:
        """Copies this world, as it is now."""
        __tracebackhide__ = True
        to = name or world_name(self.name)
        self._call("POST", "/fork", {"to": to})
        return World(self._base, to)

    def reset(self) -> None:
        """Puts everything back to how the world was born."""
        __tracebackhide__ = True
        self._call("POST", "/reset")

    def drop(self) -> None:
        """Drops the world. One that is gone already is fine; the world `default` is reset."""
        __tracebackhide__ = True
        if self.name == "default":
            return self.reset()
        try:
            self._call("DELETE", "")
        except FauxidpError as error:
            if error.status != 404:
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.drop()

    def __repr__(self) -> str:
        return f"World({self.name!r})"

    def _call(self, method: str, path: str, body: object = None) -> Any:
        __tracebackhide__ = True
        return control(self._base, method, f"worlds/{quote(self.name, safe='')}{path}", body)


def _given(members: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}
