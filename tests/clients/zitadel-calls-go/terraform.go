package main

import (
	"encoding/base64"

	"google.golang.org/grpc/codes"
)

// terraform is a plan of the provider: each resource is created, read, changed, read again, and in the end destroyed
// from the last to the first; a resource that is gone has to be told by its code.
func terraform(client client) {
	org := client.call(organizations, "AddOrganization", object{"name": "terraform"})["organizationId"].(string)
	read := func() any { return at(client.call(admin, "GetOrgByID", object{"id": org}), "org.name") }
	equal("org", read(), "terraform")
	client.call(organizations, "UpdateOrganization", object{"organizationId": org, "name": "terraform-2"})
	equal("org changed", read(), "terraform-2")

	inside := client.in(org)
	project := terraformProject(inside)
	user, machine := terraformUsers(inside, org)
	grant := object{"userId": user, "projectId": project, "roleKeys": []any{"clerk"}}
	grantID := inside.call(management, "AddUserGrant", grant)["userGrantId"]
	own := object{"userId": user, "grantId": grantID}
	equal("user_grant", at(inside.call(management, "GetUserGrantByID", own), "userGrant.roleKeys"), "[clerk]")
	inside.call(management, "UpdateUserGrant", object{"userId": user, "grantId": grantID, "roleKeys": []any{"clerk", "auditor"}})
	equal("user_grant changed", at(inside.call(management, "GetUserGrantByID", own), "userGrant.roleKeys"), "[clerk auditor]")
	terraformApplications(inside, project)
	terraformMembers(inside, project, user)

	inside.call(management, "RemoveUserGrant", own)
	inside.refused(codes.NotFound, "User grant not found (QUERY-wIPkA)", management, "GetUserGrantByID", own)
	for _, id := range []any{user, machine} {
		inside.call(users, "DeleteUser", object{"userId": id})
		inside.refused(codes.NotFound, "User could not be found (QUERY-Dfbg2)", users, "GetUserByID", object{"userId": id})
	}
	inside.call(management, "RemoveProjectRole", object{"projectId": project, "roleKey": "auditor"})
	inside.call(management, "RemoveProject", object{"id": project})
	inside.refused(codes.NotFound, "Project not found (QUERY-fk2fs)", management, "GetProjectByID", object{"id": project})
	client.call(organizations, "DeleteOrganization", object{"organizationId": org})
	// The vendor answers for an organisation that is gone, without a state.
	equal("org gone", at(client.call(admin, "GetOrgByID", object{"id": org}), "org.state"), nil)
}

// terraformProject is zitadel_project with two of zitadel_project_role.
func terraformProject(client client) any {
	id := client.call(management, "AddProject", object{"name": "Ledger", "projectRoleAssertion": true})["id"]
	read := func(member string) any {
		return at(client.call(management, "GetProjectByID", object{"id": id}), "project."+member)
	}
	equal("project", []any{read("name"), read("projectRoleAssertion")}, []any{"Ledger", true})
	client.call(management, "UpdateProject", object{"id": id, "name": "Ledger", "projectRoleCheck": true})
	equal("project changed", []any{read("projectRoleAssertion"), read("projectRoleCheck")}, []any{nil, true})
	role := func(key string) object {
		query := object{"keyQuery": object{"key": key, "method": "TEXT_QUERY_METHOD_EQUALS"}}
		rows := client.call(management, "ListProjectRoles", object{"projectId": id, "queries": []any{query}})["result"].([]any)
		equal("project_role", len(rows), 1)
		return rows[0].(object)
	}
	for _, key := range []string{"clerk", "auditor"} {
		client.call(management, "AddProjectRole", object{"projectId": id, "roleKey": key, "displayName": key, "group": "g"})
		equal("project_role", role(key)["group"], "g")
	}
	client.call(management, "UpdateProjectRole", object{"projectId": id, "roleKey": "clerk", "displayName": "Clerk"})
	equal("project_role changed", []any{role("clerk")["displayName"], role("clerk")["group"]}, []any{"Clerk", nil})
	return id
}

