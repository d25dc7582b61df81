use fauxidp::{Emulator, Fault, Match, SignIn, World};
use offboarding::{Account, Endpoint, Entry, Vendor, offboard};
use tokio::task::block_in_place;

/// A server of its own for each test: it takes milliseconds.
async fn world() -> (Emulator, World) {
    let emulator = Emulator::start().await.unwrap();
    let world = emulator.world_for("offboarding").unwrap();
    (emulator, world)
}

/// Offboards in a world. The result has the audit trail, too.
fn run(world: &World) -> (bool, Vec<Entry>) {
    let account = |vendor, name: &str, user: &str| {
        let found = world.endpoint(name).unwrap();
        let tenant = found.environment.get("JITSUDO_TENANT_ID").cloned().unwrap_or_default();
        Account { vendor, user: user.to_owned(), at: Endpoint { url: found.url, credential: found.credential, tenant } }
    };
    let accounts = [
        account(Vendor::MonoCloud, "monocloud", "user-active"),
        account(Vendor::Zitadel, "zitadel", "human-active"),
        account(Vendor::Jitsudo, "jitsudo", "00000000-0000-8000-8000-000000000002"),
    ];
    let mut audit = Vec::new();
    let done = block_in_place(|| offboard(&accounts, |entry| audit.push(entry)));
    (done, audit)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_offboarded_gets_in_nowhere() {
    let (_emulator, world) = world().await;
    assert!(run(&world).0);
    world.verify(&Match::operation("disable_user").user("user-active"), 1).unwrap();
    world.verify(&Match::operation("deactivate_user").user("human-active"), 1).unwrap();
    world.verify(&Match::operation("suspend_user"), 1).unwrap();
    let refused = world.sign_in(&SignIn::at("monocloud", "user-active").client("monocloud-web")).unwrap_err();
    assert!(refused.to_string().contains("access_denied"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_is_unavailable_for_a_while_is_asked_again() {
    let (_emulator, world) = world().await;
    world.fault(Fault::new("503;retry-after=0;first=2").on(Match::operation("disable_user"))).unwrap();
    world.fault(Fault::new("429;retry-after=0;first=1").on(Match::operation("suspend_user"))).unwrap();
    let (done, audit) = run(&world);
    assert!(done);
    assert_eq!(audit.iter().map(|entry| entry.tries).collect::<Vec<_>>(), [3, 1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_is_not_taken_for_a_failure() {
    let (_emulator, world) = world().await;
    world.fault(Fault::new("close;at=after;first=1").on(Match::operation("deactivate_user"))).unwrap();
    let (done, audit) = run(&world);
    assert!(done);
    assert_eq!((audit[1].tries, audit[1].status), (2, 400)); // "already inactive"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_final_is_written_down_and_stops_nobody_else() {
    let (_emulator, world) = world().await;
    world.fault(Fault::new("forbidden").on(Match::operation("deactivate_user").vendor("zitadel"))).unwrap();
    let (done, audit) = run(&world);
    let user = "human-active".to_owned();
    assert!(!done);
    assert_eq!(audit[1], Entry { vendor: Vendor::Zitadel, user, is_done: false, tries: 1, status: 403 });
    assert!(audit[0].is_done && audit[2].is_done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_stays_away_is_given_up() {
    let (_emulator, world) = world().await;
    world.fault(Fault::new("500").on(Match::operation("suspend_user"))).unwrap();
    let (done, audit) = run(&world);
    assert!(!done);
    assert_eq!((audit[2].tries, audit[2].status), (4, 500));
    world.verify(&Match::operation("suspend_user"), 4).unwrap();
}
