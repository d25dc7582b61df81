// oauth2-proxy, unmodified, in front of an application at both issuers.
//
// go run . URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"fauxidp.dev/clients/signin"
)

// proxy starts oauth2-proxy in front of the application, and answers its address and what stops it.
func proxy(upstream, issuer, id, secret string, more ...string) (string, func()) {
	listener := signin.Must(net.Listen("tcp", "127.0.0.1:0"))
	address := "http://" + listener.Addr().String()
	listener.Close()
	arguments := append([]string{
		"--provider=oidc", "--http-address=" + listener.Addr().String(), "--upstream=" + upstream,
		"--redirect-url=" + address + "/oauth2/callback", "--oidc-issuer-url=" + issuer, "--client-id=" + id,
		"--client-secret=" + secret, "--cookie-secret=0123456789abcdef0123456789abcdef", "--cookie-secure=false",
		"--email-domain=*", "--skip-provider-button", "--skip-jwt-bearer-tokens", "--insecure-oidc-allow-unverified-email",
		"--code-challenge-method=S256", "--pass-access-token", "--cookie-refresh=1s",
	}, more...)
	command := exec.Command(filepath.Join(filepath.Dir(os.Args[0]), "oauth2-proxy"), arguments...)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	signin.That(command.Start() == nil, "oauth2-proxy starts")
	for range 200 {
		if answer, err := http.Get(address + "/ping"); err == nil {
			answer.Body.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return address, func() {
		command.Process.Kill()
		command.Wait()
	}
}

// get asks with a bearer token.
func get(address, token string) int {
	request := signin.Must(http.NewRequest("GET", address, nil))
	request.Header.Set("Authorization", "Bearer "+token)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer := signin.Must((&http.Client{CheckRedirect: stay}).Do(request))
	answer.Body.Close()
	return answer.StatusCode
}

// person signs somebody in through the proxy; what it passes on is shown by the application.
func person(vendor, own, user string) (signin.Browser, signin.Page) {
	browser := signin.NewBrowser()
	back := browser.SignIn(vendor, own+"/", own+"/oauth2/callback", user)
	return browser, browser.Get(back, "app:")
}

func story(vendor, upstream, issuer, id, secret, user, scopes string) {
	signin.Reset()
	own, stop := proxy(upstream, issuer, id, secret, "--scope="+scopes)
	defer stop()
	browser, page := person(vendor, own, user)
	signin.That(page.Status == 200 && strings.Contains(page.Text, "user="+user), "%s: %d %s", vendor, page.Status, page.Text)

	// After a second the proxy refreshes. It sends a user to sign in where that is `invalid_grant`; at ZITADEL's
	// `invalid_request` it goes by the ID token, and lets the user in until that expires.
	time.Sleep(1100 * time.Millisecond)
	page = browser.Get(own+"/", "app:")
	signin.That(page.Status == 200, "%s: after a refresh: %d", vendor, page.Status)
	signin.Stop(vendor, user)
	time.Sleep(1100 * time.Millisecond)
	page = browser.Get(own+"/", own+"/oauth2/callback")
	isLetIn := strings.Contains(page.Text, "user="+user)
	signin.That(isLetIn == (vendor == "zitadel"), "%s: a stopped user: %d %s", vendor, page.Status, page.Text)

	page = signin.NewBrowser().Get(own+"/oauth2/callback?error=access_denied&state=none:/", "app:")
	signin.That(page.Status >= 400, "%s: an error leads to %d", vendor, page.Status)
	signin.That(get(own+"/", "nonsense") != 200, "%s: a token that is none", vendor)
}

// identity is an ID token of MonoCloud that a client shows to the proxy.
func identity(name string) string {
	body := url.Values{
		"grant_type": {"password"}, "client_id": {"monocloud-device"}, "username": {"ada.active@example.com"},
		"password": {signin.Password}, "scope": {"openid email"},
	}
	answer := signin.Must(http.PostForm(signin.Plain()+"/monocloud/connect/token", body))
	defer answer.Body.Close()
	text := string(signin.Must(io.ReadAll(answer.Body)))
	_, rest, has := strings.Cut(text, `"id_token":"`)
	if !has {
		return "none: " + name + text
	}
	token, _, _ := strings.Cut(rest, `"`)
	return token
}

func main() {
	upstream := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		fmt.Fprintf(answer, "user=%s", request.Header.Get("X-Forwarded-User"))
	}))
	address := os.Args[1]
	story("monocloud", upstream.URL, address+"/monocloud", "monocloud-web", "monocloud-web-secret", "user-active",
		"openid email profile offline_access")
	story("zitadel", upstream.URL, address, "zitadel-web", "zitadel-web-secret", "human-active",
		"openid email profile offline_access")

	own, stop := proxy(upstream.URL, address+"/monocloud", "monocloud-device", "none", "--scope=openid email")
	defer stop()
	var of []string
	for _, name := range signin.TokenDefects {
		// A token that a client shows comes without a nonce, a code and an answer of the token endpoint.
		if !strings.Contains("wrong-nonce no-nonce userinfo-other-subject no-expires-in string-expires-in no-token not-json", name) {
			of = append(of, name)
		}
	}
	signin.Defects("oauth2-proxy", of, func(name string) error {
		if status := get(own+"/", identity(name)); status != 200 {
			return fmt.Errorf("%d", status)
		}
		return nil
	})
	fmt.Printf("oauth2-proxy %s: %d checks\n", version(), signin.Checks)
}

// version is what the program says of itself.
func version() string {
	path := filepath.Join(filepath.Dir(os.Args[0]), "oauth2-proxy")
	text := string(signin.Must(exec.Command("go", "version", "-m", path).Output()))
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "mod" {
			return fields[2]
		}
	}
	return "unknown"
}
