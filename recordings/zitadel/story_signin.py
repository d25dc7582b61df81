#!/usr/bin/env python3
"""The second story: signing in, and what ends it. Told to a ZITADEL server, every answer written down so that two servers can be compared.

    story_signin.py URL ADMIN_TOKEN [--org ID] [--out FILE] [--table FILE] [--tag TAG] [--only PART,PART]

Makes its own organisation, projects, applications and people; leaves the instance's defaults alone. Runs again under another tag.
Answers are kept raw while the story is told and normalised at the end: ids and tokens become <name>, JWTs become header and claims,
times become <time> or <iat+43200>, the tag becomes <tag>, the server's own address <origin>. A Location, and a callbackUrl, is taken
apart into where it goes and its parameters in their order. Each step holds what was sent, by whom (`as`, `basic`), and what the story
learnt from the answer (`learn`); what happens between steps, such as whole sign-ins before a door is tried, is in the script only.
"""
import argparse, base64, collections, hashlib, json, re, sys, time, urllib.parse
from scenario import Story

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LONG = re.compile(r"(?<![\w.-])\d{15,20}(?![\w.-])")

HEADS = ("content-type", "www-authenticate", "allow", "location", "vary", "cache-control", "pragma", "set-cookie", "grpc-status", "grpc-message",
         "access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods", "access-control-allow-headers",
         "access-control-expose-headers", "access-control-max-age")
JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*")
JWE = re.compile(r"eyJ[\w-]+(\.[\w-]+){4}")
USER_CODE = re.compile(r"(?<![A-Z-])[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}(?![A-Z-])")
# members whose value is fresh every time, and what is written in their stead
FRESH = {"access_token", "refresh_token", "sessionToken", "session_token", "device_code", "user_code", "clientSecret", "client_secret", "keyDetails", "keyContent",
         "code", "token", "at_hash", "c_hash", "n", "kid", "emailCode", "phoneCode", "verificationCode", "otpEmail", "otpSms"}
FAR = "2035-01-01T00:00:00Z"
PASSWORD = "Secr3t-Pass!"
AUTH, TOKEN, INTROSPECT, REVOKE, DEVICE = "/oauth/v2/authorize", "/oauth/v2/token", "/oauth/v2/introspect", "/oauth/v2/revoke", "/oauth/v2/device_authorization"
USERINFO, END, KEYS, DISCOVERY = "/oidc/v1/userinfo", "/oidc/v1/end_session", "/oauth/v2/keys", "/.well-known/openid-configuration"
JWT_BEARER, EXCHANGE, DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ZAUD = "urn:zitadel:iam:org:project:id:zitadel:aud"


def got(value, *path):
    for key in path:
        if isinstance(value, list) and isinstance(key, int) and len(value) > key:
            value = value[key]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def place(v, wanted, at="$"):
    """the path of a value in an answer"""
    if isinstance(v, (dict, list)):
        for k, x in (v.items() if isinstance(v, dict) else enumerate(v)):
            found = place(x, wanted, f"{at}.{k}" if isinstance(v, dict) else f"{at}[{k}]")
            if found:
                return found
    return at if isinstance(v, str) and v == wanted else None


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64(text):
    return base64.b64encode(text.encode()).decode()


def opened(token):
    """header and claims of a JWT, or None"""
    try:
        head, claims, _ = token.split(".")
        return [json.loads(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))) for x in (head, claims)]
    except (ValueError, AttributeError):
        return None


def challenge(verifier):
    return b64u(hashlib.sha256(verifier.encode()).digest())


def rsa(pem):
    """(n, d) of a PEM private key, PKCS#1 or PKCS#8"""
    data = base64.b64decode("".join(x for x in pem.strip().splitlines() if not x.startswith("-----")))

    def item(at):
        size, at = data[at + 1], at + 2
        if size & 0x80:
            more = size & 0x7F
            size, at = int.from_bytes(data[at:at + more], "big"), at + more
        return at, at + size
    at, _ = item(0)
    start, end = item(at)                       # version
    if data[end] == 0x30:                       # PKCS#8: algorithm, then the key in an octet string
        _, end = item(end)
        at, _ = item(end)
        at, _ = item(at)
        start, end = item(at)
    numbers = []
    for _ in range(3):
        start, end = item(end)
        numbers.append(int.from_bytes(data[start:end], "big"))
    return numbers[0], numbers[2]


def signed(claims, pem, kid, alg="RS256"):
    n, d = rsa(pem)
    text = b64u(json.dumps({"alg": alg, "kid": kid, "typ": "JWT"}).encode()) + "." + b64u(json.dumps(claims).encode())
    size = (n.bit_length() + 7) // 8
    tail = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text.encode()).digest()
    whole = b"\0\1" + b"\xff" * (size - len(tail) - 3) + b"\0" + tail
    return text + "." + b64u(pow(int.from_bytes(whole, "big"), d, n).to_bytes(size, "big"))


class Told(Story):
    """A story whose steps are kept raw until the end."""

    def __init__(self, url, admin, org, tag):
        self.last, self.mute = None, 0
        super().__init__(url, admin, org)
        self.tag, self.base, self.first_org = tag, url.rstrip("/"), org
        self.know("origin", self.base)
        self.know("origin%", urllib.parse.quote(self.base, safe=""))
        self.know("host", self.u.netloc)
        self.know("admin-token", admin)
        # an id that nobody has; its own at each telling, for some calls leave traces under an unknown id
        self.absent = str(4 * 10 ** 17 + int(hashlib.sha256(tag.encode()).hexdigest(), 16) % 10 ** 17)

    # -- telling
    def know(self, name, value):
        if value:
            self.names[str(value)] = name
            at = None if self.mute or not self.steps else place(self.last, str(value))
            if at:
                self.steps[-1]["learn"][name] = at
        return value

    def raw(self, method, path, body=None, headers=None):
        import http.client
        c = (http.client.HTTPSConnection if self.u.scheme == "https" else http.client.HTTPConnection)(self.u.hostname, self.u.port, timeout=60)
        try:
            c.request(method, path, body=body, headers={**(headers or {}), **({"X-Fauxidp-Explain": "1"} if self.explain else {})})
            r = c.getresponse()
            data = r.read()
            heads = {}
            for k, v in r.getheaders():
                heads[k.lower()] = f"{heads[k.lower()]}, {v}" if k.lower() in heads else v
            if self.explain:        # else it is not there
                heads["access-control-expose-headers"] = heads.get("access-control-expose-headers", "").replace(", x-fauxidp-fidelity", "")
                heads = {k: v for k, v in heads.items() if v or k != "access-control-expose-headers"}
            return r.status, heads, data
        finally:
            c.close()

    def step(self, name, method, path, body=None, token="admin", wait=None, **headers):
        """One call. `wait` is a test of (status, value): asked again, within limits, until it holds; only the last answer is written down."""
        h = {k.replace("_", "-"): v for k, v in headers.items() if v is not None}
        t = self.admin if token == "admin" else token
        if t:
            h.setdefault("Authorization", f"Bearer {t}")
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            h.setdefault("Content-Type", "application/json")
        for tries in range(30):
            try:
                status, heads, data = self.raw(method, path, body.encode() if isinstance(body, str) else body, h)
            except Exception as e:
                status, heads, data = 0, {}, repr(e).encode()
            text = data.decode("utf8", "replace")
            try:
                value = json.loads(text)
            except ValueError:
                value = text
            if not wait or status in (0, 404, 501) and not self.real or wait(status, value):
                break
            time.sleep(0.2)
        else:
            print(f"    waited in vain: {name or '(unwritten)'} {method} {path} {status} {text[:100]}", file=sys.stderr)
        self.heads, self.last = heads, value
        if not self.mute:
            self.steps.append({"name": name, "call": f"{method} {path}", "asked": (h, body), "status": status,
                               "headers": {k: heads[k] for k in HEADS if k in heads}, "body": value, "learn": {},
                               "row": heads.get("x-fauxidp-fidelity", "").rpartition("row=")[2]})
        return status, value

    explain = False # a server that says which row of its fidelity table an answer is is asked to
    real = True     # a server that answers 501 or 404 is not asked again when this is off

    def form(self, name, path, fields, auth=None, token=None, method="POST", **more):
        if auth:
            more["Authorization"] = "Basic " + base64.b64encode(f"{auth[0]}:{auth[1]}".encode()).decode()
        more["Content_Type"] = "application/x-www-form-urlencoded"
        fields = fields if isinstance(fields, list) else [(k, v) for k, v in fields.items() if v is not None]
        return self.step(name, method, path, urllib.parse.urlencode(fields), token=token, **more)

    def quiet(self):
        story = self

        class Quiet:
            def __enter__(self): story.mute += 1
            def __exit__(self, *_): story.mute -= 1
        return Quiet()

    def knows(self, name, value, *path):
        """remember what an answer holds at `path` under `name`, give it back"""
        return self.know(name, got(value, *path))

    # -- normalising, at the end
    def plain(self, text):
        for value in sorted(self.names, key=len, reverse=True):
            if value in text:
                text = text.replace(value, f"<{self.names[value]}>")
        text = LONG.sub("<number>", TIME.sub("<time>", text.replace("\u00a0", " ")))
        text = re.sub(r"\(line \d+:\d+\)", "(line <n>:<n>)", text)
        text = JWE.sub("<encrypted>", text)
        text = USER_CODE.sub("<user-code>", text)
        text = re.sub(r"V2_\d+(-[ar]t_\d+)?", lambda m: "V2_<number>" + ("-at_<number>" if "-at_" in m[0] else "-rt_<number>" if "-rt_" in m[0] else ""), text)
        return re.sub(rf"(?<![A-Za-z0-9]){re.escape(self.tag)}(?![A-Za-z0-9])", "<tag>", text)

    def shown(self, value, key=None):
        if isinstance(value, dict):
            out, iat = {}, value.get("iat")
            for k, v in value.items():
                if k in ("exp", "nbf", "iat", "auth_time", "updated_at", "expires_in") and isinstance(v, (int, float)):
                    out[k] = (f"<about {round(v / 5) * 5}>" if k == "expires_in" else "<epoch>" if k != "exp" and k != "nbf" or iat is None
                              else f"<iat+{round((v - iat) / 5) * 5}>" if v - iat < 4000000 else "<far>")
                elif k in FRESH and isinstance(v, str) and v and not JWT.fullmatch(v) and v not in self.names and (k != "n" or "kty" in value) and not (k == "code" and re.fullmatch(r"[a-z_]+", v)):
                    out[k] = f"<{k}>"
                elif k == "sequence" and v.isdigit() and int(v) > 60:      # the instance's own, as old as the instance
                    out[k] = "<sequence>"
                elif k == "aud" and isinstance(v, list):
                    out[k] = sorted(self.shown(v))
                elif k == "scope" and isinstance(v, str):           # the roles of a project come in any order
                    roles = iter(sorted(x for x in v.split(" ") if ":project:role:" in x))
                    out[k] = self.plain(" ".join(next(roles) if ":project:role:" in x else x for x in v.split(" ")))
                else:
                    out[self.plain(k)] = self.shown(v, k)
            return out
        if isinstance(value, list):
            value = [self.shown(v, key) for v in value]
            return [v for i, v in enumerate(value) if v not in value[:i]] if key == "keys" else value
        if isinstance(value, str):
            if JWT.fullmatch(value) and opened(value):
                head, claims = opened(value)
                return {"jwt": self.shown(head), "claims": self.shown(claims)}
            if len(value) > 3000:
                value = value[:3000] + "…"
            value = JWT.sub("<jwt>", value)
            return self.plain(value)
        return value

    def sent(self, step):
        """who asked, and with what"""
        heads, body = step["asked"]
        out = {}
        auth = heads.get("Authorization", "")
        if auth.startswith("Basic "):
            try:
                out["basic"] = self.plain(base64.b64decode(auth[6:]).decode())
            except ValueError:
                out["as"] = auth
        elif auth:
            out["as"] = "admin" if auth == f"Bearer {self.admin}" else JWT.sub("<jwt>", self.plain(auth))
        more = {k: self.plain(v) for k, v in heads.items() if k != "Authorization" and not (k == "Content-Type" and v in ("application/json", "application/x-www-form-urlencoded"))}
        if more:
            out["with"] = more
        if body is not None:
            if heads.get("Content-Type") == "application/x-www-form-urlencoded":
                out["form"] = [[k, self.shown(v)] for k, v in urllib.parse.parse_qsl(body, keep_blank_values=True)]
            else:
                try:
                    out["sent"] = self.shown(json.loads(body))
                except ValueError:
                    out["sent"] = self.plain(body)
        return out

    def apart(self, location):
        """a Location, taken apart: where to, and its parameters in their order"""
        u = urllib.parse.urlsplit(location)
        out = {"to": self.plain(urllib.parse.urlunsplit((u.scheme, u.netloc, u.path, "", "")))}
        for part, text in (("query", u.query), ("fragment", u.fragment)):
            if text:
                out[part] = []
                for k, v in urllib.parse.parse_qsl(text, keep_blank_values=True):
                    if k in ("expires_in",):
                        v = f"<about {round(int(v) / 5) * 5}>"
                    elif k in FRESH and v not in self.names and not JWT.fullmatch(v):
                        v = f"<{k}>"
                    out[part].append([k, self.shown(v)])
        return out

    def told(self):
        out, seen = [], collections.Counter()
        for s in self.steps:
            heads = {}
            for k, v in s["headers"].items():
                if k == "location":
                    heads[k] = self.apart(v)
                elif k == "set-cookie":
                    if "zitadel.quota.exhausted=;" in v:        # on every answer of the resource APIs; says nothing
                        continue
                    v = re.sub(r"=([^;]{12,})", "=<value>", v, count=1)
                    heads[k] = re.sub(r"Expires=[^;]*", "Expires=<date>", v)
                else:
                    heads[k] = self.plain(v)
            seen[s["name"]] += 1
            body = s["body"]
            url = got(body, "callbackUrl")
            body = self.shown(body)
            if url:
                body["callbackUrl"] = self.apart(url)
            name = s["name"] + (f"#{seen[s['name']]}" if seen[s["name"]] > 1 else "")
            out.append({"name": name, "call": JWT.sub("<jwt>", self.plain(s["call"])), **self.sent(s), "status": s["status"], "headers": heads, "body": body,
                        **({"learn": s["learn"]} if s["learn"] else {}), **({"row": s["row"]} if s.get("row") else {})})
        return out


