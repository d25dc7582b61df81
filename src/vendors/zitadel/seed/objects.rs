//! Turns a seed file into ZITADEL's organisations, projects, applications and grants. Knows no user but by its id.

use std::fmt::Display;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::auth::keys;
use super::super::record::{
    ApiAuthMethod, Application, ApplicationConfig, ApplicationState, Details, InstanceState, Key, LockoutPolicy,
    LoginPolicy, OidcConfig, Organization, OrganizationState, Policy, Project, ProjectSettings, ProjectState, User,
    UserGrant, UserGrantState, seed_expiry,
};
use super::super::state::{INSTANCE, State};
use super::key::SeedKey;
use crate::directory::{Directory, Duplicate, Record};
use crate::passwords::PasswordHash;
use crate::recent::Recent;
use crate::vendors::SeedError;

/// Where organisations have their domains.
const HOST: &str = "localhost";

/// An organisation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedOrganization {
    pub(super) id: String,
    name: String,
    state: Option<OrganizationState>,
    login_policy: Option<LoginPolicy>,
    lockout_policy: Option<LockoutPolicy>,
}

/// A project, with what belongs to it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeedProject {
    id: String,
    organization: String,
    state: Option<ProjectState>,
    settings: ProjectSettings,
    #[serde(default)]
    roles: Vec<SeedRole>,
    #[serde(default)]
    applications: Vec<SeedApplication>,
    #[serde(default)]
    grants: Vec<SeedGrant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedRole {
    key: String,
    display_name: String,
    #[serde(default)]
    group: String,
}

/// An application of one of two kinds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedApplication {
    id: String,
    name: String,
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedGrant {
    id: String,
    user_id: String,
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

/// Makes the objects; the first organisation is the default one.
pub(super) fn make(
    seed: &str,
    organizations: Vec<SeedOrganization>,
    projects: Vec<SeedProject>,
    users: &Directory<User>,
) -> Result<Objects, SeedError> {
    let now = made();
    let details = Details::new(INSTANCE_EVENTS, now);
    let instance = InstanceState {
        id: INSTANCE.into(),
        default_organization: organizations.first().map_or_else(Arc::default, |first| first.id.as_str().into()),
        events: details,
        login_policy: Arc::new(Policy { details, rules: LoginPolicy::default() }),
        lockout_policy: Policy { details, rules: LockoutPolicy::default() },
    };
    let organizations = organizations.into_iter().map(|seeded| organization(seeded, now)).collect();
    let organizations = directory(seed, "organizations", organizations)?;
    let (mut all, mut applications, mut grants) = (Vec::new(), Vec::new(), Vec::new());
    for (index, project) in projects.into_iter().enumerate() {
        let reader = Reader { seed, at: format!("projects[{index}]"), now };
        all.push(reader.project(project, &organizations, users, &mut applications, &mut grants)?);
    }
    Ok(Objects {
        instance: directory(seed, "the instance", vec![instance])?,
        organizations,
        projects: directory(seed, "projects", all)?,
        applications: directory(seed, "projects[].applications", applications)?,
        user_grants: directory(seed, "projects[].grants", grants)?,
    })
}

fn organization(seeded: SeedOrganization, now: Timestamp) -> Organization {
    let mut organization = Organization::new(seeded.id, &seeded.name, HOST, now);
    if let Some(state) = seeded.state {
        organization.state = state;
    }
    let details = organization.events;
    organization.login_policy = seeded.login_policy.map(|rules| Arc::new(Policy { details, rules }));
    organization.lockout_policy = seeded.lockout_policy.map(|rules| Policy { details, rules });
    organization
}

/// A directory of these records; two that share an id or a name are an error.
fn directory<T: Record>(seed: &str, field: &str, records: Vec<T>) -> Result<Directory<T>, SeedError>
where
    T::Alias: Display,
{
    Directory::new(records).map_err(|duplicate| {
        let same = match duplicate {
            Duplicate::Key(id) => id,
            Duplicate::Alias(alias) => alias.to_string(),
        };
        SeedError::about(seed, &same, field, format!("duplicate id or name {same:?}"))
    })
}

/// Reads one project.
struct Reader<'a> {
    seed: &'a str,
    /// Its member of the file.
    at: String,
    now: Timestamp,
}

