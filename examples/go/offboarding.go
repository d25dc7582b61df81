// Package offboarding takes a person's access away at three vendors. It goes on where one fails, and writes down what
// came of each.
package offboarding

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tries is how often a call is made at most; pause is waited for a vendor that says nothing about it.
const (
	tries = 4
	pause = 50 * time.Millisecond
)

// Vendor is how a vendor is reached.
type Vendor struct{ URL, Credential, Tenant string }

// Entry is what came of one vendor, for the audit trail.
type Entry struct {
	Vendor, User string
	Done         bool
	Tries        int
	// Status is the last answer's; 0 where there was none, so that it is not known what the vendor did.
	Status int
}

// Offboard says whether all is done. The accounts have the user's id at each vendor.
func Offboard(accounts map[string]string, vendors map[string]Vendor, audit func(Entry)) bool {
	done := true
	for name, user := range accounts {
		entry := disable(name, user, vendors[name])
		audit(entry)
		done = done && entry.Done
	}
	return done
}

func disable(name, user string, at Vendor) Entry {
	entry := Entry{Vendor: name, User: user}
	for entry.Tries < tries && !entry.Done {
		entry.Tries++
		status, text, wait := post(request(name, user, at))
		entry.Status = status
		entry.Done = status/100 == 2 || isDone(name, status, text)
		if mayPass := status == 0 || status == 429 || status >= 500; !mayPass || entry.Tries == tries {
			break
		}
		time.Sleep(wait)
	}
	return entry
}

// isDone says whether a refusal means that there is nothing left to do.
func isDone(name string, status int, text string) bool {
	switch name {
	case "zitadel":
		return status == 400 && strings.Contains(text, "COMMAND-5gunjw0cd7")
	case "jitsudo":
		return status == 409
	}
	return false
}

func request(name, user string, at Vendor) (*http.Request, error) {
	call := map[string]struct{ path, body string }{
		"monocloud": {"/api/users/%s/disable", `{"revoke_sessions": true}`},
		"zitadel":   {"/v2/users/%s/deactivate", `{}`},
		"jitsudo":   {"/v1/users/%s/suspend", `{"active": false}`},
	}[name]
	request, err := http.NewRequest("POST", at.URL+fmt.Sprintf(call.path, user), strings.NewReader(call.body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if name == "monocloud" {
		request.Header.Set("X-API-KEY", at.Credential)
	} else {
		request.Header.Set("Authorization", "Bearer "+at.Credential)
	}
	if name == "jitsudo" {
		request.Header.Set("X-Tenant-ID", at.Tenant)
	}
	return request, nil
}

func post(request *http.Request, err error) (status int, text string, wait time.Duration) {
	if err != nil {
		return 0, err.Error(), pause
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error(), pause
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		return answer.StatusCode, string(body), time.Duration(seconds) * time.Second
	}
	return answer.StatusCode, string(body), pause
}
