//! ZITADEL's messages about applications. The first API and the newer one name some members differently.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::described::Described;
use super::described::values::{duration_text, seconds_of_duration, seconds_of_time};
use super::listing::{Table, first_page, id, newer_page, no_special, text, word};
use super::objects::{changed, created, read, time};
use crate::vendors::zitadel::operations::application_keys::{KeyField, Listed, NewKey};
use crate::vendors::zitadel::operations::application_lists::ApplicationField;
use crate::vendors::zitadel::operations::applications::{AddApplication, Added};
use crate::vendors::zitadel::operations::listing::Search;
use crate::vendors::zitadel::operations::objects::Receipt;
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::record::{ApiAuthMethod, Application, ApplicationConfig, ApplicationState, OidcConfig};

/// The members of an OIDC configuration that the newer API names differently: first its name, then the older one.
const RENAMED: [(&str, &str); 3] =
    [("applicationType", "appType"), ("developmentMode", "devMode"), ("nonCompliant", "noneCompliant")];

/// What a message says of an application besides its configuration.
const OTHERS: [&str; 4] = ["projectId", "appId", "name", "version"];

/// The members of an OIDC configuration that are lists of names. A number that stands for nothing is dropped.
const LISTS: [&str; 2] = ["responseTypes", "grantTypes"];

/// The OIDC application that a message of the first API asks for.
pub(in super::super) fn add_oidc_app(message: &Described) -> AddApplication {
    add(message, ApplicationConfig::Oidc(Arc::new(oidc_config(message.read_all()))))
}

/// The API that a message of the first API asks for.
pub(in super::super) fn add_api_app(message: &Described) -> AddApplication {
    add(message, ApplicationConfig::Api(message.read("authMethodType")))
}

/// The application that a message of the newer API asks for; `None` for a kind that is not emulated.
pub(in super::super) fn create_application(message: &Described) -> Option<AddApplication> {
    let config = match () {
        () if message.has("oidcConfiguration") => {
            ApplicationConfig::Oidc(Arc::new(oidc_config(message.read("oidcConfiguration"))))
        }
        () if message.has("apiConfiguration") => {
            let api: Map<String, Value> = message.read("apiConfiguration");
            let method = api.get("authMethodType").cloned();
            ApplicationConfig::Api(
                method.and_then(|method| serde_json::from_value(method).ok()).unwrap_or(ApiAuthMethod::Basic),
            )
        }
        () => return None,
    };
    let id = Some(message.text("applicationId").to_owned());
    Some(AddApplication { id, ..add(message, config) })
}

fn add(message: &Described, config: ApplicationConfig) -> AddApplication {
    AddApplication {
        id: None,
        project_id: message.text("projectId").to_owned(),
        name: message.text("name").to_owned(),
        config,
    }
}

/// An OIDC configuration in either API's names. What is not there, and a list of nothing, has the vendor's default.
fn oidc_config(mut members: Map<String, Value>) -> OidcConfig {
    OTHERS.iter().for_each(|name| _ = members.remove(*name));
    for (newer, older) in RENAMED {
        if let Some(member) = members.remove(newer) {
            members.insert(older.to_owned(), member);
        }
    }
    for name in LISTS {
        let known = members.remove(name).map(|list| {
            let list = list.as_array().cloned().unwrap_or_default();
            list.into_iter().filter(|value| value.as_str().is_some_and(|name| !name.ends_with("_UNSPECIFIED")))
        });
        let known: Vec<_> = known.into_iter().flatten().collect();
        if !known.is_empty() {
            members.insert(name.to_owned(), known.into());
        }
    }
    if let Some(skew) = members.get_mut("clockSkew") {
        let (seconds, nanos) = skew.as_str().and_then(seconds_of_duration).unwrap_or_default();
        *skew = json!(seconds * 1_000_000_000 + i64::from(nanos));
    }
    if members.get("loginVersion").and_then(Value::as_object).is_some_and(Map::is_empty) {
        members.remove("loginVersion"); // of neither kind
    }
    serde_json::from_value(members.into()).expect("the record has the members of the message")
}

/// An OIDC configuration in the first API's names.
fn shown_config(application: &Application, config: &OidcConfig) -> Value {
    let mut shown = serde_json::to_value(config).expect("a record is JSON");
    let skew = config.clock_skew;
    shown["clockSkew"] = duration_text(((skew / 1_000_000_000) as i64, (skew % 1_000_000_000) as i32)).into();
    shown["clientId"] = json!(*application.client_id);
    shown["allowedOrigins"] = json!(config.allowed_origins());
    with_problems(&mut shown, config);
    shown
}

fn with_problems(shown: &mut Value, config: &OidcConfig) {
    let problems = config.problems();
    shown["noneCompliant"] = json!(!problems.is_empty());
    let problems = problems.iter().map(|found| json!({ "key": found.key, "localizedMessage": found.text }));
    shown["complianceProblems"] = problems.collect();
}