class App:
    """an application as the story uses it"""

    def __init__(self, kind, project, value, redirect="", auth="basic", **more):
        self.kind, self.project, self.redirect, self.auth = kind, project, redirect, auth
        self.id = got(value, "appId") or got(value, "applicationId")
        self.client = got(value, "clientId") or got(value, "oidcConfiguration", "clientId") or got(value, "apiConfiguration", "clientId") or f"no-{kind}"
        self.secret = got(value, "clientSecret") or got(value, "oidcConfiguration", "clientSecret") or got(value, "apiConfiguration", "clientSecret")
        self.verifier = None
        self.__dict__.update(more)

    def proof(self):
        """how this client shows itself: (basic, form fields)"""
        if self.auth == "basic":
            return (self.client, self.secret or "none"), {}
        if self.auth == "post":
            return None, {"client_id": self.client, "client_secret": self.secret or "none"}
        if self.auth == "jwt":
            return None, {"client_assertion_type": ASSERTION, "client_assertion": assertion(self.client, self.key, self.audience)}
        return None, {"client_id": self.client}


def assertion(who, key, audience, age=0, life=3600, sub=None, kid=None, pem=None):
    now = int(time.time()) - age
    if not key:
        return "no.key.known"
    claims = {"iss": who, "sub": who if sub is None else sub, "aud": audience, "iat": now, "exp": now + life}
    return signed(claims, pem or key["key"], kid or key["keyId"])


# -- the steps that come again and again

def oidc_app(s, name, kind, project, org, redirects, app_type="WEB", method="BASIC", grants=("AUTHORIZATION_CODE", "REFRESH_TOKEN"), responses=("CODE",), **more):
    body = {"name": f"{kind}-{s.tag}", "redirectUris": redirects, "responseTypes": [f"OIDC_RESPONSE_TYPE_{x}" for x in responses],
            "grantTypes": [f"OIDC_GRANT_TYPE_{x}" for x in grants], "appType": f"OIDC_APP_TYPE_{app_type}", "authMethodType": f"OIDC_AUTH_METHOD_TYPE_{method}",
            "version": "OIDC_VERSION_1_0", "loginVersion": {"loginV2": {}}}
    body.update(more)
    st, v = s.step(name, "POST", f"/management/v1/projects/{project}/apps/oidc", body, x_zitadel_orgid=org)
    app = App(kind, project, v, redirects[0] if redirects else "", {"BASIC": "basic", "POST": "post", "NONE": "none", "PRIVATE_KEY_JWT": "jwt"}[method])
    s.know(f"{kind}-app", app.id); s.know(f"{kind}-client", app.client); s.know(f"{kind}-secret", app.secret)
    app.org = org
    if st < 300:
        with s.quiet():
            s.step("", "GET", f"/management/v1/projects/{project}/apps/{app.id}", x_zitadel_orgid=org, wait=lambda st, v: st == 200)
    if method == "NONE":
        app.verifier = f"verifier-{kind}-{'v' * 40}"
    return app


def api_app(s, name, kind, project, org, method="BASIC"):
    st, v = s.step(name, "POST", f"/management/v1/projects/{project}/apps/api", {"name": f"{kind}-{s.tag}", "authMethodType": f"API_AUTH_METHOD_TYPE_{method}"}, x_zitadel_orgid=org)
    app = App(kind, project, v, auth={"BASIC": "basic", "PRIVATE_KEY_JWT": "jwt"}[method])
    s.know(f"{kind}-app", app.id); s.know(f"{kind}-client", app.client); s.know(f"{kind}-secret", app.secret)
    app.org, app.audience = org, s.base
    if st < 300:
        with s.quiet():
            s.step("", "GET", f"/management/v1/projects/{project}/apps/{app.id}", x_zitadel_orgid=org, wait=lambda st, v: st == 200)
    return app


def app_key(s, name, app):
    st, v = s.step(name, "POST", f"/management/v1/projects/{app.project}/apps/{app.id}/keys", {"type": "KEY_TYPE_JSON", "expirationDate": FAR}, x_zitadel_orgid=app.org)
    s.know(f"{app.kind}-key-id", got(v, "id"))
    try:
        app.key = json.loads(base64.b64decode(got(v, "keyDetails")))
    except (TypeError, ValueError):
        app.key = None
    app.audience = s.base
    return app.key


def project(s, name, kind, org, **more):
    st, v = s.step(name, "POST", "/management/v1/projects", {"name": f"{kind}-{s.tag}", **more}, x_zitadel_orgid=org)
    return s.knows(f"{kind}", v, "id") or "no-project"


def organisation(s, name, kind):
    st, v = s.step(name, "POST", "/v2/organizations", {"name": f"{kind}-{s.tag}"})
    org = s.knows(f"{kind}", v, "organizationId") or s.first_org
    if st < 300:
        with s.quiet():
            s.step("", "POST", "/v2/organizations/_search", {"queries": [{"idQuery": {"id": org}}]}, wait=lambda st, v: st == 200 and got(v, "result"))
    return org


def person(s, name, kind, org, **more):
    body = {"username": f"{kind}-{s.tag}", "organization": {"orgId": org}, "profile": {"givenName": "Given", "familyName": "Family"},
            "email": {"email": f"{kind}-{s.tag}@mail.example", "isVerified": True}, "password": {"password": PASSWORD, "changeRequired": False}}
    body.update(more)
    st, v = s.step(name, "POST", "/v2/users/human", {k: x for k, x in body.items() if x is not None})
    user = s.knows(kind, v, "userId") or f"no-{kind}"
    if st < 300:
        with s.quiet():
            s.step("", "GET", f"/v2/users/{user}", wait=lambda st, v: st == 200)
    return user


def machine(s, name, kind, org, jwt=False):
    """a machine user with secret, token and key: {id, pat, patid, key, keyid, secret, name}"""
    st, v = s.step(name, "POST", "/v2/users/new", {"organizationId": org, "username": f"{kind}-{s.tag}", "machine": {"name": "Machine", **({"accessTokenType": "ACCESS_TOKEN_TYPE_JWT"} if jwt else {})}})
    m = {"id": s.knows(kind, v, "id") or f"no-{kind}", "name": f"{kind}-{s.tag}"}
    with s.quiet():
        s.step("", "GET", f"/v2/users/{m['id']}", wait=lambda st, v: st == 200)
        st, v = s.step("", "POST", f"/v2/users/{m['id']}/pats", {"expirationDate": FAR})
        m["pat"], m["patid"] = s.knows(f"{kind}-pat", v, "token") or "no-pat", s.knows(f"{kind}-pat-id", v, "tokenId")
        st, v = s.step("", "POST", f"/v2/users/{m['id']}/keys", {"expirationDate": FAR})
        m["keyid"] = s.knows(f"{kind}-key-id", v, "keyId")
        try:
            m["key"] = json.loads(base64.b64decode(got(v, "keyContent")))
        except (TypeError, ValueError):
            m["key"] = None
        st, v = s.step("", "POST", f"/v2/users/{m['id']}/secret", {})
        m["secret"] = s.knows(f"{kind}-secret", v, "clientSecret") or "no-secret"
        s.step("", "GET", f"/v2/users/{m['id']}", token=m["pat"], wait=lambda st, v: st == 200 and got(v, "user", "machine", "hasSecret"))
    return m


def grant(s, name, user, project_id, org, roles):
    st, v = s.rpc(name, "CreateAuthorization", {"userId": user, "projectId": project_id, "organizationId": org, "roleKeys": roles}, service="zitadel.authorization.v2.AuthorizationService")
    return s.know(f"grant-{s.names.get(user, user)}", got(v, "id"))


def authorize(s, name, app, drop=(), method="GET", headers=None, wait=None, **over):
    """an authorize request; gives the id of the auth request, if one was made"""
    q = {"client_id": app.client, "redirect_uri": app.redirect, "response_type": "code", "scope": "openid profile", "state": "state-1", "nonce": "nonce-1"}
    if app.verifier and "code_challenge" not in over:
        q.update(code_challenge=challenge(app.verifier), code_challenge_method="S256")
    q.update(over)
    q = {k: v for k, v in q.items() if k not in drop and v is not None}
    if method == "POST":
        st, v = s.form(name, AUTH, q, **(headers or {}))
    else:
        st, v = s.step(name, method, f"{AUTH}?{urllib.parse.urlencode(q)}", token=None, wait=wait, **(headers or {}))
    return request_id(s)


def request_id(s):
    q = urllib.parse.parse_qs(urllib.parse.urlsplit(s.heads.get("location", "")).query)
    return s.know("auth-request", (q.get("authRequest") or q.get("authRequestID") or [None])[0])


def session(s, name, checks, token=None, **more):
    """a session: (id, token), as the login client makes it"""
    st, v = s.step(name, "POST", "/v2/sessions", {**({"checks": checks} if checks is not None else {}), **more}, token=token or s.login)
    at = label(name)
    return s.knows("session" + at, v, "sessionId") or "no-session", s.knows("session-token" + at, v, "sessionToken") or "no-token"


def label(name):
    """what a step's gains are called after: the step, if it is written down"""
    return ":" + re.sub("^session/create/", "", name).replace("/", ".") if name else ""


def by_id(user, password=None):
    return {"user": {"userId": user}, **({"password": {"password": password}} if password else {})}


def callback(s, name, request, sess, token="login", **more):
    """hand a session to an auth request; gives the code"""
    st, v = s.step(name, "POST", f"/v2/oidc/auth_requests/{request or 'V2_none'}", {"session": {"sessionId": sess[0], "sessionToken": sess[1]}, **more},
                   token=s.login if token == "login" else token)
    url = urllib.parse.urlsplit(got(v, "callbackUrl") or "")
    return s.know("code" + label(name), (urllib.parse.parse_qs(url.query).get("code") or urllib.parse.parse_qs(url.fragment).get("code") or [None])[0])


def redeem(s, name, app, given, drop=(), auth=True, **over):
    basic, fields = app.proof()
    f = {"grant_type": "authorization_code", "code": given or "no-code", "redirect_uri": app.redirect, **fields}
    if app.verifier:
        f["code_verifier"] = app.verifier
    f.update(over)
    st, v = s.form(name, TOKEN, {k: x for k, x in f.items() if k not in drop}, auth=(basic if auth is True else auth) or None)
    return tokens(s, name, v)


def tokens(s, name, v):
    """remember the tokens of an answer"""
    out = {k: got(v, k) for k in ("access_token", "refresh_token", "id_token")}
    for k in out:
        s.know(k.replace("_", "-") + label(name), out[k])
    for k in out:
        out[k] = out[k] or f"no-{k}"
    return out


def signin(s, name, app, user, scope, sess=None, **over):
    """a whole sign-in, of which only the token answer is written down when `name` is given"""
    with s.quiet():
        request = authorize(s, "", app, scope=scope, **over)
        sess = sess or session(s, "", by_id(user, PASSWORD))
        code = callback(s, "", request, sess)
        if not name:
            t = redeem(s, "", app, code)
    if name:
        t = redeem(s, name, app, code)
    t["session"] = sess
    return t


def refresh(s, name, app, token, drop=(), auth=True, **over):
    basic, fields = app.proof()
    f = {"grant_type": "refresh_token", "refresh_token": token, **fields, **over}
    st, v = s.form(name, TOKEN, {k: x for k, x in f.items() if k not in drop}, auth=(basic if auth is True else auth) or None)
    return tokens(s, name, v)


