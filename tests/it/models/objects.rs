//! Random programs of ZITADEL's first API and of its newer ones on one project, its roles, applications and members, and
//! the grants of its roles: both always show one state, which is exactly what the list of events says.

use std::collections::BTreeMap;

use fauxidp::Emulator;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use super::faces::{ask, read, text};
use crate::wire::{self, Ask};

const PROJECT: &str = "69629023906488500";
const HOME: &str = "69629023906488334";
const ELSEWHERE: &str = "69629023906488400";
const USERS: [&str; 3] = ["human-active", "human-unverified", "machine-active"];
const APPLICATIONS: [&str; 2] = ["69629023906488501", "69629023906488504"];

/// What the project is, as its events tell it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    name: String,
    is_inactive: bool,
    /// Display name and group by key.
    roles: BTreeMap<String, (String, String)>,
    /// Name and whether it is inactive, by id.
    applications: BTreeMap<String, (String, bool)>,
    /// Roles by user.
    members: BTreeMap<String, Vec<String>>,
    /// User, roles and whether it is inactive, by id.
    grants: BTreeMap<String, (String, Vec<String>, bool)>,
    /// The organisation and roles of the project's own grants, and whether they are inactive, by id.
    granted: BTreeMap<String, (String, Vec<String>, bool)>,
}

