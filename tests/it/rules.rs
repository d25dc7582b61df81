//! Rules for faults, and what the start says about them: which calls, how often, and under which policy.

use std::sync::Arc;

use fauxidp::{Config, Emulator, FaultPolicy};
use serde_json::{Value, json};

use crate::wire::{self, Answer, Ask};

const FAULTS: &str = "/__fauxidp/worlds/default/faults";

async fn add(emulator: &Emulator, rule: &Value) -> Answer {
    Ask::new("POST", FAULTS).body(rule.to_string()).send(emulator).await
}

async fn rules(emulator: &Emulator) -> Value {
    Ask::new("GET", FAULTS).send(emulator).await.json()["faults"].clone()
}

fn disable() -> Ask {
    Ask::new("POST", "/api/users/user-active/disable").header("x-api-key", "monocloud-admin")
}

fn read() -> Ask {
    Ask::new("GET", "/api/users/user-active").header("x-api-key", "monocloud-admin")
}

#[tokio::test]
async fn of_many_concurrent_callers_exactly_two_meet_a_rule_for_the_first_two() {
    let emulator = Arc::new(wire::emulator().await);
    let rule = json!({ "fault": "503;retry-after=2;first=2", "match": { "vendor": "monocloud", "operation": "disable_user" } });
    assert_eq!(add(&emulator, &rule).await.status, 201);
    let callers: Vec<_> = (0..32)
        .map(|number| {
            let emulator = Arc::clone(&emulator);
            // The rules do not match other operations or other vendors' calls.
            let other = match number % 2 {
                0 => read(),
                _ => Ask::new("GET", "/v2/users/human-active").header("authorization", "Bearer zitadel-admin"),
            };
            tokio::spawn(async move { (disable().send(&emulator).await, other.send(&emulator).await) })
        })
        .collect();
    let mut failed = 0;
    for caller in callers {
        let (own, other) = caller.await.expect("no panic");
        assert_eq!((other.status, other.header("x-fault-applied")), (200, None));
        match own.status {
            503 => {
                assert_eq!(own.header("retry-after"), Some("2"));
                assert!(own.header("x-fault-applied").expect("a mark").contains(";source=rule;n="));
                failed += 1;
            }
            status => assert_eq!((status, own.header("x-fault-applied")), (200, None)),
        }
    }
    assert_eq!(failed, 2);
    let shown = &rules(&emulator).await[0];
    assert_eq!((&shown["seen"], &shown["fired"]), (&json!(32), &json!(2)));
}

/// A call asks without a lock whether there are rules at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_next_call_meets_a_rule_and_the_next_after_its_end_does_not_whatever_others_do() {
    let emulator = Arc::new(wire::emulator().await);
    let others: Vec<_> = (0..4)
        .map(|_| {
            let emulator = Arc::clone(&emulator);
            tokio::spawn(async move {
                loop {
                    assert_eq!(read().send(&emulator).await.status, 200);
                }
            })
        })
        .collect();
    let rule = json!({ "fault": "503", "match": { "operation": "disable_user" } });
    for _ in 0..100 {
        assert_eq!(add(&emulator, &rule).await.status, 201);
        assert_eq!(disable().send(&emulator).await.status, 503);
        assert_eq!(Ask::new("DELETE", FAULTS).send(&emulator).await.status, 200);
        assert_eq!(disable().send(&emulator).await.status, 200);
    }
    for other in others {
        other.abort();
        assert!(other.await.is_err_and(|ended| ended.is_cancelled()), "a call that no rule is for was refused");
    }
}