def introspect(s, name, app, token, auth=True, **over):
    basic, fields = app.proof()
    return s.form(name, INTROSPECT, {"token": token, **fields, **over}, auth=(basic if auth is True else auth) or None)


def revoke(s, name, app, token, auth=True, **over):
    basic, fields = app.proof()
    return s.form(name, REVOKE, {"token": token, **fields, **over}, auth=(basic if auth is True else auth) or None)


def cc(s, name, m, scope=f"openid {ZAUD}", **over):
    st, v = s.form(name, TOKEN, {"grant_type": "client_credentials", "scope": scope, **over}, auth=(m["name"], m["secret"]))
    return tokens(s, name, v)["access_token"]


def jwt_profile(s, name, m, scope=f"openid {ZAUD}", **how):
    st, v = s.form(name, TOKEN, {"grant_type": JWT_BEARER, "scope": scope, "assertion": assertion(m["id"], m["key"], how.pop("audience", s.base), **how)})
    return tokens(s, name, v)["access_token"]


# -- 1. what the story needs

class World:
    pass


def the_world(s, part="setup"):
    """organisation, projects, applications, people: every step of it is written down, too"""
    w = World()
    w.org = organisation(s, f"{part}/organisation", "org-signin")
    w.person = "ada"
    # the login client: a machine of the instance with the role the vendor's own login has
    lc = machine(s, f"{part}/login-client", "login-client", s.first_org or w.org)
    w.login_client = lc
    st, v = s.step(f"{part}/login-client/role", "POST", "/admin/v1/members", {"userId": lc["id"], "roles": ["IAM_LOGIN_CLIENT"]})
    s.login = lc["pat"] if st < 300 else s.admin
    with s.quiet():
        s.step("", "POST", "/v2/sessions", {}, token=s.login, wait=lambda st, v: st < 300)
    w.nobody = machine(s, f"{part}/machine-without-role", "nobody", w.org)
    P = w.project = project(s, f"{part}/project", "project", w.org)
    for key in ("admin", "reader"):
        s.step(f"{part}/project/role-{key}", "POST", f"/management/v1/projects/{P}/roles", {"roleKey": key, "displayName": key.capitalize()}, x_zitadel_orgid=w.org)
    w.web = oidc_app(s, f"{part}/app/web", "web", P, w.org, ["https://web.example/cb", "https://web.example/cb?fixed=1", "http://web.example/plain"],
                     postLogoutRedirectUris=["https://web.example/bye"], additionalOrigins=["https://web.example"])
    w.spa = oidc_app(s, f"{part}/app/spa", "spa", P, w.org, ["https://spa.example/cb", "http://spa.example/cb"], "USER_AGENT", "NONE")
    w.native = oidc_app(s, f"{part}/app/native", "native", P, w.org, ["http://localhost/cb", "http://127.0.0.1:7000/cb", "com.example.app://cb"], "NATIVE", "NONE",
                        grants=("AUTHORIZATION_CODE", "REFRESH_TOKEN", "DEVICE_CODE"))
    w.jwt = oidc_app(s, f"{part}/app/jwt", "jwt", P, w.org, ["https://jwt.example/cb"], accessTokenType="OIDC_TOKEN_TYPE_JWT", accessTokenRoleAssertion=True,
                     idTokenRoleAssertion=True, idTokenUserinfoAssertion=True)
    w.api = api_app(s, f"{part}/app/api", "api", P, w.org)
    return w


def more_apps(s, w):
    P, org = w.project, w.org
    w.dev = oidc_app(s, "setup/app/dev", "dev", P, org, ["http://dev.example/cb", "http://*.dev.example/cb"], devMode=True)
    w.based = oidc_app(s, "setup/app/login-base-uri", "based", P, org, ["https://based.example/cb"], loginVersion={"loginV2": {"baseUri": "https://login.example/base"}})
    w.old = oidc_app(s, "setup/app/login-v1", "old", P, org, ["https://old.example/cb"], loginVersion={"loginV1": {}})
    w.apijwt = api_app(s, "setup/app/api-jwt", "apijwt", P, org, "PRIVATE_KEY_JWT")
    app_key(s, "setup/app/api-jwt/key", w.apijwt)
    w.implicit = oidc_app(s, "setup/app/implicit", "implicit", P, org, ["https://implicit.example/cb"], "USER_AGENT", "NONE", grants=("IMPLICIT",), responses=("ID_TOKEN", "ID_TOKEN_TOKEN"))
    w.implicit.verifier = None
    w.plain = oidc_app(s, "setup/app/no-refresh", "norefresh", P, org, ["https://norefresh.example/cb"], grants=("AUTHORIZATION_CODE",))
    w.odd = oidc_app(s, "setup/app/defaults", "defaults", P, org, ["https://defaults.example/cb"], loginVersion=None, version=None)
    s.step("setup/app/web/again", "POST", f"/management/v1/projects/{P}/apps/oidc", {"name": f"web-{s.tag}", "redirectUris": ["https://web.example/cb"]}, x_zitadel_orgid=org)
    s.step("setup/app/empty", "POST", f"/management/v1/projects/{P}/apps/oidc", {}, x_zitadel_orgid=org)
    s.step("setup/app/unknown-project", "POST", "/management/v1/projects/nope/apps/oidc", {"name": "x", "redirectUris": ["https://x.example/cb"]}, x_zitadel_orgid=org)
    oidc_app(s, "setup/app/back-channel-loopback", "loopback", P, org, ["https://loopback.example/cb"], backChannelLogoutUri="http://127.0.0.1:9/logout")
    oidc_app(s, "setup/app/no-redirects", "bare", P, org, [], method="NONE")
    s.step("setup/app/get", "GET", f"/management/v1/projects/{P}/apps/{w.web.id}", x_zitadel_orgid=org, wait=lambda st, v: st == 200)
    s.step("setup/app/get/native", "GET", f"/management/v1/projects/{P}/apps/{w.native.id}", x_zitadel_orgid=org, wait=lambda st, v: st == 200)
    A = "zitadel.application.v2.ApplicationService"
    st, v = s.rpc("setup/v2/app", "CreateApplication", {"projectId": P, "name": f"v2app-{s.tag}", "oidcConfiguration": {
        "redirectUris": ["https://v2app.example/cb"], "responseTypes": ["OIDC_RESPONSE_TYPE_CODE"], "grantTypes": ["OIDC_GRANT_TYPE_AUTHORIZATION_CODE"],
        "applicationType": "OIDC_APP_TYPE_WEB", "authMethodType": "OIDC_AUTH_METHOD_TYPE_BASIC"}}, service=A)
    w.v2app = App("v2app", P, v, "https://v2app.example/cb")
    s.know("v2app-app", w.v2app.id); s.know("v2app-client", w.v2app.client); s.know("v2app-secret", w.v2app.secret)
    s.rpc("setup/v2/app/get", "GetApplication", {"applicationId": w.v2app.id or "nope"}, service=A, wait=lambda st, v: st == 200)
    s.rpc("setup/v2/app/get-unknown", "GetApplication", {"applicationId": "nope"}, service=A)
    s.rpc("setup/v2/app/empty", "CreateApplication", {"projectId": P, "name": "x"}, service=A)
    st, v = s.rpc("setup/v2/project", "CreateProject", {"organizationId": org, "name": f"foreign-{s.tag}"}, service="zitadel.project.v2.ProjectService")
    w.foreign = s.knows("foreign", v, "projectId") or s.knows("foreign", v, "id") or project(s, "setup/foreign-project", "foreign", org)
    w.foreign_api = api_app(s, "setup/foreign-api", "foreignapi", w.foreign, org)
    w.foreign_web = oidc_app(s, "setup/foreign-web", "foreignweb", w.foreign, org, ["https://foreign.example/cb"])
    s.step("setup/features", "GET", "/v2/features/instance?inheritance=true")
    # people
    w.ada = person(s, "setup/human", "ada", org, profile={"givenName": "Ada", "familyName": "Active", "nickName": "A", "preferredLanguage": "en", "gender": "GENDER_FEMALE"},
                   phone={"phone": "+41791234567", "isVerified": True}, metadata=[{"key": "k1", "value": b64("v1")}])
    w.bob = person(s, "setup/human-unverified", "bob", org, email={"email": f"bob-{s.tag}@mail.example"})
    w.nopass = person(s, "setup/human-no-password", "nopass", org, password=None)
    w.change = person(s, "setup/human-change-required", "changer", org, password={"password": PASSWORD, "changeRequired": True})
    s.step("setup/human/get", "GET", f"/v2/users/{w.ada}")
    grant(s, "setup/grant", w.ada, w.project, org, ["admin"])
    s.step("setup/grant/v1", "POST", f"/management/v1/users/{w.bob}/grants", {"projectId": w.project, "roleKeys": ["reader"]}, x_zitadel_orgid=org)
    grant(s, "setup/grant/unknown-role", w.ada, w.foreign, org, ["nope"])


# -- 2. discovery and the rest in the open

def discovery(s, w):
    s.step("discovery", "GET", DISCOVERY, token=None)
    s.step("discovery/bad-token", "GET", DISCOVERY, token="nonsense")
    s.step("discovery/head", "HEAD", DISCOVERY, token=None)
    s.step("discovery/post", "POST", DISCOVERY, "", token=None)
    s.step("discovery/trailing-slash", "GET", DISCOVERY + "/", token=None)
    s.step("discovery/oauth-server", "GET", "/.well-known/oauth-authorization-server", token=None)
    s.step("discovery/query", "GET", DISCOVERY + "?x=1", token=None)
    s.step("keys", "GET", KEYS, token=None)
    s.step("keys/post", "POST", KEYS, "", token=None)
    for name, path, method in (("discovery", DISCOVERY, "GET"), ("keys", KEYS, "GET"), ("authorize", AUTH, "GET"), ("token", TOKEN, "POST"), ("userinfo", USERINFO, "GET"),
                               ("introspect", INTROSPECT, "POST"), ("revoke", REVOKE, "POST"), ("end-session", END, "GET"), ("device", DEVICE, "POST")):
        s.step(f"cors/{name}/preflight", "OPTIONS", path, token=None, Origin="https://web.example", Access_Control_Request_Method=method,
               Access_Control_Request_Headers="authorization,content-type")
    s.step("cors/discovery/get", "GET", DISCOVERY, token=None, Origin="https://web.example")
    s.step("cors/discovery/get-stranger", "GET", DISCOVERY, token=None, Origin="https://stranger.example")
    s.step("cors/keys/get", "GET", KEYS, token=None, Origin="https://web.example")
    s.form("cors/token/post", TOKEN, {"grant_type": "authorization_code", "code": "x", "client_id": w.web.client}, Origin="https://web.example")
    s.step("cors/userinfo/get", "GET", USERINFO, token="nonsense", Origin="https://web.example")
    s.step("cors/sessions/preflight", "OPTIONS", "/v2/sessions", token=None, Origin="https://web.example", Access_Control_Request_Method="POST", Access_Control_Request_Headers="authorization")
    s.step("discovery/unknown-oauth-path", "GET", "/oauth/v2/nothing", token=None)
    s.step("discovery/unknown-oidc-path", "GET", "/oidc/v1/nothing", token=None)


# -- 3. authorize

