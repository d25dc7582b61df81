//! What can go wrong with the members of ZITADEL's instance, organisations, projects and project grants.

use super::Error;
use super::status::{Status, coded};
use crate::protocol::rpc::Code;
use crate::vendors::zitadel::record::Level;

/// What can go wrong. The ids and texts depend on where somebody is a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum MemberError {
    /// No user has that id.
    UserMissing(Level),
    /// The user is a member already.
    Taken(Level),
    /// A role that members of that level cannot have.
    RoleInvalid(Level),
    /// The same where a member is changed.
    NewRoleInvalid(Level),
    /// No role where a member is changed.
    NewRolesMissing(Level),
    /// The user is no member.
    NotFound(Level),
    /// No role for a member.
    RolesMissing(Level),
}

impl From<MemberError> for Error {
    fn from(error: MemberError) -> Self {
        Self::Member(error)
    }
}

impl MemberError {
    /// The status of the error.
    pub(super) const fn status(self) -> Status<'static> {
        const UNKNOWN: &str = "User could not be found";
        // A key without a translation is shown as it is.
        const ORGANIZATION: &str = "Errors.Org.MemberInvalid";
        const PROJECT: &str = "Project member is invalid";
        const GRANT: &str = "Errors.Project.Grant.Member.Invalid";
        const TAKEN: &str = "Project member already exists";
        let (code, text, id) = match self {
            Self::UserMissing(Level::Instance) => (Code::FailedPrecondition, UNKNOWN, "INSTA-GSXOn"),
            Self::UserMissing(Level::Organization) => (Code::FailedPrecondition, UNKNOWN, "ORG-GoXOn"),
            Self::UserMissing(Level::Project | Level::Grant) => (Code::FailedPrecondition, UNKNOWN, "COMMAND-uXHNj"),
            Self::Taken(Level::Instance) => {
                (Code::AlreadyExists, "Errors.Instance.Member.AlreadyExists", "INSTA-pFDwe")
            }
            Self::Taken(Level::Organization) => (Code::AlreadyExists, "Errors.Org.Member.AlreadyExists", "ORG-poWwe"),
            Self::Taken(Level::Project) => (Code::AlreadyExists, TAKEN, "PROJECT-PtXi1"),
            Self::Taken(Level::Grant) => (Code::AlreadyExists, TAKEN, "PROJECT-16dVN"),
            Self::RoleInvalid(Level::Instance) => (Code::InvalidArgument, "Member is invalid", "INSTANCE-4m0fS"),
            Self::NewRoleInvalid(Level::Instance) => (Code::InvalidArgument, "Member is invalid", "INSTANCE-3m9fs"),
            Self::RoleInvalid(Level::Organization) => (Code::InvalidArgument, ORGANIZATION, "Org-4N8es"),
            Self::RoleInvalid(Level::Project) => (Code::InvalidArgument, PROJECT, "PROJECT-3m9ds"),
            Self::RoleInvalid(Level::Grant) => (Code::InvalidArgument, GRANT, "PROJECT-m9gKK"),
            Self::NewRoleInvalid(Level::Organization) => (Code::InvalidArgument, ORGANIZATION, "INST-m9fG8"),
            Self::NewRoleInvalid(Level::Project) => (Code::InvalidArgument, PROJECT, "PROJECT-3m9d"),
            Self::NewRoleInvalid(Level::Grant) => (Code::InvalidArgument, GRANT, "PROJECT-m0sDf"),
            Self::NewRolesMissing(Level::Instance) => (Code::InvalidArgument, "Member is invalid", "INSTANCE-LiaZi"),
            Self::NewRolesMissing(Level::Organization) => (Code::InvalidArgument, ORGANIZATION, "Org-LiaZi"),
            Self::NewRolesMissing(Level::Project) => (Code::InvalidArgument, PROJECT, "PROJECT-LiaZi"),
            Self::NewRolesMissing(Level::Grant) => (Code::InvalidArgument, GRANT, "PROJECT-109fs"),
            Self::NotFound(Level::Instance) => (Code::NotFound, "Errors.NotFound", "INSTANCE-D8JxR"),
            Self::NotFound(Level::Organization) => (Code::NotFound, "Errors.NotFound", "Org-D8JxR"),
            Self::NotFound(Level::Project) => (Code::NotFound, "Errors.NotFound", "PROJECT-D8JxR"),
            Self::NotFound(Level::Grant) => (Code::NotFound, "Errors.NotFound", "PROJECT-37fug"),
            Self::RolesMissing(Level::Instance | Level::Organization) => {
                (Code::InvalidArgument, "Errors.Invalid.Argument", "ORG-4Mlfs")
            }
            Self::RolesMissing(Level::Project) => (Code::InvalidArgument, PROJECT, "PROJECT-W8m4l"),
            Self::RolesMissing(Level::Grant) => (Code::InvalidArgument, GRANT, "PROJECT-8fi7G"),
        };
        let http = match code {
            Code::NotFound => 404,
            Code::AlreadyExists => 409,
            _ => 400,
        };
        coded(http, code, text, id)
    }

    /// Which row of the operation's fidelity table it is.
    pub(super) const fn answer(self) -> &'static str {
        match self {
            Self::UserMissing(_) => "grantee_missing",
            Self::Taken(_) => "member_taken",
            Self::RoleInvalid(_) | Self::NewRoleInvalid(_) => "role_invalid",
            Self::NotFound(_) => "member_not_found",
            Self::RolesMissing(_) | Self::NewRolesMissing(_) => "roles_missing",
        }
    }
}
