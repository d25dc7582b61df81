// Package signin is what the tests of several Go clients share: a browser without a screen, users' states, faults, and
// the table of defects.
package signin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// Password is the password of every person of the seed.
const Password = "Correct-Horse-Battery-9"

// loginClient is the token of a machine that may answer requests for people at ZITADEL.
const loginClient = "zitadel-login"

// TokenDefects are the defects of tokens and of the answer that brings them.
var TokenDefects = strings.Fields(`
	alg-none bad-signature unknown-kid no-kid expired not-yet-valid iat-in-future wrong-issuer no-issuer wrong-audience
	no-audience wrong-azp no-subject wrong-nonce no-nonce no-exp wrong-at-hash hs256-with-public-key
	userinfo-other-subject wrong-type no-expires-in string-expires-in no-token not-json`)

// Plain is the server's address.
func Plain() string { return os.Getenv("ZITADEL_URL") }

// Checks counts what was checked.
var Checks int

// Must ends the test where something fails that is not its subject.
func Must[T any](value T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return value
}

// That ends the test where a claim does not hold.
func That(holds bool, format string, values ...any) {
	if !holds {
		log.Panicf(format, values...)
	}
	Checks++
}

func post(address string, header [2]string, body any) map[string]any {
	request := Must(http.NewRequest("POST", address, bytes.NewReader(Must(json.Marshal(body)))))
	request.Header.Set("Content-Type", "application/json")
	if header[0] != "" {
		request.Header.Set(header[0], header[1])
	}
	answer := Must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	text := Must(io.ReadAll(answer.Body))
	if answer.StatusCode >= 300 {
		log.Panicf("%s: %d %s", address, answer.StatusCode, text)
	}
	members := map[string]any{}
	if err := json.Unmarshal(text, &members); err != nil {
		log.Panic(err)
	}
	return members
}

// Object is a JSON object.
type Object = map[string]any

func zitadel(path, token string, body any) Object {
	return post(Plain()+path, [2]string{"Authorization", "Bearer " + token}, body)
}

// Zitadel is a call at ZITADEL by its administrator.
func Zitadel(path string, body any) Object { return zitadel(path, os.Getenv("ZITADEL_TOKEN"), body) }

// Reset makes the world as it was.
func Reset() { post(Plain()+"/__fauxidp/worlds/default/reset", [2]string{}, Object{}) }

// Fault makes the next calls of an operation have that fault.
func Fault(operation, spec string) {
	body := Object{"fault": spec, "match": Object{"operation": operation}}
	post(Plain()+"/__fauxidp/worlds/default/faults", [2]string{}, body)
}

// Stop is what an administrator does to keep a user out.
func Stop(vendor, user string) {
	if vendor == "monocloud" {
		key := [2]string{"X-API-KEY", os.Getenv("MONOCLOUD_MANAGEMENT_API_KEY")}
		post(Plain()+"/api/users/"+user+"/disable", key, Object{})
		return
	}
	Zitadel("/v2/users/"+user+"/deactivate", Object{})
}

// Browser keeps cookies, sends forms, and runs no script.
type Browser struct{ client *http.Client }

// NewBrowser is a browser without cookies.
func NewBrowser() Browser {
	jar := Must(cookiejar.New(nil))
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return Browser{&http.Client{Jar: jar, CheckRedirect: stay}}
}

// Page is what a browser shows in the end, or the URL that leads back to the application.
type Page struct {
	Back, Text string
	Status     int
	url        *url.URL
}

func (browser Browser) follow(answer *http.Response, callback string) Page {
	for range 10 {
		text := Must(io.ReadAll(answer.Body))
		answer.Body.Close()
		location, err := answer.Location()
		if err != nil {
			return Page{Text: string(text), Status: answer.StatusCode, url: answer.Request.URL}
		}
		if strings.HasPrefix(location.String(), callback) {
			return Page{Back: location.String()}
		}
		if id := location.Query().Get("authRequest"); id != "" {
			return Page{Text: id}
		}
		answer = Must(browser.client.Get(location.String()))
	}
	log.Panic("too many redirects")
	return Page{}
}

// Get opens a URL, and follows redirects up to a page or to one that starts with the callback.
func (browser Browser) Get(address, callback string) Page {
	return browser.follow(Must(browser.client.Get(address)), callback)
}

var (
	form   = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)".*?</form>`)
	hidden = regexp.MustCompile(`type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// Press sends the form of a page that is posted, with what is hidden in it and one member.
func (browser Browser) Press(page Page, callback, name, value string) Page {
	found := form.FindStringSubmatch(page.Text)
	if found == nil {
		log.Panicf("no form: %d %s", page.Status, page.Text)
	}
	members := url.Values{name: {value}}
	for _, field := range hidden.FindAllStringSubmatch(found[0], -1) {
		members.Set(field[1], field[2])
	}
	action := Must(page.url.Parse(found[1]))
	return browser.follow(Must(browser.client.PostForm(action.String(), members)), callback)
}

// SignIn signs a user in, and answers the URL that leads back to the application. At ZITADEL it is a login page of
// somebody's own, which checks the user in a session and finishes the request.
func (browser Browser) SignIn(vendor, address, callback, user string) string {
	page := browser.Get(address, callback)
	if page.Back != "" {
		return page.Back
	}
	if vendor == "monocloud" {
		page = browser.Press(page, callback, "fauxidp_user", user)
		if page.Back == "" {
			log.Panicf("not led back: %d %s", page.Status, page.Text)
		}
		return page.Back
	}
	checks := Object{"user": Object{"userId": user}, "password": Object{"password": Password}}
	made := zitadel("/v2/sessions", loginClient, Object{"checks": checks})
	session := Object{"sessionId": made["sessionId"], "sessionToken": made["sessionToken"]}
	done := zitadel("/v2/oidc/auth_requests/"+page.Text, loginClient, Object{"session": session})
	return done["callbackUrl"].(string)
}

// Defects tries a sign-in without a defect and with each of these; `story` answers the client's own error. It prints
// what scripts/client-tests collects.
func Defects(client string, names []string, story func(name string) error) {
	Reset()
	if err := story(""); err != nil {
		log.Panicf("a token without a defect: %v", err)
	}
	fmt.Printf("defect %s none accepted\n", client)
	for _, name := range names {
		Reset()
		operation := "token"
		if name == "userinfo-other-subject" {
			operation = "userinfo"
		}
		Fault(operation, "token;defect="+name)
		verdict := "accepted"
		if err := story(name); err != nil {
			text := strings.Join(strings.Fields(err.Error()), " ")
			verdict = fmt.Sprintf("refused %T %.120s", err, text)
		}
		fmt.Printf("defect %s %s %s\n", client, name, verdict)
		Checks++
	}
	Reset()
}
