"""ZITADEL's published Python client, unmodified: Connect JSON over HTTP/1.1. Then the standard gRPC health check."""

import base64
import datetime
import json
import os
import tempfile
import urllib.request
import warnings

warnings.filterwarnings("ignore")

import grpc
import zitadel_client as sdk
from grpc_health.v1 import health_pb2, health_pb2_grpc
from zitadel_client.exceptions import ApiError

import around
import faults

URL, TOKEN = os.environ["ZITADEL_URL"], os.environ["ZITADEL_TOKEN"]
USER = "69629023906488335"
checks = 0


def client(token=TOKEN):
    return sdk.Zitadel.with_access_token(URL, token).users


def request(kind, **fields):
    return getattr(sdk, f"UserService{kind}Request")(**fields)


def reset():
    global checks
    checks += 1
    urllib.request.urlopen(urllib.request.Request(f"{URL}/__fauxidp/worlds/default/reset", method="POST")).read()


def state(users, user):
    return users.get_user_by_id(request("GetUserByID", user_id=user)).user.state.value


def refused(call, status, code, message, detail):
    try:
        call()
    except ApiError as error:
        assert error.code == status, error
        body = error.response_body
        assert (body["code"], body["message"]) == (code, message), body
        ids = [entry["debug"]["id"] for entry in body.get("details", [])]
        assert ids == ([detail] if detail else []), body
    else:
        raise AssertionError(f"not refused: {message}")


users = client()

reset()
answer = users.deactivate_user(request("DeactivateUser", user_id=USER))
assert str(answer.details.sequence) == "2", answer
assert state(users, USER) == "USER_STATE_INACTIVE"
users.reactivate_user(request("ReactivateUser", user_id=USER))
users.lock_user(request("LockUser", user_id=USER))
assert state(users, USER) == "USER_STATE_LOCKED"
users.unlock_user(request("UnlockUser", user_id=USER))
users.delete_user(request("DeleteUser", user_id=USER))

reset()
user = users.get_user_by_id(request("GetUserByID", user_id=USER)).user
assert user.human.profile.given_name == "Minnie" and user.login_names == ["minnie"], user

reset()
by_ids = sdk.UserServiceSearchQuery(in_user_ids_query=sdk.UserServiceInUserIDQuery(user_ids=[USER, "human-locked"]))
found = users.list_users(request("ListUsers", queries=[by_ids])).result
assert sorted(user.user_id for user in found) == sorted([USER, "human-locked"]), found

reset()
users.deactivate_user(request("DeactivateUser", user_id=USER))
again = lambda: users.deactivate_user(request("DeactivateUser", user_id=USER))
refused(again, 400, "failed_precondition", "User already inactive (COMMAND-5gunjw0cd7)", "COMMAND-5gunjw0cd7")
unknown = lambda: users.deactivate_user(request("DeactivateUser", user_id="nobody"))
refused(unknown, 404, "not_found", "User could not be found (COMMAND-5gp2p62iin)", "COMMAND-5gp2p62iin")
rule = "invalid LockUserRequest.UserId: value length must be between 1 and 200 runes, inclusive"
refused(lambda: users.lock_user(request("LockUser", user_id="")), 400, "invalid_argument", rule, None)
wrong = lambda: client("nobody").lock_user(request("LockUser", user_id=USER))
refused(wrong, 401, "unauthenticated", "Errors.Token.Invalid (AUTH-7fs1e)", "AUTH-7fs1e")
reader = lambda: client("zitadel-readonly").lock_user(request("LockUser", user_id="human-active"))
refused(reader, 403, "permission_denied", "No matching permissions found (AUTH-AWfge)", "AUTH-AWfge")

reset()
made = users.create_user(
    request(
        "CreateUser",
        organization_id="69629023906488334",
        user_id="made-in-python",
        human=sdk.UserServiceHuman(
            profile=sdk.UserServiceProfile(given_name="Guido", family_name="Made"),
            email=sdk.UserServiceSetHumanEmail(email="guido@example.com", return_code={}),
        ),
    )
)
assert made.id == "made-in-python" and len(made.email_code) == 6, made
users.verify_email(request("VerifyEmail", user_id=made.id, verification_code=made.email_code))
assert users.get_user_by_id(request("GetUserByID", user_id=made.id)).user.human.email.is_verified
users.update_user(
    request(
        "UpdateUser",
        user_id=made.id,
        username="guido",
        human=sdk.UserServiceHuman(profile=sdk.UserServiceProfile(nick_name="BDFL")),
    )
)
assert users.get_user_by_id(request("GetUserByID", user_id=made.id)).user.human.profile.nick_name == "BDFL"

# A token of a user that is kept out is refused, and stays refused; a new one works.
reset()
machine = "machine-active"
until = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)
add = lambda: users.add_personal_access_token(
    request("AddPersonalAccessToken", user_id=machine, expiration_date=until)
)
old = add().token
read = lambda token: client(token).get_user_by_id(request("GetUserByID", user_id=USER))
assert read(old).user.username == "minnie"
users.deactivate_user(request("DeactivateUser", user_id=machine))
refused(lambda: read(old), 401, "unauthenticated", "Errors.Token.Invalid (AUTH-7fs1e)", "AUTH-7fs1e")
users.reactivate_user(request("ReactivateUser", user_id=machine))
refused(lambda: read(old), 401, "unauthenticated", "Errors.Token.Invalid (AUTH-7fs1e)", "AUTH-7fs1e")
assert read(add().token).user.username == "minnie"

