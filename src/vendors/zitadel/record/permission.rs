//! The permissions of ZITADEL's calls, and which roles have them. Pure.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

/// The vendor's table of roles, in our own form.
const ROLES: &str = include_str!("roles.txt");

/// Each role with its permissions.
static TABLE: LazyLock<HashMap<&'static str, HashSet<(&'static str, char)>>> = LazyLock::new(|| {
    let mut table: HashMap<_, HashSet<_>> = HashMap::new();
    let mut role = "";
    for line in ROLES.lines().filter(|line| !line.starts_with('#')) {
        if !line.starts_with(' ') {
            role = line;
            continue;
        }
        for word in line.split_whitespace() {
            let (area, letters) = word.split_once(':').unwrap_or((word, "-"));
            table.entry(role).or_default().extend(letters.chars().map(|letter| (area, letter)));
        }
    }
    table
});

/// Declares the permissions: for each its name here, and its area and letter in the table.
macro_rules! permissions {
    ($($(#[$about:meta])* $name:ident = $area:literal $letter:literal,)+) => {
        /// What a caller may be allowed to do. Each is the vendor's own.
        #[allow(dead_code)] // some are asked by the services that come next
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Permission { $($(#[$about])* $name,)+ }

        impl Permission {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its area, and what is done there.
            const fn entry(self) -> (&'static str, char) {
                match self { $(Self::$name => ($area, $letter),)+ }
            }
        }
    };
}

permissions! {
    /// `user.read`
    Read = "user" 'r',
    /// `user.write`
    Write = "user" 'w',
    /// `user.delete`
    Delete = "user" 'd',
    /// `user.global.read`
    UserGlobalRead = "user.global" 'r',
    /// `user.membership.read`
    MembershipRead = "user.membership" 'r',
    /// `user.credential.write`
    CredentialWrite = "user.credential" 'w',
    /// `user.self.delete`
    SelfDelete = "user.self" 'd',
    /// `events.read`
    EventsRead = "events" 'r',
    /// `user.grant.read`
    UserGrantRead = "user.grant" 'r',
    /// `user.grant.write`
    UserGrantWrite = "user.grant" 'w',
    /// `user.grant.delete`
    UserGrantDelete = "user.grant" 'd',
    /// `org.create`
    OrganizationCreate = "org" 'c',
    /// `org.read`
    OrganizationRead = "org" 'r',
    /// `org.write`
    OrganizationWrite = "org" 'w',
    /// `org.delete`
    OrganizationDelete = "org" 'd',
    /// `org.global.read`
    OrganizationGlobalRead = "org.global" 'r',
    /// `org.member.read`
    OrganizationMemberRead = "org.member" 'r',
    /// `org.member.write`
    OrganizationMemberWrite = "org.member" 'w',
    /// `org.member.delete`
    OrganizationMemberDelete = "org.member" 'd',
    /// `iam.read`
    InstanceRead = "iam" 'r',
    /// `iam.write`
    InstanceWrite = "iam" 'w',
    /// `iam.member.read`
    InstanceMemberRead = "iam.member" 'r',
    /// `iam.member.write`
    InstanceMemberWrite = "iam.member" 'w',
    /// `iam.member.delete`
    InstanceMemberDelete = "iam.member" 'd',
    /// `policy.read`
    PolicyRead = "policy" 'r',
    /// `policy.write`
    PolicyWrite = "policy" 'w',
    /// `policy.delete`
    PolicyDelete = "policy" 'd',
    /// `project.create`
    ProjectCreate = "project" 'c',
    /// `project.read`
    ProjectRead = "project" 'r',
    /// `project.write`
    ProjectWrite = "project" 'w',
    /// `project.delete`
    ProjectDelete = "project" 'd',
    /// `project.role.read`
    ProjectRoleRead = "project.role" 'r',
    /// `project.role.write`
    ProjectRoleWrite = "project.role" 'w',
    /// `project.role.delete`
    ProjectRoleDelete = "project.role" 'd',
    /// `project.member.read`
    ProjectMemberRead = "project.member" 'r',
    /// `project.member.write`
    ProjectMemberWrite = "project.member" 'w',
    /// `project.member.delete`
    ProjectMemberDelete = "project.member" 'd',
    /// `project.grant.read`
    ProjectGrantRead = "project.grant" 'r',
    /// `project.grant.write`
    ProjectGrantWrite = "project.grant" 'w',
    /// `project.grant.delete`
    ProjectGrantDelete = "project.grant" 'd',
    /// `project.grant.member.read`
    ProjectGrantMemberRead = "project.grant.member" 'r',
    /// `project.grant.member.write`
    ProjectGrantMemberWrite = "project.grant.member" 'w',
    /// `project.grant.member.delete`
    ProjectGrantMemberDelete = "project.grant.member" 'd',
    /// `project.app.read`
    ApplicationRead = "project.app" 'r',
    /// `project.app.write`
    ApplicationWrite = "project.app" 'w',
    /// `project.app.delete`
    ApplicationDelete = "project.app" 'd',
    /// `session.read`
    SessionRead = "session" 'r',
    /// `session.write`
    SessionWrite = "session" 'w',
    /// `session.delete`
    SessionDelete = "session" 'd',
    /// `session.link`
    SessionLink = "session.link" '-',
}

impl Permission {
    /// Whether that role has it. An unknown role has none.
    pub fn is_of(self, role: &str) -> bool {
        TABLE.get(role).is_some_and(|permissions| permissions.contains(&self.entry()))
    }
}

/// The vendor's names of what that role allows, in the order of the table.
pub fn permissions_of(role: &str) -> Vec<String> {
    let mut lines = ROLES.lines().skip_while(|line| *line != role).skip(1).take_while(|line| line.starts_with(' '));
    let words = lines.by_ref().flat_map(str::split_whitespace);
    let named = |word: &str| match word.split_once(':') {
        Some((area, letters)) => letters.chars().map(|letter| format!("{area}.{}", verb(letter))).collect(),
        None => vec![word.to_owned()],
    };
    words.flat_map(named).collect()
}

fn verb(letter: char) -> &'static str {
    match letter {
        'c' => "create",
        'r' => "read",
        'w' => "write",
        _ => "delete",
    }
}

/// The vendor's roles whose names start like that, in its order.
pub fn roles_of(start: &str) -> impl Iterator<Item = &'static str> {
    ROLES.lines().filter(move |line| line.starts_with(start))
}

/// Whether the vendor has a role of that name.
pub fn is_role(name: &str) -> bool {
    TABLE.contains_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_one_that_a_role_has() {
        let roles = ["IAM_OWNER", "IAM_LOGIN_CLIENT", "SELF_MANAGEMENT_GLOBAL"];
        for permission in Permission::ALL {
            assert!(roles.iter().any(|role| permission.is_of(role)), "{permission:?}");
        }
    }

    #[test]
    fn a_role_allows_what_the_table_says() {
        for (role, permission, allows) in [
            ("IAM_OWNER", Permission::Delete, true),
            ("IAM_OWNER", Permission::SessionLink, false),
            ("IAM_LOGIN_CLIENT", Permission::SessionLink, true),
            ("IAM_LOGIN_CLIENT", Permission::Write, true),
            ("IAM_LOGIN_CLIENT", Permission::Delete, false),
            ("IAM_OWNER_VIEWER", Permission::Read, true),
            ("IAM_OWNER_VIEWER", Permission::Write, false),
            ("ORG_USER_MANAGER", Permission::Delete, true),
            ("ORG_USER_MANAGER", Permission::ApplicationRead, false),
            ("ORG_OWNER", Permission::ApplicationWrite, true),
            ("ORG_OWNER", Permission::ApplicationDelete, false),
            ("PROJECT_OWNER", Permission::ApplicationDelete, true),
            ("ORG_PROJECT_CREATOR", Permission::ProjectCreate, true),
            ("ORG_PROJECT_CREATOR", Permission::Read, false),
            ("NOBODY", Permission::Read, false),
        ] {
            assert_eq!(permission.is_of(role), allows, "{role} {permission:?}");
        }
    }
}