/// The same in the newer API's names; it explains no problem.
fn newer(mut shown: Value) -> Value {
    let members = shown.as_object_mut().expect("a configuration is an object");
    for (newer, older) in RENAMED {
        if let Some(member) = members.remove(older) {
            members.insert(newer.to_owned(), member);
        }
    }
    for problem in shown["complianceProblems"].as_array_mut().into_iter().flatten() {
        problem.as_object_mut().map(|problem| problem.remove("localizedMessage"));
    }
    shown
}

/// The answer of the first API to a creation.
pub(in super::super) fn added(added: &Added) -> Value {
    let mut shown = json!({
        "appId": *added.application.id,
        "details": created(&added.receipt),
        "clientId": *added.application.client_id,
        "clientSecret": added.secret,
    });
    if let Some(config) = added.application.oidc() {
        with_problems(&mut shown, config);
    }
    shown
}

/// The answer of the newer API to a creation.
pub(in super::super) fn created_application(added: &Added) -> Value {
    let application = &added.application;
    let client = json!({ "clientId": *application.client_id, "clientSecret": added.secret });
    let (name, configuration) = match &application.config {
        ApplicationConfig::Oidc(config) => {
            let mut shown = client;
            with_problems(&mut shown, config);
            ("oidcConfiguration", newer(shown))
        }
        ApplicationConfig::Api(_) => ("apiConfiguration", client),
    };
    json!({ "applicationId": *application.id, "creationDate": time(added.receipt.at), name: configuration })
}

/// The answer of the first API to a read.
pub(in super::super) fn app(application: &Application) -> Value {
    json!({ "app": shown_app(application) })
}

fn shown_app(application: &Application) -> Value {
    let (name, config) = match &application.config {
        ApplicationConfig::Oidc(config) => ("oidcConfig", shown_config(application, config)),
        ApplicationConfig::Api(method) => ("apiConfig", api(application, *method)),
    };
    json!({
        "id": *application.id,
        "details": read(&application.details, &application.resource_owner),
        "state": application.state,
        "name": *application.name,
        name: config,
    })
}

/// The answer of the newer API to a read.
pub(in super::super) fn application(application: &Application) -> Value {
    json!({ "application": shown_application(application) })
}

fn shown_application(application: &Application) -> Value {
    let (name, configuration) = match &application.config {
        ApplicationConfig::Oidc(config) => ("oidcConfiguration", newer(shown_config(application, config))),
        ApplicationConfig::Api(method) => ("apiConfiguration", api(application, *method)),
    };
    let state = match application.state {
        ApplicationState::Active => "APPLICATION_STATE_ACTIVE",
        ApplicationState::Inactive => "APPLICATION_STATE_INACTIVE",
    };
    json!({
        "applicationId": *application.id,
        "creationDate": time(application.details.creation_date),
        "changeDate": time(application.details.change_date),
        "state": state,
        "name": *application.name,
        name: configuration,
        "projectId": *application.project_id,
    })
}

fn api(application: &Application, method: ApiAuthMethod) -> Value {
    json!({ "clientId": *application.client_id, "authMethodType": method })
}

/// When a key that a message asks for is to end; without a time, never.
pub(in super::super) fn expiration(message: &Described) -> Timestamp {
    let given = seconds_of_time(message.text("expirationDate"));
    given.and_then(|(seconds, nanos)| Timestamp::new(seconds, nanos).ok()).unwrap_or(Timestamp::MAX)
}

/// The answer to a new key.
pub(in super::super) fn new_key(key: &NewKey) -> Value {
    json!({ "id": key.id, "details": created(&key.receipt), "keyDetails": STANDARD.encode(&key.file) })
}

/// The configuration that a message of the first API asks for: all of it.
pub(in super::super) fn update_oidc_config(message: &Described) -> OidcConfig {
    oidc_config(message.read_all())
}

/// The configuration of an API that a message of the first API asks for.
pub(in super::super) fn update_api_config(message: &Described) -> ApiAuthMethod {
    message.read("authMethodType")
}

/// Which part of an application a message of the newer API changes besides its name.
pub(in super::super) enum Part {
    Oidc(Map<String, Value>),
    Api(ApiAuthMethod),
    /// A kind that is not emulated.
    Saml,
    Nothing,
}

/// What a message of the newer API changes.
pub(in super::super) fn update_application(message: &Described) -> Part {
    match () {
        () if message.has("oidcConfiguration") => Part::Oidc(message.read("oidcConfiguration")),
        () if message.has("apiConfiguration") => {
            let method = message.read::<Map<String, Value>>("apiConfiguration").remove("authMethodType");
            Part::Api(method.and_then(|method| serde_json::from_value(method).ok()).unwrap_or_default())
        }
        () if message.has("samlConfiguration") => Part::Saml,
        () => Part::Nothing,
    }
}

/// Where a part of a configuration has the server tell that a session ended; empty where it says nothing.
pub(in super::super) fn logout_url(part: &Map<String, Value>) -> &str {
    part.get("backChannelLogoutUri").and_then(Value::as_str).unwrap_or_default()
}

