// go-oidc with golang.org/x/oauth2, unmodified, at both issuers.
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
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const callback = "http://localhost:3000/callback"

type issuer struct {
	vendor, url, id, secret, user          string
	machine, machineSecret, machineRefused string
	device                                 string
	scopes, machineScopes                  []string
	invalid                                string // what the vendor says of a code or refresh token that is none
}

func issuers() []issuer {
	secure := strings.Replace(os.Args[1], "http:", "https:", 1)
	return []issuer{{
		vendor: "monocloud", url: secure + "/monocloud", id: "monocloud-web", secret: "monocloud-web-secret",
		user: "user-active", scopes: []string{"openid", "profile", "offline_access"}, device: "monocloud-device",
		machine: "monocloud-m2m", machineSecret: "monocloud-m2m-secret", machineScopes: []string{"read"},
		machineRefused: "invalid_client", invalid: "invalid_grant",
	}, {
		vendor: "zitadel", url: secure, id: "zitadel-web", secret: "zitadel-web-secret",
		user: "human-active", scopes: []string{"openid", "profile", "offline_access"},
		machine: "machine-with-secret", machineSecret: "machine-secret", machineScopes: []string{"openid"},
		machineRefused: "invalid_request", invalid: "invalid_request",
	}}
}

// refused says whether a call ended in x/oauth2's own error, with that `error` of the server.
func refused(what string, err error, code string) {
	var found *oauth2.RetrieveError
	signin.That(errors.As(err, &found) && found.ErrorCode == code, "%s: %v, not %s", what, err, code)
}

// story is one issuer with its application.
type story struct {
	issuer
	context  context.Context
	provider *oidc.Provider
	config   oauth2.Config
}

func newStory(issuer issuer) story {
	background := context.Background()
	provider := signin.Must(oidc.NewProvider(background, issuer.url))
	config := oauth2.Config{
		ClientID: issuer.id, ClientSecret: issuer.secret, RedirectURL: callback, Scopes: issuer.scopes,
		Endpoint: provider.Endpoint(),
	}
	return story{issuer, background, provider, config}
}

func (story story) code() (code, verifier string) {
	verifier = oauth2.GenerateVerifier()
	asked := story.config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce"))
	back := signin.Must(url.Parse(signin.NewBrowser().SignIn(story.vendor, asked, callback, story.user)))
	return back.Query().Get("code"), verifier
}

func (story story) signIn() (*oauth2.Token, error) {
	code, verifier := story.code()
	return story.config.Exchange(story.context, code, oauth2.VerifierOption(verifier))
}

// check does what the documentation of go-oidc says an application has to.
func (story story) check(token *oauth2.Token) (*oidc.IDToken, error) {
	raw, has := token.Extra("id_token").(string)
	if !has {
		return nil, errors.New("no ID token")
	}
	id, err := story.provider.Verifier(&oidc.Config{ClientID: story.id}).Verify(story.context, raw)
	if err != nil {
		return nil, err
	}
	if id.Nonce != "nonce" {
		return nil, errors.New("the nonce is another one")
	}
	return id, id.VerifyAccessToken(token.AccessToken)
}

func (story story) refresh(token *oauth2.Token) (*oauth2.Token, error) {
	return story.config.TokenSource(story.context, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
}

func (story story) run() {
	signin.Reset()
	token := signin.Must(story.signIn())
	id := signin.Must(story.check(token))
	signin.That(id.Subject == story.user, "%s: %s signed in", story.vendor, id.Subject)
	info := signin.Must(story.provider.UserInfo(story.context, oauth2.StaticTokenSource(token)))
	signin.That(info.Subject == id.Subject, "userinfo of %s", info.Subject)
	again := signin.Must(story.refresh(token))
	signin.That(again.AccessToken != token.AccessToken, "%s: the same token again", story.vendor)
	_, err := story.refresh(&oauth2.Token{RefreshToken: "nonsense"})
	refused("a refresh token that is none", err, story.invalid)

	code, verifier := story.code()
	_, err = story.config.Exchange(story.context, code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
	refused("another verifier", err, "invalid_grant")
	code, verifier = story.code()
	signin.Must(story.config.Exchange(story.context, code, oauth2.VerifierOption(verifier)))
	_, err = story.config.Exchange(story.context, code, oauth2.VerifierOption(verifier))
	refused("a code again", err, story.invalid)
	stranger := story.config
	stranger.ClientSecret = "not-the-secret"
	code, verifier = story.code()
	_, err = stranger.Exchange(story.context, code, oauth2.VerifierOption(verifier))
	refused("another secret", err, "invalid_client")

	token = signin.Must(story.signIn())
	code, verifier = story.code()
	signin.Stop(story.vendor, story.user)
	_, err = story.refresh(token)
	refused("a stopped user's refresh token", err, story.invalid)
	_, err = story.config.Exchange(story.context, code, oauth2.VerifierOption(verifier))
	refused("a stopped user's code", err, story.invalid)
	_, err = story.provider.UserInfo(story.context, oauth2.StaticTokenSource(token))
	signin.That(err != nil && strings.Contains(err.Error(), "401"), "%s: userinfo: %v", story.vendor, err)

	machine := clientcredentials.Config{
		ClientID: story.machine, ClientSecret: story.machineSecret, Scopes: story.machineScopes,
		TokenURL: story.provider.Endpoint().TokenURL,
	}
	signin.That(signin.Must(machine.Token(story.context)).Valid(), "%s: a machine's token", story.vendor)
	machine.ClientSecret = "wrong"
	_, err = machine.Token(story.context)
	refused("another secret of a machine", err, story.machineRefused)
}

// byDevice signs in on a device, while a person approves it in a browser.
func (story story) byDevice() {
	signin.Reset()
	config := oauth2.Config{ClientID: story.device, Scopes: story.scopes, Endpoint: story.provider.Endpoint()}
	asked := signin.Must(config.DeviceAuth(story.context))
	browser := signin.NewBrowser()
	page := browser.Get(asked.VerificationURIComplete, "app:")
	for n := 0; n < 3 && strings.Contains(page.Text, `name="fauxidp_user"`); n++ {
		page = browser.Press(page, "app:", "fauxidp_user", story.user)
	}
	asked.Interval = 1
	token := signin.Must(config.DeviceAccessToken(story.context, asked))
	signin.That(token.Valid(), "%s: a device's token", story.vendor)
}

func main() {
	for _, issuer := range issuers() {
		story := newStory(issuer)
		story.run()
		if story.device != "" {
			story.byDevice()
		}
	}
	monocloud := newStory(issuers()[0])
	signin.Defects("go-oidc", signin.TokenDefects, func(name string) error {
		token, err := monocloud.signIn()
		if err != nil {
			return err
		}
		id, err := monocloud.check(token)
		if err != nil || !strings.HasPrefix(name, "userinfo") {
			return err
		}
		info, err := monocloud.provider.UserInfo(monocloud.context, oauth2.StaticTokenSource(token))
		if err == nil && info.Subject != id.Subject {
			err = errors.New("userinfo is about somebody else")
		}
		return err
	})
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/coreos/go-oidc/v3" {
			fmt.Printf("go-oidc %s: %d checks\n", module.Version, signin.Checks)
		}
	}
}
