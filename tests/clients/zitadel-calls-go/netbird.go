package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"fauxidp.dev/clients/signin"
)

// manager is NetBird's manager of identities at ZITADEL: by a machine's id and secret, whose tokens have to be JWTs,
// because it reads when they end.
type manager struct {
	endpoint, token string
}

func newManager(id, secret string) manager {
	form := url.Values{
		"client_id": {id}, "client_secret": {secret}, "grant_type": {"client_credentials"},
		"scope": {"openid urn:zitadel:iam:org:project:id:zitadel:aud"},
	}
	answer := signin.Must(http.PostForm(signin.Plain()+"/oauth/v2/token", form))
	defer answer.Body.Close()
	signin.That(answer.StatusCode == http.StatusOK, "no token: %d", answer.StatusCode)
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&token); err != nil {
		panic(err)
	}
	parts := strings.Split(token.AccessToken, ".")
	signin.That(len(parts) == 3 && token.ExpiresIn > 0, "the access token is no JWT: %v", token)
	var claims struct{ Exp int64 }
	if err := json.Unmarshal(signin.Must(base64.RawURLEncoding.DecodeString(parts[1])), &claims); err != nil {
		panic(err)
	}
	signin.That(claims.Exp > 0, "the access token does not end")
	return manager{signin.Plain() + "/management/v1", token.AccessToken}
}

func (manager manager) send(method, resource, body string) (int, object) {
	request := signin.Must(http.NewRequest(method, manager.endpoint+"/"+resource, strings.NewReader(body)))
	request.Header.Add("authorization", "Bearer "+manager.token)
	request.Header.Add("content-type", "application/json")
	answer := signin.Must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	members := object{}
	if err := json.Unmarshal(signin.Must(io.ReadAll(answer.Body)), &members); err != nil {
		panic(err)
	}
	return answer.StatusCode, members
}

func (manager manager) succeeds(method, resource, body string) object {
	status, answer := manager.send(method, resource, body)
	signin.That(status == http.StatusOK, "%s %s: %d %v", method, resource, status, answer)
	return answer
}

// netbird is the life of somebody whom NetBird invites: made, found, read, listed, invited again, deleted.
func netbird() {
	manager := newManager(netbirdAccount())
	body := `{"userName":"neo@example.com","profile":{"firstName":"Neo","lastName":"Neo","displayName":"Neo Made"},` +
		`"email":{"email":"neo@example.com","isEmailVerified":false},"passwordChangeRequired":true,"requestPasswordlessRegistration":false}`
	id := manager.succeeds("POST", "users/human/_import", body)["userId"].(string)
	status, refused := manager.send("POST", "users/human/_import", body)
	equal("somebody who is there", []any{status, refused["message"]}, []any{409, "User already exists (V3-DKcYh)"})
	query := `{"queries":[{"emailQuery":{"emailAddress":"neo@example.com","method":"TEXT_QUERY_METHOD_EQUALS"}}]}`
	found := manager.succeeds("POST", "users/_search", query)["result"].([]any)
	equal("who is found", []any{len(found), at(found[0], "id"), at(found[0], "state")}, []any{1, id, "USER_STATE_INITIAL"})
	equal("who is read", at(manager.succeeds("GET", "users/"+id, ""), "user.human.profile.displayName"), "Neo Made")
	everybody := manager.succeeds("POST", "users/_search", "")["result"].([]any)
	signin.That(len(everybody) > 3, "an empty body does not list everybody: %d", len(everybody))
	manager.succeeds("POST", "users/"+id+"/_resend_initialization", `{"email":"`+id+`"}`)
	manager.succeeds("DELETE", "users/"+id, "")
	status, refused = manager.send("GET", "users/"+id, "")
	equal("who is gone", []any{status, refused["message"]}, []any{404, "User could not be found (QUERY-Dfbg2)"})
	status, refused = manager.send("DELETE", "users/"+id, "")
	equal("who is gone already", []any{status, refused["message"]}, []any{404, "User could not be found (COMMAND-m9od)"})
}

// netbirdAccount is a machine as NetBird's guide has it made: JWTs, a secret, and the right to manage users.
func netbirdAccount() (id, secret string) {
	admin := manager{signin.Plain() + "/management/v1", os.Getenv("ZITADEL_TOKEN")}
	made := admin.succeeds("POST", "users/machine", `{"userName":"netbird","name":"NetBird","accessTokenType":"ACCESS_TOKEN_TYPE_JWT"}`)
	user := made["userId"].(string)
	admin.succeeds("POST", "orgs/me/members", `{"userId":"`+user+`","roles":["ORG_USER_MANAGER"]}`)
	answer := admin.succeeds("PUT", "users/"+user+"/secret", "{}")
	return answer["clientId"].(string), answer["clientSecret"].(string)
}
