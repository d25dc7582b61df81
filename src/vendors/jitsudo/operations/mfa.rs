//! The second factor: an authenticator app, enrolled by a user or demanded at a sign-in, and the codes for when it is
//! lost.

use super::super::auth::{Door, IssuedToken, may_enter};
use super::super::error::Error;
use super::super::record::{Challenge, SecondFactor, User};
use super::super::state::{Jitsudo, NAME};
use super::{groups, log_user_action, new_id};
use crate::directory::{DirectoryError, Record};
use crate::ids::Stream;
use crate::outbox::Message;
use crate::totp::Secret;

/// How many backup codes a user gets. Nothing published says so.
const BACKUP_CODES: usize = 10;

/// How long a backup code is.
const BACKUP_CODE_CHARS: usize = 10;

/// The characters of a backup code.
const ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What the right password leads to.
pub(in super::super) enum SignIn {
    /// Nothing else is due.
    Token(IssuedToken),
    /// A code is due first.
    Challenge {
        id: String,
        /// The user has no second factor and has to enroll one.
        enrollment_required: bool,
    },
}

/// A secret that the user is shown, to be scanned.
pub(in super::super) struct Offer {
    pub(in super::super) id: Option<String>,
    pub(in super::super) secret: String,
    pub(in super::super) qr_uri: String,
}

/// What a challenge's enrollment leads to.
pub(in super::super) enum Enrollment {
    Offered(Offer),
    Verified(IssuedToken, Vec<String>),
}

/// The step of an enrollment.
pub(in super::super) enum Step {
    Generate,
    Verify { code: String },
}

/// Lets a user in whose password was right, or asks for the second factor, if there is one or one is required.
pub(super) fn sign_in(jitsudo: &Jitsudo, user: &User) -> SignIn {
    let is_enrolled = jitsudo.state.factors.get(user.key()).is_some();
    if !is_enrolled && !jitsudo.behaviour.second_factor_required {
        return SignIn::Token(issue(jitsudo, user));
    }
    let id = loop {
        let id = format!("{:032x}", u128::from_be_bytes(jitsudo.context.ids.bytes(Stream::Sessions)));
        let challenge = Challenge::new(user.key(), id.clone(), jitsudo.context.clock.now());
        if jitsudo.state.challenges.upsert(challenge).is_ok() {
            break jitsudo.context.tag_with_world(id);
        }
    };
    SignIn::Challenge { id, enrollment_required: !is_enrolled }
}

/// Ends a challenge with a code of the app, or with a backup code.
pub(in super::super) fn verify_mfa_challenge(jitsudo: &Jitsudo, id: &str, code: &str) -> Result<IssuedToken, Error> {
    let (challenge, user) = find(jitsudo, id)?;
    let now = jitsudo.context.clock.now();
    let accepted = jitsudo.state.factors.update(user.key(), |factor| match factor.accept(code, now) {
        true => Ok(()),
        false => Err(Error::WrongCode),
    });
    match accepted {
        Ok(()) => finish(jitsudo, &challenge, &user),
        // Without a second factor there is no code; it is enrolled by the other call.
        Err(_) => Err(Error::WrongCode),
    }
}

/// Enrolls the second factor of a user whom a sign-in asked for it.
pub(in super::super) fn enroll_mfa_via_challenge(jitsudo: &Jitsudo, id: &str, step: Step) -> Result<Enrollment, Error> {
    let (challenge, user) = find(jitsudo, id)?;
    if jitsudo.state.factors.get(user.key()).is_some() {
        return Err(Error::Conflict("already_enrolled"));
    }
    match step {
        Step::Generate => {
            let secret = new_secret(jitsudo);
            let changed = jitsudo.state.challenges.update(challenge.key(), |challenge| {
                challenge.offer(&secret);
                Ok::<_, Error>(())
            });
            changed.map_err(unknown_challenge)?;
            Ok(Enrollment::Offered(offer(jitsudo, &user, &secret, None)))
        }
        Step::Verify { code } => {
            let secret = challenge.offered().ok_or(Error::Conflict("not_generated"))?;
            if !secret.accepts(&code, jitsudo.context.clock.now()) {
                return Err(Error::WrongCode);
            }
            let token = finish(jitsudo, &challenge, &user)?;
            let (_, codes) = enroll(jitsudo, &user, &secret)?;
            Ok(Enrollment::Verified(token, codes))
        }
    }
}

/// Enrolls the caller's own second factor. It counts from the next sign-in on.
pub(in super::super) fn enroll_totp(jitsudo: &Jitsudo, own: &User) -> Result<Offer, Error> {
    let secret = new_secret(jitsudo);
    let (id, _) = enroll(jitsudo, own, &secret)?;
    Ok(offer(jitsudo, own, &secret, Some(id)))
}