def authorizing(s, w):
    web, spa, native, dev = w.web, w.spa, w.native, w.dev
    a = lambda name, app=web, **k: authorize(s, f"authorize/{name}", app, **k)
    get = lambda name, request: s.step(f"authorize/{name}/request", "GET", f"/v2/oidc/auth_requests/{request or 'V2_none'}", token=s.login,
                                       wait=(lambda st, v: st == 200) if (request or "").startswith("V2_") else None)
    ok = lambda st, v: st == 302
    w.request = a("web", wait=ok)
    get("web", w.request)
    get("post", a("post", method="POST"))
    a("post-in-query", method="PUT")
    a("head", method="HEAD")
    a("client-missing", drop=("client_id",))
    a("client-empty", client_id="")
    a("client-unknown", client_id="123456789012345678")
    a("client-api", client_id=w.api.client)
    a("client-machine", client_id=w.nobody["name"])
    a("no-parameters", drop=("client_id", "redirect_uri", "response_type", "scope", "state", "nonce"))
    a("redirect-missing", drop=("redirect_uri",))
    a("redirect-mismatch", redirect_uri="https://other.example/cb")
    a("redirect-trailing-slash", redirect_uri="https://web.example/cb/")
    a("redirect-more-query", redirect_uri="https://web.example/cb?x=1")
    a("redirect-registered-query", redirect_uri="https://web.example/cb?fixed=1")
    a("redirect-case", redirect_uri="https://WEB.example/cb")
    a("redirect-http-not-dev", redirect_uri="http://web.example/plain")
    a("redirect-relative", redirect_uri="/cb")
    a("dev/http", dev)
    a("dev/glob", dev, redirect_uri="http://one.dev.example/cb")
    a("dev/glob-two-labels", dev, redirect_uri="http://one.two.dev.example/cb")
    a("dev/unregistered", dev, redirect_uri="http://other.example/cb")
    a("native/localhost", native)
    a("native/localhost-port", native, redirect_uri="http://localhost:51234/cb")
    a("native/127-other-port", native, redirect_uri="http://127.0.0.1:51234/cb")
    a("native/ipv6", native, redirect_uri="http://[::1]:51234/cb")
    a("native/other-path", native, redirect_uri="http://localhost:51234/other")
    a("native/scheme", native, redirect_uri="com.example.app://cb")
    a("native/other-scheme", native, redirect_uri="com.example.other://cb")
    a("native/https", native, redirect_uri="https://native.example/cb")
    get("spa", a("spa", spa))
    a("spa/no-pkce", spa, code_challenge=None)
    a("spa/plain", spa, code_challenge="p" * 43, code_challenge_method="plain")
    a("spa/method-missing", spa, code_challenge="p" * 43)
    a("spa/method-unknown", spa, code_challenge="p" * 43, code_challenge_method="S512")
    a("spa/short-challenge", spa, code_challenge="abc", code_challenge_method="S256")
    a("spa/http", w.spa, redirect_uri="http://spa.example/cb")
    a("web/pkce", code_challenge=challenge("w" * 43), code_challenge_method="S256")
    a("response-type-missing", drop=("response_type",))
    a("response-type-unknown", response_type="frobnicate")
    a("response-type-token", response_type="token")
    a("response-type-hybrid", response_type="code id_token")
    a("response-type-not-for-app", response_type="id_token")
    a("response-type-code-for-implicit", w.implicit, response_type="code")
    a("implicit/id-token", w.implicit, response_type="id_token")
    a("implicit/no-nonce", w.implicit, response_type="id_token", drop=("nonce",))
    a("scope-missing", drop=("scope",))
    a("scope-empty", scope="")
    get("scope-no-openid", a("scope-no-openid", scope="profile email"))
    get("scope-unknown", a("scope-unknown", scope="openid frobnicate"))
    a("scope-only-unknown", scope="frobnicate")
    get("scope-roles", a("scope-roles", scope="openid urn:zitadel:iam:org:project:role:admin urn:zitadel:iam:org:project:role:nope"))
    get("scope-org", a("scope-org", scope=f"openid urn:zitadel:iam:org:id:{w.org}"))
    a("scope-org-unknown", scope="openid urn:zitadel:iam:org:id:123456789012345678")
    a("scope-domain-unknown", scope="openid urn:zitadel:iam:org:domain:primary:nope.example")
    get("scope-double", a("scope-double", scope="openid  openid profile offline_access"))
    for value in ("none", "login", "create", "consent", "select_account"):
        get(f"prompt-{value}", a(f"prompt-{value}", prompt=value))
    get("prompt-two", a("prompt-two", prompt="login consent"))
    a("prompt-none-login", prompt="none login")
    a("prompt-unknown", prompt="frobnicate")
    get("max-age-0", a("max-age-0", max_age="0"))
    get("max-age-100", a("max-age-100", max_age="100"))
    a("max-age-negative", max_age="-1")
    a("max-age-text", max_age="soon")
    get("login-hint", a("login-hint", login_hint=f"ada-{s.tag}"))
    get("ui-locales", a("ui-locales", ui_locales="de fr-CH"))
    get("ui-locales-odd", a("ui-locales-odd", ui_locales="xx-nope !!"))
    get("display", a("display", display="popup", acr_values="urn:x", claims='{"id_token":{"email":null}}', resource="https://r.example", surprise="1"))
    a("display-unknown", display="frobnicate")
    a("request-garbage", request="garbage")
    a("request-unsigned", request=b64u(b'{"alg":"none"}') + "." + b64u(json.dumps({"iss": web.client, "aud": s.base, "scope": "openid email"}).encode()) + ".")
    a("request-uri", request_uri="https://web.example/request")
    get("mode-query", a("mode-query", response_mode="query"))
    a("mode-fragment", response_mode="fragment")
    a("mode-unknown", response_mode="frobnicate")
    get("state-missing", a("state-missing", drop=("state",)))
    a("nonce-missing", drop=("nonce",))
    get("based", a("based", w.based, wait=ok))
    get("old", a("old", w.old, wait=ok))
    a("defaults", w.odd, wait=ok)
    a("v2app", w.v2app, wait=ok)
    get("login-client-header", a("login-client-header", headers={"x_zitadel_login_client": w.nobody["id"]}))
    w.header_request = s.names and request_id(s)
    a("twice-same-parameter", client_id=web.client, headers={"Cookie": "zitadel.useragent=x"})
    s.step("authorize/client-twice", "GET", f"{AUTH}?client_id={web.client}&client_id=other&redirect_uri=https%3A%2F%2Fweb.example%2Fcb&response_type=code&scope=openid", token=None)
    s.step("authorize/callback-door", "GET", f"{AUTH}/callback?id=V2_1", token=None)
    s.step("authorize/json", "POST", AUTH, {"client_id": web.client}, token=None)


# -- 4. sessions, the login client's flow, code and token

def sessions(s, w):
    ada, login = w.ada, f"ada-{s.tag}"
    S = "zitadel.session.v2.SessionService"
    c = lambda name, checks, **k: session(s, f"session/create/{name}", checks, **k)
    c("nothing", None)
    c("empty-checks", {})
    s.step("session/create/no-auth", "POST", "/v2/sessions", {"checks": by_id(ada)}, token=None)
    s.step("session/create/machine-without-role", "POST", "/v2/sessions", {"checks": by_id(ada)}, token=w.nobody["pat"])
    s.step("session/create/as-admin", "POST", "/v2/sessions", {"checks": by_id(ada)})
    u = c("by-id", by_id(ada))
    c("by-login-name", {"user": {"loginName": login}})
    c("by-login-name-upper", {"user": {"loginName": login.upper()}})
    c("by-login-name-domain", {"user": {"loginName": f"{login}@org-signin-{s.tag}.{s.u.hostname}"}})
    c("by-email", {"user": {"loginName": f"{login}@mail.example"}})
    c("unknown-login-name", {"user": {"loginName": "nobody-here"}})
    c("unknown-id", by_id("123456789012345678"))
    c("machine", by_id(w.nobody["id"]))
    c("user-nothing", {"user": {}})
    c("user-empty-id", {"user": {"userId": ""}})
    p = c("password", by_id(ada, PASSWORD))
    c("password-by-name", {"user": {"loginName": login}, "password": {"password": PASSWORD}})
    c("password-wrong", by_id(ada, "wrong"))
    c("password-wrong-again", by_id(ada, "wrong"))
    c("password-empty", {"user": {"userId": ada}, "password": {"password": ""}})
    c("password-no-user", {"password": {"password": PASSWORD}})
    c("password-none-set", by_id(w.nopass, PASSWORD))
    c("password-change-required", by_id(w.change, PASSWORD))
    c("password-unverified-mail", by_id(w.bob, PASSWORD))
    c("password-unknown-user", {"user": {"loginName": "nobody-here"}, "password": {"password": PASSWORD}})
    c("totp-none", {"user": {"userId": ada}, "totp": {"code": "123456"}})
    c("totp-short", {"user": {"userId": ada}, "totp": {"code": "123"}})
    c("otp-email-none", {"user": {"userId": ada}, "otpEmail": {"code": "123456"}})
    c("intent-unknown", {"user": {"userId": ada}, "idpIntent": {"idpIntentId": "1", "idpIntentToken": "t"}})
    c("metadata", by_id(ada), metadata={"k": b64("v")}, userAgent={"fingerprintId": "finger", "ip": "127.0.0.1", "description": "story", "header": {"x": {"values": ["y"]}}}, token=None)
    meta = s.steps[-1]["body"]
    life = c("lifetime", by_id(ada, PASSWORD), lifetime="3600s")
    c("lifetime-zero", by_id(ada), lifetime="0s")
    c("lifetime-negative", by_id(ada), lifetime="-1s")
    short = c("lifetime-one-second", by_id(ada, PASSWORD), lifetime="1s")
    c("unknown-field", None, surprise=1)
    s.rpc("session/create/connect", "CreateSession", {"checks": by_id(ada)}, token=s.login, service=S)
    s.rpc("session/create/connect-wrong-password", "CreateSession", {"checks": by_id(ada, "wrong")}, token=s.login, service=S)
    s.rpc("session/create/connect-unknown-user", "CreateSession", {"checks": by_id("123456789012345678")}, token=s.login, service=S)

    def g(name, sid, token="login", **k):
        return s.step(f"session/get/{name}", "GET", f"/v2/sessions/{sid}", token=s.login if token == "login" else token, **k)
    g("user-only", u[0], wait=lambda st, v: st == 200)
    g("password", p[0], wait=lambda st, v: st == 200)
    g("metadata", got(meta, "sessionId") or "none", wait=lambda st, v: st == 200)
    g("lifetime", life[0], wait=lambda st, v: st == 200)
    g("as-admin", p[0], token="admin")
    g("as-nobody", p[0], token=w.nobody["pat"])
    g("as-nobody-with-token", f"{p[0]}?sessionToken={urllib.parse.quote(p[1])}", token=w.nobody["pat"])
    g("as-nobody-wrong-token", f"{p[0]}?sessionToken=wrong", token=w.nobody["pat"])
    g("no-auth", p[0], token=None)
    g("no-auth-with-token", f"{p[0]}?sessionToken={urllib.parse.quote(p[1])}", token=None)
    g("own-by-session-token", p[0], token=p[1])
    g("unknown", s.absent)
    s.rpc("session/get/connect", "GetSession", {"sessionId": p[0]}, token=s.login, service=S)
    s.rpc("session/get/connect-unknown", "GetSession", {"sessionId": "123456789012345678"}, token=s.login, service=S)
    # the session token as a bearer
    s.step("session/bearer/password", "GET", f"/v2/users/{ada}", token=p[1])
    s.step("session/bearer/user-only", "GET", f"/v2/users/{ada}", token=u[1])
    s.step("session/bearer/me", "GET", "/auth/v1/users/me", token=p[1])
    s.step("session/bearer/userinfo", "GET", USERINFO, token=p[1])

    def put(name, sid, body, token="login"):
        st, v = s.step(f"session/set/{name}", "PATCH", f"/v2/sessions/{sid}", body, token=s.login if token == "login" else token)
        return s.knows("session-token" + label(f"set/{name}"), v, "sessionToken")
    t1 = put("password-wrong", u[0], {"checks": {"password": {"password": "wrong"}}})
    t1 = put("password", u[0], {"checks": {"password": {"password": PASSWORD}}})
    s.step("session/bearer/old-token", "GET", f"/v2/users/{ada}", token=u[1])
    s.step("session/bearer/new-token", "GET", f"/v2/users/{ada}", token=t1 or "none")
    put("nothing", u[0], {})
    put("metadata", u[0], {"metadata": {"a": b64("1")}})
    put("metadata-same", u[0], {"metadata": {"a": b64("1")}})
    put("metadata-empty-value", u[0], {"metadata": {"a": ""}})
    put("other-user", u[0], {"checks": by_id(w.bob)})
    put("same-user", u[0], {"checks": by_id(ada)})
    put("lifetime", u[0], {"lifetime": "100s"})
    put("lifetime-negative", u[0], {"lifetime": "-100s"})
    put("wrong-token", u[0], {"sessionToken": "wrong", "metadata": {"b": b64("1")}})
    put("unknown", s.absent, {"metadata": {"a": b64("1")}})
    g("unknown-after-set", s.absent)
    put("as-nobody", u[0], {"metadata": {"a": b64("2")}}, token=w.nobody["pat"])
    put("no-auth", u[0], {"metadata": {"a": b64("2")}}, token=None)
    put("as-itself", p[0], {"metadata": {"a": b64("2")}}, token=p[1])
    g("after-set", u[0], wait=lambda st, v: got(v, "session", "metadata", "b"))

    def find(name, body, token="login", **k):
        return s.step(f"session/list/{name}", "POST", "/v2/sessions/search", body, token=s.login if token == "login" else token, **k)
    find("ids", {"queries": [{"idsQuery": {"ids": [u[0], life[0]]}}], "sortingColumn": "SESSION_FIELD_NAME_CREATION_DATE", "query": {"asc": True}},
         wait=lambda st, v: len(got(v, "sessions") or []) == 2)
    find("ids-unknown", {"queries": [{"idsQuery": {"ids": ["123456789012345678"]}}]})
    find("nobody", {"queries": [{"userIdQuery": {"id": ada}}]}, token=w.nobody["pat"])
    find("no-auth", {}, token=None)
    find("user-limit-1", {"queries": [{"userIdQuery": {"id": w.change}}], "query": {"limit": 1}})
    find("user-agent", {"queries": [{"userAgentQuery": {"fingerprintId": "finger"}}, {"userIdQuery": {"id": ada}}]})
    time.sleep(1.2)
    g("expired", short[0])
    put("expired", short[0], {"metadata": {"a": b64("1")}})
    s.step("session/bearer/expired", "GET", f"/v2/users/{ada}", token=short[1])
    w.expired = short

    def cut(name, sid, body=None, token="login"):
        return s.step(f"session/delete/{name}", "DELETE", f"/v2/sessions/{sid}", body, token=s.login if token == "login" else token)
    cut("as-nobody", p[0], token=w.nobody["pat"])
    cut("as-nobody-wrong-token", p[0], {"sessionToken": "wrong"}, token=w.nobody["pat"])
    cut("no-auth", p[0], token=None)
    cut("login-client", life[0])
    cut("login-client-again", life[0])
    cut("unknown", s.absent)
    g("deleted", life[0], wait=lambda st, v: st != 200)
    put("deleted", life[0], {"metadata": {"a": b64("1")}})
    s.step("session/bearer/deleted", "GET", f"/v2/users/{ada}", token=life[1])
    one = c("for-token-delete", by_id(ada, PASSWORD))
    cut("with-token", one[0], {"sessionToken": one[1]}, token=w.nobody["pat"])
    one = c("for-self-delete", by_id(ada, PASSWORD))
    cut("as-itself", one[0], token=one[1])
    w.gone = life


