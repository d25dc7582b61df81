//! What a login page asks to be checked in a session: who it is, and by what.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::super::error::Error;
use super::super::super::error::sessions::SessionError;
use super::super::super::record::{
    Door, Event, EventKind, LockoutPolicy, Log, PasswordCheck, Session, SessionUser, User, UserState, Username,
};
use super::super::super::state::Zitadel;
use super::super::events;
use super::super::password_check::{Checked, Compared, check_totp};
use crate::directory::DirectoryError;

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
    password: Option<PasswordCheck>,
    totp: Option<Timestamp>,
    /// The user's own events of the password, and of the app's.
    events: [Vec<Event>; 2],
}

/// What a user showed is right.
#[derive(Default)]
struct Proven {
    times_password_changed: u64,
    /// The user's own events of the password, and of the app's.
    events: [Vec<Event>; 2],
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

    /// Compares the password, which takes long, before anything is locked. `known` is the user of the session.
    pub(super) fn compare<'a>(
        &'a self,
        zitadel: &Zitadel,
        user: Option<&User>,
        known: Option<&SessionUser>,
    ) -> Option<Compared<'a>> {
        let Some(PasswordProof::Plain(password)) = &self.password else { return None };
        let id = user.map(|user| &user.profile.user_id).or_else(|| Some(&known?.id));
        let user = id.and_then(|id| zitadel.state.users.get(id));
        Some(Compared::new(zitadel, user.as_ref(), password))
    }

    /// Checks all, in the vendor's order. The one that is wrong is written down at its user, and none before it.
    pub(super) fn pass(
        &self,
        zitadel: &Zitadel,
        session: &Session,
        user: Option<&User>,
        compared: Option<&Compared<'_>>,
        log: &Log,
    ) -> Result<Passed, Error> {
        let language = |user: &User| {
            let language = user.human().map(|human| human.profile.preferred_language.to_string());
            language.filter(|language| !language.is_empty() && language != "und")
        };
        let checked = user.map(|user| SessionUser {
            id: user.profile.user_id.clone(),
            organization: user.profile.resource_owner.to_string(),
            checked: log.at,
            language: language(user),
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
        let Proven { times_password_changed: times_changed, events } = self.prove(zitadel, user_id, compared, log)?;
        let password = self.password.is_some().then_some(PasswordCheck { checked: log.at, times_changed });
        let totp = self.factors.iter().any(|factor| matches!(factor, Factor::Totp(_))).then_some(log.at);
        Ok(Passed { user: checked, password, totp, events })
    }

    /// Checks what that user shows, in one step: what is right changes the user only if all is.
    fn prove(
        &self,
        zitadel: &Zitadel,
        user_id: Option<&str>,
        compared: Option<&Compared<'_>>,
        log: &Log,
    ) -> Result<Proven, Error> {
        if self.password.is_none() && self.factors.is_empty() {
            return Ok(Proven::default());
        }
        let known = user_id.and_then(|id| zitadel.state.users.get(id));
        let policy = known.as_ref().map(|user| zitadel.lockout_policy(&user.profile.resource_owner));
        let (policy, is_strict) = (policy.unwrap_or_default(), zitadel.settings.strict_doors);
        let shown = Shown { checks: self, is_named: user_id.is_some(), compared, policy, is_strict, now: log.at };
        let nobody = || shown.check(None).err().unwrap_or(Error::UserNotFound);
        let proven = zitadel.state.users.update(user_id.unwrap_or_default(), |user| {
            let mut checked = shown.check(Some(user))?;
            if let Some(wrong) = checked.pop_if(|last| last.error.is_some()) {
                checked = vec![wrong];
            }
            for Checked { kinds, fresh, .. } in &mut checked {
                kinds.iter().for_each(|kind| user.apply(*kind, log.at));
                if fresh.is_some() {
                    user.secrets_mut().password = fresh.take();
                }
            }
            Ok((user.clone(), checked))
        });
        let (user, mut checked) = proven.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => nobody(),
        })?;
        if let Some(error) = checked.iter_mut().find_map(|wrong| wrong.error.take()) {
            let kinds = checked.into_iter().flat_map(|wrong| wrong.kinds);
            events::record(zitadel, editor(log, &user), &user, without_payload(kinds).into_iter(), log.at);
            return Err(error);
        }
        let at_password = if compared.is_some() { checked.first().map_or(0, |first| first.kinds.len()) } else { 0 };
        let kinds = without_payload(checked.into_iter().flat_map(|right| right.kinds));
        let mut of_password = events::of_user(editor(log, &user), &user, kinds.into_iter(), log.at);
        let of_totp = of_password.split_off(at_password);
        Ok(Proven { times_password_changed: user.history.times_password_changed(), events: [of_password, of_totp] })
    }
}

