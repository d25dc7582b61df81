//! ZITADEL's messages about policies and features.

use serde_json::{Value, json};

use super::described::Described;
use super::objects::{read, time};
use crate::vendors::zitadel::operations::policies::PolicyFound;
use crate::vendors::zitadel::record::{ComplexityPolicy, InstanceState, LockoutPolicy, LoginPolicy};
use crate::vendors::zitadel::settings::Version;

/// The lockout policy that a message asks for.
pub(in super::super) fn lockout_policy(message: &Described) -> LockoutPolicy {
    message.read_all()
}

/// A lockout policy, as reading it shows it.
pub(in super::super) fn lockout(found: &PolicyFound<LockoutPolicy>) -> Value {
    shown(found, serde_json::to_value(found.policy.rules))
}

/// A login policy, as reading it shows it.
pub(in super::super) fn login(found: &PolicyFound<LoginPolicy>) -> Value {
    let mut policy = serde_json::to_value(&found.policy.rules);
    for (name, member) in policy.iter_mut().flat_map(|policy| policy.as_object_mut().into_iter().flatten()) {
        if name.ends_with("Lifetime") {
            *member = json!(format!("{member}s"));
        }
    }
    shown(found, policy)
}

/// A policy of passwords, as reading it shows it.
pub(in super::super) fn complexity(found: &PolicyFound<ComplexityPolicy>) -> Value {
    shown(found, serde_json::to_value(found.policy.rules))
}

/// A policy of the instance that nobody changes here.
pub(in super::super) fn unchanged(instance: &InstanceState, mut rules: Value) -> Value {
    rules["details"] = read(&instance.lockout_policy.details, &instance.id);
    rules["isDefault"] = true.into();
    json!({ "policy": rules, "isDefault": true })
}

/// What the instance consists of.
pub(in super::super) fn iam(instance: &InstanceState, project: &str) -> Value {
    let organization = &*instance.default_organization;
    json!({ "globalOrgId": organization, "iamProjectId": project, "defaultOrgId": organization })
}

/// Where applications find what they need to sign people in.
pub(in super::super) fn oidc_information(issuer: &str) -> Value {
    json!({ "issuer": issuer, "discoveryEndpoint": format!("{issuer}/.well-known/openid-configuration") })
}

/// The same as a caller gets its own, without saying beside it whose it is.
pub(in super::super) fn own(mut answer: Value) -> Value {
    answer.as_object_mut().and_then(|answer| answer.remove("isDefault"));
    answer
}

/// The languages that the vendor's pages have.
pub(in super::super) fn languages() -> Value {
    const ALL: &str = "ar bg cs de en es fr hu id it ja ko mk nl pl pt ro ru sv tr uk zh";
    json!({ "languages": ALL.split(' ').collect::<Vec<_>>() })
}

fn shown<T>(found: &PolicyFound<T>, rules: serde_json::Result<Value>) -> Value {
    let mut policy = rules.expect("a record is JSON");
    policy["details"] = read(&found.policy.details, &found.owner);
    policy["isDefault"] = found.is_default().into();
    json!({ "policy": policy, "isDefault": found.is_default() })
}

/// The features of an instance: the vendor's defaults, but for those that this server knows to be otherwise.
pub(in super::super) fn instance_features(instance: &InstanceState, version: Version) -> Value {
    let set = |source: &str| json!({ "enabled": true, "source": source });
    let unset = || json!({});
    let mut features = json!({
        // As many events as there are features that are set.
        "details": {
            "sequence": 3, "changeDate": time(instance.login_policy.details.change_date), "resourceOwner": *instance.id,
        },
        "loginDefaultOrg": set("SOURCE_INSTANCE"),
        "userSchema": unset(),
        "oidcTokenExchange": set("SOURCE_SYSTEM"),
        "improvedPerformance": unset(),
        "debugOidcParentError": unset(),
        "oidcSingleV1SessionTermination": unset(),
        "enableBackChannelLogout": set("SOURCE_SYSTEM"),
        "loginV2": { "source": "SOURCE_INSTANCE" },
        "permissionCheckV2": unset(),
        "consoleUseV2UserApi": set("SOURCE_INSTANCE"),
    });
    if version.has_relational_tables() {
        features["enableRelationalTables"] = unset();
    }
    features
}
