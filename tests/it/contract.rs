//! One suite over every vendor and operation: what holds for all. An operation's call is the first of its own fixture,
//! so a new operation or vendor is tested without a line here. A vendor of a test runs [`suite`] over itself.

mod pair;

use std::sync::LazyLock;

use fauxidp::declared::{NamedError, Operation, VendorInfo, VendorSet};
use fauxidp::{Config, Emulator};

use crate::fixture;
use crate::wire::{self, Answer, Ask};

use pair::Pair;

/// A vendor under test.
pub struct Subject {
    pub info: &'static VendorInfo,
    /// How its server starts.
    pub config: fn() -> Config,
    /// What stands in front of its paths there.
    pub prefix: &'static str,
    /// A call that succeeds, for each of its emulated operations.
    pub calls: Vec<(&'static Operation, Ask)>,
}

impl Subject {
    async fn emulator(&self) -> Emulator {
        Emulator::start_with((self.config)()).await.expect("it starts")
    }
}

/// The vendors that come with the crate, each at its root claims.
fn built_in() -> &'static [Subject] {
    static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
        let fixtures = fixture::all();
        let call = |info: &VendorInfo, operation: &'static Operation| {
            let own = |path: &str| {
                path.starts_with(&format!("fixtures/{}/", info.name))
                    && path.ends_with(&format!("/{}.http", operation.name))
            };
            let fixture = fixtures.iter().find(|fixture| own(&fixture.path)).expect("each operation has a fixture");
            (operation, fixture.asks().next().expect("a request"))
        };
        let subject = |info: &'static VendorInfo| {
            let emulated = info.operations().filter(|operation| operation.is_emulated);
            let calls = emulated.map(|operation| call(info, operation)).collect();
            Subject { info, config: wire::config, prefix: "", calls }
        };
        VendorSet::built_in().infos().map(subject).collect()
    });
    &SUBJECTS
}

/// All that holds for every vendor.
pub async fn suite(subject: &Subject) {
    each_call_succeeds_and_a_reset_undoes_it(subject).await;
    http_1_and_http_2_answer_alike(subject).await;
    without_a_credential_nothing_is_answered(subject).await;
    a_wrong_method_is_the_vendors_and_an_unmatched_path_is_not(subject).await;
    an_unemulated_operation_says_so_whatever_the_credential(subject).await;
    a_broken_or_over_long_body_changes_nothing(subject).await;
    every_named_failure_is_rendered_or_refused_and_marked(subject).await;
    every_status_is_kept_as_it_is_asked_for(subject).await;
    the_moments_decide_what_is_changed(subject).await;
    a_fault_that_cannot_be_followed_is_loud_and_changes_nothing(subject).await;
    the_same_calls_are_answered_byte_for_byte_alike_by_two_servers(subject).await;
}

/// Whether an operation shows what others changed.
fn shows(operation: &Operation) -> bool {
    operation.reads_only && !operation.is_about_server
}

/// Whether a call is one of that operation, and not what its fixture has to make before.
fn is_own(operation: &Operation, call: &Ask) -> bool {
    let asked = call.path.split('?').next().unwrap_or_default();
    let (asked, known): (Vec<_>, Vec<_>) = (asked.split('/').collect(), operation.path.split('/').collect());
    let fits = |(asked, known): (&&str, &&str)| asked == known || known.starts_with('{');
    call.method == operation.method && asked.len() == known.len() && asked.iter().zip(&known).all(fits)
}

/// So many operations are refused before it is looked whether that changed anything.
const LOOK_EVERY: usize = 8;

/// Sends calls that must be refused, and holds that together they change nothing that a read shows.
struct Refusals<'a> {
    pair: Pair<'a>,
    asked: Vec<String>,
    operations: usize,
}

impl<'a> Refusals<'a> {
    async fn new(subject: &'a Subject) -> Self {
        Self { pair: Pair::start(subject).await, asked: Vec::new(), operations: 0 }
    }

    /// Sends the calls of one operation.
    async fn send(&mut self, asks: &[Ask]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(asks.len());
        for ask in asks {
            let answer = ask.send(&self.pair.changed).await;
            assert!(answer.status >= 400, "{} {}: {}", ask.method, ask.path, answer.status);
            self.asked.push(format!("{} {} {:?}", ask.method, ask.path, ask.headers));
            answers.push(answer);
        }
        self.operations += 1;
        if self.operations.is_multiple_of(LOOK_EVERY) {
            self.changed_nothing().await;
        }
        answers
    }

    /// The same for one call.
    async fn send_one(&mut self, asked: Ask) -> Answer {
        self.send(&[asked]).await.remove(0)
    }

