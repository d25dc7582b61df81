//! The grammar of faults, case by case.

use super::*;

#[test]
fn a_specification_is_read_into_its_two_slots() {
    let spec = Spec::parse("delay;ms=300,  503;retry-after=2;first=2;at=after").unwrap();
    assert_eq!(spec.rule, "delay;ms=300, 503;retry-after=2;first=2;at=after");
    let timing = spec.timing.unwrap();
    assert_eq!((timing.what, timing.at), (Timing::Delay(300..=300), Moment::Before));
    let outcome = spec.outcome.unwrap();
    let FaultOutcome::Refusal(failure) = outcome.what else { panic!("no refusal") };
    assert_eq!((failure.kind, failure.overrides.retry_after), (Kind::Status(503), Some(2)));
    assert_eq!((outcome.when.first, outcome.at), (Some(2), Moment::After));
}

#[test]
fn words_and_texts_are_taken_alike() {
    let spec = Spec::parse("invalid;field=user_id;message=\"too long\"").unwrap();
    let FaultOutcome::Refusal(Failure { overrides, .. }) = spec.outcome.unwrap().what else { panic!("no refusal") };
    assert_eq!((overrides.field.as_deref(), overrides.message.as_deref()), (Some("user_id"), Some("too long")));
}

#[test]
fn what_cannot_be_followed_is_refused_with_a_reason() {
    for (text, reason) in [
        ("", "the list is empty, expected a fault such as 503"),
        ("503;", "not a structured field list (RFC 9651)"),
        ("nonsense", "`nonsense`: unknown fault"),
        ("\"503\"", "expected a status or a word, such as 503 or reset"),
        ("(503)", "inner lists are not allowed"),
        ("200", "a status must be from 400 to 599"),
        ("600", "a status must be from 400 to 599"),
        ("503, 404", "`404`: duplicate outcome, expected at most one status, error or connection fault"),
        ("delay;ms=1, delay;ms=2", "duplicate timing, expected at most one delay or drip"),
        ("503;colour=red", "unexpected parameter colour"),
        ("none;first=1", "unexpected parameter first"),
        ("delay", "delay needs ms, or min and max"),
        ("delay;ms=60001", "ms must be at most 60000"),
        ("delay;min=9;max=1", "min must not be greater than max"),
        ("delay;ms=1;retry-after=1", "unexpected parameter retry-after"),
        ("503;ms=1", "unexpected parameter ms"),
        ("503;first=-1", "first must be a whole number of at least 0"),
        ("503;every=0", "every must be at least 1"),
        ("close;ms=1", "unexpected parameter ms"),
        ("reset;retry-after=1", "unexpected parameter retry-after"),
        ("close, 503", "`503`: duplicate outcome, expected at most one status, error or connection fault"),
        ("token", "token needs defect"),
        ("token;defect=stale", "unknown defect stale; expected one of alg-none, bad-signature"),
        ("token;defect=expired;at=before", "this fault changes the answer, so at must be after"),
        ("truncate", "truncate needs bytes"),
        ("truncate;bytes=1;at=before", "this fault changes the answer, so at must be after"),
        ("hang", "hang needs ms"),
        ("hang;ms=60001", "ms must be at most 60000"),
        ("drip;chunks=2", "drip needs chunks and ms"),
        ("drip;chunks=0;ms=1", "chunks must be at least 1"),
        ("drip;chunks=1001;ms=1", "chunks must be at most 1000"),
        ("drip;chunks=2;ms=1;at=validated", "this fault changes the answer, so at must be after"),
        ("drip;chunks=2;ms=1, delay;ms=1", "duplicate timing, expected at most one delay or drip"),
        ("503;p=1.001", "p must be a number from 0 to 1"),
        ("503;p=-0.5", "p must be a number from 0 to 1"),
        ("503;p=2", "p must be a number from 0 to 1"),
        ("503;p=often", "p must be a number from 0 to 1"),
        ("503;seed=1", "seed needs p"),
        ("503;at=once", "at must be before, validated or after"),
        ("503;retry-after=soon", "retry-after must be a whole number of at least 0"),
        ("503;message=1", "message must be a word or a quoted string"),
    ] {
        let error = Spec::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn selectors_are_joined_by_and() {
    let taken = |text: &str| -> Vec<u64> {
        let when = Spec::parse(text).unwrap().outcome.unwrap().when;
        let mut fired = 0;
        (1..=10)
            .filter(|n| {
                let taken = when.select(*n, fired);
                fired += u64::from(taken);
                taken
            })
            .collect()
    };
    assert_eq!(taken("503"), (1..=10).collect::<Vec<_>>());
    assert_eq!(taken("503;first=2"), [1, 2]);
    assert_eq!(taken("503;first=0"), [0_u64; 0]);
    assert_eq!(taken("503;skip=8"), [9, 10]);
    assert_eq!(taken("503;every=3"), [3, 6, 9]);
    assert_eq!(taken("503;skip=1;every=4"), [5, 9]);
    assert_eq!(taken("503;every=2;times=2"), [2, 4]);
    assert_eq!(taken("503;skip=2;first=4"), [3, 4]);
}
#[test]
fn what_acts_on_the_answer_is_always_after() {
    let spec = Spec::parse("drip;chunks=2;ms=10, truncate;bytes=3;at=after").unwrap();
    let (timing, outcome) = (spec.timing.unwrap(), spec.outcome.unwrap());
    assert_eq!((timing.what, timing.at), (Timing::Drip { chunks: 2, ms: 10 }, Moment::After));
    assert_eq!((outcome.what, outcome.at), (FaultOutcome::Cut(Cut::Truncate(3)), Moment::After));
    assert_eq!(Spec::parse("hang;ms=5").unwrap().outcome.unwrap().what, FaultOutcome::Hang(5));
}

#[test]
fn a_chance_is_the_same_whenever_it_is_asked() {
    let taken = |text: &str| -> Vec<u64> {
        let when = Spec::parse(text).unwrap().outcome.unwrap().when;
        (1..=1_000).filter(|n| when.select(*n, 0)).collect()
    };
    assert_eq!(taken("503;p=0.3;seed=42"), taken("503;seed=42;p=0.3"));
    assert_ne!(taken("503;p=0.3;seed=42"), taken("503;p=0.3;seed=43"));
    assert!((250..350).contains(&taken("503;p=0.3;seed=42").len()));
    assert_eq!((taken("503;p=0").len(), taken("503;p=1").len(), taken("503;p=1.0").len()), (0, 1_000, 1_000));
    // Pinned: the same in every world and release.
    assert_eq!(taken("503;p=0.3;seed=42")[..5], [5, 6, 7, 8, 14]);
}
