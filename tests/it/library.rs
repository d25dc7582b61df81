//! The emulator as a library: how it starts, what it starts from, and what it says when it cannot.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fauxidp::{Config, Emulator, Fault, Match, SignIn, Snapshot, World, WorldCreation};

use crate::wire::{self, Ask};

/// A folder of its own that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fauxidp-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn error_of(config: Config) -> String {
    Emulator::start_with(config).await.err().expect("it must not start").to_string()
}

#[tokio::test]
async fn it_starts_on_a_free_port_and_stops_when_it_is_dropped() {
    let emulator = Emulator::start().await.expect("it starts");
    let address = emulator.addresses()[0];
    assert_eq!(emulator.url(), format!("http://{address}"));
    assert_eq!(Ask::new("GET", "/__fauxidp/health").send(&emulator).await.json()["status"], "ok");
    drop(emulator);
    // The listener closes as soon as its task runs.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_folder_of_seeds_replaces_the_files_that_it_has() {
    let folder = Folder::new("seeds");
    let seed = fs::read_to_string("fixtures/seed/monocloud.json").expect("the seed");
    let seed = seed.replace("monocloud-admin", "my-key").replace("user-active", "my-user");
    fs::write(folder.0.join("monocloud.json"), seed).expect("written");
    let config = Config { fixtures: Some(folder.0.clone()), ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it fits");
    let read = |user: &str, key: &str| Ask::new("GET", &format!("/api/users/{user}")).header("x-api-key", key);
    assert_eq!(read("my-user", "my-key").send(&emulator).await.status, 200);
    assert_eq!(read("my-user", "monocloud-admin").send(&emulator).await.status, 401);
    let other = Ask::new("GET", "/v2/users/human-active").header("authorization", "Bearer zitadel-admin");
    assert_eq!(other.send(&emulator).await.status, 200, "a missing file keeps the embedded one");
    let environment = &Ask::new("GET", "/__fauxidp/health").send(&emulator).await.json()["vendors"][0]["environment"];
    assert_eq!(environment["MONOCLOUD_MANAGEMENT_API_KEY"], "my-key");
}

#[tokio::test]
async fn a_user_needs_only_an_id() {
    let folder = Folder::new("own");
    let with = |embedded: &str| {
        for (vendor, user) in [
            ("monocloud", r#"{"user_id": "mia-meier"}"#),
            ("zitadel", r#"{"userId": "mia-meier"}"#),
            ("jitsudo", r#"{"id": "00000000-0000-8000-8000-0000000000c1", "email": "mia.meier@corp.example"}"#),
        ] {
            let text = format!("{{\"embedded\": \"{embedded}\", \"users\": [{user}]}}");
            fs::write(folder.0.join(format!("{vendor}.json")), text).expect("written");
        }
        Config { fixtures: Some(folder.0.clone()), ..wire::config() }
    };
    let key = |path: &str| Ask::new("GET", path).header("x-api-key", "monocloud-admin");
    let token = |path: &str, token: &str| {
        let ask = Ask::new("GET", path).header("authorization", &format!("Bearer {token}"));
        ask.header("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0")
    };
    let emulator = Emulator::start_with(with("replace")).await.expect("it fits");
    let mia = key("/api/users/mia-meier").send(&emulator).await.json();
    assert_eq!((&mia["claims"]["name"], &mia["disabled"]), (&"Mia Meier".into(), &false.into()), "{mia}");
    assert_eq!(mia["emails"][0]["email"], "mia-meier@example.com");
    assert_eq!(key("/api/users/user-active").send(&emulator).await.status, 404);
    let mia = token("/v2/users/mia-meier", "zitadel-admin").send(&emulator).await.json();
    assert_eq!(mia["user"]["state"], "USER_STATE_ACTIVE", "{mia}");
    assert_eq!(mia["user"]["human"]["profile"]["displayName"], "Mia Meier");
    assert_eq!(token("/v2/users/human-active", "zitadel-admin").send(&emulator).await.status, 404);
    let mia = "/v1/users/00000000-0000-8000-8000-0000000000c1";
    assert_eq!(token(mia, "jitsudo-admin").send(&emulator).await.json()["name"], "Mia Meier");
    assert_eq!(token(mia, "jitsudo-other").send(&emulator).await.status, 403);
    let ada = "/v1/users/00000000-0000-8000-8000-000000000023";
    assert_eq!(token(ada, "jitsudo-admin").send(&emulator).await.status, 404);
    let world = emulator.world("signs-in").expect("a world");
    for (vendor, client) in [("monocloud", "monocloud-web"), ("zitadel", "zitadel-web")] {
        let signed_in = world.sign_in(&SignIn::at(vendor, "mia-meier").client(client));
        assert!(signed_in.is_ok(), "{vendor}: {:?}", signed_in.err());
    }

    let emulator = Emulator::start_with(with("keep")).await.expect("it fits");
    for path in ["/api/users/mia-meier", "/api/users/user-active"] {
        assert_eq!(key(path).send(&emulator).await.status, 200, "{path}");
    }
    for (path, bearer) in [("/v2/users/mia-meier", "zitadel-admin"), ("/v2/users/human-active", "zitadel-admin")] {
        assert_eq!(token(path, bearer).send(&emulator).await.status, 200, "{path}");
    }
    for path in [mia, ada] {
        assert_eq!(token(path, "jitsudo-admin").send(&emulator).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn where_worlds_are_explicit_a_call_makes_none() {
    let config = Config { worlds: WorldCreation::Explicit, ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    let read = || Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin~astray");
    let refused = read().send(&emulator).await;
    assert_eq!((refused.status, refused.header("x-fauxidp")), (400, Some("bad-world")));
    let fault = Ask::new("POST", "/__fauxidp/worlds/astray/faults").body(r#"{"fault": "503"}"#);
    assert_eq!(fault.send(&emulator).await.status, 404);
    assert_eq!(emulator.worlds(), ["default"]);
    assert_eq!(Ask::new("PUT", "/__fauxidp/worlds/astray").send(&emulator).await.status, 200);
    assert_eq!(read().send(&emulator).await.status, 200);
}

#[tokio::test]
async fn a_seed_that_does_not_fit_is_refused_with_file_line_and_field() {
    let folder = Folder::new("misfits");
    for (vendor, from, to, expected) in [
        (
            "monocloud",
            "\"disabled\": true",
            "\"disabled\": 1",
            ": users[2].disabled: invalid type: integer `1`, expected a boolean",
        ),
        (
            "monocloud",
            "\"blocked\": true",
            "\"bloked\": true",
            ": users[3].bloked: unknown field `bloked`; the closest match is blocked",
        ),
        ("monocloud", "00000000-0000-4000-8000-000000000002", "2", ": users[2].emails[0].id: UUID parsing failed"),
        ("monocloud", "\"user-disabled\"", "\"user-active\"", ": users[2].user_id: duplicate user_id \"user-active\""),
        (
            "monocloud",
            "\"petra.second@example.com\"",
            "\"Ada.Active@example.com\"",
            "]: duplicate e-mail address ada.active@example.com",
        ),
        (
            "monocloud",
            "\"password\": \"Temporary-1\"",
            "\"passwort\": \"x\"",
            ": users[12].fauxidp.passwort: unknown field `passwort`",
        ),
        ("zitadel", "USER_STATE_LOCKED", "USER_STATE_SAD", ": users[3].state: unknown variant `USER_STATE_SAD`"),
        (
            "zitadel",
            "\"sequence\": \"3\"",
            "\"sequence\": \"three\"",
            ": users[2].details.sequence: expected a whole number in quotes",
        ),
        (
            "zitadel",
            "\"resourceOwner\": \"69629023906488400\"",
            "\"resourceOwner\": \"7\"",
            "users[5].details.resourceOwner: unknown organization",
        ),
        (
            "zitadel",
            "\"organization\": \"69629023906488334\"",
            "\"organization\": \"7\"",
            ": projects[0].organization: unknown organization",
        ),
        ("zitadel", "OIDC_APP_TYPE_WEB", "OIDC_APP_TYPE_TV", "].oidc.appType: unknown variant `OIDC_APP_TYPE_TV`"),
        ("zitadel", "\"api\": \"", "\"apis\": \"", ": projects[0].applications[3].apis: unknown field `apis`"),
        (
            "zitadel",
            "\"clientId\": \"zitadel-spa\"",
            "\"clientId\": \"zitadel-web\"",
            ": projects[].applications: duplicate id or name \"zitadel-web\"",
        ),
        (
            "zitadel",
            "\"userId\": \"human-active\"",
            "\"userId\": \"nobody\"",
            ": projects[0].grants[0].userId: unknown user",
        ),
        ("zitadel", "            \"admin\"", "            \"boss\"", ": projects[0].grants[0].roles[0]: unknown role"),
        (
            "jitsudo",
            "\"auth_provider\": \"saml\"",
            "\"auth_provider\": \"ldap\"",
            ": users[8].auth_provider: unknown variant `ldap`",
        ),
        ("jitsudo", "\"tenants\"", "\"tenant\"", ": tenant: unknown field `tenant`; the closest match is tenants"),
        ("jitsudo", "\"tenants\"", "\"ten\\nants\"", ": ten\\nants: unknown field `ten\\nants`"),
        (
            "jitsudo",
            "\"email\": \"uma.user@example.com\"",
            "\"email\": \"ann.admin@example.com\"",
            ": users[2].email: duplicate e-mail address in one tenant: \"ann.admin@example.com\"",
        ),
        (
            "jitsudo",
            "\"key\": \"jitsudo-other-key\"",
            "\"key\": \"jitsudo-key\"",
            ": tenants[1].api_keys[0].key: duplicate key",
        ),
        (
            "jitsudo",
            "503;retry-after=1;first=2",
            "503;colour=red",
            ": users[13].fauxidp.fault: `503;colour=red`: unexpected parameter colour",
        ),
        (
            "zitadel",
            "503;retry-after=1;first=2",
            "identity",
            ": users[16].fauxidp.fault: ZITADEL has no error `identity`",
        ),
    ] {
        let seed = fs::read_to_string(format!("fixtures/seed/{vendor}.json")).expect("the seed");
        assert!(seed.contains(from), "{from}");
        let path = folder.0.join(format!("{vendor}.json"));
        fs::write(&path, seed.replacen(from, to, 1)).expect("written");
        let error = error_of(Config { fixtures: Some(folder.0.clone()), ..wire::config() }).await;
        fs::remove_file(&path).expect("removed");
        let start = format!("--fixtures: {}:", path.display());
        assert!(error.starts_with(&start) && error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 3, "one problem, its line and a caret: {error}");
        let line: usize = error[start.len()..].split(':').next().and_then(|line| line.parse().ok()).expect("a line");
        let value = to.split(": ").last().expect("a value").trim_matches('"');
        let text = seed.replacen(from, to, 1);
        let found = text.lines().nth(line - 1).unwrap_or_default();
        assert!(
            found.contains(value) || error.contains("duplicate") || error.contains("whole number"),
            "{error} / {found}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_followed_is_said_in_one_line() {
    let nowhere = PathBuf::from("/nowhere");
    let set = |text: &str| Config { set: vec![text.to_owned()], ..wire::config() };
    let taken = wire::emulator().await;
    let listen = taken.addresses().to_vec();
    for (config, expected) in [
        (Config { listen: vec![], ..wire::config() }, "--listen: expected at least one address"),
        (Config { listen: listen.into_iter().map(Into::into).collect(), ..wire::config() }, "Address already in use"),
        (Config { fixtures: Some(nowhere.clone()), ..wire::config() }, "--fixtures: /nowhere: No such file"),
        (
            Config { tls_ca_out: Some(nowhere.join("ca.pem")), ..wire::config() },
            "--tls-ca-out /nowhere/ca.pem: No such file",
        ),
        (set("jitsudo.suspend-owner"), "--set jitsudo.suspend-owner: expected VENDOR.KEY=VALUE"),
        (set("okta.x=1"), "--set okta.x=1: unknown vendor \"okta\"; expected one of monocloud, zitadel, jitsudo"),
        (
            set("jitsudo.suspend-owner=maybe"),
            "jitsudo.suspend-owner must be one of forbidden, conflict, allowed, not \"maybe\"",
        ),
        (set("monocloud.x=1"), "unknown setting monocloud.x; expected one of era, lockout"),
    ] {
        let error = error_of(config).await;
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains('\n') && !error.ends_with('.'), "{error}");
    }
}

#[tokio::test]
async fn made_up_people_have_an_account_at_every_vendor_and_are_the_same_for_a_seed() {
    let start =
        async |seed| Emulator::start_with(Config { people: 3, seed, ..wire::config() }).await.expect("it starts");
    let (one, same, other) = (start(7).await, start(7).await, start(8).await);
    // The ids are the vendors' own; the first person's come from the seed.
    let ids = fauxidp::declared::first_person_ids(7);
    assert_eq!(ids.len(), 3);
    for (path, header, value) in [
        (format!("/api/users/{}", ids[0]), "x-api-key", "monocloud-admin"),
        (format!("/v2/users/{}", ids[1]), "authorization", "Bearer zitadel-admin"),
        (format!("/v1/users/{}", ids[2]), "authorization", "Bearer jitsudo-admin"),
    ] {
        let ask =
            Ask::new("GET", &path).header(header, value).header("x-tenant-id", "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0");
        let (first, second) = (ask.send(&one).await, ask.send(&same).await);
        assert_eq!((first.status, &first.body), (200, &second.body), "{path}");
        assert_eq!(ask.send(&other).await.status, 404, "{path}");
    }
}

fn disable(world: &World) -> Ask {
    let key = world.endpoint("monocloud").expect("it is there").credential;
    Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", &key)
}

async fn two_worlds() -> (Emulator, World, World) {
    let start = Emulator::builder().clock(wire::NOW.parse().expect("a time")).seed(7);
    let emulator = start.set("monocloud.lockout", "ip").start().await.expect("it starts");
    let (one, other) = (emulator.world("one").expect("a name"), emulator.world("other").expect("a name"));
    (emulator, one, other)
}

#[tokio::test]
async fn a_rule_of_one_world_is_counted_there_and_not_met_elsewhere() {
    let (emulator, one, other) = two_worlds().await;
    let disables = Match::operation("disable_user").vendor("monocloud").method("POST").path("/api/users/*");
    let rule = one.fault(Fault::new("503;first=1").on(disables.clone()).priority(3)).expect("it can be followed");
    assert_eq!((rule.id, &*rule.fault, rule.priority, rule.seen), (1, "503;first=1", 3, 0));
    for (world, status) in [(&other, 200), (&one, 503), (&one, 200)] {
        assert_eq!(disable(world).send(&emulator).await.status, status);
    }
    let rules = one.faults().expect("it is there");
    assert_eq!(
        (rules.len(), rules[0].seen, rules[0].fired, &rules[0].r#match["path"]),
        (1, 2, 1, &"/api/users/*".into())
    );
    assert_eq!(other.faults(), Ok(vec![]));

    one.verify(&disables, 2).expect("two calls");
    one.verify(&disables.clone().status(503).refused_by("fault"), ..=1).expect("one of them");
    let refused = one.verify(&disables.user("user-blocked"), 1..=2).expect_err("it was another user");
    assert_eq!((refused.status, refused.nearest.len()), (409, 2));
    assert!(
        refused.to_string().contains("\n  near: call 2, POST /api/users/user-active/disable: user is user-active"),
        "{refused}"
    );
    let calls = one.requests(&Match::all().after(1).protocol("http/1.1")).expect("it is there");
    assert_eq!(
        (calls.len(), calls[0].n, calls[0].status, calls[0].credential.as_deref()),
        (1, 2, Some(200), Some("mono…"))
    );

    one.remove_fault(rule.id).expect("it is there");
    assert_eq!(one.remove_fault(rule.id).expect_err("it is gone").status, 404);
    one.fault("404").expect("for all calls");
    one.clear_faults().expect("it is there");
    one.clear_requests().expect("it is there");
    assert_eq!((one.faults(), one.requests(&Match::all())), (Ok(vec![]), Ok(vec![])));
}

#[tokio::test]
async fn a_rule_ends_by_the_clock_of_its_world() {
    let (emulator, one, _) = two_worlds().await;
    one.fault(Fault::new("429").ttl(Duration::from_secs(60))).expect("it can be followed");
    assert_eq!(disable(&one).send(&emulator).await.status, 429);
    assert_eq!(one.clock().advance(Duration::from_secs(60)).expect("a time").to_string(), "2030-01-01T00:01:00Z");
    assert_eq!(disable(&one).send(&emulator).await.status, 200);
    assert!(one.clock().run().and_then(|_| one.clock().freeze()).is_ok() && one.clock().now() == one.clock().now());
}

#[tokio::test]
async fn a_snapshot_goes_to_another_emulator_with_its_rules_and_their_counts() {
    let (emulator, one, other) = two_worlds().await;
    one.fault("503;first=1").expect("it can be followed");
    one.fault(Fault::new("429;skip=9").on(Match::all().vendor("jitsudo")).ttl(Duration::from_secs(9)))
        .expect("likewise");
    for status in [503, 200] {
        assert_eq!(disable(&one).send(&emulator).await.status, status);
    }
    one.event("monocloud", "user-active", "failed_sign_in").expect("it can happen");
    let snapshot = one.snapshot().expect("it is there");
    let elsewhere = Emulator::start().await.expect("it starts").world("elsewhere").expect("a name");
    for world in [&other, &elsewhere] {
        world.restore(&snapshot).expect("it fits");
        assert_eq!((world.snapshot().as_ref(), world.faults()), (Ok(&snapshot), one.faults()));
    }
    assert_eq!(disable(&other).send(&emulator).await.status, 200, "the rule's first call is over");
    let fork = one.fork("fork").expect("a name");
    assert_eq!((fork.name(), fork.snapshot()), ("fork", Ok(snapshot.clone())));
    one.reset().expect("it is there");
    assert_eq!(one.faults(), Ok(vec![]));
    // A rule about something that there is not does not come in by a state either.
    let strange = Snapshot(snapshot.0.replace("\"jitsudo\"}", "\"acme\"}"));
    assert_ne!(strange, snapshot);
    assert!(one.restore(&strange).expect_err("no such vendor").detail.contains("unknown vendor \"acme\""));
    assert_eq!(one.faults(), Ok(vec![]));
}

#[tokio::test]
async fn what_a_world_cannot_do_is_said_in_words() {
    let (emulator, one, _) = two_worlds().await;
    for (refused, status, words) in [
        (emulator.world(".hidden").map(|_| ()), 400, "expected 1 to 64 letters"),
        (emulator.world("a/b c").map(|_| ()), 400, "Invalid world name \"a/b c\""),
        (one.endpoint("okta").map(|_| ()), 404, "Unknown vendor \"okta\"; expected one of monocloud, zitadel, jitsudo"),
        (one.fault("503;colour=red").map(|_| ()), 400, "unexpected parameter colour"),
        (
            one.fault(Fault::new("503").on(Match::operation("disable_usr"))).map(|_| ()),
            400,
            "the closest matches are disable_user",
        ),
        (one.fault(Fault::new("503").on(Match::all().status(404))).map(|_| ()), 400, "a rule cannot match by status"),
        (one.verify(&Match::operation("disable_usr"), 1), 400, "the closest matches are disable_user"),
        (one.set("monocloud.colour", "red"), 400, "unknown setting monocloud.colour"),
        (one.event("monocloud", "nobody", "sign_in"), 409, "Event refused"),
        (one.restore(&Snapshot("{}".to_owned())), 400, "Invalid world state"),
        (
            one.clock().set("9999-01-01T00:00:00Z".parse().expect("a time")).map(|_| ()),
            400,
            "a clock must be set to a time",
        ),
        (emulator.world("default").and_then(World::remove), 409, "cannot be dropped"),
    ] {
        let refused = refused.expect_err(words);
        assert!(refused.status == status && refused.detail.contains(words), "{refused:?}");
    }
    let again = one.clone();
    one.remove().expect("it is there");
    assert_eq!(again.faults().expect_err("it is gone").status, 404);
    assert_eq!(disable(&emulator.world("one").expect("a name")).send(&emulator).await.status, 200, "it is made anew");
}

#[tokio::test]
async fn an_endpoint_has_all_that_a_client_of_that_world_needs() {
    let (emulator, one, _) = two_worlds().await;
    let endpoint = |vendor: &str| one.endpoint(vendor).expect("it is there");
    let address = emulator.addresses()[0];
    let monocloud = endpoint("monocloud");
    assert_eq!((monocloud.url, &*monocloud.credential), (format!("http://{address}"), "monocloud-admin~one"));
    assert_eq!(monocloud.tls_url, format!("https://{address}"));
    assert_eq!(monocloud.environment["MONOCLOUD_MANAGEMENT_DOMAIN"], monocloud.tls_url);
    assert!(emulator.certificate().expect("it is made").starts_with("-----BEGIN CERTIFICATE-----"));
    let zitadel = endpoint("zitadel");
    assert_eq!((zitadel.url, &*zitadel.credential), (format!("http://{address}"), "zitadel-admin~one"));
    let id = &zitadel.environment["ZITADEL_CLIENT_ID"];
    let body = format!(
        "grant_type=client_credentials&client_id={id}&client_secret={}",
        zitadel.environment["ZITADEL_CLIENT_SECRET"]
    );
    let form = Ask::new("POST", "/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body(body + "&scope=openid").send(&emulator).await.status, 200);
    one.verify(&Match::operation("token"), 1).expect("in this world");
    assert_eq!(endpoint("jitsudo").environment["JITSUDO_TOKEN"], "jitsudo-admin~one");
    assert_eq!(
        emulator.world("default").expect("it is there").endpoint("jitsudo").expect("likewise").credential,
        "jitsudo-admin"
    );
}
