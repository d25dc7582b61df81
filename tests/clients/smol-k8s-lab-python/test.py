"""smol-k8s-lab's client of ZITADEL, unmodified: management v1 over REST, and Connect in JSON, signed in by a key file.

The package needs a newer Python than some have, and a cluster when it is imported: its one file is loaded alone.
"""

import importlib.metadata
import importlib.util
import json
import os
import sys
import types
import urllib.request

URL, TOKEN = os.environ["ZITADEL_URL"], os.environ["ZITADEL_TOKEN"]
PACKAGE = importlib.util.find_spec("smol_k8s_lab").submodule_search_locations
checks = 0


def load():
    """The class of the file, without the rest of the package."""
    bare = types.ModuleType("smol_k8s_lab")
    bare.__path__ = list(PACKAGE)
    sys.modules["smol_k8s_lab"] = bare
    path = os.path.join(PACKAGE[0], "k8s", "apps", "identity_provider", "zitadel_api.py")
    spec = importlib.util.spec_from_file_location("zitadel_api", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Zitadel


def ask(method, path, body=None):
    """A call of the administrator's, who looks at what the client has done."""
    request = urllib.request.Request(URL + path, method=method, data=json.dumps(body or {}).encode() if method != "GET" else None)
    request.add_header("Authorization", f"Bearer {TOKEN}")
    request.add_header("Content-Type", "application/json")
    return json.loads(urllib.request.urlopen(request).read())


def equal(found, expected):
    global checks
    assert found == expected, (found, expected)
    checks += 1


urllib.request.urlopen(urllib.request.Request(f"{URL}/__fauxidp/worlds/default/reset", method="POST")).read()
key = json.loads(os.environ["ZITADEL_KEY_JSON"])
try:
    ask("POST", "/admin/v1/members", {"userId": key["userId"], "roles": ["IAM_OWNER"]})
except urllib.error.HTTPError as error:
    assert error.code == 409, error  # it is one already

client = load()(URL.removeprefix("http://"), key, tls_verify=True)
equal(bool(client.api_token), True)

client.create_project("Core")
project = client.project_id
equal(client.org_id, client.resource_owner)
client.set_project_by_name("Core")
equal(client.project_id, project)
for role in ["argo_admins", "argo_users"]:
    client.create_role(role, role.title())
roles = ask("POST", f"/management/v1/projects/{project}/roles/_search")["result"]
equal(sorted(role["key"] for role in roles), ["argo_admins", "argo_users"])

user = client.create_user("friend", "Correct-Horse-Battery-9", "Fri", "End", "friend@example.com", "GENDER_DIVERSE")
client.set_user_by_login_name("friend")
equal(client.user_id, user)
read = ask("GET", f"/management/v1/users/{user}")["user"]
equal((read["state"], read["human"]["profile"]["gender"]), ("USER_STATE_ACTIVE", "GENDER_DIVERSE"))

grant = client.create_role_assignment(["argo_users"])
found = ask("GET", f"/management/v1/users/{user}/grants/{grant}")["userGrant"]
equal(found["roleKeys"], ["argo_users"])
client.create_iam_membership(user, "IAM_OWNER")
members = ask("POST", "/admin/v1/members/_search", {"queries": [{"userIdQuery": {"userId": user}}]})["result"]
equal([member["roles"] for member in members], [["IAM_OWNER"]])

made = client.create_application("argo-cd", "https://argo.example.com/auth/callback")
equal(sorted(made), ["application_id", "client_id", "client_secret"])
equal(client.create_application("argo-cd", "https://argo.example.com/auth/callback"), {})  # it is taken

# It asks with PUT at a Connect path, as no vendor's server takes it: the grant stays as it is.
client.update_role_assignments(["argo_admins"], user)
equal(ask("GET", f"/management/v1/users/{user}/grants/{grant}")["userGrant"]["roleKeys"], ["argo_users"])

# A service account that is imported without a name is refused, there as here.
try:
    client.create_service_account("robot", email="robot@example.com")
except KeyError as error:
    equal(error.args, ("userId",))
else:
    raise AssertionError("an account without a name is made")

print(f"smol-k8s-lab {importlib.metadata.version('smol-k8s-lab')}: {checks} checks")