/// Replaces the caller's backup codes.
pub(in super::super) fn regenerate_mfa_backup_codes(jitsudo: &Jitsudo, own: &User) -> Result<Vec<String>, Error> {
    let codes = new_backup_codes(jitsudo);
    let changed = jitsudo.state.factors.update(own.key(), |factor| {
        factor.set_backup_codes(codes.clone());
        Ok::<_, Error>(())
    });
    changed.map_err(|_| Error::Conflict("not_enrolled"))?;
    log_user_action(jitsudo, super::super::auth::actor(own), "user.mfa.regenerate_backup_codes", own);
    Ok(codes)
}

/// Removes what a deleted user leaves.
pub(super) fn remove_from(jitsudo: &Jitsudo, user: &str) {
    _ = jitsudo.state.factors.remove(user, |_| Ok::<_, Error>(()));
    _ = jitsudo.state.challenges.remove(user, |_| Ok::<_, Error>(()));
}

/// A token for that user.
pub(super) fn issue(jitsudo: &Jitsudo, user: &User) -> IssuedToken {
    jitsudo.access.issue(&jitsudo.context, user, groups::names_of(jitsudo, user))
}

/// A challenge that counts, and its user. Suspension closes it.
fn find(jitsudo: &Jitsudo, id: &str) -> Result<(Challenge, User), Error> {
    let now = jitsudo.context.clock.now();
    let challenge = jitsudo.state.challenges.find(&id.to_owned()).filter(|challenge| challenge.is_valid_at(now));
    let challenge = challenge.ok_or(Error::UnknownChallenge)?;
    let user = jitsudo.state.users.get(challenge.key()).ok_or(Error::UnknownChallenge)?;
    match may_enter(&user, Door::Challenge, &jitsudo.behaviour) {
        true => Ok((challenge, user)),
        false => Err(Error::SuspendedChallenge),
    }
}

/// Uses the challenge up: of two concurrent calls only one gets a token.
fn finish(jitsudo: &Jitsudo, challenge: &Challenge, user: &User) -> Result<IssuedToken, Error> {
    let is_same = |found: &Challenge| if found.id == challenge.id { Ok(()) } else { Err(Error::UnknownChallenge) };
    jitsudo.state.challenges.remove(challenge.key(), is_same).map_err(unknown_challenge)?;
    Ok(issue(jitsudo, user))
}

/// Keeps a user's second factor, with new backup codes. Returns its id and the codes.
fn enroll(jitsudo: &Jitsudo, user: &User, secret: &Secret) -> Result<(String, Vec<String>), Error> {
    let mut ids = jitsudo.context.ids.reserve();
    let (id, codes) = (new_id(&mut ids), new_backup_codes(jitsudo));
    let make = || Ok::<_, Error>(SecondFactor::new(id.clone(), user.key(), secret, codes.clone()));
    jitsudo.state.factors.insert(user.key(), make).map_err(|_| Error::Conflict("already_enrolled"))?;
    ids.commit();
    log_user_action(jitsudo, super::super::auth::actor(user), "user.mfa.enroll_totp", user);
    Ok((id, codes))
}

/// Shows a user a secret. The outbox gets it, too, so that a test can compute codes.
fn offer(jitsudo: &Jitsudo, user: &User, secret: &Secret, id: Option<String>) -> Offer {
    let secret_text = secret.to_base32();
    jitsudo.context.outbox.send(Message {
        at: jitsudo.context.clock.now(),
        vendor: NAME.into(),
        user: user.key().to_owned(),
        by: "authenticator".into(),
        to: user.profile.email.to_string(),
        about: "enroll_totp".into(),
        code: Some(secret_text.clone()),
        link: None,
    });
    Offer { id, qr_uri: secret.uri(NAME, &user.profile.email), secret: secret_text }
}

fn new_secret(jitsudo: &Jitsudo) -> Secret {
    Secret::new(jitsudo.context.ids.bytes(Stream::Secrets))
}

fn new_backup_codes(jitsudo: &Jitsudo) -> Vec<String> {
    (0..BACKUP_CODES).map(|_| jitsudo.context.ids.letters(Stream::Codes, ALPHABET, BACKUP_CODE_CHARS)).collect()
}

/// A challenge that is gone meanwhile is as one that never was.
fn unknown_challenge<A>(error: DirectoryError<A, Error>) -> Error {
    match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => Error::UnknownChallenge,
    }
}
