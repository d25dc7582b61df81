//! What a login page asks to be checked in a session: who it is, and by what.

use jiff::Timestamp;
use serde_json::json;

use super::super::super::error::Error;
use super::super::super::error::sessions::SessionError;
use super::super::super::record::{Door, Log, PasswordCheck, Session, SessionUser, User, UserState, Username};
use super::super::super::state::Zitadel;
use super::super::events;
use super::super::password_check::{check_password, check_totp};

/// What is to be checked.
#[derive(Default)]
pub struct Checks {
    pub user: Option<UserCheck>,
    pub password: Option<PasswordProof>,
    /// In the vendor's order.
    pub factors: Vec<Factor>,
}

/// What shows that one knows the password.
pub enum PasswordProof {
    Plain(String),
    /// Nothing: whoever is picked on the page of this server counts as one who typed it.
    Vouched,
}

/// Who it is said to be.
pub enum UserCheck {
    Id(String),
    LoginName(String),
}

/// What else shows who it is. But for an app, nobody has set it up here, or it is not emulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Factor {
    Intent,
    Passkey,
    /// The password that an app shows.
    Totp(String),
    /// A code by text message or by mail.
    Otp,
    RecoveryCode,
}

/// Checks that were passed, to be written down.
pub(super) struct Passed {
    user: Option<SessionUser>,
    /// The language of that user, who may be a machine.
    language: Option<String>,
    password: Option<PasswordCheck>,
    totp: Option<Timestamp>,
}

impl Checks {
    /// The user whom they name, who has to be active.
    pub(in super::super) fn find_user(&self, zitadel: &Zitadel) -> Result<Option<User>, Error> {
        let Some(check) = &self.user else { return Ok(None) };
        let user = match check {
            UserCheck::Id(id) => zitadel.state.users.get(id),
            UserCheck::LoginName(name) => by_login_name(zitadel, name),
        };
        let user = user.ok_or(Error::UserNotFound)?;
        match user.state {
            UserState::Active => Ok(Some(user)),
            UserState::Inactive | UserState::Locked | UserState::Initial => Err(SessionError::UserNotActive.into()),
        }
    }

    /// Checks all, in the vendor's order. A password that is wrong is written down at its user.
    pub(super) fn pass(
        &self,
        zitadel: &Zitadel,
        session: &Session,
        user: Option<User>,
        log: &Log,
    ) -> Result<Passed, Error> {
        let now = log.at;
        let human = user.as_ref().and_then(User::human);
        let language = human.map(|human| human.profile.preferred_language.to_string());
        let checked = user.map(|user| SessionUser {
            id: user.profile.user_id.clone(),
            organization: user.profile.resource_owner.to_string(),
            checked: now,
            times_kept_out: Some(user.history.times_kept_out()),
            password: None,
            totp: None,
        });
        let known = session.user.as_ref();
        if let (Some(checked), Some(known)) = (&checked, known)
            && checked.id != known.id
        {
            return Err(SessionError::UserChange.into());
        }
        let user_id = checked.as_ref().or(known).map(|user| user.id.as_str());
        let password = match &self.password {
            None => None,
            Some(password) => {
                let user_id = user_id.ok_or(SessionError::UserMissing("COMMAND-Sfw3f"))?;
                check_strictly(zitadel, user_id)?;
                let user = match password {
                    PasswordProof::Plain(password) => check_password(zitadel, user_id, password, log.editor(), now)?,
                    PasswordProof::Vouched => zitadel.state.users.get(user_id).ok_or(Error::UserNotFound)?,
                };
                Some(PasswordCheck { checked: now, times_changed: user.history.times_password_changed() })
            }
        };
        let whose = || user_id.ok_or(SessionError::UserMissing("COMMAND-Neil7"));
        let mut totp = None;
        for factor in &self.factors {
            match factor {
                Factor::Intent => return Err(SessionError::IntentInvalid.into()),
                Factor::Totp(code) => {
                    check_strictly(zitadel, whose()?)?;
                    check_totp(zitadel, whose()?, code, log.editor(), now)?;
                    totp = Some(now);
                }
                Factor::Otp => {
                    whose()?;
                    return Err(SessionError::FactorNotReady("COMMAND-d2r52").into());
                }
                Factor::Passkey | Factor::RecoveryCode => return Err(SessionError::Unemulated.into()),
            }
        }
        Ok(Passed { user: checked, language, password, totp })
    }
}

/// Refuses a user who is kept out, where doors are strict. The vendor looks at the session alone.
pub(in super::super) fn check_strictly(zitadel: &Zitadel, user_id: &str) -> Result<(), Error> {
    let may_enter = || zitadel.state.users.get(user_id).is_some_and(|user| user.may_enter(Door::Session));
    match !zitadel.settings.strict_doors || may_enter() {
        true => Ok(()),
        false => Err(SessionError::UserNotActive.into()),
    }
}

impl Passed {
    /// Writes them into a session, each as an event of it.
    pub(super) fn write(&self, session: &mut Session, log: &mut Log) {
        if let Some(user) = &self.user {
            let (password, totp) = session.user.take().map_or((None, None), |known| (known.password, known.totp));
            session.user = Some(SessionUser { password, totp, ..user.clone() });
            let payload = json!({
                "userID": user.id,
                "userResourceOwner": user.organization,
                "checkedAt": user.checked,
                "preferredLanguage": self.language,
            });
            events::of_session(log, session, "session.user.checked", payload);
        }
        if let (Some(user), Some(password)) = (&mut session.user, self.password) {
            user.password = Some(password);
            events::of_session(log, session, "session.password.checked", json!({ "checkedAt": password.checked }));
        }
        if let (Some(user), Some(checked)) = (&mut session.user, self.totp) {
            user.totp = self.totp;
            events::of_session(log, session, "session.totp.checked", json!({ "checkedAt": checked }));
        }
    }
}

/// The user who has that login name, in any case.
pub(in super::super) fn by_login_name(zitadel: &Zitadel, name: &str) -> Option<User> {
    let has = |user: &&User| user.profile.login_names.iter().any(|own| own.to_lowercase() == name.to_lowercase());
    let by_username = zitadel.state.users.find(&Username::new(name));
    by_username.filter(|user| has(&user)).or_else(|| zitadel.state.users.snapshot().iter().find(has).cloned())
}