    /// Holds that nothing changed since it was looked last.
    async fn changed_nothing(&mut self) {
        let difference = self.pair.difference(None).await;
        assert_eq!(difference, None, "a refused call changed something: {:?}", self.asked);
        self.asked.clear();
    }
}

async fn each_call_succeeds_and_a_reset_undoes_it(subject: &Subject) {
    let pair = Pair::start(subject).await;
    for (operation, call) in &subject.calls {
        let answer = call.send(&pair.changed).await;
        assert!((200..400).contains(&answer.status), "{}: {}", operation.name, answer.text());
        assert_eq!(answer.header("x-fauxidp"), None);
        if is_own(operation, call) {
            let is_seen = pair.difference(Some(call)).await.is_some();
            assert_eq!(is_seen, operation.is_seen(), "{}", operation.name);
        }
        pair.reset().await;
        assert!(pair.is_untouched().await, "{}", operation.name);
    }
}

async fn http_1_and_http_2_answer_alike(subject: &Subject) {
    let (one, two) = (subject.emulator().await, subject.emulator().await);
    for (operation, call) in &subject.calls {
        let asks = [
            call.clone(),
            call.clone().header("x-fault", "503;retry-after=1"),
            Ask { headers: vec![], ..call.clone() },
        ];
        for ask in asks {
            let (first, second) = (ask.send(&one).await, ask.send_h2(&two).await);
            assert_eq!(first.status, second.status, "{}", operation.name);
            assert_eq!(first.body, second.body, "{}", operation.name);
            assert_eq!(first.steady_headers(), second.steady_headers(), "{}", operation.name);
        }
    }
}

async fn without_a_credential_nothing_is_answered(subject: &Subject) {
    let mut refusals = Refusals::new(subject).await;
    for (_, call) in &subject.calls {
        if let Some(credential) = call.credential() {
            let answer = refusals.send_one(call.clone().without(credential)).await;
            assert_eq!((answer.status, answer.header("x-fauxidp")), (401, None), "the vendor's own words");
        }
    }
    refusals.changed_nothing().await;
}

async fn a_wrong_method_is_the_vendors_and_an_unmatched_path_is_not(subject: &Subject) {
    let mut refusals = Refusals::new(subject).await;
    // Below some paths the vendor takes any.
    let is_open = |path: &str| {
        let takes_rest = subject.info.operations().filter_map(|operation| operation.path.split_once("/{*"));
        takes_rest.map(|(start, _)| start).any(|start| {
            let (known, asked) = (start.split('/'), path.split('/'));
            known.clone().count() < asked.clone().count()
                && known.zip(asked).all(|(known, asked)| known.starts_with('{') || known == asked)
        })
    };
    for (operation, call) in &subject.calls {
        let path = call.path.split('?').next().expect("a path");
        let own = path.strip_prefix(subject.prefix).expect("it is below the prefix");
        let mut parts: Vec<_> = own.split('/').map(str::to_owned).collect();
        parts[own.matches('/').count().min(2)].push_str("-or-so");
        let misspelt = format!("{}{}", subject.prefix, parts.join("/"));
        let mut asks = vec![Ask { method: "REPORT".to_owned(), ..call.clone() }];
        let below = [format!("{path}/nonsense/really/at/all"), format!("{path}/")];
        let below = below.into_iter().filter(|path| !is_open(&path[subject.prefix.len()..]));
        for path in below.chain([misspelt]) {
            asks.push(Ask { path, ..call.clone() });
        }
        let answers = refusals.send(&asks).await;
        assert_eq!((answers[0].status, answers[0].header("x-fauxidp")), (405, None));
        for (ask, answer) in asks.iter().zip(&answers).skip(1) {
            assert_eq!(answer.header("x-fauxidp"), Some("unmatched"), "{} {}", ask.method, ask.path);
            if !operation.has_path() {
                continue; // what may be a remote call is refused as one
            }
            assert_eq!(answer.status, 404);
            assert!(!answer.json()["nearest"].as_array().expect("a list").is_empty());
        }
    }
    refusals.changed_nothing().await;
}

async fn an_unemulated_operation_says_so_whatever_the_credential(subject: &Subject) {
    let emulator = subject.emulator().await;
    let unemulated = subject.info.operations().filter(|operation| !operation.is_emulated);
    // At the root, `/` is fauxidp's own page.
    for operation in unemulated.filter(|operation| operation.path != "/") {
        let path = format!("{}{}", subject.prefix, operation.path.replace(['{', '}'], ""));
        let answer = Ask::new(operation.method, &path).send(&emulator).await;
        assert_eq!((answer.status, answer.header("x-fauxidp")), (501, Some("unemulated")), "{}", operation.path);
        assert_eq!(answer.json()["operation"], operation.name);
    }
}