/// A configuration with what a message of the newer API says of it. Grant types and clock skew fall back to their
/// defaults where it says nothing, as at the vendor.
pub(in super::super) fn merged(config: &OidcConfig, part: Map<String, Value>) -> OidcConfig {
    let Ok(Value::Object(mut members)) = serde_json::to_value(config) else { unreachable!("a record is an object") };
    ["grantTypes", "clockSkew"].iter().for_each(|name| _ = members.remove(*name));
    for (name, value) in part {
        let is_list = value.as_array().is_some_and(Vec::is_empty);
        let older = RENAMED.iter().find(|(newer, _)| **newer == name).map_or(name, |(_, older)| (*older).to_owned());
        if !is_list {
            members.insert(older, value);
        }
    }
    oidc_config(members)
}

const APPLICATIONS: Table<ApplicationField> = Table {
    queries: &[
        id("projectIdFilter", "projectId", ApplicationField::Project),
        text("nameFilter", "name", ApplicationField::Name),
        word("stateFilter", "", ApplicationField::State),
        word("typeFilter", "", ApplicationField::Kind),
        text("nameQuery", "name", ApplicationField::Name),
    ],
    columns: &[
        ("_BY_ID", ApplicationField::Id),
        ("_BY_NAME", ApplicationField::Name),
        ("_BY_STATE", ApplicationField::State),
        ("_CREATION_DATE", ApplicationField::Created),
        ("_CHANGE_DATE", ApplicationField::Changed),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_applications(message: &Described) -> Search<ApplicationField> {
    APPLICATIONS.newer(message, &no_special)
}

/// The search of a message of the first API.
pub(in super::super) fn list_apps(message: &Described) -> Search<ApplicationField> {
    APPLICATIONS.older(message, &no_special)
}

/// The answer of the newer API.
pub(in super::super) fn applications(page: &Page<Application>) -> Value {
    newer_page(page, "applications", shown_application)
}

/// The answer of the first API.
pub(in super::super) fn apps(page: &Page<Application>, now: Timestamp) -> Value {
    first_page(page, now, shown_app)
}

/// The answer of the first API to another secret.
pub(in super::super) fn new_app_secret(secret: &str, receipt: &Receipt) -> Value {
    json!({ "clientSecret": secret, "details": changed(receipt) })
}

/// The answer of the newer API to another secret.
pub(in super::super) fn new_secret(secret: &str, receipt: &Receipt) -> Value {
    json!({ "clientSecret": secret, "creationDate": time(receipt.at) })
}

/// The answer of the newer API to a new key.
pub(in super::super) fn created_key(key: &NewKey) -> Value {
    json!({ "keyId": key.id, "creationDate": time(key.receipt.at), "keyDetails": STANDARD.encode(&key.file) })
}

const KEYS: Table<KeyField> = Table {
    queries: &[
        id("applicationIdFilter", "applicationId", KeyField::Application),
        id("projectIdFilter", "projectId", KeyField::Project),
        id("organizationIdFilter", "organizationId", KeyField::Organization),
    ],
    columns: &[
        ("_BY_ID", KeyField::Id),
        ("_PROJECT_ID", KeyField::Project),
        ("_APPLICATION_ID", KeyField::Application),
        ("_CREATION_DATE", KeyField::Created),
        ("_ORGANIZATION_ID", KeyField::Organization),
        ("_EXPIRATION", KeyField::Expires),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_keys(message: &Described) -> Search<KeyField> {
    KEYS.newer(message, &no_special)
}

/// The search of a message of the first API.
pub(in super::super) fn list_app_keys(message: &Described) -> Search<KeyField> {
    KEYS.older(message, &no_special)
}

/// The answer of the newer API about several keys.
pub(in super::super) fn keys(page: &Page<Listed<'_>>) -> Value {
    newer_page(page, "keys", |listed| {
        json!({
            "keyId": listed.key.id,
            "applicationId": *listed.application.id,
            "projectId": *listed.application.project_id,
            "creationDate": time(listed.key.created),
            "organizationId": *listed.application.resource_owner,
            "expirationDate": time(listed.key.expires),
        })
    })
}

/// The answer of the newer API about one key.
pub(in super::super) fn key(listed: &Listed<'_>) -> Value {
    let (created, expires) = (time(listed.key.created), time(listed.key.expires));
    json!({ "keyId": listed.key.id, "creationDate": created, "expirationDate": expires })
}

/// The answer of the first API about several keys.
pub(in super::super) fn app_keys(page: &Page<Listed<'_>>, now: Timestamp) -> Value {
    first_page(page, now, shown_key)
}

/// The answer of the first API about one key.
pub(in super::super) fn app_key(listed: &Listed<'_>) -> Value {
    json!({ "key": shown_key(listed) })
}

fn shown_key(listed: &Listed<'_>) -> Value {
    json!({
        "id": listed.key.id,
        "details": {
            "sequence": listed.key.sequence,
            "creationDate": time(listed.key.created),
            "changeDate": time(listed.key.created),
            "resourceOwner": *listed.application.resource_owner,
        },
        "type": "KEY_TYPE_JSON",
        "expirationDate": time(listed.key.expires),
    })
}
