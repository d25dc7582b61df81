package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"fauxidp.dev/clients/signin"
)

const project = "69629023906488500"

// example starts one of the library's example programs, which stand beside this one.
func example(name string, settings ...string) (*exec.Cmd, io.Reader) {
	command := exec.Command(filepath.Join(filepath.Dir(os.Args[0]), name))
	command.Env = append(os.Environ(), settings...)
	output := signin.Must(command.StdoutPipe())
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		log.Panic(err)
	}
	return command, output
}

// serving starts an example that listens, and answers its address and what stops it.
func serving(name string, settings ...string) (string, func()) {
	listener := signin.Must(net.Listen("tcp", "127.0.0.1:0"))
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	command, output := example(name, append(settings, fmt.Sprintf("PORT=%d", port))...)
	go io.Copy(os.Stderr, output)
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	for range 100 {
		if answer, err := http.Get(address); err == nil {
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

// get asks with a bearer token, where there is one.
func get(address, token string) (int, string) {
	request := signin.Must(http.NewRequest("GET", address, nil))
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer := signin.Must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	return answer.StatusCode, string(signin.Must(io.ReadAll(answer.Body)))
}

// keyFile makes an API that shows who it is by a key, and writes that key's file.
func keyFile() string {
	apps := "/management/v1/projects/" + project + "/apps"
	method := "API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT"
	app := signin.Zitadel(apps+"/api", signin.Object{"name": "by-key", "authMethodType": method})
	key := signin.Zitadel(fmt.Sprintf("%s/%s/keys", apps, app["appId"]), signin.Object{"type": "KEY_TYPE_JSON"})
	details := signin.Must(base64.StdEncoding.DecodeString(key["keyDetails"].(string)))
	return write("api-key-*.json", details)
}

func write(pattern string, text []byte) string {
	file := signin.Must(os.CreateTemp("", pattern))
	defer file.Close()
	signin.Must(file.Write(text))
	return file.Name()
}

// examples runs each example program as its documentation says.
func examples(address string) {
	signin.Reset()
	scopes := "openid profile offline_access urn:zitadel:iam:org:project:id:" + project + ":aud"
	for _, client := range []string{"CLIENT_ID=zitadel-web CLIENT_SECRET=zitadel-web-secret", "CLIENT_ID=zitadel-spa PKCE=true"} {
		app(append(strings.Fields(client), "ISSUER="+address, "SCOPES="+scopes))
	}
	api(address)
	service(address)
	device(address, scopes)
}

// app is the example with a person who signs in.
func app(settings []string) {
	own, stop := serving("app", settings...)
	defer stop()
	browser := signin.NewBrowser()
	back := browser.SignIn("zitadel", own+"/login", own+"/auth/callback", "human-active")
	page := browser.Get(back, "app:")
	signin.That(strings.Contains(page.Text, `"name":"Ada Active"`), "app: %d %s", page.Status, page.Text)
	page = browser.Get(own+"/auth/callback?error=access_denied&state=none", "app:")
	signin.That(page.Status >= 400, "app: an error leads to %d %s", page.Status, page.Text)
}

// api is the example that introspects by its key.
func api(address string) {
	file := keyFile()
	defer os.Remove(file)
	own, stop := serving("api", "KEY="+file, "ISSUER="+address)
	defer stop()
	token := signin.Must(newStory(issuers(address)[0]).exchange(newStory(issuers(address)[0]).code(), verifier)).AccessToken
	status, text := get(own+"/protected", token)
	signin.That(status == 200 && strings.Contains(text, `"active":true`), "api: %d %s", status, text)
	status, text = get(own+"/protected/username/human-active", token)
	signin.That(status == 200, "api: a claim: %d %s", status, text)
	status, _ = get(own+"/protected", "")
	signin.That(status == 401, "api: without a token: %d", status)
	signin.Stop("zitadel", "human-active")
	status, text = get(own+"/protected", token)
	signin.That(!strings.Contains(text, `"active":true`), "api: a stopped user: %d %s", status, text)
	signin.Reset()
}

// service is the example of a machine that signs in by its key.
func service(address string) {
	file := write("service-key-*.json", []byte(os.Getenv("ZITADEL_KEY_JSON")))
	defer os.Remove(file)
	own, stop := serving("service", "KEY_PATH="+file, "ISSUER="+address, "SCOPES=openid profile")
	defer stop()
	form := url.Values{"url": {address + "/oidc/v1/userinfo"}}
	answer := signin.Must(http.PostForm(own+"/test", form))
	defer answer.Body.Close()
	text := string(signin.Must(io.ReadAll(answer.Body)))
	// The program prints the answer's bytes as numbers.
	account := strings.Trim(fmt.Sprint([]byte("machine-service-account")), "[]")
	signin.That(strings.Contains(text, account), "service: %d %s", answer.StatusCode, text)
}

// device is the example that polls while a person approves it.
func device(address, scopes string) {
	command, output := example("device", "CLIENT_ID=zitadel-native", "ISSUER="+address, "SCOPES="+scopes)
	prompt := regexp.MustCompile(`Please browse to (\S+) and enter code (\S+)`)
	var text strings.Builder
	for lines := bufio.NewScanner(output); lines.Scan(); {
		text.WriteString(lines.Text() + "\n")
		if found := prompt.FindStringSubmatch(lines.Text()); found != nil {
			approve(found[1], found[2])
		}
	}
	err := command.Wait()
	for _, step := range []string{"successfully obtained token", "refreshed token", "token revoked"} {
		signin.That(err == nil && strings.Contains(text.String(), step), "device: %s: %v\n%s", step, err, text.String())
	}
}

// approve enters a code on the page of devices as a person does.
func approve(address, code string) {
	browser := signin.NewBrowser()
	page := browser.Get(address+"?user_code="+url.QueryEscape(code), "app:")
	for n := 0; n < 3 && strings.Contains(page.Text, `name="fauxidp_user"`); n++ {
		page = browser.Press(page, "app:", "fauxidp_user", "human-active")
	}
}
