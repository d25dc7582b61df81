//! A vendor of a test, registered through the library. Its paths are those of others, so it is reached below its own name
//! and on a listener of its own.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use fauxidp::vendor::*;
use fauxidp::{Config, Emulator, Endpoint};
use http::{StatusCode, header::AUTHORIZATION};
use serde_json::{json, value::RawValue};

use crate::contract::{Subject as Tested, suite};
use crate::wire::{self, Ask};

const BEARER: &str = "Bearer zephyr-admin";
type Handler = fn(&Zephyr, &str) -> Option<Reply>;

struct Zephyr {
    users: Arc<Mutex<BTreeMap<String, bool>>>,
    context: WorldContext,
}

static ROWS: [Row<Handler>; 3] = [
    Row::new("get_user", "GET", "/v1/users/{id}", Zephyr::get as Handler).subject(Subject::Path(0)).reads_only(),
    Row::new("stop_user", "POST", "/v1/users/{id}/stop", Zephyr::stop as Handler).subject(Subject::Path(0)).heavy(),
    Row::new("list_users", "GET", "/api/users", Zephyr::list as Handler).reads_only(),
];
static UNEMULATED: [Operation; 1] = [Operation::unemulated("create_user", "POST", "/api/users")];
static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| RouteTable::new(&ROWS, || &UNEMULATED));
static FIDELITY: LazyLock<Fidelity> = LazyLock::new(|| {
    let users = "get_user.published = [200, 404]\nstop_user.published = [200]\nlist_users.published = [200]";
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
    misfits: None,
    paging: &[],
    settings: &[],
    environment: &[],
    grants: None,
    doors: None,
    deliveries: &[],
    lacks: &[NamedError::TenantMismatch],
};
static FACTORY: VendorFactory =
    VendorFactory { info: &INFO, embedded: r#"{"ada":true}"#, schema: "", make, id: Person::email };

fn make(seed: &SeedContext<'_>) -> Made {
    let users = Arc::new(Mutex::new(serde_json::from_str(seed.seed).expect("the embedded seed is JSON")));
    Ok(Box::new(Zephyr { users, context: seed.context.clone() }))
}

impl Zephyr {
    fn get(&self, id: &str) -> Option<Reply> {
        assert_ne!(id, "panic", "a bug that is planted");
        self.users.lock().ok()?.get(id).map(|active| Reply::of(StatusCode::OK, &json!({ "id": id, "active": active })))
    }

    fn stop(&self, id: &str) -> Option<Reply> {
        *self.users.lock().ok()?.get_mut(id)? = false;
        self.get(id)
    }

    fn list(&self, _: &str) -> Option<Reply> {
        self.users.lock().ok().map(|users| Reply::of(StatusCode::OK, &*users))
    }

    fn with(&self, users: BTreeMap<String, bool>, context: WorldContext) -> Box<dyn Vendor> {
        Box::new(Self { users: Arc::new(Mutex::new(users)), context })
    }
}

impl Vendor for Zephyr {
    fn info(&self) -> &'static VendorInfo {
        &INFO
    }

    fn handle(&self, exchange: &Exchange) -> Outcome {
        if !self.accepts_credential(&exchange.call) {
            return Reply::of(StatusCode::UNAUTHORIZED, &"who are you?").into();
        }
        let handler = TABLE.handler(exchange.matched.as_ref().expect("only what was matched is handled"));
        handler(self, &exchange.parameter(0)).unwrap_or_else(|| Reply::of(StatusCode::NOT_FOUND, &"no user")).into()
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        let status = match &failure.kind {
            Kind::Named(_) => 400,
            Kind::Status(status) => *status,
            Kind::WrongMethod(_) | Kind::UntidyPath(_) => 405,
            Kind::TooLarge => 413,
            Kind::Broken => 500,
        };
        Reply::of(StatusCode::from_u16(status).expect("a status"), &json!({ "zephyr": "no" }))
    }

    fn accepts_credential(&self, call: &Call) -> bool {
        call.header(&AUTHORIZATION) == Some(BEARER)
    }

    fn fork(&self, context: WorldContext) -> Box<dyn Vendor> {
        self.with(self.users.lock().expect("nobody panics under it").clone(), context)
    }

    fn with_settings(&self, _: &Settings) -> Box<dyn Vendor> {
        Box::new(Self { users: Arc::clone(&self.users), context: self.context.clone() })
    }

    fn write_state(&self, to: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(to, &self.users).map_err(io::Error::from)
    }

    fn restore(&self, state: &RawValue, context: WorldContext, _: &Settings) -> Result<Box<dyn Vendor>, String> {
        Ok(self.with(serde_json::from_str(state.get()).map_err(|error| error.to_string())?, context))
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        Endpoint::new(format!("{}/zephyr", base.plain), self.context.tag_with_world("zephyr-admin".to_owned()))
    }
}

fn below_its_name() -> Config {
    Config { vendors: vec![&FACTORY], ..wire::config() }
}

fn tested(prefix: &'static str, config: fn() -> Config) -> Tested {
    let ask = |method, path| Ask::new(method, &format!("{prefix}{path}")).header("authorization", BEARER);
    let asks = [ask("GET", "/v1/users/ada"), ask("POST", "/v1/users/ada/stop"), ask("GET", "/api/users")];
    Tested { info: &INFO, config, prefix, calls: ROWS.iter().map(|row| &row.operation).zip(asks).collect() }
}

#[tokio::test]
async fn it_passes_the_suite_below_its_own_name() {
    suite(&tested("/zephyr", below_its_name)).await;
}

#[tokio::test]
async fn it_passes_the_suite_on_a_listener_of_its_own() {
    suite(&tested("", || Config { listen: vec!["zephyr=0".parse().unwrap()], ..below_its_name() })).await;
}

#[tokio::test]
async fn a_panic_costs_one_500_in_its_dialect() {
    let emulator = Emulator::start_with(below_its_name()).await.unwrap();
    let get = |path: &str| Ask::new("GET", path).header("authorization", BEARER);
    let broken = get("/zephyr/v1/users/panic").send(&emulator).await;
    assert_eq!((broken.status, broken.header("x-fauxidp"), broken.text()), (500, None, r#"{"zephyr":"no"}"#));
    assert_eq!(get("/zephyr/v1/users/ada").send(&emulator).await.status, 200);
}
