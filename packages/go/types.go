package fauxidptest

import (
	"encoding/json"
	"time"
)

// Match selects calls; a call has to fit all members that are set.
type Match struct {
	Vendor string `json:"vendor,omitempty"`
	// Operation is disable_user for example; the same on every protocol.
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method,omitempty"`
	// Path has no query, unless it has a "?". A "*" at the end stands for any rest.
	Path string `json:"path,omitempty"`
	// User is the id of the user that the call is about.
	User string `json:"user,omitempty"`
	// Credential may have the name of the world or not.
	Credential string `json:"credential,omitempty"`

	// Protocol is http/1.1, http/2, grpc, grpc-web or connect. A rule cannot ask for it, nor for what follows.
	Protocol string `json:"protocol,omitempty"`
	// Status is a status, or a class such as 4xx.
	Status string `json:"status,omitempty"`
	// RefusedBy is vendor, fault or fauxidp.
	RefusedBy string `json:"refused_by,omitempty"`
	// After selects calls with a higher number.
	After uint64 `json:"after,omitempty"`

	// Query has parameters of the query. Only a verification can ask for it, and for what follows. A "*" at the end of
	// a text stands for any rest.
	Query   map[string]string `json:"query,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	// Body has members of the JSON body, or fields of the form. Of an object only the given members are compared.
	Body map[string]any `json:"body,omitempty"`
}

// Count is how many calls are expected.
type Count struct {
	Times   *uint64 `json:"times,omitempty"`
	AtLeast *uint64 `json:"at_least,omitempty"`
	AtMost  *uint64 `json:"at_most,omitempty"`
	// NoOther says that no other calls may have been made.
	NoOther bool `json:"no_other,omitempty"`
}

// Times expects exactly n calls.
func Times(n uint64) Count { return Count{Times: &n} }

// AtLeast expects n calls or more.
func AtLeast(n uint64) Count { return Count{AtLeast: &n} }

// AtMost expects n calls or fewer.
func AtMost(n uint64) Count { return Count{AtMost: &n} }

// Between expects so many calls, both ends included.
func Between(least, most uint64) Count { return Count{AtLeast: &least, AtMost: &most} }

// Endpoint is how a vendor's clients reach a world.
type Endpoint struct {
	Vendor string `json:"vendor"`
	// URL has http://.
	URL string `json:"url"`
	// TLSURL is the same with https://, for clients that refuse plain HTTP; they trust Server.Certificate.
	TLSURL string `json:"tls_url"`
	// Credential may do everything, in this world.
	Credential string `json:"credential"`
	// Environment has the variables that the vendor's own clients read.
	Environment map[string]string `json:"environment"`
}

// Rule is a fault rule of a world.
type Rule struct {
	ID       uint64  `json:"id"`
	Fault    string  `json:"fault"`
	Match    Match   `json:"match"`
	Priority int64   `json:"priority"`
	TTLMs    *uint64 `json:"ttl_ms"`
	// Seen is how many calls matched, Fired to how many of them it applied.
	Seen  uint64 `json:"seen"`
	Fired uint64 `json:"fired"`
}

// RecordedCall is a call as the journal has it. Secrets are cut to their first four characters; what is not known is empty.
type RecordedCall struct {
	N          uint64          `json:"n"`
	At         time.Time       `json:"at"`
	Vendor     string          `json:"vendor"`
	Operation  string          `json:"operation"`
	Method     string          `json:"method"`
	Path       string          `json:"path"`
	Protocol   string          `json:"protocol"`
	User       string          `json:"user"`
	Credential string          `json:"credential"`
	Status     int             `json:"status"`
	Fault      string          `json:"fault"`
	RefusedBy  string          `json:"refused_by"`
	DurationUs uint64          `json:"duration_us"`
	Body       json.RawMessage `json:"body"`
}

// SignIn is who signs in where.
type SignIn struct {
	Vendor string `json:"vendor"`
	// ClientID is the application; jitsudo knows none.
	ClientID string `json:"client_id,omitempty"`
	// User is the id or the e-mail address.
	User string `json:"user"`
	// RedirectURI is the application's first one, if it is empty.
	RedirectURI   string `json:"redirect_uri,omitempty"`
	Scope         string `json:"scope,omitempty"`
	Nonce         string `json:"nonce,omitempty"`
	State         string `json:"state,omitempty"`
	CodeChallenge string `json:"code_challenge,omitempty"`
	// Defect is in which way the tokens are wrong; GET /__fauxidp/defects lists them.
	Defect string `json:"defect,omitempty"`
}

// Cookie is a cookie as browser drivers read it.
type Cookie struct {
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	Domain   string  `json:"domain"`
	Path     string  `json:"path"`
	Expires  float64 `json:"expires"`
	HTTPOnly bool    `json:"httpOnly"`
	Secure   bool    `json:"secure"`
	SameSite string  `json:"sameSite"`
}

// SignedIn is a user who signed in, as far as a browser gets.
type SignedIn struct {
	CallbackURL string   `json:"callback_url"`
	Code        string   `json:"code"`
	SessionID   string   `json:"session_id"`
	Cookies     []Cookie `json:"cookies"`
	// StorageState is as Playwright reads it.
	StorageState json.RawMessage `json:"storage_state"`
	Warning      string          `json:"warning,omitempty"`
}

// Tokens is what the vendor's token endpoint answers.
type Tokens struct {
	AccessToken  string `json:"access_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
	TokenType    string `json:"token_type,omitempty"`
	ExpiresIn    int    `json:"expires_in,omitempty"`
	Scope        string `json:"scope,omitempty"`
	// Token is jitsudo's.
	Token string `json:"token,omitempty"`
}

// Message is what a vendor would have mailed or texted.
type Message struct {
	N      uint64    `json:"n"`
	At     time.Time `json:"at"`
	Vendor string    `json:"vendor"`
	User   string    `json:"user"`
	By     string    `json:"by"`
	To     string    `json:"to"`
	About  string    `json:"about"`
	Code   string    `json:"code,omitempty"`
}