// terraformUsers is zitadel_human_user, zitadel_user_metadata, and zitadel_machine_user with a token, a key and a secret.
func terraformUsers(client client, org string) (human, machine any) {
	human = client.call(users, "CreateUser", object{"organizationId": org, "username": "human", "human": object{
		"profile": object{
			"givenName": "Grace", "familyName": "Made", "nickName": "G", "displayName": "Grace Made",
			"preferredLanguage": "de", "gender": "GENDER_FEMALE",
		},
		"email":    object{"email": "grace@example.com", "isVerified": true},
		"phone":    object{"phone": "+41799999999", "isVerified": true},
		"password": object{"password": password, "changeRequired": true},
	}})["id"]
	read := func(member string) any {
		return at(client.call(users, "GetUserByID", object{"userId": human}), "user.human."+member)
	}
	equal("human_user", []any{read("profile.gender"), read("phone.isVerified")}, []any{"GENDER_FEMALE", true})
	client.call(users, "UpdateUser", object{"userId": human, "username": "human-2", "human": object{
		"profile": object{"displayName": "Amazing Grace"},
		"email":   object{"email": "hopper@example.com", "isVerified": true},
	}})
	equal("human_user changed", []any{read("profile.displayName"), read("email.email")}, []any{"Amazing Grace", "hopper@example.com"})
	client.refused(codes.InvalidArgument, "invalid UpdateUserRequest.Human: embedded message failed validation | "+
		"caused by: invalid UpdateUserRequest_Human.Profile: embedded message failed validation | "+
		"caused by: invalid UpdateUserRequest_Human_Profile.NickName: value length must be between 1 and 200 runes, inclusive",
		users, "UpdateUser", object{"userId": human, "human": object{"profile": object{"nickName": ""}}})
	entry := object{"id": human, "key": "desk"}
	value := base64.StdEncoding.EncodeToString([]byte("12"))
	client.call(management, "SetUserMetadata", object{"id": human, "key": "desk", "value": value})
	equal("user_metadata", at(client.call(management, "GetUserMetadata", entry), "metadata.value"), value)
	client.call(management, "RemoveUserMetadata", entry)
	client.refused(codes.NotFound, "Metadata not found (QUERY-Rgh32)", management, "GetUserMetadata", entry)

	machine = client.call(users, "CreateUser", object{
		"organizationId": org, "username": "machine", "machine": object{"name": "Machine", "description": "d"},
	})["id"]
	own := object{"userId": machine}
	client.call(management, "UpdateMachine", object{"userId": machine, "name": "Machine", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT"})
	equal("machine_user", at(client.call(users, "GetUserByID", own), "user.machine.accessTokenType"), "ACCESS_TOKEN_TYPE_JWT")
	equal("its secret", client.call(management, "GenerateMachineSecret", own)["clientId"], "machine")
	client.call(management, "RemoveMachineSecret", own)
	token := client.call(management, "AddPersonalAccessToken", object{"userId": machine, "expirationDate": "2519-04-01T08:45:00Z"})
	pat := object{"userId": machine, "tokenId": token["tokenId"]}
	equal("personal_access_token", at(client.call(management, "GetPersonalAccessTokenByIDs", pat), "token.expirationDate"), "2519-04-01T08:45:00Z")
	equal("who it is", at(client.as(token["token"].(string)).in("").call(auth, "GetMyUser", nil), "user.id"), machine)
	client.call(management, "RemovePersonalAccessToken", pat)
	client.refused(codes.NotFound, "Errors.PersonalAccessToken.NotFound (QUERY-fRunu)", management, "GetPersonalAccessTokenByIDs", pat)
	made := client.call(management, "AddMachineKey", object{"userId": machine, "type": "KEY_TYPE_JSON", "expirationDate": "2519-04-01T08:45:00Z"})
	key := object{"userId": machine, "keyId": made["keyId"]}
	equal("machine_key", at(client.call(management, "GetMachineKeyByIDs", key), "key.type"), "KEY_TYPE_JSON")
	client.call(management, "RemoveMachineKey", key)
	client.refused(codes.NotFound, "Errors.AuthNKey.NotFound (QUERY-Dgr3g)", management, "GetMachineKeyByIDs", key)
	return human, machine
}

// terraformApplications is zitadel_application_oidc, zitadel_application_api and zitadel_application_key.
func terraformApplications(client client, project any) {
	settings := object{
		"projectId": project, "redirectUris": []any{"https://localhost.com"}, "responseTypes": []any{"OIDC_RESPONSE_TYPE_CODE"},
		"grantTypes": []any{"OIDC_GRANT_TYPE_AUTHORIZATION_CODE"}, "appType": "OIDC_APP_TYPE_WEB",
		"authMethodType": "OIDC_AUTH_METHOD_TYPE_BASIC", "postLogoutRedirectUris": []any{"https://localhost.com"}, "devMode": true,
		"accessTokenType": "OIDC_TOKEN_TYPE_BEARER", "clockSkew": "0s", "loginVersion": object{"loginV2": object{}},
	}
	with := func(more object) object {
		request := object{}
		for _, members := range []object{settings, more} {
			for name, value := range members {
				request[name] = value
			}
		}
		return request
	}
	made := client.call(management, "AddOIDCApp", with(object{"name": "web", "version": "OIDC_VERSION_1_0"}))
	own := object{"projectId": project, "appId": made["appId"]}
	read := func(member string) any { return at(client.call(management, "GetAppByID", own), "app."+member) }
	equal("application_oidc", read("oidcConfig.clientId"), made["clientId"])
	client.call(management, "UpdateApp", object{"projectId": project, "appId": made["appId"], "name": "web-2"})
	client.call(management, "UpdateOIDCAppConfig", with(object{"appId": made["appId"], "redirectUris": []any{"https://example.com"}}))
	equal("application_oidc changed", []any{read("name"), read("oidcConfig.redirectUris")}, []any{"web-2", "[https://example.com]"})
	client.call(management, "RemoveApp", own)
	client.refused(codes.NotFound, "Errors.App.NotExisting (QUERY-pCP8P)", management, "GetAppByID", own)

	request := object{"projectId": project, "name": "api", "authMethodType": "API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT"}
	api := object{"projectId": project, "appId": client.call(management, "AddAPIApp", request)["appId"]}
	equal("application_api", at(client.call(management, "GetAppByID", api), "app.name"), "api")
	key := client.call(management, "AddAppKey", object{
		"projectId": project, "appId": api["appId"], "type": "KEY_TYPE_JSON", "expirationDate": "2519-04-01T08:45:00Z",
	})
	kept := object{"projectId": project, "appId": api["appId"], "keyId": key["id"]}
	equal("application_key", at(client.call(management, "GetAppKey", kept), "key.id"), key["id"])
	client.call(management, "RemoveAppKey", kept)
	client.refused(codes.NotFound, "Errors.AuthNKey.NotFound (QUERY-Dgr3g)", management, "GetAppKey", kept)
	client.call(management, "RemoveApp", api)
}

// terraformMembers is zitadel_org_member, zitadel_project_member and zitadel_project_grant.
func terraformMembers(client client, project, user any) {
	query := []any{object{"userIdQuery": object{"userId": user}}}
	member := object{"userId": user}
	client.call(management, "AddOrgMember", object{"userId": user, "roles": []any{"ORG_OWNER"}})
	client.call(management, "UpdateOrgMember", object{"userId": user, "roles": []any{"ORG_OWNER_VIEWER"}})
	rows := client.call(management, "ListOrgMembers", object{"queries": query})["result"].([]any)
	equal("org_member", []any{len(rows), at(rows[0], "roles")}, []any{1, "[ORG_OWNER_VIEWER]"})
	client.call(management, "RemoveOrgMember", member)
	equal("org_member gone", client.call(management, "ListOrgMembers", object{"queries": query})["result"], nil)

	client.call(management, "AddProjectMember", object{"projectId": project, "userId": user, "roles": []any{"PROJECT_OWNER"}})
	client.call(management, "UpdateProjectMember", object{"projectId": project, "userId": user, "roles": []any{"PROJECT_OWNER_VIEWER"}})
	rows = client.call(management, "ListProjectMembers", object{"projectId": project, "queries": query})["result"].([]any)
	equal("project_member", []any{len(rows), at(rows[0], "roles")}, []any{1, "[PROJECT_OWNER_VIEWER]"})
	client.call(management, "RemoveProjectMember", object{"projectId": project, "userId": user})

	granted := object{"projectId": project, "grantedOrgId": organization, "roleKeys": []any{"clerk"}}
	id := client.call(management, "AddProjectGrant", granted)["grantId"]
	own := object{"projectId": project, "grantId": id}
	client.call(management, "UpdateProjectGrant", object{"projectId": project, "grantId": id, "roleKeys": []any{"clerk", "auditor"}})
	equal("project_grant", at(client.call(management, "GetProjectGrantByID", own), "projectGrant.grantedRoleKeys"), "[clerk auditor]")
	client.call(management, "RemoveProjectGrant", own)
	_, err := client.try(management, "GetProjectGrantByID", own)
	equal("project_grant gone", codeOf(err), codes.NotFound)
}
