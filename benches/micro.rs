//! What the parts of a call cost. `cargo bench`; the whole server is `scripts/bench`.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use divan::Bencher;
use fauxidp::Config;
use fauxidp::declared::BUILT_IN;
use fauxidp::in_process::{Candidate, Counters, Directory, InProcess, Plan, Record, Source, requested};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// How many people there are.
const PEOPLE: [usize; 3] = [10, 1_000, 100_000];

/// Every call of these benches brings all credentials; each vendor looks at its own.
const HEADERS: [(&str, &str); 3] =
    [("x-api-key", "monocloud-admin"), ("x-tenant-id", TENANT), ("content-type", "application/json")];
const TENANT: &str = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";

fn emulator(people: usize) -> InProcess {
    let clock = Some("2030-01-01T00:00:00Z".parse().expect("a time"));
    InProcess::start(&Config { people, clock, ..Config::default() }).expect("the embedded seed fits")
}

fn request(method: &str, path: &str, token: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    request.body(Full::new(body.into())).expect("a request")
}

/// The answer of a call that nothing holds back.
fn now<T>(answer: impl Future<Output = T>) -> T {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("no fault was asked for"),
    }
}

fn ask(emulator: &InProcess, request: Request<Full<Bytes>>, status: u16) {
    let answer: Response<_> = now(emulator.answer(request));
    assert_eq!(answer.status(), status);
    black_box(answer);
}

/// Path and method to operation.
#[divan::bench(args = ["/api/users/user-active/disable", "/v2/users/human-active/deactivate", "/v1/users/me/suspend"])]
fn route(bencher: Bencher, path: &str) {
    let routes: Vec<_> = BUILT_IN.iter().map(|factory| factory.info).collect();
    let owner = routes.iter().find(|info| info.claims.iter().any(|claim| path.starts_with(claim)));
    let table = owner.expect("somebody's path").routes;
    bencher.bench(|| table().find(black_box(&Method::POST), black_box(path)));
}

/// A whole call that ends where the credential is looked at.
#[divan::bench(args = ["GET /v2/users/human-active", "GET /v1/users/00000000-0000-8000-8000-000000000002"])]
fn authenticate(bencher: Bencher, call: &str) {
    let emulator = emulator(0);
    let (method, path) = call.split_once(' ').expect("a method");
    bencher.with_inputs(|| request(method, path, "nobody", "")).bench_values(|request| ask(&emulator, request, 401));
}

/// A whole call that changes nothing: what is left besides the credential is to find and to write the user.
#[divan::bench(args = [
    ("/api/users/user-active", "-"),
    ("/v2/users/human-active", "zitadel-admin"),
    ("/v1/users/00000000-0000-8000-8000-000000000002", "jitsudo-admin"),
])]
fn render(bencher: Bencher, (path, token): (&str, &str)) {
    let emulator = emulator(0);
    bencher.with_inputs(|| request("GET", path, token, "")).bench_values(|request| ask(&emulator, request, 200));
}

/// Two whole calls, each of which changes the user's state.
#[divan::bench(args = [
    ("/api/users/user-active/", "disable", "enable", "-"),
    ("/v2/users/human-active/", "deactivate", "reactivate", "zitadel-admin"),
    ("/v2/users/human-active/", "lock", "unlock", "zitadel-admin"),
])]
fn transition(bencher: Bencher, (path, out, back, token): (&str, &str, &str, &str)) {
    let emulator = emulator(0);
    let call = |verb: &str| request("POST", &format!("{path}{verb}"), token, "");
    bencher.with_inputs(|| [call(out), call(back)]).bench_values(|calls| {
        for call in calls {
            ask(&emulator, call, 200);
        }
    });
}

