package fauxidptest

import (
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"
)

// TestWorld is a complete private copy of everything: users, settings, faults, journal, outbox, clock. What fails fails
// the test, at its line.
type TestWorld struct {
	// Name is its name.
	Name string
	// URL leads into the world by its path: for calls that carry no credential, such as a sign-in.
	URL string
	// MonoCloud, Zitadel and Jitsudo are how each vendor's clients reach it.
	MonoCloud, Zitadel, Jitsudo Endpoint
	// Clock is its clock.
	Clock Clock

	t    testing.TB
	base string
}

func enter(t testing.TB, base, name string) (*TestWorld, error) {
	w := &TestWorld{Name: name, URL: base, t: t, base: base}
	if name != "default" {
		w.URL = base + "/~" + name
	}
	w.Clock = Clock{w}
	if err := w.call("PUT", "", struct{}{}, nil); err != nil {
		return nil, err
	}
	var shown struct{ Endpoints []Endpoint }
	if err := w.call("GET", "/endpoints", nil, &shown); err != nil {
		return nil, err
	}
	places := map[string]*Endpoint{"monocloud": &w.MonoCloud, "zitadel": &w.Zitadel, "jitsudo": &w.Jitsudo}
	for _, endpoint := range shown.Endpoints {
		if place := places[endpoint.Vendor]; place != nil {
			*place = endpoint
		}
	}
	return w, nil
}

// In is the same world for another test, such as a subtest, which fails in place of the first.
func (w *TestWorld) In(t testing.TB) *TestWorld {
	other := *w
	other.t = t
	other.Clock = Clock{&other}
	return &other
}

// Credential makes a credential one of this world: any that the seed has, such as monocloud-readonly.
func (w *TestWorld) Credential(secret string) string {
	if w.Name == "default" {
		return secret
	}
	return secret + "~" + w.Name
}

// Issuer is that of a vendor's tokens in this world, by which OpenID clients find everything else.
func (w *TestWorld) Issuer(vendor string) string { return w.URL + "/" + vendor }

// Fault adds a fault rule, such as 503;retry-after=2;first=2, for the calls that match.
func (w *TestWorld) Fault(fault string, match Match) Rule {
	w.t.Helper()
	var rule Rule
	body := map[string]any{"fault": fault, "match": match}
	w.must(w.call("POST", "/faults", body, &rule))
	return rule
}

// Faults are all rules, with how often each fired.
func (w *TestWorld) Faults() []Rule {
	w.t.Helper()
	var shown struct{ Faults []Rule }
	w.must(w.call("GET", "/faults", nil, &shown))
	return shown.Faults
}

// ClearFaults removes every rule, or those that are given.
func (w *TestWorld) ClearFaults(rules ...Rule) {
	w.t.Helper()
	for _, rule := range rules {
		w.must(w.call("DELETE", fmt.Sprintf("/faults/%d", rule.ID), nil, nil))
	}
	if len(rules) == 0 {
		w.must(w.call("DELETE", "/faults", nil, nil))
	}
}

// Verify fails the test unless as many calls matched as expected; without a count, at least one. The test goes on.
func (w *TestWorld) Verify(match Match, count ...Count) {
	w.t.Helper()
	expected := struct {
		Match Match `json:"match"`
		Count
	}{Match: match}
	if len(count) > 0 {
		expected.Count = count[0]
	}
	if err := w.call("POST", "/verify", expected, nil); err != nil {
		w.t.Errorf("%v", err)
	}
}

// VerifySequence fails the test unless calls were made that match these, one each, in that order. Others may be between
// them. The test goes on.
func (w *TestWorld) VerifySequence(matches ...Match) {
	w.t.Helper()
	if err := w.call("POST", "/verify", map[string]any{"sequence": matches}, nil); err != nil {
		w.t.Errorf("%v", err)
	}
}

// VerifyRulesFired fails the test unless every fault rule has fired. The test goes on.
func (w *TestWorld) VerifyRulesFired() {
	w.t.Helper()
	if err := w.call("POST", "/verify", map[string]any{"rules_fired": true}, nil); err != nil {
		w.t.Errorf("%v", err)
	}
}

// Report is what the client did wrong, for people. It fails the test if something of it is as bad as failOn, which is
// "warning" or, if it is not given, "error"; also if no call was made. The test goes on.
func (w *TestWorld) Report(failOn ...string) string {
	w.t.Helper()
	query := url.Values{"format": {"text"}, "fail_on": {"error"}}
	if len(failOn) > 0 {
		query.Set("fail_on", failOn[0])
	}
	var report string
	if err := w.call("GET", "/report?"+query.Encode(), nil, &report); err != nil {
		w.t.Errorf("%v", err)
	}
	return report
}

