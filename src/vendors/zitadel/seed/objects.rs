//! Turns a seed file into ZITADEL's organisations, projects, applications and grants. Knows no user but by its id.

use std::fmt::Display;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::auth::keys;
use super::super::record::{
    ApiAuthMethod, Application, ApplicationConfig, ApplicationState, Details, InstanceState, Key, LockoutPolicy, Log,
    LoginPolicy, OidcConfig, Organization, OrganizationState, Policy, Project, ProjectSettings, ProjectState, User,
    UserGrant, UserGrantState, seed_expiry,
};
use super::super::state::{INSTANCE, State};
use super::key::SeedKey;
use crate::directory::{Directory, Duplicate};
use crate::passwords::PasswordHash;
use crate::recent::Recent;
use crate::vendors::Problems;

/// Where organisations have their domains.
const HOST: &str = "localhost";

/// An organisation.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedOrganization {
    pub(super) id: String,
    /// The id, if absent.
    name: Option<String>,
    state: Option<OrganizationState>,
    login_policy: Option<LoginPolicy>,
    lockout_policy: Option<LockoutPolicy>,
}

/// A project, with what belongs to it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedProject {
    pub(super) id: String,
    /// The first one, if absent.
    pub(super) organization: Option<String>,
    state: Option<ProjectState>,
    #[serde(default)]
    settings: ProjectSettings,
    #[serde(default)]
    roles: Vec<SeedRole>,
    #[serde(default)]
    applications: Vec<SeedApplication>,
    #[serde(default)]
    pub(super) grants: Vec<SeedGrant>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedRole {
    key: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    group: String,
}

/// An application of one of two kinds.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedApplication {
    id: String,
    /// The client's id, if absent.
    name: Option<String>,
    state: Option<ApplicationState>,
    client_id: String,
    secret: Option<String>,
    secret_hash: Option<PasswordHash>,
    #[serde(default)]
    keys: Vec<SeedKey>,
    oidc: Option<OidcConfig>,
    api: Option<ApiAuthMethod>,
}

/// The roles of a user in the project.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedGrant {
    id: String,
    pub(super) user_id: String,
    roles: Vec<String>,
}

/// What is made of them.
pub(super) struct Objects {
    pub(super) instance: Directory<InstanceState>,
    pub(super) organizations: Directory<Organization>,
    pub(super) projects: Directory<Project>,
    pub(super) applications: Directory<Application>,
    pub(super) user_grants: Directory<UserGrant>,
}

impl Objects {
    /// A state of these and the users.
    pub(super) fn and_users(self, users: Directory<User>) -> State {
        let Self { instance, organizations, projects, applications, user_grants } = self;
        State {
            users,
            ended: Directory::default(),
            instance,
            organizations,
            projects,
            applications,
            user_grants,
            sessions: Recent::default(),
            auth_requests: Recent::default(),
            oidc_sessions: Recent::default(),
            device_requests: Recent::default(),
            events: Recent::default(),
            gone: Recent::default(),
        }
    }
}

/// How many events a new instance has had: the vendor writes some hundred when it sets one up.
const INSTANCE_EVENTS: u64 = 200;

/// The time at which a seed's objects were made: before any call of a test.
fn made() -> Timestamp {
    Timestamp::from_second(1_742_896_414).expect("2025 is a year")
}

/// Makes the objects; the first organisation is the default one. `None` if there is a problem with them.
pub(super) fn make(
    problems: &mut Problems,
    organizations: Vec<SeedOrganization>,
    projects: Vec<SeedProject>,
    users: Option<&Directory<User>>,
) -> Option<Objects> {
    let now = made();
    let details = Details::new(INSTANCE_EVENTS, now);
    let instance = InstanceState {
        id: INSTANCE.into(),
        default_organization: organizations.first().map_or_else(Arc::default, |first| first.id.as_str().into()),
        events: details,
        login_policy: Arc::new(Policy { details, rules: LoginPolicy::default() }),
        lockout_policy: Policy { details, rules: LockoutPolicy::default() },
    };
    let home = organizations.first().map(|first| first.id.clone()).unwrap_or_default();
    let organizations: Vec<_> = organizations.into_iter().map(|seeded| organization(seeded, now)).collect();
    let mut made = Made::default();
    let seeds = projects.into_iter().enumerate();
    let projects: Vec<_> = seeds
        .filter_map(|(index, project)| {
            let at = format!("projects[{index}]");
            Reader { problems, at, home: &home, now }.project(project, &organizations, users, &mut made)
        })
        .collect();
    let organizations = problems.directory(organizations, "organizations", |duplicate| match duplicate {
        Duplicate::Key(id) => ("id", format!("duplicate id {id:?}")),
        Duplicate::Alias(name) => ("name", format!("duplicate name {:?}", name.to_string())),
    });
    let projects = problems.directory(projects, "projects", |duplicate| ("id", duplicated(duplicate)));
    let applications =
        problems.directory(made.applications, "projects[].applications", |duplicate| ("", duplicated(duplicate)));
    let grants = problems.directory(made.grants, "projects[].grants", |duplicate| ("", duplicated(duplicate)));
    Some(Objects {
        instance: Directory::new(vec![instance]).ok()?,
        organizations: organizations?,
        projects: projects?,
        applications: applications?,
        user_grants: grants?,
    })
}

/// What two records share.
fn duplicated<A: Display>(duplicate: &Duplicate<A>) -> String {
    match duplicate {
        Duplicate::Key(id) => format!("duplicate id {id:?}"),
        Duplicate::Alias(alias) => format!("duplicate id or name {:?}", alias.to_string()),
    }
}