impl Reader<'_> {
    fn wrong(&self, value: &str, member: &str, message: &str) -> SeedError {
        SeedError::about(self.seed, value, &format!("{}.{member}", self.at), message)
    }

    fn check_id(&self, id: &str, member: &str) -> Result<(), SeedError> {
        match (1..=200).contains(&id.chars().count()) {
            true => Ok(()),
            false => Err(self.wrong(id, member, "an id must have 1 to 200 characters")),
        }
    }

    fn project(
        &self,
        seeded: SeedProject,
        organizations: &Directory<Organization>,
        users: &Directory<User>,
        applications: &mut Vec<Application>,
        grants: &mut Vec<UserGrant>,
    ) -> Result<Project, SeedError> {
        self.check_id(&seeded.id, "id")?;
        let owner = organizations.get(&seeded.organization);
        let owner = owner.ok_or_else(|| self.wrong(&seeded.organization, "organization", "unknown organization"))?;
        let mut project = Project::new(seeded.id, owner.id, seeded.settings, self.now);
        for (index, role) in seeded.roles.into_iter().enumerate() {
            if project.role(&role.key).is_some() {
                return Err(self.wrong(&role.key, &format!("roles[{index}].key"), "duplicate role"));
            }
            project.add_role(role.key, role.display_name, role.group, self.now);
        }
        for (index, application) in seeded.applications.into_iter().enumerate() {
            applications.push(self.application(&mut project, index, application)?);
        }
        for (index, grant) in seeded.grants.into_iter().enumerate() {
            grants.push(self.grant(&project, index, grant, users)?);
        }
        if let Some(state) = seeded.state {
            project.state = state;
        }
        Ok(project)
    }

    fn application(
        &self,
        project: &mut Project,
        index: usize,
        seeded: SeedApplication,
    ) -> Result<Application, SeedError> {
        let member = |member: &str| format!("applications[{index}].{member}");
        self.check_id(&seeded.id, &member("id"))?;
        self.check_id(&seeded.client_id, &member("clientId"))?;
        let config = match (seeded.oidc, seeded.api) {
            (Some(oidc), None) => ApplicationConfig::Oidc(Arc::new(OidcConfig { takes_loopback: true, ..oidc })),
            (None, Some(api)) => ApplicationConfig::Api(api),
            _ => return Err(self.wrong(&seeded.id, &member("oidc"), "expected either oidc or api")),
        };
        let mut public_keys = Vec::with_capacity(seeded.keys.len());
        for (at, key) in seeded.keys.iter().enumerate() {
            let public = key.public().and_then(|public| keys::parse_public(public.as_bytes()));
            let wrong = || self.wrong(&key.id, &member(&format!("keys[{at}].key")), "invalid value");
            let (id, public) = (key.id.clone(), public.ok_or_else(wrong)?);
            public_keys.push(Key { id, public, created: self.now, expires: seed_expiry(), sequence: 1 });
        }
        project.events.push(2 + public_keys.len() as u64, self.now);
        let secret = seeded.secret;
        Ok(Application {
            project_id: Arc::clone(&project.id),
            resource_owner: Arc::clone(&project.resource_owner),
            name: seeded.name.into(),
            state: seeded.state.unwrap_or(ApplicationState::Active),
            secret: seeded.secret_hash.or_else(|| secret.map(|plain| PasswordHash::of_seed(&plain, &seeded.client_id))),
            client_id: seeded.client_id.into(),
            config,
            keys: public_keys,
            details: Details::row_of(&project.events),
            id: seeded.id.into(),
        })
    }

    fn grant(
        &self,
        project: &Project,
        index: usize,
        seeded: SeedGrant,
        users: &Directory<User>,
    ) -> Result<UserGrant, SeedError> {
        let member = |member: &str| format!("grants[{index}].{member}");
        self.check_id(&seeded.id, &member("id"))?;
        if users.get(&seeded.user_id).is_none() {
            return Err(self.wrong(&seeded.user_id, &member("userId"), "unknown user"));
        }
        if let Some(unknown) = seeded.roles.iter().find(|key| project.role(key).is_none()) {
            return Err(self.wrong(unknown, &member("roles"), "unknown role"));
        }
        Ok(UserGrant {
            id: seeded.id.into(),
            resource_owner: Arc::clone(&project.resource_owner),
            user_id: seeded.user_id.into(),
            project_id: Arc::clone(&project.id),
            project_grant_id: None,
            roles: seeded.roles.into(),
            state: UserGrantState::Active,
            details: Details::new(1, self.now),
        })
    }
}
