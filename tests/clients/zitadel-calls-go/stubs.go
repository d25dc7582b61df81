package main

import (
	"context"
	"os"

	"fauxidp.dev/clients/signin"
	"github.com/zitadel/oidc/v3/pkg/client/profile"
	"google.golang.org/grpc/codes"
)

// stubs is one call at each of the services, and the life of a user at two of them.
func stubs(client client) {
	equal("oneself", at(client.call(auth, "GetMyUser", nil), "user.userName"), "zitadel-admin")
	equal("memberships", len(client.call(auth, "ListMyMemberships", nil)["result"].([]any)) > 0, true)
	equal("the organisation", at(client.call(management, "GetMyOrg", nil), "org.name"), "Acme")
	equal("organisations", len(client.call(admin, "ListOrgs", nil)["result"].([]any)), 2)
	equal("the default one", at(client.call(admin, "GetDefaultOrg", nil), "org.id"), organization)
	found := client.call(organizations, "ListOrganizations", object{"queries": []any{object{"idQuery": object{"id": organization}}}})
	equal("it is found", len(found["result"].([]any)), 1)
	equal("projects", len(client.call(projects, "ListProjects", nil)["projects"].([]any)), 1)
	client.call(authorizations, "ListAuthorizations", nil)
	client.call(management, "GetPasswordComplexityPolicy", nil)
	client.call(management, "ListUserGrants", nil)
	client.call(management, "ListProjects", nil)
	client.call(sessions, "ListSessions", nil)
	client.as("").refused(codes.Unauthenticated, "auth header missing", auth, "GetMyUser", nil)

	human := object{
		"profile": object{"givenName": "Grace", "familyName": "Made"},
		"email":   object{"email": "grace@example.com", "isVerified": true},
	}
	id := client.call(users, "CreateUser", object{"organizationId": organization, "username": "grace", "human": human})["id"]
	own, first := object{"userId": id}, object{"id": id}
	state := func(expected string) {
		equal("the second API", at(client.call(users, "GetUserByID", own), "user.state"), expected)
		equal("the first API", at(client.call(management, "GetUserByID", first), "user.state"), expected)
	}
	client.call(users, "DeactivateUser", own)
	state("USER_STATE_INACTIVE")
	client.refused(codes.FailedPrecondition, "User already inactive (COMMAND-5gunjw0cd7)", users, "DeactivateUser", own)
	client.refused(codes.FailedPrecondition, "User already inactive (COMMAND-5M0sf)", management, "DeactivateUser", first)
	client.call(management, "ReactivateUser", first)
	state("USER_STATE_ACTIVE")
	client.call(management, "LockUser", first)
	state("USER_STATE_LOCKED")
	client.call(users, "UnlockUser", own)
	client.call(management, "SetHumanPassword", object{"userId": id, "password": password, "noChangeRequired": true})
	client.refused(codes.InvalidArgument, "Password is too short (DOMAIN-HuJf6)",
		management, "SetHumanPassword", object{"userId": id, "password": "short"})
	client.call(users, "DeleteUser", own)
	client.refused(codes.NotFound, "User could not be found (QUERY-Dfbg2)", management, "GetUserByID", first)
	client.refused(codes.NotFound, "User could not be found (COMMAND-3M9ds)", management, "DeactivateUser", first)
}

// searches are the queries of a list of users, each of one kind, alone and negated.
func searches(client client) {
	all := len(client.call(users, "ListUsers", nil)["result"].([]any))
	for _, query := range []object{
		{"userNameQuery": object{"userName": "HUMAN-A", "method": "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE"}},
		{"firstNameQuery": object{"firstName": "Ada"}},
		{"lastNameQuery": object{"lastName": "ctive", "method": "TEXT_QUERY_METHOD_ENDS_WITH"}},
		{"displayNameQuery": object{"displayName": "a A", "method": "TEXT_QUERY_METHOD_CONTAINS"}},
		{"emailQuery": object{"emailAddress": "ada@example.com"}},
		{"loginNameQuery": object{"loginName": "human-active"}},
		{"inUserIdsQuery": object{"userIds": []any{"human-active"}}},
		{"inUserEmailsQuery": object{"userEmails": []any{"ada@example.com"}}},
		{"orQuery": object{"queries": []any{object{"inUserIdsQuery": object{"userIds": []any{"human-active"}}}}}},
	} {
		for _, service := range []string{users, management} {
			has := false
			rows := client.call(service, "ListUsers", object{"queries": []any{query}})["result"].([]any)
			for _, row := range rows {
				has = has || at(row, "userId") == "human-active" || at(row, "id") == "human-active"
			}
			signin.That(has, "%s: %v does not find the user", service, query)
			signin.That(len(rows) < all, "%s: %v finds everybody", service, query)
		}
	}
	page := client.call(users, "ListUsers", object{"query": object{"limit": 3, "offset": 2}, "sortingColumn": "USER_FIELD_NAME_USER_NAME"})
	equal("a page", len(page["result"].([]any)), 3)
	equal("the total", at(page, "details.totalResult"), all)
}

// zitadelGo is what the package zitadel-go makes of a key file: a token of zitadel/oidc, with the audience of the API.
func zitadelGo(client client) {
	file := signin.Must(os.CreateTemp("", "key-*.json"))
	defer os.Remove(file.Name())
	signin.Must(file.WriteString(os.Getenv("ZITADEL_KEY_JSON")))
	scopes := []string{"openid", "urn:zitadel:iam:org:project:id:zitadel:aud"}
	background := context.Background()
	source := signin.Must(profile.NewJWTProfileTokenSourceFromKeyFile(background, signin.Plain(), file.Name(), scopes))
	token := signin.Must(source.TokenCtx(background)).AccessToken
	account := client.as(token)
	equal("oneself", at(account.call(auth, "GetMyUser", nil), "user.id"), "machine-service-account")
	client.call(management, "DeactivateUser", object{"id": "machine-service-account"})
	account.refused(codes.Unauthenticated, "Errors.Token.Invalid (AUTH-7fs1e)", auth, "GetMyUser", nil)
	_, err := source.TokenCtx(background)
	signin.That(err != nil, "a deactivated account signs in")
}
