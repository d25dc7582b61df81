//! `X-Fauxidp-Explain`: how sure an answer is, where the call asks for it, and only there.

use crate::wire::{self, Ask};

/// A success, a refusal, an error of no operation, and a remote call, each with the row that stands behind it.
fn calls() -> [(Ask, &'static str); 5] {
    let monocloud = |method, path| Ask::new(method, path).header("x-api-key", "monocloud-admin");
    let zitadel = |method, path| Ask::new(method, path).header("authorization", "Bearer zitadel-admin");
    [
        (monocloud("GET", "/api/users/user-active"), "row=monocloud.get_user.found"),
        (monocloud("GET", "/api/users/nobody"), "row=monocloud.get_user.user_not_found"),
        (monocloud("DELETE", "/api/users/user-active/disable"), "row=monocloud.any.wrong_method"),
        (zitadel("POST", "/v2/users/nobody/lock").body("{}"), "row=zitadel.lock_user.user_not_found"),
        (
            zitadel("POST", "/zitadel.user.v2.UserService/LockUser")
                .header("content-type", "application/json")
                .body(r#"{"userId":"human-locked"}"#),
            "row=zitadel.lock_user.",
        ),
    ]
}

#[tokio::test]
async fn an_answer_says_how_sure_it_is_to_whoever_asks() {
    let emulator = wire::emulator().await;
    for (call, row) in calls() {
        let plain = call.send(&emulator).await;
        assert_eq!(plain.header("x-fauxidp-fidelity"), None, "{row}");
        for other in ["0", "true", ""] {
            let answer = call.clone().header("x-fauxidp-explain", other).send(&emulator).await;
            assert_eq!(answer.header("x-fauxidp-fidelity"), None, "{row} {other:?}");
        }
        let asked = call.clone().header("x-fauxidp-explain", "1").send(&emulator).await;
        let fidelity = asked.header("x-fauxidp-fidelity").unwrap_or_else(|| panic!("{row}: nothing is said"));
        assert!(fidelity.contains("; ref=") && fidelity.contains(row), "{row}: {fidelity}");
        assert_eq!(asked.status, plain.status, "{row}: it changes no more than the header");
    }
}
