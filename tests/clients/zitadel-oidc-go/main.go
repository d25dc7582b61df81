// zitadel/oidc, unmodified: its relying party and its resource server at both issuers, and its example programs.
//
// go run . URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"strings"

	"fauxidp.dev/clients/signin"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

const (
	callback = "http://localhost:3000/callback"
	verifier = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
)

type tokens = oidc.Tokens[*oidc.IDTokenClaims]

type issuer struct {
	vendor, url, id, secret, api, apiSecret, user string
	scopes                                        []string
	invalid                                       string // what the vendor says of a code or refresh token that is none
}

func issuers(address string) []issuer {
	return []issuer{{
		vendor: "zitadel", url: address, id: "zitadel-web", secret: "zitadel-web-secret",
		api: "zitadel-api", apiSecret: "zitadel-api-secret", user: "human-active", invalid: "invalid_request",
		scopes: []string{"openid", "profile", "offline_access", "urn:zitadel:iam:org:project:id:69629023906488500:aud"},
	}, {
		vendor: "monocloud", url: address + "/monocloud", id: "monocloud-web", secret: "monocloud-web-secret",
		api: "monocloud-api", apiSecret: "monocloud-api-secret", user: "user-active", invalid: "invalid_grant",
		scopes: []string{"openid", "profile", "offline_access", "read"},
	}}
}

// refused says whether a call ended in an error of the library, with that `error` of the server.
func refused(what string, err error, code string) {
	var own *oidc.Error
	var grant *oauth2.RetrieveError
	is := (errors.As(err, &own) && string(own.ErrorType) == code) || (errors.As(err, &grant) && grant.ErrorCode == code)
	signin.That(is, "%s: %T %v, not %s", what, err, err, code)
}

// story is one issuer with its application and its API.
type story struct {
	issuer
	context context.Context
	party   rp.RelyingParty
	api     rs.ResourceServer
}

func newStory(issuer issuer) story {
	background := context.Background()
	party := signin.Must(rp.NewRelyingPartyOIDC(background, issuer.url, issuer.id, issuer.secret, callback, issuer.scopes))
	api := signin.Must(rs.NewResourceServerClientCredentials(background, issuer.url, issuer.api, issuer.apiSecret))
	return story{issuer, background, party, api}
}

func (story story) code() string {
	asked := rp.AuthURL("state", story.party, rp.WithCodeChallenge(oidc.NewSHACodeChallenge(verifier)))
	back := signin.Must(url.Parse(signin.NewBrowser().SignIn(story.vendor, asked, callback, story.user)))
	return back.Query().Get("code")
}

func (story story) exchange(code, verifier string) (*tokens, error) {
	return rp.CodeExchange[*oidc.IDTokenClaims](story.context, code, story.party, rp.WithCodeVerifier(verifier))
}

func (story story) refresh(token string) (*tokens, error) {
	return rp.RefreshTokens[*oidc.IDTokenClaims](story.context, story.party, token, "", "")
}

func (story story) userinfo(of *tokens) (*oidc.UserInfo, error) {
	return rp.Userinfo[*oidc.UserInfo](story.context, of.AccessToken, "Bearer", of.IDTokenClaims.Subject, story.party)
}

func (story story) isActive(token string) bool {
	return signin.Must(rs.Introspect[*oidc.IntrospectionResponse](story.context, story.api, token)).Active
}

func (story story) run() {
	signin.Reset()
	found := signin.Must(story.exchange(story.code(), verifier))
	signin.That(found.IDTokenClaims.Subject == story.user, "%s signed in", found.IDTokenClaims.Subject)
	signin.That(signin.Must(story.userinfo(found)).Name == "Ada Active", "userinfo")
	signin.That(story.isActive(found.AccessToken), "%s: introspection", story.vendor)
	again := signin.Must(story.refresh(found.RefreshToken))
	signin.That(again.AccessToken != found.AccessToken, "%s: the same token again", story.vendor)
	_, err := story.refresh("nonsense")
	refused("a refresh token that is none", err, story.invalid)

	code := story.code()
	_, err = story.exchange(code, verifier+"v")
	refused("another verifier", err, "invalid_grant")
	code = story.code()
	signin.Must(story.exchange(code, verifier))
	_, err = story.exchange(code, verifier)
	refused("a code again", err, story.invalid)

	signin.That(rp.RevokeToken(story.context, story.party, again.RefreshToken, "refresh_token") == nil, "revocation")
	_, err = story.refresh(again.RefreshToken)
	refused("a token that was revoked", err, story.invalid)

	found = signin.Must(story.exchange(story.code(), verifier))
	end, err := rp.EndSession(story.context, story.party, found.IDToken, "http://localhost:3000/", "bye", "", nil)
	signin.That(err == nil && end.Query().Get("state") == "bye", "%s: end of session: %v %v", story.vendor, end, err)

	found = signin.Must(story.exchange(story.code(), verifier))
	code = story.code()
	signin.Stop(story.vendor, story.user)
	_, err = story.refresh(found.RefreshToken)
	refused("a stopped user's refresh token", err, story.invalid)
	_, err = story.exchange(code, verifier)
	refused("a stopped user's code", err, story.invalid)
	_, err = story.userinfo(found)
	signin.That(err != nil, "%s: userinfo answered", story.vendor)
	signin.That(!story.isActive(found.AccessToken), "%s: introspection of a stopped user", story.vendor)
}

func main() {
	address := os.Args[1]
	for _, issuer := range issuers(address) {
		newStory(issuer).run()
	}
	examples(address)
	zitadel := newStory(issuers(address)[0])
	signin.Defects("zitadel/oidc", signin.TokenDefects, func(name string) error {
		found, err := zitadel.exchange(zitadel.code(), verifier)
		if err == nil && strings.HasPrefix(name, "userinfo") {
			_, err = zitadel.userinfo(found)
		}
		return err
	})
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/zitadel/oidc/v3" {
			fmt.Printf("zitadel/oidc %s: %d checks\n", module.Version, signin.Checks)
		}
	}
}
