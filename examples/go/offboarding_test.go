package offboarding

import (
	"net/http"
	"testing"

	"fauxidp.dev/fauxidptest"
)

var accounts = map[string]string{
	"monocloud": "user-active", "zitadel": "human-active", "jitsudo": "00000000-0000-8000-8000-000000000002",
}

// run offboards in a world; the result has the audit trail, too.
func run(w *fauxidptest.TestWorld) (bool, map[string]Entry) {
	audit := map[string]Entry{}
	vendors := map[string]Vendor{}
	for _, at := range []fauxidptest.Endpoint{w.MonoCloud, w.Zitadel, w.Jitsudo} {
		vendors[at.Vendor] = Vendor{at.URL, at.Credential, at.Environment["JITSUDO_TENANT_ID"]}
	}
	done := Offboard(accounts, vendors, func(entry Entry) { audit[entry.Vendor] = entry })
	return done, audit
}

func TestWhoIsOffboardedGetsInNowhere(t *testing.T) {
	world := fauxidptest.World(t)
	before := world.Tokens(fauxidptest.SignIn{Vendor: "monocloud", ClientID: "monocloud-web", User: "user-active"})
	if done, audit := run(world); !done {
		t.Fatal(audit)
	}
	for _, operation := range []string{"disable_user", "deactivate_user", "suspend_user"} {
		world.Verify(fauxidptest.Match{Operation: operation, Status: "200"}, fauxidptest.Times(1))
	}
	request, _ := http.NewRequest("GET", world.Issuer("monocloud")+"/connect/userinfo", nil)
	request.Header.Set("Authorization", "Bearer "+before.AccessToken)
	if answer, err := http.DefaultClient.Do(request); err != nil || answer.StatusCode != 401 {
		t.Error(answer, err)
	}
}

func TestAVendorThatIsUnavailableForAWhileIsAskedAgain(t *testing.T) {
	world := fauxidptest.World(t)
	world.Fault("503;retry-after=0;first=2", fauxidptest.Match{Operation: "disable_user"})
	world.Fault("429;retry-after=0;first=1", fauxidptest.Match{Operation: "suspend_user"})
	done, audit := run(world)
	if !done || audit["monocloud"].Tries != 3 || audit["zitadel"].Tries != 1 || audit["jitsudo"].Tries != 2 {
		t.Error(audit)
	}
}

func TestAChangeWhoseAnswerIsLostIsNotTakenForAFailure(t *testing.T) {
	world := fauxidptest.World(t)
	world.Fault("close;at=after;first=1", fauxidptest.Match{Operation: "deactivate_user"})
	if done, audit := run(world); !done || audit["zitadel"].Tries != 2 {
		t.Error(audit)
	}
	world.Verify(fauxidptest.Match{Operation: "deactivate_user", Status: "400"}, fauxidptest.Times(1)) // "already inactive"
}

func TestARefusalIsFinalIsWrittenDownAndStopsNobodyElse(t *testing.T) {
	world := fauxidptest.World(t)
	world.Fault("forbidden", fauxidptest.Match{Vendor: "zitadel", Operation: "deactivate_user"})
	done, audit := run(world)
	if want := (Entry{"zitadel", "human-active", false, 1, 403}); done || audit["zitadel"] != want {
		t.Error(audit)
	}
	if !audit["monocloud"].Done || !audit["jitsudo"].Done {
		t.Error(audit)
	}
}

func TestAVendorThatStaysAwayIsGivenUp(t *testing.T) {
	world := fauxidptest.World(t)
	world.Fault("500", fauxidptest.Match{Operation: "suspend_user"})
	if done, audit := run(world); done || audit["jitsudo"].Tries != 4 || audit["jitsudo"].Status != 500 {
		t.Error(audit)
	}
	world.Verify(fauxidptest.Match{Operation: "suspend_user", Status: "500"}, fauxidptest.Times(4))
}