/// A call of either face, in which `GRANT` and `GRANTED` are ids that there are, or none.
#[derive(Debug, Clone)]
struct Call(&'static str, String, Value);

fn v1(method: &'static str, path: &str, body: Value) -> Call {
    Call(method, format!("/management/v1{path}"), body)
}

fn newer(service: &str, call: &str, body: Value) -> Call {
    Call("POST", format!("/zitadel.{service}/{call}"), body)
}

fn project(call: &str, mut body: Value) -> Call {
    body["projectId"] = PROJECT.into();
    newer("project.v2.ProjectService", call, body)
}

fn authorization(call: &str, body: Value) -> Call {
    newer("authorization.v2.AuthorizationService", call, body)
}

fn administrator(call: &str, user: &str, mut body: Value) -> Call {
    (body["userId"], body["resource"]) = (user.into(), json!({ "projectId": PROJECT }));
    newer("internal_permission.v2.InternalPermissionService", call, body)
}

fn application(call: &str, id: &str, mut body: Value) -> Call {
    (body["applicationId"], body["projectId"]) = (id.into(), PROJECT.into());
    newer("application.v2.ApplicationService", call, body)
}

/// Calls about the project itself and its roles.
fn project_calls() -> impl Strategy<Value = Call> {
    let own = format!("/projects/{PROJECT}");
    let states = vec![
        v1("POST", &format!("{own}/_deactivate"), json!({})),
        v1("POST", &format!("{own}/_reactivate"), json!({})),
        project("DeactivateProject", json!({})),
        project("ActivateProject", json!({})),
    ];
    let named = own.clone();
    let names = (select(vec!["Portal", "Gate"]), any::<bool>()).prop_map(move |(name, is_first)| match is_first {
        true => v1("PUT", &named, json!({ "name": name })),
        false => project("UpdateProject", json!({ "name": name })),
    });
    let key = || select(vec!["admin", "viewer", "editor"]);
    let roles = (key(), select(vec!["One", "Two"]), 0..6).prop_map(move |(key, name, which)| match which {
        0 => v1("POST", &format!("{own}/roles"), json!({ "roleKey": key, "displayName": name, "group": "g" })),
        1 => v1("PUT", &format!("{own}/roles/{key}"), json!({ "displayName": name })),
        2 => v1("DELETE", &format!("{own}/roles/{key}"), Value::Null),
        3 => project("AddProjectRole", json!({ "roleKey": key, "displayName": name })),
        4 => project("UpdateProjectRole", json!({ "roleKey": key, "displayName": name })),
        _ => project("RemoveProjectRole", json!({ "roleKey": key })),
    });
    prop_oneof![1 => select(states), 1 => names, 4 => roles]
}

/// Calls about who has roles.
fn grant_calls() -> impl Strategy<Value = Call> {
    let keys = || select(vec![json!([]), json!(["admin"]), json!(["admin", "viewer"]), json!(["editor"])]);
    let users = (select(&USERS[..]), keys(), 0..9).prop_map(|(user, keys, which)| match which {
        0 | 1 => v1("POST", &format!("/users/{user}/grants"), json!({ "projectId": PROJECT, "roleKeys": keys })),
        2 => authorization(
            "CreateAuthorization",
            json!({ "userId": user, "projectId": PROJECT, "organizationId": HOME, "roleKeys": keys }),
        ),
        3 => v1("PUT", &format!("/users/{user}/grants/GRANT"), json!({ "roleKeys": keys })),
        4 => authorization("UpdateAuthorization", json!({ "id": "GRANT", "roleKeys": keys })),
        5 => v1("POST", &format!("/users/{user}/grants/GRANT/_deactivate"), json!({})),
        6 => authorization("ActivateAuthorization", json!({ "id": "GRANT" })),
        7 => authorization("DeactivateAuthorization", json!({ "id": "GRANT" })),
        _ => v1("DELETE", &format!("/users/{user}/grants/GRANT"), Value::Null),
    });
    let deleted = authorization("DeleteAuthorization", json!({ "id": "GRANT" }));
    let own = format!("/projects/{PROJECT}/grants");
    let granted = (keys(), 0..8).prop_map(move |(keys, which)| match which {
        0 => v1("POST", &own, json!({ "grantedOrgId": ELSEWHERE, "roleKeys": keys })),
        1 => project("CreateProjectGrant", json!({ "grantedOrganizationId": ELSEWHERE, "roleKeys": keys })),
        2 => v1("PUT", &format!("{own}/GRANTED"), json!({ "roleKeys": keys })),
        3 => project("UpdateProjectGrant", json!({ "grantedOrganizationId": ELSEWHERE, "roleKeys": keys })),
        4 => v1("POST", &format!("{own}/GRANTED/_deactivate"), json!({})),
        5 => project("ActivateProjectGrant", json!({ "grantedOrganizationId": ELSEWHERE })),
        6 => v1("DELETE", &format!("{own}/GRANTED"), Value::Null),
        _ => authorization(
            "CreateAuthorization",
            json!({
                "userId": "human-elsewhere", "projectId": PROJECT, "organizationId": ELSEWHERE, "roleKeys": keys,
            }),
        ),
    });
    prop_oneof![5 => users, 1 => Just(deleted), 3 => granted]
}

/// Calls about members and applications.
fn other_calls() -> impl Strategy<Value = Call> {
    let roles = select(vec![json!(["PROJECT_OWNER"]), json!(["PROJECT_OWNER_VIEWER"]), json!(["ORG_OWNER"])]);
    let own = format!("/projects/{PROJECT}");
    let path = own.clone();
    let members = (select(&USERS[..]), roles, 0..6).prop_map(move |(user, roles, which)| match which {
        0 => v1("POST", &format!("{path}/members"), json!({ "userId": user, "roles": roles })),
        1 => v1("PUT", &format!("{path}/members/{user}"), json!({ "roles": roles })),
        2 => v1("DELETE", &format!("{path}/members/{user}"), Value::Null),
        3 => administrator("CreateAdministrator", user, json!({ "roles": roles })),
        4 => administrator("UpdateAdministrator", user, json!({ "roles": roles })),
        _ => administrator("DeleteAdministrator", user, json!({})),
    });
    let name = select(vec!["Web", "Desk"]);
    let applications = (select(&APPLICATIONS[..]), name, 0..8).prop_map(move |(id, name, which)| match which {
        0 => v1("PUT", &format!("{own}/apps/{id}"), json!({ "name": name })),
        1 => v1("POST", &format!("{own}/apps/{id}/_deactivate"), json!({})),
        2 => v1("POST", &format!("{own}/apps/{id}/_reactivate"), json!({})),
        3 => application("UpdateApplication", id, json!({ "name": name })),
        4 => application("DeactivateApplication", id, json!({})),
        5 => application("ReactivateApplication", id, json!({})),
        6 => v1("POST", &format!("{own}/apps/oidc"), json!({ "name": name, "redirectUris": ["https://a.example"] })),
        _ => application("DeleteApplication", id, json!({})),
    });
    prop_oneof![1 => members, 1 => applications]
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// The entries of a list, by the member that names them.
fn entries<T>(list: &Value, key: &str, entry: impl Fn(&Value) -> T) -> BTreeMap<String, T> {
    list.as_array().into_iter().flatten().map(|one| (text(one, key), entry(one))).collect()
}

fn is_inactive(value: &Value) -> bool {
    text(value, "/state").ends_with("_INACTIVE")
}

/// As the first API shows the project.
async fn by_first(emulator: &Emulator) -> Told {
    let own = format!("/management/v1/projects/{PROJECT}");
    let list = async |path: &str| read(emulator, "POST", path, &json!({})).await["result"].take();
    let project = read(emulator, "GET", &own, &Value::Null).await["project"].take();
    let mut grants = BTreeMap::new();
    for organization in [HOME, ELSEWHERE] {
        let body = json!({ "queries": [{ "projectIdQuery": { "projectId": PROJECT } }] });
        let ask = ask("POST", "/management/v1/users/grants/_search", &body).header("x-zitadel-orgid", organization);
        let answer = ask.send(emulator).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        grants.extend(entries(&answer.json()["result"], "/id", |one| {
            (text(one, "/userId"), texts(&one["roleKeys"]), is_inactive(one))
        }));
    }
    Told {
        name: text(&project, "/name"),
        is_inactive: is_inactive(&project),
        roles: entries(&list(&format!("{own}/roles/_search")).await, "/key", |one| {
            (text(one, "/displayName"), text(one, "/group"))
        }),
        applications: entries(&list(&format!("{own}/apps/_search")).await, "/id", |one| {
            (text(one, "/name"), is_inactive(one))
        }),
        members: entries(&list(&format!("{own}/members/_search")).await, "/userId", |one| texts(&one["roles"])),
        grants,
        granted: entries(&list(&format!("{own}/grants/_search")).await, "/grantId", |one| {
            (text(one, "/grantedOrgId"), texts(&one["grantedRoleKeys"]), is_inactive(one))
        }),
    }
}

/// As the newer ones do. They show roles of a grant as far as the project has them, and no ids of the project's grants.
async fn by_newer(emulator: &Emulator) -> Told {
    let ask = async |Call(method, path, body): Call| read(emulator, method, &path, &body).await;
    let filter = json!({ "filters": [{ "projectId": { "id": PROJECT } }] });
    let in_project = json!({ "filters": [{ "projectIdFilter": { "projectId": PROJECT } }] });
    let project_read = ask(project("GetProject", json!({}))).await["project"].take();
    let roles = ask(project("ListProjectRoles", json!({}))).await;
    let applications = ask(newer("application.v2.ApplicationService", "ListApplications", in_project)).await;
    let resource = json!({ "filters": [{ "resource": { "projectId": PROJECT } }] });
    let service = "internal_permission.v2.InternalPermissionService";
    let members = ask(newer(service, "ListAdministrators", resource)).await;
    let grants = ask(authorization("ListAuthorizations", filter)).await;
    let in_ids = json!({ "filters": [{ "inProjectIdsFilter": { "ids": [PROJECT] } }] });
    let granted = ask(newer("project.v2.ProjectService", "ListProjectGrants", in_ids)).await;
    Told {
        name: text(&project_read, "/name"),
        is_inactive: is_inactive(&project_read),
        roles: entries(&roles["projectRoles"], "/key", |one| (text(one, "/displayName"), text(one, "/group"))),
        applications: entries(&applications["applications"], "/applicationId", |one| {
            (text(one, "/name"), is_inactive(one))
        }),
        members: entries(&members["administrators"], "/user/id", |one| texts(&one["roles"])),
        grants: entries(&grants["authorizations"], "/id", |one| {
            let keys = one["roles"].as_array().into_iter().flatten().map(|role| text(role, "/key")).collect();
            (text(one, "/user/id"), keys, is_inactive(one))
        }),
        granted: entries(&granted["projectGrants"], "/grantedOrganizationId", |one| {
            (text(one, "/grantedOrganizationId"), texts(&one["grantedRoleKeys"]), is_inactive(one))
        }),
    }
}

impl Told {
    /// What an event makes of the project.
    fn hear(&mut self, event: &Value) {
        let (id, said) = (text(event, "/aggregate/id"), &event["payload"]);
        let (key, application, grant) = (text(said, "/key"), text(said, "/appId"), text(said, "/grantId"));
        let member = |said: &Value| (text(said, "/userId"), texts(&said["roles"]));
        match text(event, "/type/type").as_str() {
            "project.changed" => self.name = text(said, "/name"),
            "project.deactivated" => self.is_inactive = true,
            "project.reactivated" => self.is_inactive = false,
            "project.role.added" => _ = self.roles.insert(key, (text(said, "/displayName"), text(said, "/group"))),
            "project.role.changed" => {
                let role = self.roles.get_mut(&key).expect("a role");
                let or = |name: &str, old: &str| said[name].as_str().unwrap_or(old).to_owned();
                *role = (or("displayName", &role.0), or("group", &role.1));
            }
            "project.role.removed" => _ = self.roles.remove(&key),
            "project.application.added" => {
                _ = self.applications.insert(application, (text(said, "/name"), false));
            }
            "project.application.changed" => {
                self.applications.get_mut(&application).expect("an application").0 = text(said, "/name");
            }
            "project.application.deactivated" => self.applications.get_mut(&application).expect("one").1 = true,
            "project.application.reactivated" => self.applications.get_mut(&application).expect("one").1 = false,
            "project.application.removed" => _ = self.applications.remove(&application),
            "project.application.config.oidc.added" => {}
            "project.member.added" | "project.member.changed" => self.members.extend([member(said)]),
            "project.member.removed" => _ = self.members.remove(&text(said, "/userId")),
            "project.grant.added" => {
                let added = (text(said, "/grantedOrgId"), texts(&said["roleKeys"]), false);
                self.granted.insert(grant, added);
            }
            "project.grant.changed" | "project.grant.cascade.changed" => {
                self.granted.get_mut(&grant).expect("a grant").1 = texts(&said["roleKeys"]);
            }
            "project.grant.deactivated" => self.granted.get_mut(&grant).expect("a grant").2 = true,
            "project.grant.reactivated" => self.granted.get_mut(&grant).expect("a grant").2 = false,
            "project.grant.removed" => _ = self.granted.remove(&grant),
            "user.grant.added" => {
                self.grants.insert(id, (text(said, "/userId"), texts(&said["roleKeys"]), false));
            }
            "user.grant.changed" | "user.grant.cascade.changed" => {
                self.grants.get_mut(&id).expect("a grant").1 = texts(&said["roleKeys"]);
            }
            "user.grant.deactivated" => self.grants.get_mut(&id).expect("a grant").2 = true,
            "user.grant.reactivated" => self.grants.get_mut(&id).expect("a grant").2 = false,
            "user.grant.removed" | "user.grant.cascade.removed" => _ = self.grants.remove(&id),
            kind => panic!("no call of the program writes {kind}"),
        }
        assert_ne!(text(event, "/type/localized/localizedMessage"), "", "{event}");
        assert!(!text(event, "/type/localized/localizedMessage").starts_with("EventTypes."), "{event}");
    }

    /// As the newer APIs show it.
    fn as_newer(&self) -> Self {
        let of_organization = self.granted.values().map(|granted| (granted.0.clone(), granted.clone()));
        Self { granted: of_organization.collect(), ..self.clone() }
    }
}

/// The events of projects and of grants, the oldest first.
async fn events(emulator: &Emulator) -> Vec<Value> {
    let query = json!({ "aggregateTypes": ["project", "usergrant"], "asc": true, "limit": 1000 });
    let list = read(emulator, "POST", "/admin/v1/events/_search", &query).await;
    list["events"].as_array().cloned().unwrap_or_default()
}

async fn run(emulator: &Emulator, program: &[(usize, Call)]) {
    let reset = Ask::new("POST", "/__fauxidp/worlds/default/reset").send(emulator).await;
    assert_eq!(reset.status, 200);
    let (mut told, mut heard) = (by_first(emulator).await, 0);
    let mut counts = BTreeMap::new();
    for (which, Call(method, path, body)) in program {
        let nth = |ids: Vec<&String>| ids.get(which % ids.len().max(1)).map_or("none", |id| id.as_str()).to_owned();
        let (grant, granted) = (nth(told.grants.keys().collect()), nth(told.granted.keys().collect()));
        // A grant of the other organisation is asked for there.
        let owner =
            match told.granted.is_empty() || told.grants.get(&grant).is_none_or(|one| one.0 != "human-elsewhere") {
                true => HOME,
                false => ELSEWHERE,
            };
        let fill = |text: &str| text.replace("GRANTED", &granted).replace("GRANT", &grant);
        let owner = if path.contains("/users/") && path.contains("GRANT") { owner } else { HOME };
        let body =
            if body.is_null() { Value::Null } else { serde_json::from_str(&fill(&body.to_string())).expect("JSON") };
        let asked = ask(method, &fill(path), &body).header("x-zitadel-orgid", owner);
        let answer = asked.send(emulator).await;
        let what = || format!("{method} {path} {body}: {}", answer.text());
        let all = events(emulator).await;
        let new = &all[heard..];
        heard = all.len();
        assert!(answer.status < 400 || new.is_empty(), "{} wrote {new:?}", what());
        for event in new {
            let sequence: u64 = text(event, "/sequence").parse().expect("a number");
            let last = counts.insert(text(event, "/aggregate/id"), sequence);
            assert!(last.is_none_or(|last| last + 1 == sequence), "{event} after {last:?}");
            assert_eq!(text(event, "/editor/userId"), "zitadel-admin");
            told.hear(event);
        }
        // A grant that is taken back answers its own event; those of who had roles by it come behind.
        let answered = new.iter().rfind(|event| text(event, "/type/type") != "user.grant.cascade.removed");
        if let (Some(sequence), Some(last)) = (answer.json().pointer("/details/sequence"), answered) {
            assert_eq!(sequence, &last["sequence"], "{}", what());
        }
        assert_eq!(by_first(emulator).await, told, "{}", what());
        assert_eq!(by_newer(emulator).await, told.as_newer(), "{}", what());
    }
}

#[test]
fn both_faces_of_zitadel_show_the_projects_and_grants_that_its_events_tell() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let emulator = runtime.block_on(wire::emulator());
    let cases = Cases { cases: 30, failure_persistence: None, ..Cases::default() };
    let calls = prop_oneof![2 => project_calls(), 3 => grant_calls(), 2 => other_calls()];
    let programs = prop::collection::vec((0..8usize, calls), 1..20);
    let result = TestRunner::new(cases).run(&programs, |program| {
        runtime.block_on(run(&emulator, &program));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
