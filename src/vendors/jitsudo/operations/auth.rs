//! Signing in, and what mailed tokens are for. Nobody has to be known for it.

use jiff::Timestamp;

use super::super::auth::{Door, IssuedToken, may_enter};
use super::super::error::Error;
use super::super::record::{Actor, Address, AuthProvider, PendingToken, Purpose, Tenant, User};
use super::super::state::Jitsudo;
use super::mfa::{self, SignIn};
use super::{log_user_action, mail_token};
use crate::directory::{DirectoryError, Record};
use crate::ids::Stream;
use crate::passwords::PasswordHash;

/// The credentials of a log-in.
pub(in super::super) struct Login {
    pub(in super::super) email: String,
    pub(in super::super) password: String,
    /// Selects the tenant, if the address belongs to more than one.
    pub(in super::super) tenant_slug: Option<String>,
}

/// Checks a password, and issues a token unless a second factor is due. A suspended user gets the same answer as one
/// with a wrong password.
pub(in super::super) fn post_auth_login(jitsudo: &Jitsudo, login: &Login) -> Result<SignIn, Error> {
    let is_named = |tenant: &&Tenant| login.tenant_slug.as_ref().is_none_or(|slug| *slug == tenant.slug);
    let has_password = |user: &User| user.profile.password.as_ref().is_some_and(|hash| hash.fits(&login.password));
    let mut known = users_at(jitsudo, &login.email, is_named).filter(has_password);
    let user = known.next().ok_or(Error::BadCredentials)?;
    if known.next().is_some() {
        return Err(Error::AmbiguousTenant);
    }
    if !may_enter(&user, Door::Login, &jitsudo.behaviour) {
        return Err(Error::SuspendedLogin);
    }
    Ok(mfa::sign_in(jitsudo, &user))
}

/// Issues a token without a password and without a second factor, to the user of that id or address: for tests, which
/// hold the server in the hand. The user's state decides all the same.
pub(in super::super) fn issue_token(jitsudo: &Jitsudo, user: &str) -> Result<IssuedToken, Error> {
    let by_id = jitsudo.state.users.get(user);
    let user = by_id.or_else(|| users_at(jitsudo, user, |_| true).next()).ok_or(Error::BadCredentials)?;
    match may_enter(&user, Door::Login, &jitsudo.behaviour) {
        true => Ok(mfa::issue(jitsudo, &user)),
        false => Err(Error::SuspendedLogin),
    }
}

/// Mails a token for setting a new password, if the address is known. The answer does not reveal whether it is.
pub(in super::super) fn request_password_reset(jitsudo: &Jitsudo, email: &str) {
    let users = users_at(jitsudo, email, |_| true)
        .filter(|user| user.profile.auth_provider == AuthProvider::Local)
        .filter(|user| may_enter(user, Door::ResetRequest, &jitsudo.behaviour));
    for user in users {
        log_user_action(jitsudo, Actor::SYSTEM, "user.request_password_reset", &user);
        mail_token(jitsudo, &user, Purpose::Reset);
    }
}

/// Takes the address as the user's own. The invitation can still set the first password.
pub(in super::super) fn verify_email(jitsudo: &Jitsudo, token: &str) -> Result<User, Error> {
    let (_, user) = redeem(jitsudo, token, Purpose::Invite)?;
    let now = jitsudo.context.clock.now();
    let edited =
        jitsudo.state.users.update(user.key(), |user| match user.edit(now, |profile| profile.email_verified = true) {
            true => Ok(user.clone()),
            false => Err(Error::UnknownMailToken), // once is enough
        });
    let user = edited.map_err(unknown_token)?;
    log_user_action(jitsudo, Actor::SYSTEM, "user.verify_email", &user);
    Ok(user)
}

/// Sets the first password of who was invited, which also shows that the address is theirs.
pub(in super::super) fn set_initial_password(jitsudo: &Jitsudo, token: &str, password: &str) -> Result<(), Error> {
    let user = set_password(jitsudo, token, Purpose::Invite, password)?;
    log_user_action(jitsudo, Actor::SYSTEM, "user.set_initial_password", &user);
    Ok(())
}

/// Sets another password.
pub(in super::super) fn reset_password(jitsudo: &Jitsudo, token: &str, password: &str) -> Result<(), Error> {
    let user = set_password(jitsudo, token, Purpose::Reset, password)?;
    log_user_action(jitsudo, Actor::SYSTEM, "user.reset_password", &user);
    Ok(())
}

/// The users of that address, each of another tenant, in those tenants that count.
fn users_at<'a>(
    jitsudo: &'a Jitsudo,
    email: &'a str,
    counts: impl Fn(&&'a Tenant) -> bool + 'a,
) -> impl Iterator<Item = User> + 'a {
    let tenants = jitsudo.access.tenants().iter().filter(counts);
    tenants.filter_map(|tenant| jitsudo.state.users.find(&Address::new(tenant.id, email)))
}

/// The record of a mailed token and its user, if the token is still valid.
fn redeem(jitsudo: &Jitsudo, token: &str, purpose: Purpose) -> Result<(PendingToken, User), Error> {
    let now: Timestamp = jitsudo.context.clock.now();
    let is_valid = |pending: &PendingToken| pending.purpose == purpose && pending.is_valid_at(now);
    let pending = jitsudo.state.pending.find(&token.to_owned()).filter(is_valid).ok_or(Error::UnknownMailToken)?;
    let user = jitsudo.state.users.get(&pending.user).ok_or(Error::UnknownMailToken)?;
    match may_enter(&user, Door::MailedToken, &jitsudo.behaviour) {
        true => Ok((pending, user)),
        false => Err(Error::SuspendedMailToken),
    }
}

/// Uses a token up and sets its user's password.
fn set_password(jitsudo: &Jitsudo, token: &str, purpose: Purpose, password: &str) -> Result<User, Error> {
    let (pending, _) = redeem(jitsudo, token, purpose)?;
    // Of two concurrent calls, only one gets the token.
    let taken = |found: &PendingToken| if found.token == token { Ok(()) } else { Err(Error::UnknownMailToken) };
    jitsudo.state.pending.remove(pending.key(), taken).map_err(unknown_token)?;
    let hash = PasswordHash::of(password, jitsudo.context.ids.bytes(Stream::Salts));
    let now = jitsudo.context.clock.now();
    let edited = jitsudo.state.users.update(&pending.user, |user| {
        user.edit(now, |profile| {
            profile.password = Some(hash);
            profile.email_verified |= purpose == Purpose::Invite;
        });
        Ok(user.clone())
    });
    edited.map_err(unknown_token)
}

/// A token whose user, or which itself, is gone meanwhile is as one that never was.
fn unknown_token<A>(error: DirectoryError<A, Error>) -> Error {
    match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => Error::UnknownMailToken,
    }
}