def lockout(s, w):
    """wrong passwords until the door is shut: an organisation's own policy"""
    org = organisation(s, "lockout/organisation", "org-lockout")
    s.step("lockout/policy", "POST", "/management/v1/policies/lockout", {"maxPasswordAttempts": 2}, x_zitadel_orgid=org)
    eve = person(s, "lockout/human", "eve", org)
    time.sleep(1)
    sess = session(s, "lockout/session", by_id(eve, PASSWORD))
    for n in (1, 2):
        session(s, f"lockout/wrong-{n}", by_id(eve, "wrong"))
    s.step("lockout/state", "GET", f"/v2/users/{eve}", wait=lambda st, v: got(v, "user", "state") == "USER_STATE_LOCKED")
    session(s, "lockout/wrong-3", by_id(eve, "wrong"))
    session(s, "lockout/right", by_id(eve, PASSWORD))
    session(s, "lockout/user-check", by_id(eve))
    s.step("lockout/session-get", "GET", f"/v2/sessions/{sess[0]}", token=s.login, wait=lambda st, v: st == 404)
    s.step("lockout/set-right", "PATCH", f"/v2/sessions/{sess[0]}", {"checks": {"password": {"password": PASSWORD}}}, token=s.login)
    s.step("lockout/unlock", "POST", f"/v2/users/{eve}/unlock", {})
    time.sleep(0.7)
    session(s, "lockout/after-unlock-wrong", by_id(eve, "wrong"))
    session(s, "lockout/after-unlock-right", by_id(eve, PASSWORD))
    s.step("lockout/organisation-removed", "DELETE", f"/v2/organizations/{org}")


def login_flow(s, w):
    web, spa, ada = w.web, w.spa, w.ada
    O = "zitadel.oidc.v2.OIDCService"
    new = lambda app=web, **k: quietly(s, authorize, "", app, **k)
    sess = quietly(s, session, "", by_id(ada, PASSWORD))
    user_only = quietly(s, session, "", by_id(ada))
    r = new(scope="openid offline_access")
    G = lambda name, rid, token="login", **k: s.step(f"request/get/{name}", "GET", f"/v2/oidc/auth_requests/{rid}", token=s.login if token == "login" else token, **k)
    G("fresh", r, wait=lambda st, v: st == 200)
    G("unknown", "V2_123456789012345678")
    G("no-prefix", "123456789012345678")
    G("no-auth", r, token=None)
    G("as-nobody", r, token=w.nobody["pat"])
    G("as-admin", r, token="admin")
    s.rpc("request/get/connect", "GetAuthRequest", {"authRequestId": r or "V2_none"}, token=s.login, service=O)
    s.rpc("request/get/connect-unknown", "GetAuthRequest", {"authRequestId": "V2_123456789012345678"}, token=s.login, service=O)
    cb = lambda name, rid, se, **k: callback(s, f"callback/{name}", rid, se, **k)
    raw = lambda name, rid, body, token="login": s.step(f"callback/{name}", "POST", f"/v2/oidc/auth_requests/{rid or 'V2_none'}", body, token=s.login if token == "login" else token)
    cb("no-auth", r, sess, token=None)
    cb("as-nobody", r, sess, token=w.nobody["pat"])
    cb("as-admin", r, sess, token="admin")
    raw("empty", r, {})
    raw("session-empty", r, {"session": {}})
    cb("wrong-token", r, (sess[0], "wrong"))
    cb("unknown-session", r, ("123456789012345678", sess[1]))
    cb("expired-session", r, w.expired)
    cb("deleted-session", r, w.gone)
    cb("unknown-request", "V2_123456789012345678", sess)
    half = cb("user-only", new(), user_only)
    code = cb("ok", new(scope="openid offline_access", state="a b&c"), sess)
    r2 = new()
    code2 = cb("second-request-same-session", r2, sess)
    cb("twice", r2, sess)
    G("done", r2, wait=lambda st, v: st == 200)
    raw("error-after-done", r2, {"error": {"error": "ERROR_REASON_ACCESS_DENIED"}})
    r3 = new()
    raw("access-denied", r3, {"error": {"error": "ERROR_REASON_ACCESS_DENIED", "errorDescription": "no thanks", "errorUri": "https://web.example/why"}})
    raw("access-denied-twice", r3, {"error": {"error": "ERROR_REASON_ACCESS_DENIED"}})
    cb("session-after-error", r3, sess)
    raw("error-bare", new(drop=("state",)), {"error": {"error": "ERROR_REASON_LOGIN_REQUIRED"}})
    raw("error-unspecified", new(), {"error": {}})
    raw("error-unknown", new(), {"error": {"error": "ERROR_REASON_NOPE"}})
    raw("error-as-admin", new(), {"error": {"error": "ERROR_REASON_ACCESS_DENIED"}}, token="admin")
    raw("both", new(), {"session": {"sessionId": sess[0], "sessionToken": sess[1]}, "error": {"error": "ERROR_REASON_ACCESS_DENIED"}})
    cb("no-state", new(drop=("state",)), sess)
    cb("redirect-with-query", new(redirect_uri="https://web.example/cb?fixed=1"), sess)
    cb("mode-fragment", new(response_mode="fragment"), sess)
    cb("prompt-login-old-session", new(prompt="login"), sess)
    cb("prompt-none", new(prompt="none"), sess)
    time.sleep(1.1)
    cb("max-age-exceeded", new(max_age="1"), sess)
    header = lambda who: new(headers={"x_zitadel_login_client": who})
    cb("header/someone-else", header(w.nobody["id"]), sess)
    cb("header/own-without-role", header(w.nobody["id"]), sess, token=w.nobody["pat"])
    cb("header/own", header(w.login_client["id"]), sess)
    cb("header/unknown", header("123456789012345678"), sess)
    changer = quietly(s, session, "", by_id(w.change, PASSWORD))
    cb("password-change-required", new(), changer)
    cb("implicit", new(w.implicit, response_type="id_token token", scope="openid profile"), sess)
    cb("implicit-id-token", new(w.implicit, response_type="id_token", scope="openid profile email"), sess)
    s.rpc("callback/connect", "CreateCallback", {"authRequestId": new() or "V2_none", "session": {"sessionId": sess[0], "sessionToken": sess[1]}}, token=s.login, service=O)
    # code for token
    t = lambda name, app=web, c=code, **k: redeem(s, f"token/code/{name}", app, c, **k)
    t("wrong-secret", auth=(web.client, "wrong"))
    t("no-secret", auth=(), client_id=web.client)
    t("unknown-client", auth=("123456789012345678", "x"))
    t("unknown-client-in-form", auth=(), client_id="123456789012345678")
    t("no-client", auth=())
    t("wrong-redirect", redirect_uri="https://web.example/other")
    t("no-redirect", drop=("redirect_uri",))
    t("other-client", w.jwt)
    t("other-client-and-redirect", w.jwt, redirect_uri=web.redirect)
    t("foreign-project", w.foreign_web, redirect_uri=web.redirect)
    t("api-client", w.api)
    t("public-client", spa, redirect_uri=web.redirect)
    t("wrong-secret-and-verifier", auth=(web.client, "wrong"), code_verifier="v" * 43)
    t("wrong-redirect-and-verifier", redirect_uri="https://web.example/other", code_verifier="v" * 43)
    t("no-code", drop=("code",))
    t("code-empty", code="")
    t("code-garbage", code="garbage")
    t("ok", auth=(urllib.parse.quote(web.client, safe=""), web.secret or "none"))
    t("twice")
    t("twice-wrong-redirect", redirect_uri="https://web.example/other")
    t("twice-other-client", w.jwt)
    extra = quietly(s, callback, "", new(), sess)
    t("verifier-unexpected", c=extra, code_verifier="v" * 43)
    t("secret-in-form", c=code2, auth=(), client_id=web.client, client_secret=web.secret or "none")
    t("user-only-session", c=half)
    r4 = new(spa, scope="openid profile email")
    code4 = quietly(s, callback, "", r4, sess)
    t("spa/no-verifier", spa, code4, drop=("code_verifier",))
    t("spa/wrong-verifier", spa, code4, code_verifier="x" * 43)
    t("spa/plain-challenge-as-verifier", spa, code4, code_verifier=challenge(spa.verifier))
    t("spa/wrong-redirect-and-verifier", spa, code4, code_verifier="x" * 43, redirect_uri="https://spa.example/other")
    t("spa/ok", spa, code4)
    t("spa/twice", spa, code4)
    code4 = quietly(s, callback, "", new(spa), sess)
    t("spa/with-secret", spa, code4, auth=(spa.client, "secret"))
    code4 = quietly(s, callback, "", new(spa, code_challenge="p" * 43, code_challenge_method="plain"), sess)
    t("spa/plain", spa, code4, code_verifier="p" * 43)
    code4 = quietly(s, callback, "", new(spa, code_challenge="p" * 43, code_challenge_method="S512"), sess)
    t("spa/unknown-method", spa, code4, code_verifier="p" * 43)
    code5 = quietly(s, callback, "", new(web, code_challenge=challenge("w" * 43), code_challenge_method="S256"), sess)
    t("web-pkce/no-verifier", web, code5)
    t("web-pkce/ok", web, code5, code_verifier="w" * 43)
    code6 = quietly(s, callback, "", new(spa, code_challenge=None), sess)
    t("spa-no-challenge", spa, code6)
    t("spa-no-challenge-no-verifier", spa, code6, drop=("code_verifier",))
    code7 = quietly(s, callback, "", new(w.plain, scope="openid offline_access"), sess)
    t("no-refresh-grant", w.plain, code7)
    code8 = quietly(s, callback, "", new(web, scope="profile email"), sess)
    t("without-openid", web, code8)
    code9 = quietly(s, callback, "", new(web, scope="openid", max_age="600", drop=("nonce",)), sess)
    t("without-nonce", web, code9)
    code10 = quietly(s, callback, "", new(w.native), sess)
    t("native", w.native, code10)
    code11 = quietly(s, callback, "", new(web), sess)
    s.step("token/code/json-body", "POST", TOKEN, {"grant_type": "authorization_code", "code": code11 or "x"}, token=None)
    s.step("token/code/get", "GET", f"{TOKEN}?grant_type=authorization_code", token=None)
    s.form("token/code/query", f"{TOKEN}?grant_type=authorization_code&code={code11}&redirect_uri={urllib.parse.quote(web.redirect)}", {}, auth=web.proof()[0])
    code12 = quietly(s, callback, "", new(web), sess)
    s.step("token/session-deleted/delete", "DELETE", f"/v2/sessions/{sess[0]}", token=s.login)
    t("after-session-deleted", web, code12)


def quietly(s, f, *args, **k):
    with s.quiet():
        return f(s, *args, **k)


# -- 5. which claims show where

def claims(s, w):
    sets = {"openid": "openid",
            "standard": "openid profile email phone address offline_access",
            "roles": f"openid urn:zitadel:iam:org:projects:roles urn:zitadel:iam:org:project:id:{w.project}:aud",
            "one-role": "openid urn:zitadel:iam:org:project:role:admin",
            "extras": "openid urn:zitadel:iam:user:metadata urn:zitadel:iam:user:resourceowner",
            "org": f"openid urn:zitadel:iam:org:id:{w.org}",
            "domain": f"openid urn:zitadel:iam:org:domain:primary:org-signin-{s.tag}.{s.u.hostname}",
            "zitadel-audience": f"openid {ZAUD}",
            "no-openid": "profile email urn:zitadel:iam:user:resourceowner"}
    for name, scope in sets.items():
        for app in (w.web, w.jwt):
            t = signin(s, f"claims/{name}/{app.kind}/token", app, w.ada, scope)
            s.step(f"claims/{name}/{app.kind}/userinfo", "GET", USERINFO, token=t["access_token"])
            introspect(s, f"claims/{name}/{app.kind}/introspect", w.api, t["access_token"])
    t = signin(s, "claims/bob/jwt/token", w.jwt, w.bob, "openid profile email phone")
    s.step("claims/bob/jwt/userinfo", "GET", USERINFO, token=t["access_token"])


