"""Authlib, unmodified: an application on its Starlette integration, and its OAuth client, at both issuers.

python test.py URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
"""

import sys
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from sign_in import TOKEN_DEFECTS, Browser, defects, reset, stop

SECURE = sys.argv[1].replace("http:", "https:")
CALLBACK = "http://testserver/callback"
PROJECT = "69629023906488500"
ISSUERS = {
    "monocloud": {
        "issuer": f"{SECURE}/monocloud",
        "web": ("monocloud-web", "monocloud-web-secret"),
        "api": ("monocloud-api", "monocloud-api-secret"),
        "machine": ("monocloud-m2m", "monocloud-m2m-secret", "read"),
        "scope": "openid profile email offline_access read",
        "user": "user-active",
        "invalid": "invalid_grant",
        "machine_refused": "invalid_client",
    },
    "zitadel": {
        "issuer": SECURE,
        "web": ("zitadel-web", "zitadel-web-secret"),
        "api": ("zitadel-api", "zitadel-api-secret"),
        "machine": ("machine-with-secret", "machine-secret", "openid"),
        "scope": f"openid profile email offline_access urn:zitadel:iam:org:project:id:{PROJECT}:aud",
        "user": "human-active",
        "invalid": "invalid_request",
        "machine_refused": "invalid_request",
    },
}
checks = 0


def application(own):
    """An application as Authlib's documentation shows it."""
    oauth = OAuth()
    oauth.register(
        "provider",
        client_id=own["web"][0],
        client_secret=own["web"][1],
        server_metadata_url=f"{own['issuer']}/.well-known/openid-configuration",
        client_kwargs={"scope": own["scope"], "code_challenge_method": "S256"},
    )

    async def login(request):
        return await oauth.provider.authorize_redirect(request, CALLBACK)

    async def callback(request):
        token = await oauth.provider.authorize_access_token(request)
        return JSONResponse(dict(token))

    async def userinfo(request):
        token = {"access_token": request.query_params["token"], "token_type": "Bearer"}
        return JSONResponse(dict(await oauth.provider.userinfo(token=token)))

    routes = [Route("/login", login), Route("/callback", callback), Route("/userinfo", userinfo)]
    return TestClient(
        Starlette(routes=routes, middleware=[Middleware(SessionMiddleware, secret_key="of the test")]),
        follow_redirects=False,
    )


def sign_in(vendor, own, app):
    """Signs a user in, and answers the tokens."""
    asked = app.get("/login").headers["location"]
    back = Browser().sign_in(vendor, asked, CALLBACK, own["user"])
    return app.get(back.removeprefix("http://testserver")).json()


def refused(error, call):
    """Asserts that a call ends in Authlib's own error, with that `error` of the server."""
    try:
        call()
    except OAuthError as found:
        assert found.error == error, f"{found}, not {error}"
        return
    raise AssertionError(f"the call succeeded, expected {error}")


def check(what, body):
    global checks
    reset()
    try:
        body()
    except BaseException:
        print(f"FAIL {what}", file=sys.stderr)
        raise
    checks += 1


def story(vendor, own):
    app = application(own)
    oauth = OAuth2Client(*own["web"], scope=own["scope"], code_challenge_method="S256", redirect_uri=CALLBACK)
    endpoints = httpx.get(f"{own['issuer']}/.well-known/openid-configuration").json()
    token_endpoint = endpoints["token_endpoint"]
    api = OAuth2Client(*own["api"])

    def introspect(token):
        return api.introspect_token(endpoints["introspection_endpoint"], token=token).json()

    def code():
        verifier = "v" * 43
        url, _ = oauth.create_authorization_url(endpoints["authorization_endpoint"], code_verifier=verifier)
        return Browser().sign_in(vendor, url, CALLBACK, own["user"]), verifier

    def signs_in():
        token = sign_in(vendor, own, app)
        assert token["userinfo"]["sub"] == own["user"], token
        assert app.get("/userinfo", params={"token": token["access_token"]}).json()["name"] == "Ada Active"
        assert introspect(token["access_token"])["active"] is True

    def state_of_another():
        asked = app.get("/login").headers["location"]
        back = Browser().sign_in(vendor, asked, CALLBACK, own["user"])
        refused("mismatching_state", lambda: application(own).get(back.removeprefix("http://testserver")))

    def refresh():
        token = sign_in(vendor, own, app)
        again = oauth.refresh_token(token_endpoint, refresh_token=token["refresh_token"])
        assert again["access_token"] != token["access_token"]
        refused(own["invalid"], lambda: oauth.refresh_token(token_endpoint, refresh_token="nonsense"))

    def codes():
        back, verifier = code()
        assert oauth.fetch_token(token_endpoint, authorization_response=back, code_verifier=verifier)["id_token"]
        refused(own["invalid"], lambda: oauth.fetch_token(token_endpoint, authorization_response=back, code_verifier=verifier))
        back, _ = code()
        refused("invalid_grant", lambda: oauth.fetch_token(token_endpoint, authorization_response=back, code_verifier="w" * 43))
        stranger = OAuth2Client(own["web"][0], "not-the-secret", redirect_uri=CALLBACK)
        refused("invalid_client", lambda: stranger.fetch_token(token_endpoint, authorization_response=back, code_verifier="v" * 43))

    def stopped():
        token = sign_in(vendor, own, app)
        back, verifier = code()
        stop(vendor, own["user"])
        refused(own["invalid"], lambda: oauth.refresh_token(token_endpoint, refresh_token=token["refresh_token"]))
        refused(own["invalid"], lambda: oauth.fetch_token(token_endpoint, authorization_response=back, code_verifier=verifier))
        try:
            app.get("/userinfo", params={"token": token["access_token"]})
        except Exception as error:  # noqa: BLE001: httpx's error of a status, which Authlib lets pass
            assert "401" in str(error), error
        else:
            raise AssertionError("userinfo answered")
        assert introspect(token["access_token"]) == {"active": False}

    def revocation():
        token = sign_in(vendor, own, app)
        answer = oauth.revoke_token(endpoints["revocation_endpoint"], token=token["refresh_token"])
        assert answer.status_code == 200, answer.text
        refused(own["invalid"], lambda: oauth.refresh_token(token_endpoint, refresh_token=token["refresh_token"]))

    def machine():
        client_id, secret, scope = own["machine"]
        fetch = lambda secret: OAuth2Client(client_id, secret, scope=scope).fetch_token(token_endpoint)  # noqa: E731
        assert fetch(secret)["access_token"]
        refused(own["machine_refused"], lambda: fetch("wrong"))

    for body in [signs_in, state_of_another, refresh, codes, stopped, revocation, machine]:
        check(f"{vendor}: {body.__name__}", body)


def denied():
    own = ISSUERS["monocloud"]
    app = application(own)
    browser = Browser()
    page = browser.follow(browser.client.get(app.get("/login").headers["location"]), CALLBACK)
    back = browser.press(page, CALLBACK, deny="1")
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    refused("access_denied", lambda: app.get(back.removeprefix("http://testserver")))


for vendor, own in ISSUERS.items():
    story(vendor, own)
check("monocloud: denied", denied)


def tokens(defect):
    own = ISSUERS["monocloud"]
    app = application(own)
    token = sign_in("monocloud", own, app)
    if defect.startswith("userinfo"):
        app.get("/userinfo", params={"token": token["access_token"]})


checks += defects("Authlib", TOKEN_DEFECTS, tokens)
print(f"Authlib {version('Authlib')}: {checks} checks")