/// What a seed makes has been there before anything happens.
fn birth(now: Timestamp) -> Log {
    Log::new("", now)
}

fn organization(seeded: SeedOrganization, now: Timestamp) -> Organization {
    let name = seeded.name.unwrap_or_else(|| seeded.id.clone());
    let mut organization = Organization::new(seeded.id, &name, HOST, &mut birth(now));
    if let Some(state) = seeded.state {
        organization.state = state;
    }
    let details = organization.events;
    organization.login_policy = seeded.login_policy.map(|rules| Arc::new(Policy { details, rules }));
    organization.lockout_policy = seeded.lockout_policy.map(|rules| Policy { details, rules });
    organization
}

/// What stands below projects.
#[derive(Default)]
struct Made {
    applications: Vec<Application>,
    grants: Vec<UserGrant>,
}

/// Reads one project.
struct Reader<'a> {
    problems: &'a mut Problems,
    /// Its member of the file.
    at: String,
    /// The first organisation.
    home: &'a str,
    now: Timestamp,
}

impl Reader<'_> {
    fn wrong(&mut self, member: &str, message: &str) {
        self.problems.add(format!("{}.{member}", self.at), message);
    }

    fn check_id(&mut self, id: &str, member: &str) {
        if !(1..=200).contains(&id.chars().count()) {
            self.wrong(member, "an id must have 1 to 200 characters");
        }
    }

    fn project(
        mut self,
        seeded: SeedProject,
        organizations: &[Organization],
        users: Option<&Directory<User>>,
        made: &mut Made,
    ) -> Option<Project> {
        self.check_id(&seeded.id, "id");
        let owner = seeded.organization.as_deref().unwrap_or(self.home);
        let Some(owner) = organizations.iter().find(|organization| &*organization.id == owner) else {
            self.wrong("organization", "unknown organization");
            return None;
        };
        let log = &mut birth(self.now);
        let mut project = Project::new(seeded.id, Arc::clone(&owner.id), seeded.settings, log);
        for (index, role) in seeded.roles.into_iter().enumerate() {
            if project.role(&role.key).is_some() {
                self.wrong(&format!("roles[{index}].key"), "duplicate role");
                continue;
            }
            let shown = if role.display_name.is_empty() { role.key.clone() } else { role.display_name };
            project.add_role(role.key, shown, role.group, log);
        }
        for (index, application) in seeded.applications.into_iter().enumerate() {
            made.applications.extend(self.application(&mut project, index, application));
        }
        for (index, grant) in seeded.grants.into_iter().enumerate() {
            made.grants.push(self.grant(&project, index, grant, users));
        }
        if let Some(state) = seeded.state {
            project.state = state;
        }
        Some(project)
    }

    fn application(&mut self, project: &mut Project, index: usize, seeded: SeedApplication) -> Option<Application> {
        let member = |member: &str| format!("applications[{index}].{member}");
        self.check_id(&seeded.id, &member("id"));
        self.check_id(&seeded.client_id, &member("clientId"));
        let config = match (seeded.oidc, seeded.api) {
            (Some(oidc), None) => ApplicationConfig::Oidc(Arc::new(OidcConfig { takes_loopback: true, ..oidc })),
            (None, Some(api)) => ApplicationConfig::Api(api),
            _ => {
                // A misspelled one was told already.
                if self.problems.is_clean(&format!("{}.applications[{index}]", self.at)) {
                    self.wrong(&member("oidc"), "expected either oidc or api");
                }
                return None;
            }
        };
        project.events.push(2, self.now);
        let details = Details::row_of(&project.events);
        let mut public_keys = Vec::with_capacity(seeded.keys.len());
        for (at, key) in seeded.keys.iter().enumerate() {
            let Some(public) = key.public().and_then(|public| keys::parse_public(public.as_bytes())) else {
                self.wrong(&member(&format!("keys[{at}].key")), "invalid value");
                continue;
            };
            project.events.push(1, self.now);
            let (id, sequence) = (key.id.clone(), project.events.sequence);
            public_keys.push(Key { id, public, created: self.now, expires: seed_expiry(), sequence });
        }
        let secret = seeded.secret;
        Some(Application {
            project_id: Arc::clone(&project.id),
            resource_owner: Arc::clone(&project.resource_owner),
            name: seeded.name.unwrap_or_else(|| seeded.client_id.clone()).into(),
            state: seeded.state.unwrap_or(ApplicationState::Active),
            secret: seeded.secret_hash.or_else(|| secret.map(|plain| PasswordHash::of_seed(&plain, &seeded.client_id))),
            client_id: seeded.client_id.into(),
            config,
            keys: public_keys,
            details,
            id: seeded.id.into(),
        })
    }

    fn grant(
        &mut self,
        project: &Project,
        index: usize,
        seeded: SeedGrant,
        users: Option<&Directory<User>>,
    ) -> UserGrant {
        let member = |member: &str| format!("grants[{index}].{member}");
        self.check_id(&seeded.id, &member("id"));
        if users.is_some_and(|users| users.get(&seeded.user_id).is_none()) {
            self.wrong(&member("userId"), "unknown user");
        }
        for (at, _) in seeded.roles.iter().enumerate().filter(|(_, key)| project.role(key).is_none()) {
            self.wrong(&member(&format!("roles[{at}]")), "unknown role");
        }
        UserGrant {
            id: seeded.id.into(),
            resource_owner: Arc::clone(&project.resource_owner),
            user_id: seeded.user_id.into(),
            project_id: Arc::clone(&project.id),
            project_grant_id: None,
            roles: seeded.roles.into(),
            state: UserGrantState::Active,
            details: Details::new(1, self.now),
        }
    }
}
