"""What a client says of each fault, as `faults.mjs` beside it."""

import json
import re
import urllib.request

ANSWERS = ["unauthenticated", "forbidden", "not-found", "invalid", "conflict", "rate-limited", "internal", "503;retry-after=1"]
CONNECTIONS = ["close", "reset", "truncate;bytes=3", "hang;ms=200", "garbage"]


def faults_of(*own):
    return [*ANSWERS[:4], *own, *ANSWERS[4:], *CONNECTIONS]


def show_faults(client, faults, *, url, vendor, operation, world, call, detail=lambda error: ""):
    def control(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}/__fauxidp/worlds/{world}{path}", data, method=method)
        return json.load(urllib.request.urlopen(request))

    control("PUT", "", {})
    for fault in faults:
        control("POST", "/reset")
        control("POST", "/faults", {"fault": fault, "match": {"vendor": vendor, "operation": operation}})
        try:
            call()
        except Exception as error:
            said = f"{type(error).__name__}: {first_line(error)}{detail(error)}"
        else:
            raise AssertionError(f"{client}: {fault} is not noticed")
        calls = len(control("GET", f"/requests?vendor={vendor}&operation={operation}")["requests"])
        print(f"fault {client} | {fault} | {calls} | {said}")
    control("DELETE", "")
    return len(faults)


def first_line(error):
    """The first line of an error, without what differs from run to run."""
    text = re.sub(r"(https?://)?(127\.0\.0\.1|localhost)(', port=|:)\d+", "ADDRESS", (str(error).splitlines() or [""])[0])
    return re.sub(r"\s+", " ", re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>", "…", text)).strip()