# A service account signs in with its key file, and with its secret.
reset()
with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    file.write(os.environ["ZITADEL_KEY_JSON"])
    file.flush()
    by_key = sdk.Zitadel.with_private_key(URL, file.name).users
    assert state(by_key, USER) == "USER_STATE_ACTIVE"
    users.deactivate_user(request("DeactivateUser", user_id="machine-service-account"))
    refused(lambda: state(by_key, USER), 401, "unauthenticated", "Errors.Token.Invalid (AUTH-7fs1e)", "AUTH-7fs1e")
    try:
        state(sdk.Zitadel.with_private_key(URL, file.name).users, USER)
    except Exception as error:  # the client wraps what its OAuth library says
        assert "Errors.User.NotActive" in str(error) or "invalid_request" in str(error), error
    else:
        raise AssertionError("a deactivated user signed in")

reset()
by_secret = sdk.Zitadel.with_client_credentials(
    URL, os.environ["ZITADEL_CLIENT_ID"], os.environ["ZITADEL_CLIENT_SECRET"]
).users
assert state(by_secret, USER) == "USER_STATE_ACTIVE"

reset()
key = users.add_key(request("AddKey", user_id="machine-service-account", expiration_date=until))
with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
    file.write(key.key_content if isinstance(key.key_content, bytes) else base64.b64decode(key.key_content))
    file.flush()
    assert state(sdk.Zitadel.with_private_key(URL, file.name).users, USER) == "USER_STATE_ACTIVE"

# Worlds: by the token, by the name or the secret of a service account, by the user of its key file; what is issued leads back.
reset()
there = client(f"{TOKEN}~python")
there.deactivate_user(request("DeactivateUser", user_id=USER))
assert (state(there, USER), state(users, USER)) == ("USER_STATE_INACTIVE", "USER_STATE_ACTIVE")
refused(lambda: state(client("nobody~python"), USER), 401, "unauthenticated", "Errors.Token.Invalid (AUTH-7fs1e)", "AUTH-7fs1e")

reset()
name, secret = os.environ["ZITADEL_CLIENT_ID"], os.environ["ZITADEL_CLIENT_SECRET"]
for credentials in [(f"{name}~python", secret), (name, f"{secret}~python")]:
    signed_in = sdk.Zitadel.with_client_credentials(URL, *credentials).users
    assert state(signed_in, USER) == "USER_STATE_INACTIVE"

reset()
embedded = json.loads(os.environ["ZITADEL_KEY_JSON"])
embedded["userId"] += "~python"
made = there.add_key(request("AddKey", user_id="machine-service-account", expiration_date=until)).key_content
for content in [json.dumps(embedded).encode(), made if isinstance(made, bytes) else base64.b64decode(made)]:
    with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
        file.write(content)
        file.flush()
        assert state(sdk.Zitadel.with_private_key(URL, file.name).users, USER) == "USER_STATE_INACTIVE"

reset()
token = there.add_personal_access_token(request("AddPersonalAccessToken", user_id=machine, expiration_date=until)).token
assert token.endswith("~python"), token
assert state(client(token), USER) == "USER_STATE_INACTIVE"

reset()
checks += around.story(sdk.Zitadel.with_access_token(URL, TOKEN), sdk.Zitadel.with_access_token(URL, "zitadel-login"))

# TLS, by the variables of `fauxidp env` and by the client's own option.
secure = URL.replace("http:", "https:")
ours = sdk.TransportOptions(ca_cert_path=os.environ["SSL_CERT_FILE"])
for options in [None, ours]:
    reset()
    assert state(sdk.Zitadel.with_access_token(secure, TOKEN, transport_options=options).users, USER) == "USER_STATE_ACTIVE"
    by_secret = sdk.Zitadel.with_client_credentials(secure, name, secret, transport_options=options).users
    assert state(by_secret, USER) == "USER_STATE_ACTIVE"

with grpc.insecure_channel(URL.removeprefix("http://")) as channel:
    health = health_pb2_grpc.HealthStub(channel)
    for service in ["", "zitadel.user.v2.UserService"]:
        answer = health.Check(health_pb2.HealthCheckRequest(service=service))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING, answer
        checks += 1

faulty = client(f"{TOKEN}~faults-python")
checks += faults.show_faults(
    "zitadel-client",
    faults.faults_of("already"),
    url=URL,
    vendor="zitadel",
    operation="deactivate_user",
    world="faults-python",
    call=lambda: faulty.deactivate_user(request("DeactivateUser", user_id="human-active")),
    detail=lambda error: f", {error.response_body['message']}" if isinstance(error, ApiError) else "",
)

print(f"zitadel-client 4.1.9: {checks} checks")