async fn a_broken_or_over_long_body_changes_nothing(subject: &Subject) {
    let mut refusals = Refusals::new(subject).await;
    for (operation, call) in &subject.calls {
        let json = call.headers.iter().any(|(name, value)| name == "content-type" && value.contains("json"));
        if json && !call.body.is_empty() && !operation.ignores_body {
            refusals.send_one(call.clone().body("{")).await;
        }
        let long = call.clone().body(vec![b' '; (1 << 20) + 1]);
        let answer = refusals.send_one(long).await;
        assert_eq!((answer.status, answer.header("x-fauxidp")), (413, Some("limit")), "{}", operation.name);
    }
    refusals.changed_nothing().await;
}

async fn every_named_failure_is_rendered_or_refused_and_marked(subject: &Subject) {
    let mut refusals = Refusals::new(subject).await;
    for (operation, call) in &subject.calls {
        let asks = NamedError::ALL.map(|name| call.clone().header("x-fault", name.as_str()));
        let answers = refusals.send(&asks).await;
        for (name, answer) in NamedError::ALL.into_iter().zip(answers) {
            if subject.info.lacks.contains(&name) {
                assert_eq!((answer.status, answer.header("x-fauxidp")), (400, Some("bad-fault")), "{}", name.as_str());
                continue;
            }
            let mark = answer.header("x-fault-applied").expect("a mark");
            assert!(mark.starts_with(&format!("{};source=header;n=", name.as_str())), "{mark}");
            let known = subject.info.fidelity.operation(operation.name).expect("it is known");
            if is_own(operation, call) {
                let documented = known.published.contains(&answer.status);
                assert_eq!(!mark.ends_with(";undocumented"), documented, "{} {mark} {}", operation.name, answer.status);
            }
            assert!(answer.json().is_object());
        }
    }
    refusals.changed_nothing().await;
}

async fn every_status_is_kept_as_it_is_asked_for(subject: &Subject) {
    let emulator = subject.emulator().await;
    for (index, (operation, call)) in subject.calls.iter().enumerate() {
        // One operation has every status; the others show that they do as it does.
        let step = if index > 0 { 23 } else { 1 };
        for status in (400..600).step_by(step) {
            let asked = call.clone().header("x-fault", &status.to_string());
            let answer = asked.send(&emulator).await;
            assert_eq!(answer.status, status, "{}", operation.name);
            assert!(answer.json().is_object());
        }
    }
}

async fn the_moments_decide_what_is_changed(subject: &Subject) {
    let mut refusals = Refusals::new(subject).await;
    for (operation, call) in &subject.calls {
        let mut asks = vec![call.clone().header("x-fault", "503"), call.clone().header("x-fault", "503;at=validated")];
        if call.credential().is_some() {
            asks.push(Ask { headers: vec![], ..call.clone() }.header("x-fault", "503;at=validated"));
        }
        let answers = refusals.send(&asks).await;
        assert!(answers[..2].iter().all(|answer| answer.status == 503));
        // A call that is refused anyway gets its true refusal, without a mark.
        for stranger in &answers[2..] {
            assert!(stranger.status != 503 && stranger.header("x-fault-applied").is_none(), "{}", operation.name);
        }
        refusals.changed_nothing().await;
        let answer = call.clone().header("x-fault", "503;at=after").send(&refusals.pair.changed).await;
        assert_eq!(answer.status, 503);
        if is_own(operation, call) {
            let is_seen = refusals.pair.difference(Some(call)).await.is_some();
            assert_eq!(is_seen, operation.is_seen(), "{}", operation.name);
        }
        refusals.pair.reset().await;
    }
    refusals.changed_nothing().await;
}

async fn a_fault_that_cannot_be_followed_is_loud_and_changes_nothing(subject: &Subject) {
    let mut refusals = Refusals::new(subject).await;
    for (_, call) in &subject.calls {
        let faults = ["nonsense", "", "503;", "200", "503, 404", "delay", "503;colour=red"];
        let asks = faults.map(|fault| call.clone().header("x-fault", fault));
        for (fault, answer) in faults.iter().zip(refusals.send(&asks).await) {
            assert_eq!((answer.status, answer.header("x-fauxidp")), (400, Some("bad-fault")), "{fault}");
            assert_eq!(answer.header("x-fault-applied"), None);
        }
    }
    refusals.changed_nothing().await;
}

async fn the_same_calls_are_answered_byte_for_byte_alike_by_two_servers(subject: &Subject) {
    let (one, two) = (subject.emulator().await, subject.emulator().await);
    for (_, call) in &subject.calls {
        for ask in [call.clone(), call.clone(), Ask { headers: vec![], ..call.clone() }] {
            let (mut first, mut second) = (ask.send(&one).await, ask.send(&two).await);
            for answer in [&mut first, &mut second] {
                answer.headers.retain(|(name, _)| name != "date");
            }
            assert_eq!(first, second);
        }
    }
}

