//! What can go wrong with ZITADEL's organisations, projects, applications, grants and members, with the vendor's texts.

use super::status::{Status, coded};
use crate::protocol::rpc::Code;

/// What can go wrong. Where the vendor looks in several places, the id says in which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum ObjectError {
    /// No organisation has that id.
    OrganizationNotFound(&'static str),
    /// Another organisation has that name.
    OrganizationTaken,
    /// An organisation has that id.
    OrganizationExists,
    /// A name of blanks only.
    OrganizationNameBlank,
    /// Deactivating an inactive organisation.
    OrganizationInactive,
    /// Activating an active organisation.
    OrganizationActive,
    /// The default organisation cannot be removed.
    DefaultOrganization,
    /// An administrator that is neither an existing nor a new user.
    AdminMissing,
    /// No project has that id, where one is to be changed or read.
    ProjectNotFound(&'static str),
    /// No project has that id, where something is to be added to it.
    ProjectMissing,
    /// Another project of the organisation has that name.
    ProjectTaken,
    /// A project has that id.
    ProjectExists,
    /// Deactivating a project that is not active.
    ProjectNotActive,
    /// Reactivating a project that is not inactive.
    ProjectNotInactive,
    /// The project has a role of that key.
    RoleTaken,
    /// The project has no such role.
    RoleMissing,
    /// No application has that id, where one is read.
    ApplicationUnknown,
    /// The application is another organisation's.
    ApplicationElsewhere,
    /// No application has that id, where one is to be changed.
    ApplicationNotFound(&'static str),
    /// No application has that id, where a key is to be added to it.
    ApplicationMissing,
    /// Another application of the project has that name.
    ApplicationTaken,
    /// An application of the project has that id already.
    ApplicationExists,
    /// The response types do not fit the grant types.
    ApplicationInvalid,
    /// Deactivating an application that is not active.
    ApplicationNotActive,
    /// Reactivating an application that is not inactive.
    ApplicationNotInactive,
    /// The application does not prove itself by a key.
    NoKeyNeeded,
    /// The key would have ended already.
    KeyExpired,
    /// The address for back-channel logout is one that the vendor does not call.
    LogoutUrlDenied,
    /// No user has that id, where something is to be given to it.
    GranteeMissing(&'static str),
    /// The user has a grant of that project already.
    GrantTaken,
    /// No grant has that id.
    GrantNotFound(&'static str),
    /// The organisation neither owns the project nor is it granted to it.
    ProjectGrantMissing,
    /// The organisation has that name.
    OrganizationUnchanged,
    /// The organisation has that domain.
    DomainTaken,
    /// A domain of another organisation, or one that differs in capitals alone.
    DomainExists,
    /// A domain of blanks only.
    DomainBlank,
    /// The organisation has no such domain.
    DomainNotFound(&'static str),
    /// The domain stands for the organisation.
    DomainPrimary,
    /// The domain is verified already.
    DomainVerified,
    /// No key of metadata was given.
    NoMetadata(&'static str),
    /// No metadata of these keys.
    MetadataKeyMissing(&'static str),
    /// No metadata of that key.
    MetadataNotFound(&'static str),
    /// The project has no such role, where it is to be changed.
    RoleNotFound,
    /// The application is like that already.
    ApplicationUnchanged(&'static str),
    /// The application does not sign anybody in.
    NotOidc(&'static str),
    /// The application is no API.
    NotApi(&'static str),
    /// No key has that id, where one is read.
    KeyUnknown,
    /// The application has no key of that id.
    KeyNotFound,
    /// The grant has these roles.
    GrantUnchanged,
    /// No grant was named.
    NoGrants,
    /// The organisation has the project already.
    ProjectGrantTaken,
    /// The project is not granted like that.
    ProjectGrantNotFound(&'static str),
    /// The same where a grant is read.
    ProjectGrantUnknown,
    /// No project has that id, where it is to be granted.
    GrantedProjectMissing,
    /// No organisation has that id, where a project is to be granted to it.
    GrantedOrganizationMissing,
    /// The project has no such role, where it is to be granted.
    GrantedRoleMissing,
    /// The organisation has a policy of its own.
    LockoutPolicyTaken,
    /// The organisation has no policy of its own.
    LockoutPolicyMissing,
    /// A policy of passwords that are longer than the vendor takes, or have no length.
    MinimumLengthDenied,
    /// Neither a name nor a domain to look for.
    NothingToFind,
}

/// The id of every value that has to be unique.
const UNIQUE: &str = "V3-DKcYh";

impl ObjectError {
    /// The status of the error.
    pub(super) const fn status(self) -> Status<'static> {
        const UNCHANGED: Code = Code::FailedPrecondition;
        const ARGUMENT: Code = Code::InvalidArgument;
        const TAKEN: Code = Code::AlreadyExists;
        const MISSING: Code = Code::NotFound;
        let (code, text, id) = match self {
            Self::OrganizationNotFound(id) => (MISSING, "Organisation not found", id),
            Self::OrganizationTaken => (TAKEN, "Organisation's name or id already taken", UNIQUE),
            // Here and below, a key without a translation is shown as it is.
            Self::OrganizationExists => (TAKEN, "Errors.Org.AlreadyExisting", "ORG-laho2n"),
            Self::OrganizationNameBlank => (ARGUMENT, "Errors.Invalid.Argument", "ORG-mruNY"),
            Self::OrganizationInactive => (UNCHANGED, "Organisation is already deactivated", "EVENT-Dbs2g"),
            Self::OrganizationActive => (UNCHANGED, "Organisation is already active", "EVENT-bfnrh"),
            Self::DefaultOrganization => (UNCHANGED, "Default Organisation must not be deleted", "COMMA-wG9p1"),
            Self::AdminMissing => {
                let text = "userType oneOf <nil> in method AddOrganization not implemented";
                (Code::Unimplemented, text, "ORGv2-SD2r1")
            }
            Self::ProjectNotFound(id) => (MISSING, "Project not found", id),
            Self::ProjectMissing => (UNCHANGED, "Project not found", "COMMAND-EbFMN"),
            Self::ProjectTaken => (TAKEN, "Project already exists on organization", UNIQUE),
            Self::ProjectExists => (TAKEN, "Errors.Project.AlreadyExisting", "COMMAND-opamwu"),
            Self::ProjectNotActive => (UNCHANGED, "Project is not active", "COMMAND-mki55"),
            Self::ProjectNotInactive => (UNCHANGED, "Project is not deactivated", "COMMAND-5M9bs"),
            Self::RoleTaken => (TAKEN, "Role already exists", UNIQUE),
            Self::RoleMissing => (UNCHANGED, "Errors.Project.Role.NotFound", "COMMAND-mm9F4"),
            Self::ApplicationUnknown => (MISSING, "Errors.App.NotExisting", "QUERY-pCP8P"),
            Self::ApplicationElsewhere => (MISSING, "Application not found", "MANAG-SFf2a"),
            Self::ApplicationNotFound(id) => (MISSING, "Application doesn't exist", id),
            Self::ApplicationMissing => (UNCHANGED, "Application not found", "COMMAND-sak25"),
            Self::ApplicationTaken => (TAKEN, "Application already exists", UNIQUE),
            Self::ApplicationExists => (UNCHANGED, "Errors.Project.App.AlreadyExisting", "PROJECT-lxowmp"),
            Self::ApplicationInvalid => (ARGUMENT, "Application invalid", "PROJECT-1n8df"),
            Self::ApplicationNotActive => (UNCHANGED, "Application is not active", "COMMAND-dsh35"),
            Self::ApplicationNotInactive => (UNCHANGED, "Application is not inactive", "COMMAND-1n8cM"),
            Self::NoKeyNeeded => (UNCHANGED, "Chosen Auth Method does not require a key", "COMMAND-Dff54"),
            Self::KeyExpired => (ARGUMENT, "Errors.AuthNKey.ExpireBeforeNow", "DOMAIN-dv3t5"),
            Self::LogoutUrlDenied => (ARGUMENT, "Errors.Project.App.Blocked.BackchannelLogoutURL", "PROJECT-msNebo"),
            Self::GranteeMissing(id) => (UNCHANGED, "User could not be found", id),
            Self::GrantTaken => (TAKEN, "User grant already exists", UNIQUE),
            Self::GrantNotFound(id) => (MISSING, "User grant not found", id),
            Self::ProjectGrantMissing => (UNCHANGED, "Project Grant not found", "COMMAND-4m9ff"),
            Self::OrganizationUnchanged => (UNCHANGED, "Organisation not changed", "ORG-4VSdf"),
            Self::DomainTaken => (TAKEN, "Errors.Already.Exists", "V2-e1wse"),
            Self::DomainExists => (TAKEN, "Domain already exists", UNIQUE),
            Self::DomainBlank => (ARGUMENT, "Errors.Invalid.Argument", "ORG-r3h4J"),
            Self::DomainNotFound(id) => (MISSING, "Domain doesn't exist on organization", id),
            Self::DomainPrimary => (UNCHANGED, "Organization Domain must not be deleted", "ORG-Sjdi3"),
            Self::DomainVerified => (UNCHANGED, "Domain is already verified", "ORG-HGw21"),
            Self::NoMetadata(id) => (UNCHANGED, "Metadata list is empty", id),
            Self::MetadataKeyMissing(id) => (MISSING, "One or more keys do not exist", id),
            Self::MetadataNotFound(id) => (MISSING, "Metadata not found", id),
            Self::RoleNotFound => (MISSING, "Role doesn't exist", "COMMAND-vv8M9"),
            Self::ApplicationUnchanged(id) => (UNCHANGED, "No changes", id),
            Self::NotOidc(id) => (ARGUMENT, "Application is not type OIDC", id),
            Self::NotApi(id) => (ARGUMENT, "Application is not type API", id),
            Self::KeyUnknown => (MISSING, "Errors.AuthNKey.NotFound", "QUERY-Dgr3g"),
            Self::KeyNotFound => (MISSING, "Application key not found", "COMMAND-4m77G"),
            Self::GrantUnchanged => (UNCHANGED, "User grant has not been changed", "COMMAND-Rs8fy"),
            Self::NoGrants => (ARGUMENT, "Id missing", "COMMAND-5M0sd"),
            Self::ProjectGrantTaken => (TAKEN, "Project Grant already exists", UNIQUE),
            Self::ProjectGrantNotFound(id) => (MISSING, "Project Grant not found", id),
            Self::ProjectGrantUnknown => (MISSING, "Errors.ProjectGrant.NotFound", "QUERY-n98GGs"),
            Self::GrantedProjectMissing => (UNCHANGED, "Project not found", "COMMAND-m9gsd"),
            Self::GrantedOrganizationMissing => (UNCHANGED, "Organisation not found", "COMMAND-3m9gg"),
            Self::GrantedRoleMissing => (UNCHANGED, "Errors.Project.Role.NotFound", "COMMAND-6m9gd"),
            Self::LockoutPolicyTaken => (TAKEN, "Errors.ORG.LockoutPolicy.AlreadyExists", "ORG-0olDf"),
            Self::LockoutPolicyMissing => (MISSING, "Lockout Policy not found", "ORG-0psjF"),
            Self::MinimumLengthDenied => (ARGUMENT, "Given minimum length is not allowed", "MODEL-Lsp0e"),
            Self::NothingToFind => (ARGUMENT, "Request is invalid", "QUERY-DGqfd"),
        };
        let http = match code {
            Code::NotFound => 404,
            Code::AlreadyExists => 409,
            Code::Unimplemented => 501,
            _ => 400,
        };
        coded(http, code, text, id)
    }

    /// Which row of the operation's fidelity table it is.
    pub(super) const fn answer(self) -> &'static str {
        match self {
            Self::OrganizationNotFound(_) => "organization_not_found",
            Self::OrganizationTaken => "organization_taken",
            Self::OrganizationExists => "organization_exists",
            Self::OrganizationNameBlank => "organization_name_blank",
            Self::OrganizationInactive => "organization_inactive",
            Self::OrganizationActive => "organization_active",
            Self::DefaultOrganization => "default_organization",
            Self::AdminMissing => "admin_missing",
            Self::ProjectNotFound(_) => "project_not_found",
            Self::ProjectMissing => "project_missing",
            Self::ProjectTaken => "project_taken",
            Self::ProjectExists => "project_exists",
            Self::ProjectNotActive => "project_not_active",
            Self::ProjectNotInactive => "project_not_inactive",
            Self::RoleTaken => "role_taken",
            Self::RoleMissing => "role_missing",
            Self::ApplicationUnknown => "application_unknown",
            Self::ApplicationElsewhere => "application_elsewhere",
            Self::ApplicationNotFound(_) => "application_not_found",
            Self::ApplicationMissing => "application_missing",
            Self::ApplicationTaken => "application_taken",
            Self::ApplicationExists => "application_exists",
            Self::ApplicationInvalid => "application_invalid",
            Self::ApplicationNotActive => "application_not_active",
            Self::ApplicationNotInactive => "application_not_inactive",
            Self::NoKeyNeeded => "no_key_needed",
            Self::KeyExpired => "key_expired",
            Self::LogoutUrlDenied => "logout_url_denied",
            Self::GranteeMissing(_) => "grantee_missing",
            Self::GrantTaken => "grant_taken",
            Self::GrantNotFound(_) => "grant_not_found",
            Self::ProjectGrantMissing => "project_grant_missing",
            Self::OrganizationUnchanged => "organization_unchanged",
            Self::DomainTaken => "domain_taken",
            Self::DomainExists => "domain_exists",
            Self::DomainBlank => "domain_blank",
            Self::DomainNotFound(_) => "domain_not_found",
            Self::DomainPrimary => "domain_primary",
            Self::DomainVerified => "domain_verified",
            Self::NoMetadata(_) => "metadata_empty",
            Self::MetadataKeyMissing(_) => "metadata_missing",
            Self::MetadataNotFound(_) => "metadata_not_found",
            Self::RoleNotFound => "role_not_found",
            Self::ApplicationUnchanged(_) => "application_unchanged",
            Self::NotOidc(_) => "not_oidc",
            Self::NotApi(_) => "not_api",
            Self::KeyUnknown => "key_unknown",
            Self::KeyNotFound => "key_not_found",
            Self::GrantUnchanged => "grant_unchanged",
            Self::NoGrants => "no_grants",
            Self::ProjectGrantTaken => "project_grant_taken",
            Self::ProjectGrantNotFound(_) | Self::ProjectGrantUnknown => "project_grant_not_found",
            Self::GrantedProjectMissing => "project_missing",
            Self::GrantedOrganizationMissing => "granted_organization_missing",
            Self::GrantedRoleMissing => "role_missing",
            Self::LockoutPolicyTaken => "lockout_policy_taken",
            Self::LockoutPolicyMissing => "lockout_policy_missing",
            Self::MinimumLengthDenied => "minimum_length_denied",
            Self::NothingToFind => "nothing_to_find",
        }
    }
}