# -- 6. refresh, introspection, revocation, userinfo, end of session

def refreshing(s, w):
    web = w.web
    t = signin(s, "refresh/signin", web, w.ada, f"openid profile email offline_access {ZAUD}")
    old = t["refresh_token"]
    r = lambda name, tok, app=web, **k: refresh(s, f"refresh/{name}", app, tok, **k)
    r("wrong-secret", old, auth=(web.client, "wrong"))
    r("no-client", old, auth=())
    r("other-client", old, w.jwt)
    r("public-client", old, w.spa)
    r("not-allowed-grant", old, w.plain)
    r("wider-scope", old, scope="openid phone")
    r("garbage", "garbage")
    r("empty", "", )
    r("missing", old, drop=("refresh_token",))
    r("access-token", t["access_token"])
    n = r("ok", old)
    s.step("refresh/old-access-token", "GET", USERINFO, token=t["access_token"])
    r("reuse", old)
    n2 = r("narrow", n["refresh_token"], scope="openid email")
    s.step("refresh/narrow/userinfo", "GET", USERINFO, token=n2["access_token"])
    introspect(s, "refresh/narrow/introspect", w.api, n2["access_token"])
    n3 = r("after-narrow-wide-again", n2["refresh_token"], scope="openid profile email")
    n4 = r("after-narrow-no-scope", n3["refresh_token"])
    r("unknown-scope", n4["refresh_token"], scope="openid frobnicate")
    r("still-good", n4["refresh_token"])
    t2 = signin(s, "refresh/without-offline-access", web, w.ada, "openid")
    t3 = signin(s, "refresh/spa/signin", w.spa, w.ada, "openid offline_access")
    n5 = r("spa/ok", t3["refresh_token"], w.spa)
    r("spa/reuse", t3["refresh_token"], w.spa)
    t4 = signin(s, "refresh/jwt/signin", w.jwt, w.ada, "openid offline_access")
    r("jwt/ok", t4["refresh_token"], w.jwt)


def introspecting(s, w):
    api, web = w.api, w.web
    t = signin(s, "", web, w.ada, f"openid profile offline_access {ZAUD}")
    j = signin(s, "", w.jwt, w.ada, "openid profile")
    f = signin(s, "", w.foreign_web, w.ada, "openid profile")
    i = lambda name, tok, app=api, **k: introspect(s, f"introspect/{name}", app, tok, **k)
    i("opaque", t["access_token"])
    i("jwt", j["access_token"])
    i("by-own-web-app", t["access_token"], web)
    i("by-other-app-of-project", t["access_token"], w.jwt)
    i("by-public-app", t["access_token"], w.spa)
    i("by-foreign-api", t["access_token"], w.foreign_api)
    i("foreign-token", f["access_token"])
    i("wrong-secret", t["access_token"], auth=(api.client, "wrong"))
    i("unknown-client", t["access_token"], auth=("123456789012345678", "x"))
    i("secret-in-form", t["access_token"], auth=(), client_id=api.client, client_secret=api.secret or "none")
    i("no-auth", t["access_token"], auth=())
    i("machine-client", t["access_token"], auth=(w.nobody["name"], w.nobody["secret"]))
    s.form("introspect/bearer", INTROSPECT, {"token": t["access_token"]}, token=w.nobody["pat"])
    i("garbage", "garbage")
    i("empty", "")
    s.form("introspect/no-token", INTROSPECT, {}, auth=api.proof()[0])
    i("garbage-wrong-secret", "garbage", auth=(api.client, "wrong"))
    i("refresh-token", t["refresh_token"])
    i("refresh-token-hint", t["refresh_token"], token_type_hint="refresh_token")
    i("id-token", t["id_token"])
    i("session-token", t["session"][1])
    i("pat", w.nobody["pat"])
    i("admin-pat", s.admin)
    i("private-key-jwt", t["access_token"], w.apijwt)
    key = w.apijwt.key
    how = lambda **k: {"client_assertion_type": ASSERTION, "client_assertion": assertion(w.apijwt.client, key, k.pop("audience", s.base), **k)}
    other = w.nobody["key"]
    for name, k in (("wrong-audience", {"audience": "https://elsewhere.example"}), ("token-endpoint-audience", {"audience": s.base + TOKEN}), ("expired", {"age": 7200, "life": 60}),
                    ("too-old", {"age": 7200, "life": 9000}), ("wrong-key", {"pem": other and other["key"]}), ("unknown-kid", {"kid": "123"}), ("sub-differs", {"sub": "someone"}),
                    ("audience-list", {"audience": [s.base, "https://elsewhere.example"]})):
        s.form(f"introspect/private-key-jwt/{name}", INTROSPECT, {"token": t["access_token"], **how(**k)})
    s.form("introspect/private-key-jwt/no-type", INTROSPECT, {"token": t["access_token"], "client_assertion": how()["client_assertion"]})
    s.form("introspect/private-key-jwt/garbage", INTROSPECT, {"token": t["access_token"], "client_assertion_type": ASSERTION, "client_assertion": "garbage"})
    i("private-key-jwt/secret-of-other", t["access_token"], w.apijwt, auth=(w.apijwt.client, "x"))
    s.step("introspect/get", "GET", f"{INTROSPECT}?token=x", token=None)
    s.step("introspect/json", "POST", INTROSPECT, {"token": t["access_token"]}, token=None)
    # userinfo
    u = lambda name, tok, method="GET", **k: s.step(f"userinfo/{name}", method, USERINFO, token=tok, **k)
    u("get", t["access_token"])
    u("jwt", j["access_token"])
    u("none", None)
    u("garbage", "garbage")
    u("id-token", t["id_token"])
    u("refresh-token", t["refresh_token"])
    u("pat", w.nobody["pat"])
    s.step("userinfo/lowercase-bearer", "GET", USERINFO, token=None, Authorization=f"bearer {t['access_token']}")
    s.step("userinfo/basic", "GET", USERINFO, token=None, Authorization="Basic YTpi")
    s.step("userinfo/query", "GET", f"{USERINFO}?access_token={urllib.parse.quote(t['access_token'])}", token=None)
    s.form("userinfo/form", USERINFO, {"access_token": t["access_token"]})
    s.step("userinfo/post-header", "POST", USERINFO, "", token=t["access_token"], Content_Type="application/x-www-form-urlencoded")
    s.step("userinfo/post-json", "POST", USERINFO, {"access_token": t["access_token"]}, token=None)
    s.form("userinfo/form-and-header", USERINFO, {"access_token": t["access_token"]}, token="garbage")
    s.step("userinfo/put", "PUT", USERINFO, "", token=t["access_token"])
    s.step("userinfo/head", "HEAD", USERINFO, token=t["access_token"])
    # the token at the API
    s.step("api/opaque", "GET", f"/v2/users/{w.ada}", token=t["access_token"])
    s.step("api/opaque/me", "GET", "/auth/v1/users/me", token=t["access_token"])
    s.step("api/jwt-without-audience", "GET", f"/v2/users/{w.ada}", token=j["access_token"])
    s.step("api/id-token", "GET", f"/v2/users/{w.ada}", token=t["id_token"])
    s.step("api/other-user", "GET", f"/v2/users/{w.bob}", token=t["access_token"])
    s.step("api/sessions-own", "POST", "/v2/sessions/search", {"queries": [{"idsQuery": {"ids": [t["session"][0]]}}]}, token=t["access_token"],
           wait=lambda st, v: got(v, "sessions"))


def revoking(s, w):
    web = w.web
    scope = f"openid profile offline_access {ZAUD}"
    t = signin(s, "", web, w.ada, scope)
    v = lambda name, tok, app=web, **k: revoke(s, f"revoke/{name}", app, tok, **k)
    v("other-client", t["access_token"], w.jwt)
    s.step("revoke/other-client/userinfo", "GET", USERINFO, token=t["access_token"])
    t = signin(s, "", web, w.ada, scope)
    v("foreign-client", t["access_token"], w.foreign_web)
    s.step("revoke/foreign-client/userinfo", "GET", USERINFO, token=t["access_token"])
    v("wrong-secret", t["access_token"], auth=(web.client, "wrong"))
    v("unknown-client", t["access_token"], auth=("123456789012345678", "x"))
    v("no-auth", t["access_token"], auth=())
    v("api-client", t["access_token"], w.api)
    v("garbage", "garbage")
    v("empty", "")
    v("id-token", t["id_token"])
    v("access", t["access_token"])
    v("access-again", t["access_token"])
    s.step("revoke/access/userinfo", "GET", USERINFO, token=t["access_token"])
    s.step("revoke/access/api", "GET", f"/v2/users/{w.ada}", token=t["access_token"])
    introspect(s, "revoke/access/introspect", w.api, t["access_token"])
    n = refresh(s, "revoke/access/refresh", web, t["refresh_token"])
    v("refresh-foreign-client", n["refresh_token"], w.foreign_web)
    n = refresh(s, "revoke/refresh-foreign-client/refresh", web, n["refresh_token"])
    v("refresh-other-client", n["refresh_token"], w.jwt)
    refresh(s, "revoke/refresh-other-client/refresh", web, n["refresh_token"])
    n = signin(s, "", web, w.ada, scope)
    v("refresh", n["refresh_token"], token_type_hint="refresh_token")
    v("refresh-again", n["refresh_token"])
    refresh(s, "revoke/refresh/refresh", web, n["refresh_token"])
    s.step("revoke/refresh/userinfo", "GET", USERINFO, token=n["access_token"])
    s.step("revoke/refresh/session", "GET", f"/v2/sessions/{t['session'][0]}", token=s.login)
    j = signin(s, "", w.jwt, w.ada, scope)
    v("jwt", j["access_token"], w.jwt)
    s.step("revoke/jwt/userinfo", "GET", USERINFO, token=j["access_token"])
    s.step("revoke/jwt/api", "GET", f"/v2/users/{w.ada}", token=j["access_token"])
    p = signin(s, "", w.spa, w.ada, "openid offline_access")
    v("public", p["access_token"], w.spa)
    s.step("revoke/public/userinfo", "GET", USERINFO, token=p["access_token"])
    v("hint-wrong", p["refresh_token"], w.spa, token_type_hint="access_token")
    v("pat", w.nobody["pat"])
    s.step("revoke/pat/still", "GET", f"/v2/users/{w.nobody['id']}", token=w.nobody["pat"])


def ending(s, w):
    web = w.web
    def e(name, method="GET", **q):
        q = {k: v for k, v in q.items() if v is not None}
        if method == "POST":
            return s.form(f"end/{name}", END, q)
        return s.step(f"end/{name}", method, f"{END}?{urllib.parse.urlencode(q)}", token=None)
    new = lambda: signin(s, "", web, w.ada, f"openid profile offline_access {ZAUD}")
    t = new()
    e("nothing")
    e("no-hint-redirect", post_logout_redirect_uri="https://web.example/bye")
    e("no-hint-client", client_id=web.client, post_logout_redirect_uri="https://web.example/bye", state="end-1")
    e("no-hint-client-mismatch", client_id=web.client, post_logout_redirect_uri="https://other.example/bye")
    e("no-hint-unknown-client", client_id="123456789012345678", post_logout_redirect_uri="https://web.example/bye")
    e("no-hint-logout-hint", logout_hint=f"ada-{s.tag}", ui_locales="de en")
    e("hint-garbage", id_token_hint="garbage", post_logout_redirect_uri="https://web.example/bye")
    e("hint-mismatch", id_token_hint=t["id_token"], post_logout_redirect_uri="https://other.example/bye")
    e("hint-other-client", id_token_hint=t["id_token"], client_id=w.jwt.client, post_logout_redirect_uri="https://web.example/bye")
    s.step("end/still/session", "GET", f"/v2/sessions/{t['session'][0]}", token=s.login)
    e("ok", id_token_hint=t["id_token"], post_logout_redirect_uri="https://web.example/bye", state="end-1")
    s.step("end/ok/session", "GET", f"/v2/sessions/{t['session'][0]}", token=s.login, wait=lambda st, v: st != 200)
    s.step("end/ok/userinfo", "GET", USERINFO, token=t["access_token"])
    s.step("end/ok/api", "GET", f"/v2/users/{w.ada}", token=t["access_token"])
    introspect(s, "end/ok/introspect", w.api, t["access_token"])
    refresh(s, "end/ok/refresh", web, t["refresh_token"])
    e("again", id_token_hint=t["id_token"], post_logout_redirect_uri="https://web.example/bye", state="end-1")
    t = new()
    e("hint-only", id_token_hint=t["id_token"])
    t = new()
    e("post", "POST", id_token_hint=t["id_token"], post_logout_redirect_uri="https://web.example/bye", state="end-2")
    t = new()
    e("hint-and-client", id_token_hint=t["id_token"], client_id=web.client, post_logout_redirect_uri="https://web.example/bye")
    e("head", "HEAD")
    h = lambda name, **q: s.step(f"end/v2/{name}", "GET", f"{END}?{urllib.parse.urlencode(q)}", token=None, x_zitadel_login_client=w.login_client["id"])
    h("nothing")
    h("client", client_id=web.client, post_logout_redirect_uri="https://web.example/bye", state="end-3")
    h("logout-hint", logout_hint=f"ada-{s.tag}", ui_locales="de en")
    t = new()
    h("hint", id_token_hint=t["id_token"], post_logout_redirect_uri="https://web.example/bye", state="end-3")
    j = signin(s, "", w.jwt, w.ada, "openid")
    e("hint-of-app-without-uris", id_token_hint=j["id_token"], post_logout_redirect_uri="https://jwt.example/bye")
    e("access-token-as-hint", id_token_hint=j["access_token"])


