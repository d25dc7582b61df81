//! Tests of what each member means, for a call that begins and for one that is over.

use http::HeaderValue;

use super::*;
use crate::protocol::Call;
use crate::protocol::credential::{API_KEY, Carrier, take_world};

fn call(target: &str) -> Call {
    let (mut head, ()) = http::Request::post(target).body(()).unwrap().into_parts();
    head.headers.insert(&API_KEY, HeaderValue::from_static("admin-key~w"));
    let mut call = Call::new(head, bytes::Bytes::new());
    take_world(&mut call, &[Carrier::Header(&API_KEY)], None).unwrap();
    call
}

fn finished() -> Option<Finished> {
    let (status, refused_by) = (Some(404), Some(RefusedBy::Vendor));
    Some(Finished { n: 7, protocol: Protocol::Http2, status, refused_by })
}

#[test]
fn each_member_means_the_same_before_and_after_the_answer() {
    let call = call("/users/ada/disable?page=2&token=secret-token");
    for (calls, is_meant) in [
        (CallMatch::all(), true),
        (CallMatch::all().vendor("acme"), true),
        (CallMatch::all().vendor("Acme"), false),
        (CallMatch::operation("disable_user"), true),
        (CallMatch::operation("enable_user"), false),
        (CallMatch::all().method("POST"), true),
        (CallMatch::all().method("post"), true),
        (CallMatch::all().method("GET"), false),
        (CallMatch::all().path("/users/ada/disable"), true),
        (CallMatch::all().path("/users/ada"), false),
        (CallMatch::all().path("/users/*"), true),
        (CallMatch::all().path("/users/ada/disable*"), true),
        (CallMatch::all().path("/groups/*"), false),
        (CallMatch::all().path("/users/ada/disable?page=2&token=secr…"), true),
        (CallMatch::all().path("/users/ada/disable?page=2*"), true),
        (CallMatch::all().path("/users/ada/disable?page=3*"), false),
        (CallMatch::all().user("ada"), true),
        (CallMatch::all().user("Ada"), false),
        (CallMatch::all().credential("admin-key"), true),
        (CallMatch::all().credential("admin-key~other"), true),
        (CallMatch::all().credential("admi…"), true),
        (CallMatch::all().credential("other-key"), false),
    ] {
        let begun = MatchInput::begun(&call, "acme", "disable_user", Some("ada"));
        assert_eq!(calls.matches(&begun), is_meant, "{calls:?}");
        let over = MatchInput { finished: finished(), ..begun };
        assert_eq!((calls.matches(&over), calls.differences(&over).is_empty()), (is_meant, is_meant), "{calls:?}");
    }
}

#[test]
fn what_is_known_at_the_end_matches_no_call_before() {
    let call = call("/");
    for (calls, is_meant) in [
        (CallMatch::all().protocol("http/2"), true),
        (CallMatch::all().protocol("grpc"), false),
        (CallMatch::all().status(404), true),
        (CallMatch::all().status("4xx"), true),
        (CallMatch::all().status("5xx"), false),
        (CallMatch::all().status(400), false),
        (CallMatch::all().refused_by("vendor"), true),
        (CallMatch::all().refused_by("fault"), false),
        (CallMatch::all().after(6), true),
        (CallMatch::all().after(7), false),
    ] {
        let begun = MatchInput::begun(&call, "acme", "disable_user", None);
        assert!(!calls.matches(&begun), "{calls:?}");
        assert_eq!(calls.matches(&MatchInput { finished: finished(), ..begun }), is_meant, "{calls:?}");
    }
}

#[test]
fn what_is_meant_and_what_differs_is_said_in_words() {
    let calls = CallMatch::all().user("a b").status("4xx").after(7).credential("admin-key-of-another").method("get");
    assert_eq!(calls.words(), " with method get, user a b, credential admi…, status 4xx, number above 7");
    assert_eq!(CallMatch::all().words(), "");
    let call = call("/");
    let over = MatchInput { finished: finished(), ..MatchInput::begun(&call, "acme", "disable_user", None) };
    assert_eq!(
        calls.differences(&over),
        [
            "method is POST, not GET",
            "user is missing, expected a b",
            "credential is a different one that also starts with admi…",
            "number is not above 7",
        ]
    );
}

#[test]
fn what_is_not_said_is_not_written() {
    let calls = CallMatch::operation("disable_user").status(404);
    let json = serde_json::to_string(&calls).unwrap();
    assert_eq!(json, r#"{"operation":"disable_user","status":"404"}"#);
    assert_eq!(serde_json::from_str::<CallMatch>(&json).unwrap(), calls);
}