/// One test for each part of the suite, over the vendors that come with the crate.
macro_rules! over_built_in {
    ($($part:ident),+ $(,)?) => {
        mod built_in {
            $(#[tokio::test]
            async fn $part() {
                for subject in super::built_in() {
                    super::$part(subject).await;
                }
            })+
        }
    };
}

over_built_in! {
    each_call_succeeds_and_a_reset_undoes_it,
    http_1_and_http_2_answer_alike,
    without_a_credential_nothing_is_answered,
    a_wrong_method_is_the_vendors_and_an_unmatched_path_is_not,
    an_unemulated_operation_says_so_whatever_the_credential,
    a_broken_or_over_long_body_changes_nothing,
    every_named_failure_is_rendered_or_refused_and_marked,
    every_status_is_kept_as_it_is_asked_for,
    the_moments_decide_what_is_changed,
    a_fault_that_cannot_be_followed_is_loud_and_changes_nothing,
    the_same_calls_are_answered_byte_for_byte_alike_by_two_servers,
}

#[tokio::test]
async fn of_many_concurrent_first_calls_each_counts_once() {
    let emulator = std::sync::Arc::new(wire::emulator().await);
    let mut calls = built_in().iter().flat_map(|subject| &subject.calls);
    let (_, call) = calls.find(|(operation, _)| operation.name == "deactivate_user").cloned().expect("it is there");
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let (emulator, call) = (std::sync::Arc::clone(&emulator), call.clone());
            tokio::spawn(async move { call.send(&emulator).await })
        })
        .collect();
    let mut statuses = Vec::new();
    for caller in callers {
        let answer = caller.await.expect("no panic");
        if answer.status == 400 {
            assert!(answer.text().contains("COMMAND-5gunjw0cd7"));
        }
        statuses.push(answer.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 400), "{statuses:?}");
}

/// The statuses of that many calls at once, sorted.
async fn at_once(emulator: &std::sync::Arc<Emulator>, ask: &Ask, calls: usize) -> Vec<u16> {
    let callers: Vec<_> = (0..calls)
        .map(|_| {
            let (emulator, ask) = (std::sync::Arc::clone(emulator), ask.clone());
            tokio::spawn(async move { ask.send(&emulator).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for caller in callers {
        statuses.push(caller.await.expect("no panic"));
    }
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn of_many_who_want_one_address_one_gets_it() {
    let emulator = std::sync::Arc::new(wire::emulator().await);
    let ask = Ask::new("POST", "/api/users")
        .header("x-api-key", "monocloud-admin")
        .body(r#"{"email":"wanted@example.com","email_verified":true}"#);
    let statuses = at_once(&emulator, &ask, 32).await;
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|status| *status == 422), "{statuses:?}");
}

/// Records in several directories, each behind a lock of its own, are changed in one step.
#[tokio::test]
async fn of_many_who_want_one_name_or_one_change_of_state_one_gets_it() {
    let emulator = std::sync::Arc::new(wire::emulator().await);
    let project = "/management/v1/projects/69629023906488500";
    for (path, body, first, others) in [
        ("/v2/organizations".to_owned(), r#"{"name":"Wanted"}"#, 201, 409),
        ("/management/v1/projects".to_owned(), r#"{"name":"Wanted"}"#, 200, 409),
        (format!("{project}/roles"), r#"{"roleKey":"wanted","displayName":"Wanted"}"#, 200, 409),
        (format!("{project}/apps/api"), r#"{"name":"wanted"}"#, 200, 409),
        (format!("{project}/apps/69629023906488501/_deactivate"), "{}", 200, 400),
        (format!("{project}/_deactivate"), "{}", 200, 400),
        ("/management/v1/orgs/me/members".to_owned(), r#"{"userId":"human-locked","roles":["ORG_OWNER"]}"#, 200, 409),
        ("/admin/v1/members".to_owned(), r#"{"userId":"human-locked","roles":["IAM_OWNER"]}"#, 200, 409),
        ("/management/v1/users/human-locked/grants".to_owned(), r#"{"projectId":"69629023906488500"}"#, 200, 409),
        ("/management/v1/policies/lockout".to_owned(), "{}", 200, 409),
    ] {
        let ask = Ask::new("POST", &path).header("authorization", "Bearer zitadel-admin").body(body);
        let statuses = at_once(&emulator, &ask, 16).await;
        assert_eq!(statuses[0], first, "{path}");
        assert!(statuses[1..].iter().all(|status| *status == others), "{path}: {statuses:?}");
    }
}