# -- 7. devices and machines

def devices(s, w):
    n, O = w.native, "zitadel.oidc.v2.OIDCService"
    sess = quietly(s, session, "", by_id(w.ada, PASSWORD))
    start = lambda name, app=n, scope="openid profile offline_access", **over: s.form(f"device/start/{name}", DEVICE, {**app.proof()[1], "scope": scope, **over}, auth=app.proof()[0])
    poll = lambda name, code, app=n, **over: s.form(f"device/poll/{name}", TOKEN, {"grant_type": DEVICE_GRANT, "device_code": code, **app.proof()[1], **over}, auth=app.proof()[0])
    start("not-allowed", w.web)
    start("unknown-client", client_id="123456789012345678")
    start("no-client", client_id=None)
    start("no-scope", scope=None)
    start("unknown-scope", scope="openid frobnicate")
    st, v = start("ok")
    code, user_code = s.knows("device-code", v, "device_code") or "no-code", s.knows("user-code", v, "user_code") or "XXXX-XXXX"
    w.verification = got(v, "verification_uri_complete")
    poll("pending", code)
    poll("pending-at-once", code)
    poll("other-client", code, w.spa)
    poll("unknown", "no-such-device-code")
    poll("missing", None)
    G = lambda name, c, token="login", **k: s.step(f"device/request/{name}", "GET", f"/v2/oidc/device_authorization/{c}", token=s.login if token == "login" else token, **k)
    st, v = G("ok", user_code, wait=lambda st, v: st == 200)
    did = s.knows("device-request", v, "deviceAuthorizationRequest", "id") or "no-id"
    G("unknown", "BBBB-BBBB")
    G("short", "BBBB")
    G("lower", user_code.lower())
    G("no-auth", user_code, token=None)
    G("as-nobody", user_code, token=w.nobody["pat"])
    D = lambda name, rid, body, token="login": s.step(f"device/decide/{name}", "POST", f"/v2/oidc/device_authorization/{rid}", body, token=s.login if token == "login" else token)
    se = {"session": {"sessionId": sess[0], "sessionToken": sess[1]}}
    D("nothing", did, {})
    D("no-auth", did, se, token=None)
    D("as-nobody", did, se, token=w.nobody["pat"])
    D("wrong-session-token", did, {"session": {"sessionId": sess[0], "sessionToken": "wrong"}})
    D("unknown", "nope", se)
    D("approve", did, se)
    D("approve-again", did, se)
    G("after-approval", user_code, wait=lambda st, v: st == 404)
    st, v = poll("approved", code)
    t = tokens(s, "device/poll/approved", v)
    poll("approved-again", code)
    s.step("device/userinfo", "GET", USERINFO, token=t["access_token"])
    refresh(s, "device/refresh", n, t["refresh_token"])
    with s.quiet():
        st, v = s.form("", DEVICE, {"client_id": n.client, "scope": "openid"})
        code, user_code = s.knows("device-code", v, "device_code") or "no-code", s.knows("user-code", v, "user_code") or "XXXX-XXXX"
        st, v = s.step("", "GET", f"/v2/oidc/device_authorization/{user_code}", token=s.login, wait=lambda st, v: st == 200)
        did = s.knows("device-request", v, "deviceAuthorizationRequest", "id") or "no-id"
    D("deny", did, {"deny": {}})
    poll("denied", code)
    D("approve-after-deny", did, se)
    poll("denied-again", code)