#[tokio::test]
async fn a_reset_takes_the_rules_and_keeps_what_the_start_says() {
    let config = Config { fault: vec!["503;first=1".to_owned()], ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    for _ in 0..2 {
        let first = read().send(&emulator).await;
        assert_eq!(
            (first.status, first.header("x-fault-applied")),
            (503, Some("503;first=1;source=start;n=1;undocumented"))
        );
        assert_eq!(read().send(&emulator).await.status, 200);
        add(&emulator, &json!({ "fault": "404" })).await;
        assert_eq!(read().send(&emulator).await.status, 404, "a rule is higher than the start");
        Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
        assert_eq!(rules(&emulator).await, json!([]));
    }
}

#[tokio::test]
async fn the_sources_are_met_in_their_order() {
    let config = Config { fault: vec!["500".to_owned(), "delay;ms=1".to_owned()], ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    let user = Ask::new("GET", "/api/users/user-always-forbidden").header("x-api-key", "monocloud-admin");
    let mark = |answer: &Answer| answer.header("x-fault-applied").unwrap_or_default().to_owned();
    assert_eq!(mark(&read().send(&emulator).await), "delay;ms=1;source=start;n=1, 500;source=start;n=1;undocumented");
    assert!(mark(&user.send(&emulator).await).contains("forbidden;source=user"), "a user's fault is higher");
    add(&emulator, &json!({ "fault": "404;first=1", "match": { "user": "user-always-forbidden" } })).await;
    assert_eq!(user.send(&emulator).await.status, 404, "a rule is higher still");
    let declined = user.send(&emulator).await;
    assert_eq!(
        (declined.status, &*mark(&declined)),
        (200, "delay;ms=1;source=start;n=4"),
        "no fall-through, but for the other slot"
    );
    assert_eq!(user.clone().header("x-fault", "409").send(&emulator).await.status, 409, "the header is the highest");
    let cleared = user.clone().header("x-fault", "none").send(&emulator).await;
    assert_eq!((cleared.status, cleared.header("x-fault-applied")), (200, None));
    add(&emulator, &json!({ "fault": "none", "priority": 1 })).await;
    let cleared = user.send(&emulator).await;
    assert_eq!((cleared.status, cleared.header("x-fault-applied")), (200, None), "none in a rule clears what is lower");
}

#[tokio::test]
async fn the_policy_decides_which_are_followed() {
    let start = async |fault_policy| {
        let config = Config { fault_policy, fault: vec!["503".to_owned()], ..wire::config() };
        Emulator::start_with(config).await.expect("it starts")
    };
    let documented = start(FaultPolicy::Documented).await;
    let left_out = read().send(&documented).await;
    assert_eq!(
        (left_out.status, left_out.header("x-fault-applied")),
        (200, Some("503;source=start;n=1;skipped=undocumented"))
    );
    let kept = read().header("x-fault", "404").send(&documented).await;
    assert_eq!((kept.status, kept.header("x-fault-applied")), (404, Some("404;source=header;n=1")));
    let after = disable().header("x-fault", "503;at=after").send(&documented).await;
    assert_eq!(after.json()["disabled"], true);
    assert!(
        read().header("x-fault", "close").try_send(&documented).await.is_none(),
        "no status, so nothing to document"
    );
    assert_eq!(read().header("x-fault", "nonsense").send(&documented).await.status, 400);
    let off = start(FaultPolicy::Off).await;
    assert_eq!(add(&off, &json!({ "fault": "503" })).await.status, 201);
    for fault in ["503", "close", "delay;ms=60000", "nonsense"] {
        let answer = read().header("x-fault", fault).send(&off).await;
        assert_eq!((answer.status, answer.header("x-fault-applied")), (200, None), "{fault}");
    }
    assert_eq!(rules(&off).await[0]["seen"], 0);
}

#[tokio::test]
async fn a_fault_of_the_start_is_checked() {
    for (fault, reason) in [
        ("nonsense", "--fault nonsense: `nonsense`: unknown fault"),
        ("", "--fault : the list is empty, expected a fault such as 503"),
        ("tenant-mismatch", "--fault tenant-mismatch: MonoCloud has no error `tenant-mismatch`"),
    ] {
        let config = Config { fault: vec![fault.to_owned()], ..wire::config() };
        let error = Emulator::start_with(config).await.err().expect("it cannot be followed");
        assert_eq!(error.to_string(), reason);
    }
}

#[tokio::test]
async fn a_chance_takes_the_same_calls_everywhere() {
    let fault = "503;p=0.3;seed=42";
    let taken = async |emulator: &Emulator| {
        let mut taken = Vec::new();
        for n in 1..=40 {
            if read().header("x-fault", fault).send(emulator).await.status == 503 {
                taken.push(n);
            }
        }
        taken
    };
    let (one, two) = (wire::emulator().await, Emulator::start_with(Config { seed: 7, ..wire::config() }).await);
    let first = taken(&one).await;
    assert!((5..20).contains(&first.len()), "{first:?}");
    assert_eq!(first, taken(&two.expect("it starts")).await);
    Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&one).await;
    assert_eq!(first, taken(&one).await);
}

#[tokio::test]
async fn there_is_room_for_so_many_rules() {
    let emulator = wire::emulator().await;
    for _ in 0..256 {
        assert_eq!(add(&emulator, &json!({ "fault": "503" })).await.status, 201);
    }
    let full = add(&emulator, &json!({ "fault": "503" })).await;
    assert_eq!((full.status, full.header("x-fauxidp")), (409, Some("limit")));
    let cleared = Ask::new("DELETE", FAULTS).send(&emulator).await;
    assert_eq!(cleared.json(), json!({ "removed": 256 }));
}

#[tokio::test]
async fn remote_calls_meet_rules_by_the_same_names() {
    let emulator = wire::emulator().await;
    add(&emulator, &json!({ "fault": "unavailable", "match": { "operation": "deactivate_user", "user": "human-active", "credential": "zitadel-admin" } })).await;
    let call = Ask::new("POST", "/zitadel.user.v2.UserService/DeactivateUser")
        .header("content-type", "application/json")
        .header("authorization", "Bearer zitadel-admin");
    let answer = call.clone().body(r#"{"userId":"human-active"}"#).send(&emulator).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("unavailable")));
    let other = call.clone().body(r#"{"userId":"human-with-phone"}"#).send(&emulator).await;
    assert_eq!(other.header("x-fault-applied"), None);
    let stranger = call.without("authorization").body(r#"{"userId":"human-active"}"#).send(&emulator).await;
    assert_eq!((stranger.status, stranger.header("x-fault-applied")), (401, None));
}
