"""What the tests of several Python clients share: a browser without a screen, users' states, faults, the table of defects."""

import os
import re
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

PLAIN = os.environ["ZITADEL_URL"]
PASSWORD = "Correct-Horse-Battery-9"
LOGIN_CLIENT = "zitadel-login"
"""The token of a machine that may answer requests for people at ZITADEL."""

# The defects of tokens and of the answer that brings them; those of logout tokens are for back-channel receivers.
TOKEN_DEFECTS = """
    alg-none bad-signature unknown-kid no-kid expired not-yet-valid iat-in-future wrong-issuer no-issuer wrong-audience
    no-audience wrong-azp no-subject wrong-nonce no-nonce no-exp wrong-at-hash hs256-with-public-key
    userinfo-other-subject wrong-type no-expires-in string-expires-in no-token not-json
""".split()


def control(method, path, body=None):
    """A call of the control API."""
    answer = httpx.request(method, f"{PLAIN}/__fauxidp/{path}", json=body)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json()


def reset():
    control("POST", "worlds/default/reset")


def fault(operation, spec):
    """Makes the next calls of an operation have that fault."""
    control("POST", "worlds/default/faults", {"fault": spec, "match": {"operation": operation}})


def _post(url, headers, body):
    answer = httpx.post(url, headers=headers, json=body or {})
    assert answer.is_success, f"{url}: {answer.status_code} {answer.text}"
    return answer.json()


def zitadel_call(path, body=None, token=None):
    """A call at ZITADEL; by its administrator, where no token is given."""
    token = token or os.environ["ZITADEL_TOKEN"]
    return _post(PLAIN + path, {"authorization": f"Bearer {token}"}, body)


def monocloud_call(path, body=None):
    """A call at MonoCloud's management API."""
    return _post(PLAIN + path, {"x-api-key": os.environ["MONOCLOUD_MANAGEMENT_API_KEY"]}, body)


def stop(vendor, user):
    """What an administrator does to keep a user out."""
    if vendor == "monocloud":
        monocloud_call(f"/api/users/{user}/disable")
    else:
        zitadel_call(f"/v2/users/{user}/deactivate")


class Browser:
    """A browser as far as a redirect needs one: it keeps cookies, sends forms, and runs no script."""

    def __init__(self):
        self.client = httpx.Client(follow_redirects=False)

    def follow(self, answer, callback):
        """Follows redirects up to a page, or to the URL that leads back to the application."""
        for _ in range(8):
            location = answer.headers.get("location")
            if location is None:
                return answer
            url = urljoin(str(answer.url), location)
            if url.startswith(callback):
                return url
            answer = self.client.get(url)
        raise AssertionError("too many redirects")

    def press(self, page, callback, **members):
        """Sends the form of a page that is posted, with what is hidden in it and these members."""
        form = re.search(r'<form method="post" action="([^"]*)".*?</form>', page.text, re.S)
        assert form, f"no form: {page.status_code} {page.text}"
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form[0]))
        answer = self.client.post(urljoin(str(page.url), form[1]), data={**hidden, **members})
        return self.follow(answer, callback)

    def sign_in(self, vendor, url, callback, user):
        """Signs a user in, and answers the URL that leads back to the application."""
        answer = self.client.get(url)
        if vendor == "zitadel":
            return self._answer(answer, user)
        page = self.follow(answer, callback)
        back = page if isinstance(page, str) else self.press(page, callback, fauxidp_user=user)
        assert isinstance(back, str), f"not led back: {back.status_code} {back.text}"
        return back

    def _answer(self, answer, user):
        """A login page of somebody's own in front of ZITADEL: it checks a user in a session, and finishes the request."""
        request = parse_qs(urlsplit(answer.headers["location"]).query)["authRequest"][0]
        checks = {"user": {"userId": user}, "password": {"password": PASSWORD}}
        session = zitadel_call("/v2/sessions", {"checks": checks}, LOGIN_CLIENT)
        session = {name: session[name] for name in ("sessionId", "sessionToken")}
        return zitadel_call(f"/v2/oidc/auth_requests/{request}", {"session": session}, LOGIN_CLIENT)["callbackUrl"]


def defects(client, names, story):
    """Tries a sign-in without a defect and with each of these; `story` raises the client's own error.

    Prints what scripts/client-tests collects, and answers how many were tried.
    """
    reset()
    story("")
    print(f"defect {client} none accepted")
    for name in names:
        reset()
        fault("userinfo" if name == "userinfo-other-subject" else "token", f"token;defect={name}")
        verdict = "accepted"
        try:
            story(name)
        except Exception as error:  # noqa: BLE001: whatever the client raises
            verdict = f"refused {type(error).__name__} {error}".replace("\n", " ")[:160]
        print(f"defect {client} {name} {verdict}")
    reset()
    return len(names) + 1
