"""fastapi-zitadel-auth, unmodified: an API that checks ZITADEL's JWTs by itself, with the roles that they carry.

python test.py URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
"""

import asyncio
import base64
import hashlib
import logging
import sys
from importlib.metadata import version
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from fastapi import FastAPI, Request, Security
from fastapi.testclient import TestClient
from fastapi_zitadel_auth import ZitadelAuth
from fastapi_zitadel_auth.exceptions import UnauthorizedException

from sign_in import TOKEN_DEFECTS, Browser, defects, reset, stop, zitadel_call

URL = sys.argv[1]
CALLBACK = "http://localhost:3000/callback"
PROJECT = "69629023906488500"
logging.disable(logging.CRITICAL)


def register():
    """A single page whose access tokens are JWTs with roles; answers its client id."""
    body = {
        "name": "by-jwt",
        "redirectUris": [CALLBACK],
        "responseTypes": ["OIDC_RESPONSE_TYPE_CODE"],
        "grantTypes": ["OIDC_GRANT_TYPE_AUTHORIZATION_CODE"],
        "appType": "OIDC_APP_TYPE_USER_AGENT",
        "authMethodType": "OIDC_AUTH_METHOD_TYPE_NONE",
        "accessTokenType": "OIDC_TOKEN_TYPE_JWT",
        "accessTokenRoleAssertion": True,
        "devMode": True,
        "loginVersion": {"loginV2": {}},
    }
    return zitadel_call(f"/management/v1/projects/{PROJECT}/apps/oidc", body)["clientId"]


def sign_in(client_id, user="human-active", scope=""):
    """An access token."""
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": f"openid profile urn:zitadel:iam:org:project:id:{PROJECT}:aud {scope}",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    back = Browser().sign_in("zitadel", f"{URL}/oauth/v2/authorize?{urlencode(query)}", CALLBACK, user)
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "code_verifier": verifier,
    }
    return httpx.post(f"{URL}/oauth/v2/token", data=form).json()["access_token"]


def application(client_id):
    """An API as the library's documentation shows it."""
    auth = ZitadelAuth(issuer_url=URL, project_id=PROJECT, app_client_id=client_id, allowed_scopes={"openid": "OpenID"})
    app = FastAPI()

    @app.get("/me", dependencies=[Security(auth)])
    def me(request: Request):
        user = request.state.user
        return {"sub": user.claims.sub, "roles": sorted(user.claims.project_roles or {})}

    client = TestClient(app)
    return lambda token=None: client.get("/me", headers={"authorization": f"Bearer {token}"} if token else {})


class Refused(Exception):
    """What the API answered in place of a user."""


checks = 0


def expect(what, found, expected):
    global checks
    assert found == expected, f"{what}: {found}, not {expected}"
    checks += 1


reset()
client_id = register()
me = application(client_id)
token = sign_in(client_id, scope="urn:zitadel:iam:org:project:role:admin")
expect("a user", me(token).json(), {"sub": "human-active", "roles": ["admin"]})
expect("without the role's scope", me(sign_in(client_id)).json()["roles"], [])
expect("nobody", me().status_code, 401)
answer = me("nonsense")
expect("no token", (answer.status_code, answer.json()["detail"]["error"]), (401, UnauthorizedException("").detail["error"]))

stop("zitadel", "human-active")
expect("a JWT outlives its user at an API that does not ask", me(token).status_code, 200)
userinfo = httpx.get(f"{URL}/oidc/v1/userinfo", headers={"authorization": f"Bearer {token}"})
expect("but not at userinfo", (userinfo.status_code, userinfo.json()["error"]), (401, "access_denied"))


def story(_):
    client_id = register()
    answer = application(client_id)(sign_in(client_id))
    if answer.status_code != 200:
        raise Refused(f"{answer.status_code} {answer.text}")


# What is of an ID token, of userinfo, or of the answer, an API does not meet.
OTHERS = "wrong-azp wrong-nonce no-nonce wrong-at-hash userinfo-other-subject no-expires-in string-expires-in no-token not-json"
checks += defects("fastapi-zitadel-auth", [name for name in TOKEN_DEFECTS if name not in OTHERS.split()], story)
print(f"fastapi-zitadel-auth {version('fastapi-zitadel-auth')}: {checks} checks")