def machines(s, w):
    m = machine(s, "machine/create", "robot", w.org)
    other = w.nobody
    a = cc(s, "machine/cc/ok", m)
    cc(s, "machine/cc/no-openid", m, scope="profile")
    cc(s, "machine/cc/no-scope", m, scope=None)
    cc(s, "machine/cc/profile", m, scope="openid profile email urn:zitadel:iam:user:resourceowner")
    cc(s, "machine/cc/offline", m, scope="openid offline_access")
    cc(s, "machine/cc/unknown-scope", m, scope="openid frobnicate")
    cc(s, "machine/cc/org-scope-unknown", m, scope="openid urn:zitadel:iam:org:id:123456789012345678")
    s.form("machine/cc/wrong-secret", TOKEN, {"grant_type": "client_credentials", "scope": "openid"}, auth=(m["name"], "wrong"))
    s.form("machine/cc/unknown", TOKEN, {"grant_type": "client_credentials", "scope": "openid"}, auth=("no-such-machine", "x"))
    s.form("machine/cc/by-id", TOKEN, {"grant_type": "client_credentials", "scope": "openid"}, auth=(m["id"], m["secret"]))
    s.form("machine/cc/app-client", TOKEN, {"grant_type": "client_credentials", "scope": "openid"}, auth=w.web.proof()[0])
    s.form("machine/cc/post", TOKEN, {"grant_type": "client_credentials", "scope": "openid", "client_id": m["name"], "client_secret": m["secret"]})
    s.form("machine/cc/human", TOKEN, {"grant_type": "client_credentials", "scope": "openid"}, auth=(f"ada-{s.tag}", PASSWORD))
    s.step("machine/cc/api", "GET", f"/v2/users/{m['id']}", token=a)
    s.step("machine/cc/userinfo", "GET", USERINFO, token=a)
    introspect(s, "machine/cc/introspect-without-audience", w.api, a)
    a = cc(s, "machine/cc/project-audience", m, scope=f"openid urn:zitadel:iam:org:project:id:{w.project}:aud urn:zitadel:iam:org:projects:roles")
    introspect(s, "machine/cc/introspect", w.api, a)
    j = jwt_profile(s, "machine/jwt/ok", m)
    s.step("machine/jwt/api", "GET", f"/v2/users/{m['id']}", token=j)
    s.step("machine/jwt/userinfo", "GET", USERINFO, token=j)
    jwt_profile(s, "machine/jwt/no-scope", m, scope=None)
    jwt_profile(s, "machine/jwt/profile", m, scope="openid profile email offline_access")
    for name, how in (("wrong-audience", {"audience": "https://elsewhere.example"}), ("token-endpoint-audience", {"audience": s.base + TOKEN}), ("audience-list", {"audience": [s.base, "x"]}),
                      ("expired", {"age": 7200, "life": 60}), ("old", {"age": 7200, "life": 9000}), ("long", {"life": 90000}), ("future", {"age": -120}),
                      ("sub-differs", {"sub": other["id"]}), ("unknown-kid", {"kid": "123456789012345678"}), ("kid-of-other", {"kid": other["keyid"]}),
                      ("wrong-key", {"pem": other["key"] and other["key"]["key"]})):
        jwt_profile(s, f"machine/jwt/{name}", m, **how)
    s.form("machine/jwt/garbage", TOKEN, {"grant_type": JWT_BEARER, "scope": "openid", "assertion": "garbage"})
    s.form("machine/jwt/missing", TOKEN, {"grant_type": JWT_BEARER, "scope": "openid"})
    s.form("machine/grant-unknown", TOKEN, {"grant_type": "frobnicate"}, auth=w.web.proof()[0])
    s.form("machine/grant-missing", TOKEN, {}, auth=w.web.proof()[0])
    s.form("machine/grant-password", TOKEN, {"grant_type": "password", "username": f"ada-{s.tag}", "password": PASSWORD, "scope": "openid"}, auth=w.web.proof()[0])
    s.form("machine/grant-exchange-not-allowed", TOKEN, {"grant_type": EXCHANGE, "subject_token": a, "subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}, auth=w.web.proof()[0])


# -- 8. the doors

DOOR_ORDER = ("user", "api-opaque", "api-jwt", "api-session-token", "userinfo-opaque", "userinfo-jwt", "introspect-opaque", "introspect-jwt", "refresh", "refresh/api", "refresh-jwt-app",
              "session-get", "session-list", "session-set", "session-user-check", "session-password", "authorize", "callback-request-before", "callback", "callback/token",
              "code-before", "device-before", "prompt-none", "prompt-none/callback", "id-token-hint", "id-token-hint/request", "fresh-signin", "pat", "machine-api", "machine-userinfo", "client-credentials",
              "jwt-assertion", "machine-introspect")


def fixture(s, w, event, org=None, people=True, robots=True, apps=None, roles=("admin",)):
    """somebody signed in everywhere, and a machine with every credential, before the event"""
    f = World()
    f.org, f.event, f.w = org or w.org, event, w
    f.web, f.jwt, f.native, f.api = apps or (w.web, w.jwt, w.native, w.api)
    f.password, f.people, f.robots = PASSWORD, people, robots
    scope = f"openid profile email offline_access {ZAUD} urn:zitadel:iam:org:projects:roles urn:zitadel:iam:org:project:id:{f.web.project}:aud"
    with s.quiet():
        if people:
            f.user = person(s, "", f"d-{event}", f.org)
            f.grant = grant(s, "", f.user, f.web.project, f.web.org, list(roles)) if roles else None
            f.session = session(s, "", by_id(f.user, PASSWORD))
            f.half = session(s, "", by_id(f.user))
            t = signin(s, "", f.web, f.user, scope, sess=f.session)
            f.at, f.rt, f.idt = t["access_token"], t["refresh_token"], t["id_token"]
            t = signin(s, "", f.jwt, f.user, scope, sess=f.session)
            f.jat, f.jrt = t["access_token"], t["refresh_token"]
            f.request = authorize(s, "", f.web, scope=scope)
            f.code = callback(s, "", authorize(s, "", f.web, scope=scope), f.session)
            st, v = s.form("", DEVICE, {"client_id": f.native.client, "scope": "openid"})
            f.device, user_code = s.knows("device-code", v, "device_code") or "none", got(v, "user_code") or "XXXX-XXXX"
            st, v = s.step("", "GET", f"/v2/oidc/device_authorization/{user_code}", token=s.login, wait=lambda st, v: st == 200)
            s.step("", "POST", f"/v2/oidc/device_authorization/{got(v, 'deviceAuthorizationRequest', 'id') or 'none'}", {"session": {"sessionId": f.session[0], "sessionToken": f.session[1]}}, token=s.login)
            s.step("", "GET", f"/v2/sessions/{f.session[0]}", token=s.login, wait=lambda st, v: st == 200)
            s.step("", "GET", f"/v2/users/{f.user}", token=f.at, wait=lambda st, v: st == 200)
        if robots:
            f.m = machine(s, "", f"m-{event}", f.org)
            if roles:
                grant(s, "", f.m["id"], f.web.project, f.web.org, list(roles))
            f.cc = cc(s, "", f.m, scope=f"openid {ZAUD} urn:zitadel:iam:org:project:id:{f.web.project}:aud")
        for name in ("at", "rt", "idt", "jat", "jrt", "code", "request", "device", "cc"):
            if not str(f.__dict__.get(name) or "no-").startswith("no-"):
                s.know(f"{event}.{name}", f.__dict__[name])
        if people:
            for name, sess in (("session", f.session), ("half-session", f.half)):
                if not sess[0].startswith("no-"):
                    s.know(f"{event}.{name}", sess[0]); s.know(f"{event}.{name}-token", sess[1])
    return f


def probe(s, f, phase=""):
    """walk every door; `phase` names the second walk"""
    n = lambda door: f"doors/{f.event}{phase}/{door}"
    if f.people:
        s.step(n("user"), "GET", f"/v2/users/{f.user}")
        s.step(n("api-opaque"), "GET", f"/v2/users/{f.user}", token=f.at)
        s.step(n("api-jwt"), "GET", f"/v2/users/{f.user}", token=f.jat)
        s.step(n("api-session-token"), "GET", f"/v2/users/{f.user}", token=f.session[1])
        s.step(n("userinfo-opaque"), "GET", USERINFO, token=f.at)
        s.step(n("userinfo-jwt"), "GET", USERINFO, token=f.jat)
        introspect(s, n("introspect-opaque"), f.api, f.at)
        introspect(s, n("introspect-jwt"), f.api, f.jat)
        t = refresh(s, n("refresh"), f.web, f.rt)
        if not t["refresh_token"].startswith("no-"):
            f.rt, f.idt, f.at = t["refresh_token"], t["id_token"], t["access_token"]
            s.step(n("refresh/api"), "GET", f"/v2/users/{f.user}", token=f.at)
        t = refresh(s, n("refresh-jwt-app"), f.jwt, f.jrt)
        if not t["refresh_token"].startswith("no-"):
            f.jrt, f.jat = t["refresh_token"], t["access_token"]
        s.step(n("session-get"), "GET", f"/v2/sessions/{f.session[0]}", token=s.login)
        s.step(n("session-list"), "POST", "/v2/sessions/search", {"queries": [{"idsQuery": {"ids": [f.session[0]]}}]}, token=s.login)
        s.step(n("session-set"), "PATCH", f"/v2/sessions/{f.half[0]}", {"checks": {"password": {"password": f.password}}}, token=s.login)
        session(s, n("session-user-check"), by_id(f.user))
        fresh = session(s, n("session-password"), by_id(f.user, f.password))
        if not phase:
            code = callback(s, n("callback-request-before"), f.request, f.session)
        request = authorize(s, n("authorize"), f.web)
        code = callback(s, n("callback"), request, f.session)
        if code:
            redeem(s, n("callback/token"), f.web, code)
        redeem(s, n("code-before"), f.web, f.code)
        s.form(n("device-before"), TOKEN, {"grant_type": DEVICE_GRANT, "device_code": f.device, "client_id": f.native.client})
        request = authorize(s, n("prompt-none"), f.web, prompt="none", id_token_hint=f.idt)
        code = callback(s, n("prompt-none/callback"), request, f.session)
        request = authorize(s, n("id-token-hint"), f.web, id_token_hint=f.idt)
        s.step(n("id-token-hint/request"), "GET", f"/v2/oidc/auth_requests/{request or 'V2_none'}", token=s.login, wait=(lambda st, v: st == 200) if request else None)
        if not fresh[0].startswith("no-"):
            code = quietly(s, callback, "", quietly(s, authorize, "", f.web), fresh)
            if code:
                redeem(s, n("fresh-signin"), f.web, code)
    if f.robots:
        m = f.m
        s.step(n("pat"), "GET", f"/v2/users/{m['id']}", token=m["pat"])
        s.step(n("machine-api"), "GET", f"/v2/users/{m['id']}", token=f.cc)
        s.step(n("machine-userinfo"), "GET", USERINFO, token=f.cc)
        introspect(s, n("machine-introspect"), f.api, f.cc)
        cc(s, n("client-credentials"), m)
        jwt_profile(s, n("jwt-assertion"), m)


def own_apps(s, w, event, org=None):
    """a project of its own with applications, for events that shut those"""
    with s.quiet():
        org = org or w.org
        P = project(s, "", f"project-{event}", org)
        for key in ("admin", "reader"):
            s.step("", "POST", f"/management/v1/projects/{P}/roles", {"roleKey": key, "displayName": key}, x_zitadel_orgid=org)
        apps = (oidc_app(s, "", f"web-{event}", P, org, ["https://web.example/cb"], postLogoutRedirectUris=["https://web.example/bye"]),
                oidc_app(s, "", f"jwt-{event}", P, org, ["https://jwt.example/cb"], accessTokenType="OIDC_TOKEN_TYPE_JWT"),
                oidc_app(s, "", f"native-{event}", P, org, ["http://localhost/cb"], "NATIVE", "NONE", grants=("AUTHORIZATION_CODE", "REFRESH_TOKEN", "DEVICE_CODE")),
                api_app(s, "", f"api-{event}", P, org))
        for app in apps[:2]:
            authorize(s, "", app, wait=lambda st, v: st == 302)
    return apps


def settle(s, seconds=1.2):
    """projections follow an event within moments"""
    if s.real:
        time.sleep(seconds)


def doors(s, w):
    do = lambda name, method, path, body=None, **k: s.step(name, method, path, body, **k)
    # nothing happens: every door as it should be
    f = fixture(s, w, "none")
    probe(s, f)
    for event, back in (("deactivate", "reactivate"), ("lock", "unlock")):
        f = fixture(s, w, event)
        do(f"doors/{event}/event", "POST", f"/v2/users/{f.user}/{event}", {})
        do(f"doors/{event}/event-machine", "POST", f"/v2/users/{f.m['id']}/{event}", {})
        settle(s)
        if event == "deactivate":       # which refusal comes first
            redeem(s, "order/wrong-redirect", f.web, f.code, redirect_uri="https://web.example/other")
            redeem(s, "order/wrong-secret", f.web, f.code, auth=(f.web.client, "wrong"))
            redeem(s, "order/other-client", f.jwt, f.code, redirect_uri=f.web.redirect)
            redeem(s, "order/unasked-verifier", f.web, f.code, code_verifier="v" * 43)
            refresh(s, "order/refresh-other-client", f.jwt, f.rt)
            refresh(s, "order/refresh-wider", f.web, f.rt, scope="openid phone")
            revoke(s, "order/revoke", f.jwt, f.jat)
            s.step("order/end-session", "GET", f"{END}?" + urllib.parse.urlencode({"id_token_hint": f.idt, "post_logout_redirect_uri": "https://other.example/"}), token=None)
        probe(s, f)
        do(f"doors/{event}/back-event", "POST", f"/v2/users/{f.user}/{back}", {})
        do(f"doors/{event}/back-event-machine", "POST", f"/v2/users/{f.m['id']}/{back}", {})
        settle(s)
        probe(s, f, "/back")
    f = fixture(s, w, "password-change", robots=False)
    do("doors/password-change/event", "POST", f"/v2/users/{f.user}/password", {"newPassword": {"password": "N3w-Secret!!"}})
    settle(s)
    probe(s, f)                                         # with the old password
    f.password = "N3w-Secret!!"
    session(s, "doors/password-change/new-password", by_id(f.user, f.password))
    f = fixture(s, w, "session-delete", robots=False)
    do("doors/session-delete/event", "DELETE", f"/v2/sessions/{f.session[0]}", token=s.login)
    settle(s)
    probe(s, f)
    f = fixture(s, w, "refresh-revoke", robots=False)
    revoke(s, "doors/refresh-revoke/event", f.web, f.rt)
    settle(s)
    probe(s, f)
    f = fixture(s, w, "access-revoke", robots=False)
    revoke(s, "doors/access-revoke/event", f.web, f.at)
    settle(s)
    probe(s, f)
    f = fixture(s, w, "grant-removed", robots=False)
    s.rpc("doors/grant-removed/event", "DeleteAuthorization", {"id": f.grant or "none"}, service="zitadel.authorization.v2.AuthorizationService")
    settle(s)
    probe(s, f)
    apps = own_apps(s, w, "project-off")
    f = fixture(s, w, "project-off", apps=apps)
    do("doors/project-off/event", "POST", f"/management/v1/projects/{apps[0].project}/_deactivate", {}, x_zitadel_orgid=w.org)
    settle(s)
    probe(s, f)
    do("doors/project-off/back-event", "POST", f"/management/v1/projects/{apps[0].project}/_reactivate", {}, x_zitadel_orgid=w.org)
    settle(s)
    probe(s, f, "/back")
    apps = own_apps(s, w, "app-off")
    f = fixture(s, w, "app-off", apps=apps, robots=False)
    do("doors/app-off/event", "POST", f"/management/v1/projects/{apps[0].project}/apps/{apps[0].id}/_deactivate", {}, x_zitadel_orgid=w.org)
    settle(s)
    probe(s, f)
    do("doors/app-off/back-event", "POST", f"/management/v1/projects/{apps[0].project}/apps/{apps[0].id}/_reactivate", {}, x_zitadel_orgid=w.org)
    settle(s)
    probe(s, f, "/back")
    f = fixture(s, w, "pat-removed", people=False)
    do("doors/pat-removed/event", "DELETE", f"/v2/users/{f.m['id']}/pats/{f.m['patid']}")
    settle(s)
    probe(s, f)
    f = fixture(s, w, "secret-removed", people=False)
    do("doors/secret-removed/event", "DELETE", f"/v2/users/{f.m['id']}/secret")
    settle(s)
    probe(s, f)


def outcome(step):
    """an answer in a few words, for the table"""
    st, body, head = step["status"], step["body"], step["headers"]
    if isinstance(body, dict) and "active" in body and st == 200:
        return "active" if body["active"] else "`active:false`"
    if "location" in head:
        return f"{st} → " + ("login" if "/login" in head["location"]["to"] else head["location"]["to"])
    if isinstance(body, dict) and "error" in body:
        return f"{st} {body['error']}" + (f": {body['error_description']}" if body.get("error_description") else "")
    if isinstance(body, dict) and st >= 400:
        m = str(body.get("message", ""))
        i = re.search(r"\(([\w-]+)\)\s*$", m)
        return f"{st} {body.get('code', '')} {'`' + i[1] + '`' if i else m}"
    if step["name"].endswith("/user"):
        return str(got(body, "user", "state")).replace("USER_STATE_", "")
    if step["name"].endswith("session-list"):
        return f"{st}, {len(got(body, 'sessions') or [])} listed"
    if step["name"].endswith("id-token-hint/request"):
        return f"{st}, " + ("hint kept" if got(body, "authRequest", "hintUserId") else "hint dropped")
    if "/userinfo" in step["name"] and isinstance(body, dict):
        return "ok, roles" if any(k.endswith(":roles") for k in body) else "ok, no roles"
    return f"{st}" if st >= 300 else "ok"


def table(steps):
    """doors down, events across"""
    events, cells = [], {}
    for step in steps:
        if not step["name"].startswith("doors/") or "/event" in step["name"] or "/back-event" in step["name"] or step["name"].endswith("new-password"):
            continue
        parts = step["name"].split("/")
        event = parts[1] + (" → back" if parts[2] == "back" else "")
        door = "/".join(parts[3 if parts[2] == "back" else 2:])
        if event not in events:
            events.append(event)
        cells[door, event] = outcome(step)
    out = ["# Doors: event × door, as the real server answered", "", "Generated by `story_signin.py --table`. ok = 2xx; – = not asked.", ""]
    for start in range(0, len(events), 5):
        some = events[start:start + 5]
        out += ["| door | " + " | ".join(some) + " |", "| --- |" + " --- |" * len(some)]
        out += [f"| {d} | " + " | ".join(cells.get((d, e), "–").replace("|", "\\|") for e in some) + " |" for d in DOOR_ORDER if any((d, e) in cells for e in some)]
        out.append("")
    return "\n".join(out)


PARTS = {"discovery": discovery, "authorize": authorizing, "sessions": sessions, "lockout": lockout, "flow": login_flow, "claims": claims, "refresh": refreshing,
         "introspect": introspecting, "revoke": revoking, "end": ending, "device": devices, "machine": machines, "doors": doors}


def tell(s, only=()):
    w = the_world(s)
    more_apps(s, w)
    w.expired = w.gone = ("none", "none")
    for name, part in PARTS.items():
        if only and name not in only:
            continue
        before = len(s.steps)
        part(s, w)
        print(f"  {name}: {len(s.steps) - before} steps", file=sys.stderr)
    leave(s, w)


def leave(s, w):
    """what the story put on the instance goes again"""
    s.step("leave/login-client-role", "DELETE", f"/admin/v1/members/{w.login_client['id']}")
    s.step("leave/login-client", "DELETE", f"/v2/users/{w.login_client['id']}")
    if w.org != s.first_org:
        s.step("leave/organisation", "DELETE", f"/v2/organizations/{w.org}")


def main(telling=tell):
    p = argparse.ArgumentParser()
    p.add_argument("url"); p.add_argument("token"); p.add_argument("--org", default=""); p.add_argument("--out", default="-"); p.add_argument("--tag", default="sa1")
    p.add_argument("--table", default=""); p.add_argument("--only", default=""); p.add_argument("--stub", action="store_true", help="do not ask again where a server says 404 or 501")
    p.add_argument("--explain", action="store_true", help="ask a server which row of its fidelity table each answer is")
    o = p.parse_args()
    s = Told(o.url, o.token, o.org, o.tag)
    s.real, s.explain = not o.stub, o.explain
    try:
        telling(s, [x for x in o.only.split(",") if x])
    finally:
        steps = s.told()
        text = json.dumps(steps, indent=1)
        (sys.stdout if o.out == "-" else open(o.out, "w")).write(text)
        if o.table:
            open(o.table, "w").write(table(steps))
    print(f"{len(steps)} steps, statuses: " + ", ".join(f"{k}×{v}" for k, v in sorted(collections.Counter(x['status'] for x in steps).items())), file=sys.stderr)


if __name__ == "__main__":
    main()