// Requests are the calls that match, the newest last.
func (w *TestWorld) Requests(match Match) []RecordedCall {
	w.t.Helper()
	if match.Query != nil || match.Headers != nil || match.Body != nil {
		w.t.Fatal("only a verification can ask for query, headers and body")
	}
	query := url.Values{}
	for name, value := range map[string]string{
		"vendor": match.Vendor, "operation": match.Operation, "method": match.Method, "path": match.Path,
		"user": match.User, "credential": match.Credential, "protocol": match.Protocol, "status": match.Status,
		"refused_by": match.RefusedBy,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if match.After > 0 {
		query.Set("after", fmt.Sprint(match.After))
	}
	var shown struct{ Requests []RecordedCall }
	w.must(w.call("GET", "/requests?"+query.Encode(), nil, &shown))
	return shown.Requests
}

// ClearRequests empties the journal.
func (w *TestWorld) ClearRequests() {
	w.t.Helper()
	w.must(w.call("DELETE", "/requests", nil, nil))
}

// SignIn signs a user in without a page: the code for the application, and the cookies of the browser.
func (w *TestWorld) SignIn(request SignIn) SignedIn {
	w.t.Helper()
	var done SignedIn
	w.must(w.call("POST", "/sign-in", request, &done))
	return done
}

// Tokens signs a user in, and is what the token endpoint would answer.
func (w *TestWorld) Tokens(request SignIn) Tokens {
	w.t.Helper()
	var tokens Tokens
	w.must(w.call("POST", "/tokens", request, &tokens))
	return tokens
}

// Outbox is what the vendors would have mailed or texted, the oldest first.
func (w *TestWorld) Outbox() []Message {
	w.t.Helper()
	var shown struct{ Outbox []Message }
	w.must(w.call("GET", "/outbox", nil, &shown))
	return shown.Outbox
}

// Event reports what happens outside the API, such as failed_sign_in.
func (w *TestWorld) Event(vendor, user, event string) {
	w.t.Helper()
	w.must(w.call("POST", "/events", map[string]string{"vendor": vendor, "user": user, "event": event}, nil))
}

// Set changes a setting, such as monocloud.era.
func (w *TestWorld) Set(key, value string) {
	w.t.Helper()
	w.must(w.call("PUT", "", map[string]any{"settings": map[string]string{key: value}}, nil))
}

// Fork copies this world, as it is now. The copy is dropped when the test ends.
func (w *TestWorld) Fork() *TestWorld {
	w.t.Helper()
	name := WorldName(w.t.Name())
	w.must(w.call("POST", "/fork", map[string]string{"to": name}, nil))
	copied, err := enter(w.t, w.base, name)
	w.must(err)
	w.t.Cleanup(func() { _ = copied.drop() })
	return copied
}

// Reset puts everything back to how the world was born.
func (w *TestWorld) Reset() {
	w.t.Helper()
	w.must(w.call("POST", "/reset", nil, nil))
}

// Drop drops the world. One that is gone already is fine; the world default is reset.
func (w *TestWorld) Drop() {
	w.t.Helper()
	w.must(w.drop())
}

func (w *TestWorld) drop() error {
	if w.Name == "default" {
		return w.call("POST", "/reset", nil, nil)
	}
	err := w.call("DELETE", "", nil, nil)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == 404 {
		return nil
	}
	return err
}

func (w *TestWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *TestWorld) call(method, path string, body, found any) error {
	return control(w.base, method, "worlds/"+url.PathEscape(w.Name)+path, body, found)
}

// Clock is the clock of a world. Tokens, locks and codes follow it.
type Clock struct{ world *TestWorld }

// Now is the time there.
func (c Clock) Now() time.Time {
	c.world.t.Helper()
	return c.turn("GET", nil)
}

// Set sets and freezes it.
func (c Clock) Set(now time.Time) time.Time {
	c.world.t.Helper()
	return c.turn("PUT", map[string]any{"now": now.UTC().Format(time.RFC3339Nano)})
}

// Advance moves it on. A frozen one stays frozen.
func (c Clock) Advance(d time.Duration) time.Time {
	c.world.t.Helper()
	return c.turn("PUT", map[string]any{"advance_ms": d.Milliseconds()})
}

// Freeze freezes it where it is.
func (c Clock) Freeze() time.Time {
	c.world.t.Helper()
	return c.turn("PUT", map[string]any{"run": false})
}

// Run lets it run from the time that it shows.
func (c Clock) Run() time.Time {
	c.world.t.Helper()
	return c.turn("PUT", map[string]any{"run": true})
}

func (c Clock) turn(method string, change any) time.Time {
	c.world.t.Helper()
	var shown struct{ Now time.Time }
	c.world.must(c.world.call(method, "/clock", change, &shown))
	return shown.Now
}
