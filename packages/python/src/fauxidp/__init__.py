"""Helpers for tests: a server that stands in for three identity vendors, and worlds in it."""

from ._binary import find_binary
from ._control import FauxidpError, VerificationError
from ._names import clean_name, world_name
from ._server import Server, start
from ._types import CallMatch, Cookie, Endpoint, Match, Message, RecordedCall, Rule, Severity, SignedIn, Vendor, VerifyMatch
from ._world import Clock, World

__all__ = [
    "CallMatch",
    "Clock",
    "Cookie",
    "Endpoint",
    "FauxidpError",
    "Match",
    "Message",
    "RecordedCall",
    "Rule",
    "Server",
    "Severity",
    "SignedIn",
    "Vendor",
    "VerificationError",
    "VerifyMatch",
    "World",
    "clean_name",
    "find_binary",
    "start",
    "world_name",
]
