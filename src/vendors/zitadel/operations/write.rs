//! A write to ZITADEL's users in progress, with the codes that it makes and the messages that carry them.

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{Channel, Code, Permission, User, Username};
use super::super::state::{NAME, Zitadel};
use crate::directory::DirectoryError;
use crate::ids::{Reservation, Stream};
use crate::outbox::Message;

/// A user after a write.
pub(in super::super) struct Written {
    /// Its current state.
    pub user: User,
    /// The code for its e-mail, if it was asked for.
    pub email_code: Option<String>,
    /// The code for its phone, if it was asked for.
    pub phone_code: Option<String>,
}

/// The time of a change, of which the answer shows nothing else.
pub struct Changed {
    pub at: Timestamp,
}

/// How an address is to be verified.
#[derive(Debug, Clone, PartialEq)]
pub enum Verification {
    /// A code is sent, as a link if there is a template.
    Send(Option<String>),
    /// A code is answered.
    Return,
    /// It counts as verified.
    Verified,
    /// It does not, and no code is made.
    Unverified,
}

/// One write in progress.
pub(super) struct WriteContext<'a> {
    zitadel: &'a Zitadel,
    /// The time of the write.
    pub(super) now: Timestamp,
    email_code: Option<String>,
    phone_code: Option<String>,
    messages: Vec<Message>,
}

/// Changes a user that exists and that the caller may change, in one step.
pub(super) fn change<R>(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    change: impl FnOnce(&mut User) -> Result<R, Error>,
) -> Result<R, Error> {
    let result = zitadel.state.users.update(user_id, |user| {
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        change(user)
    });
    result.map_err(refused)
}

/// What it means that the directory of users refused.
pub(super) fn refused(error: DirectoryError<Username, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::UserNotFound,
        DirectoryError::Exists | DirectoryError::Taken(_) => Error::UsernameTaken,
        DirectoryError::Refused(error) => error,
    }
}

/// A number in the vendor's form: 18 digits.
pub(super) fn new_id(ids: &mut Reservation<'_>) -> String {
    digits(u64::from_be_bytes(ids.bytes()))
}

/// That number in the same form.
pub(super) fn digits(random: u64) -> String {
    (100_000_000_000_000_000 + random % 900_000_000_000_000_000).to_string()
}

impl<'a> WriteContext<'a> {
    /// A write at that time.
    pub(super) fn new(zitadel: &'a Zitadel, now: Timestamp) -> Self {
        Self { zitadel, now, email_code: None, phone_code: None, messages: Vec::new() }
    }

    /// Ends the write and sends its messages.
    pub(super) fn finish(self, user: User) -> Written {
        self.messages.into_iter().for_each(|message| self.zitadel.context.outbox.send(message));
        Written { user, email_code: self.email_code, phone_code: self.phone_code }
    }

    /// A code: six capitals and digits, the vendor's default for its secret generators.
    pub(super) fn new_code(&self) -> Code {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        Code::new(self.zitadel.context.ids.letters(Stream::Codes, LETTERS, 6), self.now)
    }

    /// Sets an address of a human, if it differs. An empty one removes it. Returns the number of events.
    ///
    /// # Errors
    /// [`Error::PhoneInvalid`]
    pub(super) fn set_address(
        &mut self,
        user: &mut User,
        channel: Channel,
        address: &str,
        verification: &Verification,
    ) -> Result<u64, Error> {
        let address = match channel {
            Channel::Phone if !address.is_empty() => normalized(address).ok_or(Error::PhoneInvalid)?,
            Channel::Email | Channel::Phone => address.to_owned(),
        };
        if user.human().is_none_or(|human| human.address(channel) == address) {
            return Ok(0);
        }
        let verification = if address.is_empty() { &Verification::Unverified } else { verification };
        if let Some(human) = user.human_mut() {
            human.set_address(channel, address);
        }
        Ok(1 + self.verify(user, channel, verification))
    }

    /// Verifies a human's address, or makes a code that will. Returns the number of events.
    pub(super) fn verify(&mut self, user: &mut User, channel: Channel, verification: &Verification) -> u64 {
        let (verified, code) = match verification {
            Verification::Verified => (true, None),
            Verification::Unverified => (false, None),
            Verification::Send(_) | Verification::Return => (false, Some(self.new_code())),
        };
        if let (true, Some(human)) = (verified, user.human_mut()) {
            *human.verified_mut(channel) = true;
        }
        if user.secrets.is_some() || code.is_some() {
            user.secrets_mut().code_mut(channel).clone_from(&code);
        }
        match (verification, &code) {
            (Verification::Return, Some(code)) => {
                let answered = match channel {
                    Channel::Email => &mut self.email_code,
                    Channel::Phone => &mut self.phone_code,
                };
                *answered = Some(code.code.clone());
            }
            (Verification::Send(template), Some(code)) => {
                let about = match channel {
                    Channel::Email => "verify_email",
                    Channel::Phone => "verify_phone",
                };
                self.queue_message(user, channel, about, &code.code, template.as_deref());
            }
            _ => {}
        }
        u64::from(verified || code.is_some())
    }

    /// Queues a message until the write is done.
    pub(super) fn queue_message(
        &mut self,
        user: &User,
        channel: Channel,
        about: &'static str,
        code: &str,
        template: Option<&str>,
    ) {
        let link = template.map(|template| {
            let values = [
                ("Code", code),
                ("UserID", &user.profile.user_id),
                ("OrgID", &user.profile.resource_owner),
                ("LoginName", &user.profile.preferred_login_name),
            ];
            values
                .into_iter()
                .fold(template.to_owned(), |link, (name, value)| link.replace(&format!("{{{{.{name}}}}}"), value))
        });
        let by = match channel {
            Channel::Email => "email",
            Channel::Phone => "sms",
        };
        self.messages.push(Message {
            at: self.now,
            vendor: NAME.into(),
            user: user.profile.user_id.clone(),
            by: by.into(),
            to: user.human().map_or_else(String::new, |human| human.address(channel).to_owned()),
            about: about.into(),
            code: Some(code.to_owned()),
            link,
        });
    }
}

/// A phone number as the vendor keeps it: `+` and digits. A number without a country counts as Swiss, its default.
fn normalized(phone: &str) -> Option<String> {
    let bare: String = phone.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let digits = match bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
        Some(digits) => digits.to_owned(),
        None => format!("41{}", bare.strip_prefix('0')?),
    };
    let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_kept_in_one_form() {
        for (given, kept) in [
            ("+41 79 123 45 67", Some("+41791234567")),
            ("0041791234567", Some("+41791234567")),
            ("079 123 45 67", Some("+41791234567")),
            ("+1 (555) 010-0199", Some("+15550100199")),
            ("phone", None),
            ("+12", None),
            ("+1234567890123456", None),
        ] {
            assert_eq!(normalized(given).as_deref(), kept, "{given}");
        }
    }
}
