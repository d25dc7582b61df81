//! A vendor of a test, registered through the library: its paths are those of other vendors, so it is reached below
//! its own name and on a listener of its own. It passes the suite that every vendor passes.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use fauxidp::vendor::*;
use fauxidp::{Config, Emulator, Endpoint, SeedError};
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderValue};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::contract::{Subject as Tested, suite};
use crate::wire::{self, Ask};

type Users = BTreeMap<String, bool>;
type Handler = fn(&Zephyr, &str) -> Option<Reply>;

struct Zephyr {
    users: Arc<Mutex<Users>>,
    context: WorldContext,
}

static ROWS: [Row<Handler>; 3] = [
    Row::new("get_user", "GET", "/v1/users/{id}", Zephyr::get as Handler).subject(Subject::Path(0)).reads_only(),
    Row::new("disable_user", "POST", "/v1/users/{id}/disable", Zephyr::disable as Handler)
        .subject(Subject::Path(0))
        .heavy(),
    Row::new("list_users", "GET", "/api/users", Zephyr::list as Handler).reads_only(),
];
static UNEMULATED: [Operation; 1] = [Operation::unemulated("create_user", "POST", "/api/users")];
static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| RouteTable::new(&ROWS, || &UNEMULATED));
static FIDELITY: LazyLock<Fidelity> = LazyLock::new(|| {
    let users = "get_user.published = [200, 404]\ndisable_user.published = [200]\nlist_users.published = [200]";
    Fidelity::read("differences = []\nany = {}", &[("users", users)]).expect("it is TOML")
});
static INFO: VendorInfo = VendorInfo {
    name: "zephyr",
    title: "Zephyr",
    claims: &[],
    credentials: &[Carrier::Authorization],
    routes: || TABLE.routes(),
    fidelity: &FIDELITY,
    user_key: |id| id.into(),
    decorate: None,
    rpc: None,
    settings: &[],
    lacks: &[NamedError::TenantMismatch],
};
static FACTORY: VendorFactory =
    VendorFactory { info: &INFO, embedded: r#"{"ada":true,"bob":false}"#, make, id: |person| person.email() };

fn make(seed: &SeedContext<'_>) -> Result<Seeded, SeedError> {
    let users = serde_json::from_str(seed.seed).expect("the embedded seed is JSON");
    let vendor = Zephyr { users: Arc::new(Mutex::new(users)), context: seed.context.clone() };
    Ok(Seeded { vendor: Box::new(vendor), faults: Vec::new() })
}

fn answer(status: StatusCode, word: &str) -> Reply {
    Reply::of(status, &json!({ "zephyr": word }))
}

impl Zephyr {
    fn users(&self) -> Users {
        self.users.lock().expect("nobody panics under the lock").clone()
    }

    fn get(&self, id: &str) -> Option<Reply> {
        assert_ne!(id, "panic", "a bug that is planted");
        self.users().get(id).map(|active| Reply::of(StatusCode::OK, &json!({ "id": id, "active": active })))
    }

    fn disable(&self, id: &str) -> Option<Reply> {
        *self.users.lock().expect("nobody panics under the lock").get_mut(id)? = false;
        self.get(id)
    }

    fn list(&self, _: &str) -> Option<Reply> {
        Some(Reply::of(StatusCode::OK, &self.users()))
    }
}

impl Vendor for Zephyr {
    fn info(&self) -> &'static VendorInfo {
        &INFO
    }

    fn handle(&self, exchange: &Exchange) -> Reply {
        if !self.accepts_credential(&exchange.call) {
            return answer(StatusCode::UNAUTHORIZED, "who are you?");
        }
        let handler = TABLE.handler(exchange.matched.as_ref().expect("only what was matched is handled"));
        handler(self, &exchange.parameter(0)).unwrap_or_else(|| answer(StatusCode::NOT_FOUND, "no such user"))
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        let status = match &failure.kind {
            Kind::Named(_) => 400,
            Kind::Status(status) => *status,
            Kind::WrongMethod(_) | Kind::UntidyPath(_) => 405,
            Kind::TooLarge => 413,
            Kind::Broken => 500,
        };
        answer(StatusCode::from_u16(status).expect("a status"), "no")
    }

    fn accepts_credential(&self, call: &Call) -> bool {
        call.value(&AUTHORIZATION) == Some(&HeaderValue::from_static("Bearer zephyr-admin"))
    }

    fn fork(&self, context: WorldContext) -> Box<dyn Vendor> {
        Box::new(Self { users: Arc::new(Mutex::new(self.users())), context })
    }

    fn with_settings(&self, _: &Settings) -> Box<dyn Vendor> {
        Box::new(Self { users: Arc::clone(&self.users), context: self.context.clone() })
    }

    fn snapshot(&self) -> Box<RawValue> {
        to_raw_value(&self.users()).expect("names and flags are JSON")
    }

    fn restore(&self, state: &RawValue, context: WorldContext, _: &Settings) -> Result<Box<dyn Vendor>, String> {
        let users = serde_json::from_str(state.get()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self { users: Arc::new(Mutex::new(users)), context }))
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        Endpoint::new(format!("{}/zephyr", base.plain), self.context.tag_with_world("zephyr-admin".to_owned()))
    }
}

fn tested(prefix: &'static str, config: fn() -> Config) -> Tested {
    let ask =
        |method, path| Ask::new(method, &format!("{prefix}{path}")).header("authorization", "Bearer zephyr-admin");
    let asks = [ask("GET", "/v1/users/ada"), ask("POST", "/v1/users/ada/disable"), ask("GET", "/api/users")];
    let calls = ROWS.iter().map(|row| &row.operation).zip(asks).collect();
    Tested { info: &INFO, config, prefix, calls }
}

fn below_its_name() -> Tested {
    tested("/zephyr", || Config { vendors: vec![&FACTORY], ..wire::config() })
}

#[tokio::test]
async fn it_passes_the_suite_below_its_own_name() {
    suite(&below_its_name()).await;
}

#[tokio::test]
async fn it_passes_the_suite_on_a_listener_of_its_own() {
    suite(&tested("", || {
        let listen = vec!["zephyr=0".parse().expect("an address")];
        Config { vendors: vec![&FACTORY], listen, ..wire::config() }
    }))
    .await;
}

#[tokio::test]
async fn a_panic_costs_one_500_in_its_dialect() {
    let Tested { config, calls, .. } = below_its_name();
    let emulator = Emulator::start_with(config()).await.expect("it starts");
    let (_, get) = &calls[0];
    let broken = Ask { path: "/zephyr/v1/users/panic".to_owned(), ..get.clone() }.send(&emulator).await;
    assert_eq!((broken.status, broken.header("x-fauxidp"), broken.text()), (500, None, r#"{"zephyr":"no"}"#));
    assert_eq!(get.send(&emulator).await.status, 200);
}
