//! The one function that decides whether a user may enter, and the doors that ask it. Pure.

use std::fmt;

use super::user::User;

/// A place where a user, or a token of the user, gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Door {
    /// The sign-in page, and the password grant: who one is, is shown anew.
    SignIn,
    /// Authorization with a session that lives.
    Session,
    /// A code is redeemed.
    Code,
    /// A refresh token is used.
    Refresh,
    /// A device asks for its tokens.
    Device,
    /// A token reads who it is of.
    Userinfo,
    /// An API asks about a token.
    Introspection,
}

/// Why a user may not enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum KeptOut {
    /// By an administrator.
    Disabled,
    /// By failed sign-ins.
    Blocked,
    /// By failed sign-ins, at this address alone.
    AddressBlocked,
}

impl fmt::Display for KeptOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Disabled => "the user is disabled",
            Self::Blocked => "the user is blocked",
            Self::AddressBlocked => "the IP address is blocked",
        })
    }
}

impl User {
    /// Whether the user may enter by that door at `now`. A disabled user enters nowhere; a blocked one is kept out only
    /// where credentials are tried, and what was issued before lives on, unless doors are strict.
    ///
    /// # Errors
    /// Why not.
    pub(in super::super) fn may_enter(&self, door: Door, now: i64, is_strict: bool) -> Result<(), KeptOut> {
        match door {
            _ if self.disabled => Err(KeptOut::Disabled),
            Door::SignIn if self.is_blocked(now) => Err(KeptOut::Blocked),
            _ if is_strict && self.is_blocked(now) => Err(KeptOut::Blocked),
            Door::SignIn
            | Door::Session
            | Door::Code
            | Door::Refresh
            | Door::Device
            | Door::Userinfo
            | Door::Introspection => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use crate::vendors::monocloud::seed;

    #[test]
    fn a_disabled_user_enters_nowhere_and_a_blocked_one_not_by_credentials() {
        let mut user = seed::user(&people::people(1, 1).next().unwrap(), 0);
        let doors =
            [Door::SignIn, Door::Session, Door::Code, Door::Refresh, Door::Device, Door::Userinfo, Door::Introspection];
        assert!(doors.iter().all(|door| user.may_enter(*door, 0, true).is_ok()));
        user.block = Some(super::super::Block { until: Some(10) });
        for door in doors {
            let expected = if door == Door::SignIn { Err(KeptOut::Blocked) } else { Ok(()) };
            assert_eq!(user.may_enter(door, 9, false), expected, "{door:?}");
            assert_eq!(user.may_enter(door, 9, true), Err(KeptOut::Blocked), "{door:?}");
            assert_eq!(user.may_enter(door, 10, true), Ok(()), "{door:?}");
        }
        user.disabled = true;
        assert!(doors.iter().all(|door| user.may_enter(*door, 0, false) == Err(KeptOut::Disabled)));
    }
}
