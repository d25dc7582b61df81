"""What stands around a user, by the other services of the client: organisations, projects, applications, grants,
administrators, sessions."""

import re

import zitadel_client as sdk
from zitadel_client.exceptions import ApiError

ORGANIZATION = "69629023906488334"
PASSWORD = "Correct-Horse-Battery-9"


def call(service, method, **fields):
    """`call(client.projects, "CreateProject", name=...)`: the method of that name, with its own request."""
    prefix = type(service).__name__.removesuffix("Api")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method).lower()
    return getattr(service, name)(getattr(sdk, f"{prefix}{method}Request")(**fields))


def refused(status, message, *arguments, **fields):
    try:
        call(*arguments, **fields)
    except ApiError as error:
        assert (error.code, error.response_body["message"]) == (status, message), (error.code, error.response_body)
    else:
        raise AssertionError(f"not refused: {message}")


def story(client, login):
    """A tester's story; answers how many refusals and states were checked."""
    organization = call(client.organizations, "AddOrganization", name="Subsidiary").organization_id
    refused(409, "Organisation's name or id already taken (V3-DKcYh)", client.organizations, "AddOrganization", name="Subsidiary")
    user = call(
        client.users,
        "AddHumanUser",
        organization={"org_id": organization},
        username="grace",
        profile={"given_name": "Grace", "family_name": "Made"},
        email={"email": "grace@example.com", "is_verified": True},
        password={"password": PASSWORD},
    ).user_id
    found = call(client.users, "ListUsers", queries=[{"organization_id_query": {"organization_id": organization}}]).result
    assert [found.user_id for found in found] == [user], found

    project = call(client.projects, "CreateProject", organization_id=organization, name="Ledger").project_id
    refused(
        409, "Project already exists on organization (V3-DKcYh)", client.projects, "CreateProject",
        organization_id=organization, name="Ledger",
    )
    for key in ["clerk", "auditor"]:
        call(client.projects, "AddProjectRole", project_id=project, role_key=key, display_name=key.title())
    made = call(
        client.applications, "CreateApplication",
        project_id=project, name="api", api_configuration={"auth_method_type": "API_AUTH_METHOD_TYPE_BASIC"},
    )
    assert made.api_configuration.client_secret, made
    names = [application.name for application in call(client.applications, "ListApplications").applications]
    assert "api" in names, names

    grant = {"user_id": user, "project_id": project, "organization_id": organization}
    grant_id = call(client.authorizations, "CreateAuthorization", role_keys=["clerk", "auditor"], **grant).id
    refused(
        400, "Errors.Project.Role.NotFound (COMMAND-mm9F4)", client.authorizations, "CreateAuthorization",
        **{**grant, "user_id": "human-active", "role_keys": ["none"]},
    )
    call(client.projects, "RemoveProjectRole", project_id=project, role_key="auditor")
    filters = [{"in_user_ids": {"ids": [user]}}]
    rows = call(client.authorizations, "ListAuthorizations", filters=filters).authorizations
    assert [(row.id, [role.key for role in row.roles]) for row in rows] == [(grant_id, ["clerk"])], rows

    place = {"organization_id": organization}
    call(client.internal_permissions, "CreateAdministrator", user_id=user, resource=place, roles=["ORG_OWNER"])
    refused(
        409, "Errors.Org.Member.AlreadyExists (ORG-poWwe)", client.internal_permissions, "CreateAdministrator",
        user_id=user, resource=place, roles=["ORG_OWNER"],
    )

    checks = {"user": {"user_id": user}, "password": {"password": PASSWORD}}
    session = call(login.sessions, "CreateSession", checks=checks)
    own = sdk.Zitadel.with_access_token(client.configuration.host, session.session_token)
    assert call(own.users, "GetUserByID", user_id=user).user.username == "grace"
    call(client.users, "DeactivateUser", user_id=user)
    refused(404, "Errors.Session.NotExisting (QUERY-SFeaa)", own.users, "GetUserByID", user_id=user)
    refused(400, "Errors.User.NotActive (SESSION-Gj4ko)", login.sessions, "CreateSession", checks=checks)
    call(client.users, "ReactivateUser", user_id=user)
    call(login.sessions, "CreateSession", checks=checks)

    call(client.organizations, "DeactivateOrganization", organization_id=organization)
    refused(
        400, "Organisation is already deactivated (EVENT-Dbs2g)", client.organizations, "DeactivateOrganization",
        organization_id=organization,
    )
    call(login.sessions, "CreateSession", checks=checks)  # an inactive organisation closes nothing
    call(client.organizations, "DeleteOrganization", organization_id=organization)
    refused(404, "User could not be found (QUERY-Dfbg2)", client.users, "GetUserByID", user_id=user)
    refused(404, "Project not found (QUERY-fk2fs)", client.projects, "GetProject", project_id=project)
    assert call(client.authorizations, "ListAuthorizations", filters=filters).authorizations in (None, [])
    return 15