/// What is shown, and what it is judged by.
struct Shown<'a> {
    checks: &'a Checks,
    /// Whether it is said whose it is.
    is_named: bool,
    compared: Option<&'a Compared<'a>>,
    policy: LockoutPolicy,
    is_strict: bool,
    now: Timestamp,
}

impl Shown<'_> {
    /// What comes of all checks, in the vendor's order, up to the first that fails.
    fn check(&self, user: Option<&User>) -> Result<Vec<Checked>, Error> {
        let named = |id| if self.is_named { Ok(()) } else { Err(SessionError::UserMissing(id)) };
        let mut all = Vec::new();
        if self.checks.password.is_some() {
            named("COMMAND-Sfw3f")?;
            check_door(self.is_strict, user)?;
            match self.compared {
                Some(compared) => all.push(compared.check(user, self.policy)?),
                None => _ = user.ok_or(Error::UserNotFound)?,
            }
        }
        for factor in &self.checks.factors {
            if all.last().is_some_and(|last| last.error.is_some()) {
                break;
            }
            match factor {
                Factor::Intent => return Err(SessionError::IntentInvalid.into()),
                Factor::Totp(code) => {
                    named("COMMAND-Neil7")?;
                    check_door(self.is_strict, user)?;
                    all.push(check_totp(user, code, self.policy, self.now)?);
                }
                Factor::Otp => {
                    named("COMMAND-Neil7")?;
                    return Err(SessionError::FactorNotReady("COMMAND-d2r52").into());
                }
                Factor::Passkey | Factor::RecoveryCode => return Err(SessionError::Unemulated.into()),
            }
        }
        Ok(all)
    }
}

/// Who checks, if anybody is known: else it is the user.
fn editor<'a>(log: &'a Log, user: &'a User) -> &'a str {
    if log.editor().is_empty() { &user.profile.user_id } else { log.editor() }
}

fn without_payload(kinds: impl Iterator<Item = EventKind>) -> Vec<(EventKind, Option<Map<String, Value>>)> {
    kinds.map(|kind| (kind, None)).collect()
}

/// Refuses a user who is kept out, where doors are strict. The vendor looks at the session alone.
pub(in super::super) fn check_strictly(zitadel: &Zitadel, user_id: &str) -> Result<(), Error> {
    let is_strict = zitadel.settings.strict_doors;
    check_door(is_strict, is_strict.then(|| zitadel.state.users.get(user_id)).flatten().as_ref())
}

fn check_door(is_strict: bool, user: Option<&User>) -> Result<(), Error> {
    match !is_strict || user.is_some_and(|user| user.may_enter(Door::Session)) {
        true => Ok(()),
        false => Err(SessionError::UserNotActive.into()),
    }
}

impl Passed {
    /// Writes them into a session, each as an event of it.
    pub(super) fn write(self, session: &mut Session, log: &mut Log) {
        let [of_password, of_totp] = self.events;
        if let Some(user) = &self.user {
            let (password, totp) = session.user.take().map_or((None, None), |known| (known.password, known.totp));
            session.user = Some(SessionUser { password, totp, ..user.clone() });
            let payload = json!({
                "userID": user.id,
                "userResourceOwner": user.organization,
                "checkedAt": user.checked,
                "preferredLanguage": user.language,
            });
            events::of_session(log, session, "session.user.checked", payload);
        }
        if let (Some(user), Some(password)) = (&mut session.user, self.password) {
            user.password = Some(password);
            log.add(of_password);
            events::of_session(log, session, "session.password.checked", json!({ "checkedAt": password.checked }));
        }
        if let (Some(user), Some(checked)) = (&mut session.user, self.totp) {
            user.totp = self.totp;
            log.add(of_totp);
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