/// The same at jitsudo, whose one call takes the state in its body.
#[divan::bench]
fn transition_by_body(bencher: Bencher) {
    let emulator = emulator(0);
    let path = "/v1/users/00000000-0000-8000-8000-000000000002/suspend";
    let call = |body| request("POST", path, "jitsudo-admin", body);
    bencher.with_inputs(|| [call(r#"{"active":false}"#), call(r#"{"active":true}"#)]).bench_values(|calls| {
        for call in calls {
            ask(&emulator, call, 200);
        }
    });
}

/// What happens to a call that brings a specification.
#[divan::bench(args = ["503", "delay;min=1;max=9, 429;retry-after=7;every=3"])]
fn fault_decision(bencher: Bencher, text: &str) {
    let mut headers = HeaderMap::new();
    headers.insert("x-fault", HeaderValue::from_str(text).expect("a value"));
    let counters = Arc::new(Counters::default());
    bencher.bench(|| {
        let spec = requested(black_box(&headers), "Vendor", &[]).ok().flatten().expect("it can be followed");
        let counters = Arc::clone(&counters);
        Plan::new(&[Candidate { source: Source::Header, spec, counters }], "vendor", "operation")
    });
}

/// A reset, which makes a world anew.
#[divan::bench(args = PEOPLE)]
fn fork(bencher: Bencher, people: usize) {
    let emulator = emulator(people);
    let reset = || request("POST", "/__fauxidp/worlds/default/reset", "-", "");
    bencher.with_inputs(reset).bench_values(|reset| ask(&emulator, reset, 200));
}

/// How many objects the lists are about.
const OBJECTS: usize = 10_000;

/// A list of ZITADEL's, sorted and filtered: what makes the objects that it lists, and its call.
struct List {
    make: fn(&InProcess, usize),
    path: &'static str,
    filter: &'static str,
}

const USERS: &str = "/v2/users";
const HOME: &str = "69629023906488334";
const PROJECT: &str = "69629023906488500";

const LISTS: [List; 7] = [
    List {
        make: |_, _| (),
        path: USERS,
        filter: r#""sortingColumn": "USER_FIELD_NAME_EMAIL",
            "queries": [{"emailQuery": {"emailAddress": "a", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"}}]"#,
    },
    List {
        make: |emulator, n| drop(make(emulator, "/v2/organizations", json!({"name": format!("Unit {n}")}))),
        path: "/v2/organizations/_search",
        filter: r#""sortingColumn": "ORGANIZATION_FIELD_NAME_NAME",
            "queries": [{"nameQuery": {"name": "unit", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"}}]"#,
    },
    List {
        make: |emulator, n| drop(project(emulator, n)),
        path: "/zitadel.project.v2.ProjectService/ListProjects",
        filter: r#""sortingColumn": "PROJECT_FIELD_NAME_NAME",
            "filters": [{"projectNameFilter": {"projectName": "Unit", "method": "TEXT_FILTER_METHOD_CONTAINS"}}]"#,
    },
    List {
        make: |emulator, n| {
            let body = json!({"name": format!("Unit {n}"), "authMethodType": "API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT"});
            make(emulator, &format!("/management/v1/projects/{PROJECT}/apps/api"), body);
        },
        path: "/zitadel.application.v2.ApplicationService/ListApplications",
        filter: r#""sortingColumn": "APPLICATION_SORT_BY_NAME",
            "filters": [{"nameFilter": {"name": "unit", "method": "TEXT_FILTER_METHOD_CONTAINS_IGNORE_CASE"}}]"#,
    },
    List {
        make: |emulator, n| {
            let body = json!({"projectId": project(emulator, n)});
            make(emulator, "/management/v1/users/human-active/grants", body);
        },
        path: "/zitadel.authorization.v2.AuthorizationService/ListAuthorizations",
        filter: r#""sortingColumn": "AUTHORIZATION_FIELD_NAME_PROJECT_ID",
            "filters": [{"projectName": {"name": "unit", "method": "TEXT_FILTER_METHOD_CONTAINS_IGNORE_CASE"}}]"#,
    },
    List {
        make: |emulator, n| {
            let body = json!({"username": format!("unit{n}"), "organizationId": HOME, "machine": {"name": "Unit"}});
            let member = json!({"userId": make(emulator, "/v2/users/new", body)["id"], "roles": ["ORG_USER_MANAGER"]});
            make(emulator, "/management/v1/orgs/me/members", member);
        },
        path: "/zitadel.internal_permission.v2.InternalPermissionService/ListAdministrators",
        filter: r#""sortingColumn":"ADMINISTRATOR_FIELD_NAME_USER_ID""#,
    },
    List {
        make: |emulator, _| {
            drop(make(emulator, "/v2/sessions", json!({"checks": {"user": {"userId": "human-active"}}})))
        },
        path: "/v2/sessions/search",
        filter: r#""sortingColumn": "SESSION_FIELD_NAME_CREATION_DATE",
            "queries": [{"userIdQuery": {"id": "human-active"}}]"#,
    },
];

fn project(emulator: &InProcess, n: usize) -> String {
    let made = make(emulator, "/management/v1/projects", json!({"name": format!("Unit {n}")}));
    made["id"].as_str().expect("an id").to_owned()
}

fn make(emulator: &InProcess, path: &str, body: Value) -> Value {
    let answer = now(emulator.answer(request("POST", path, "zitadel-admin", body.to_string())));
    let (status, body) = (answer.status(), now(answer.into_body().collect()).expect("a body").to_bytes());
    assert!(status.is_success(), "{path}: {status} {body:?}");
    serde_json::from_slice(&body).expect("JSON")
}

impl fmt::Debug for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.path)
    }
}

/// A page of twenty of many objects, of which all fit the filter.
#[divan::bench(args = LISTS, sample_count = 20, sample_size = 1)]
fn list_of_objects(bencher: Bencher, list: &List) {
    let emulator = emulator(if list.path == USERS { OBJECTS } else { 0 });
    (0..OBJECTS).for_each(|n| (list.make)(&emulator, n));
    let page = if list.path.starts_with("/zitadel") { "pagination" } else { "query" };
    let body = format!(r#"{{"{page}":{{"limit":20}},{}}}"#, list.filter);
    bencher
        .with_inputs(|| request("POST", list.path, "zitadel-admin", body.clone()))
        .bench_values(|request| ask(&emulator, request, 200));
}

#[derive(Debug, Clone)]
struct Row(Arc<str>);

impl Record for Row {
    type Alias = String;

    fn key(&self) -> &str {
        &self.0
    }

    fn aliases(&self) -> Vec<String> {
        vec![format!("{}@example.com", self.0)]
    }
}

fn rows(count: usize) -> Directory<Row> {
    let row = |n| Row(format!("user{n:017}").into());
    Directory::new((0..count).map(row).collect()).expect("every row is another")
}

#[divan::bench(args = PEOPLE)]
fn directory_get(bencher: Bencher, people: usize) {
    let rows = rows(people);
    bencher.bench(|| rows.get(black_box("user00000000000000007")));
}

#[divan::bench(args = PEOPLE)]
fn directory_update(bencher: Bencher, people: usize) {
    let rows = rows(people);
    bencher.bench(|| rows.update(black_box("user00000000000000007"), |_| Ok::<_, Infallible>(())));
}

#[divan::bench(args = PEOPLE)]
fn directory_insert_and_remove(bencher: Bencher, people: usize) {
    let rows = rows(people);
    bencher.bench(|| {
        let added = rows.insert("new", || Ok::<_, Infallible>(Row("new".into()))).is_ok();
        added && rows.remove("new", |_| Ok::<_, Infallible>(())).is_ok()
    });
}

#[divan::bench(args = PEOPLE)]
fn directory_list(bencher: Bencher, people: usize) {
    let rows = rows(people);
    bencher.bench(|| rows.snapshot().iter().count());
}
