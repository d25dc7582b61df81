//! The emulator as a library: how it starts, what it starts from, and what it says when it cannot.

use std::fs;
use std::path::PathBuf;

use fauxidp::{Config, Emulator};

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
async fn a_seed_that_does_not_fit_is_refused_with_file_line_and_field() {
    let folder = Folder::new("misfits");
    for (vendor, from, to, expected) in [
        (
            "monocloud",
            "\"disabled\": true",
            "\"disabled\": 1",
            ": users[2].disabled: invalid type: integer `1`, expected a boolean",
        ),
        ("monocloud", "\"blocked\": true", "\"bloked\": true", ": users[3].bloked: unknown field `bloked`"),
        ("monocloud", "00000000-0000-4000-8000-000000000002", "2", ": users[2].emails[0].id: UUID parsing failed"),
        ("monocloud", "\"user-disabled\"", "\"user-active\"", ": users: the user_id \"user-active\" stands twice"),
        (
            "monocloud",
            "\"petra.second@example.com\"",
            "\"Ada.Active@example.com\"",
            ": users: the e-mail address ada.active@example.com stands twice",
        ),
        (
            "monocloud",
            "\"password\": \"Correct-Horse-1\"",
            "\"passwort\": \"x\"",
            ": users[11].fauxidp.passwort: unknown field `passwort`",
        ),
        ("zitadel", "USER_STATE_LOCKED", "USER_STATE_SAD", ": users[3].state: unknown variant `USER_STATE_SAD`"),
        (
            "zitadel",
            "\"sequence\": \"3\"",
            "\"sequence\": \"three\"",
            ": users[2].details.sequence: a whole number in quotes",
        ),
        (
            "zitadel",
            "\"resourceOwner\": \"69629023906488400\"",
            "\"resourceOwner\": \"7\"",
            "users[5].details.resourceOwner: no such organization",
        ),
        (
            "jitsudo",
            "\"auth_provider\": \"saml\"",
            "\"auth_provider\": \"ldap\"",
            ": users[8].auth_provider: unknown variant `ldap`",
        ),
        ("jitsudo", "\"tenants\"", "\"tenant\"", ": tenant: unknown field `tenant`"),
        (
            "jitsudo",
            "\"email\": \"uma.user@example.com\"",
            "\"email\": \"ann.admin@example.com\"",
            ": users: \"ann.admin@example.com\" stands twice in one tenant",
        ),
        (
            "jitsudo",
            "\"key\": \"jitsudo-other-key\"",
            "\"key\": \"jitsudo-key\"",
            ": tenants.api_keys: the key stands twice",
        ),
        (
            "jitsudo",
            "503;retry-after=1;first=2",
            "503;colour=red",
            ": users[13].fauxidp.fault: `503;colour=red`: no parameter colour",
        ),
        (
            "zitadel",
            "503;retry-after=1;first=2",
            "identity",
            ": users[15].fauxidp.fault: ZITADEL has no error `identity`",
        ),
    ] {
        let seed = fs::read_to_string(format!("fixtures/seed/{vendor}.json")).expect("the seed");
        assert!(seed.contains(from), "{from}");
        let path = folder.0.join(format!("{vendor}.json"));
        fs::write(&path, seed.replacen(from, to, 1)).expect("written");
        let error = error_of(Config { fixtures: Some(folder.0.clone()), ..wire::config() }).await;
        fs::remove_file(&path).expect("removed");
        let start = format!("--fixtures: {}: line ", path.display());
        assert!(error.starts_with(&start) && error.contains(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
        let line: usize = error[start.len()..].split(':').next().and_then(|line| line.parse().ok()).expect("a line");
        let value = to.split(": ").last().expect("a value").trim_matches('"');
        let text = seed.replacen(from, to, 1);
        let found = text.lines().nth(line - 1).unwrap_or_default();
        assert!(
            found.contains(value) || error.contains("twice") || error.contains("whole number"),
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
        (Config { listen: vec![], ..wire::config() }, "--listen: no address"),
        (Config { listen, ..wire::config() }, "Address already in use"),
        (Config { fixtures: Some(nowhere.clone()), ..wire::config() }, "--fixtures: /nowhere: No such file"),
        (
            Config { tls_ca_out: Some(nowhere.join("ca.pem")), ..wire::config() },
            "--tls-ca-out /nowhere/ca.pem: No such file",
        ),
        (set("jitsudo.suspend-owner"), "--set jitsudo.suspend-owner: VENDOR.KEY=VALUE is wanted"),
        (set("okta.x=1"), "--set okta.x=1: no vendor \"okta\", only monocloud, zitadel, jitsudo"),
        (
            set("jitsudo.suspend-owner=maybe"),
            "jitsudo.suspend-owner is one of forbidden, conflict, allowed, not \"maybe\"",
        ),
        (set("monocloud.x=1"), "monocloud has no setting \"x\", only era, lockout"),
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
