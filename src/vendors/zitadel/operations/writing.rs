//! A write to ZITADEL's users under way, and what it gives out besides: codes, and the letters that carry them.

use jiff::Timestamp;

use super::super::Zitadel;
use super::super::error::Error;
use super::super::proto::zitadel::user::v2 as proto;
use super::super::record::{Code, Contact, EmailAddress, PhoneNumber, User};
use crate::ids::Stream;
use crate::outbox::Letter;

/// A user after a write.
pub(in super::super) struct Written {
    /// As it stands now.
    pub(in super::super) user: User,
    /// The code of its e-mail, where it was asked for.
    pub(in super::super) email_code: Option<String>,
    /// The code of its phone, where it was asked for.
    pub(in super::super) phone_code: Option<String>,
}

/// What is to become of an address.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verification<'a> {
    /// A code is sent, in a link where there is a template.
    Send(Option<&'a str>),
    /// A code is answered.
    Return,
    /// It counts as verified.
    Verified,
    /// It does not, and no code is made.
    Unverified,
}

/// One write under way.
pub(super) struct Writing<'a> {
    state: &'a Zitadel,
    /// The time of the write.
    pub(super) now: Timestamp,
    /// The code of the e-mail, where it was asked for.
    pub(super) email_code: Option<String>,
    /// The code of the phone, where it was asked for.
    pub(super) phone_code: Option<String>,
    letters: Vec<Letter>,
}

impl<'a> Writing<'a> {
    /// A write at that time.
    pub(super) fn new(state: &'a Zitadel, now: Timestamp) -> Self {
        Self { state, now, email_code: None, phone_code: None, letters: Vec::new() }
    }

    /// Ends the write: what it has to send goes out.
    pub(super) fn done(self, user: User) -> Written {
        self.letters.into_iter().for_each(|letter| self.state.shared.outbox.send(letter));
        Written { user, email_code: self.email_code, phone_code: self.phone_code }
    }

    /// A code: six capitals and digits, the vendor's default for its secret generators.
    pub(super) fn new_code(&self) -> Code {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        Code::new(self.state.shared.ids.letters(Stream::Codes, LETTERS, 6), self.now)
    }

    /// Gives a human an e-mail, if it is another one. Answers the number of events.
    pub(super) fn set_email(&mut self, user: &mut User, email: &str, verification: Verification<'_>) -> u64 {
        if user.human().is_none_or(|human| human.email.address.email == email) {
            return 0;
        }
        if let Some(human) = user.human_mut() {
            human.email = Contact { address: EmailAddress { email: email.to_owned() }, is_verified: false };
        }
        1 + self.verify_email(user, verification)
    }

    /// Verifies a human's e-mail, or makes a code that will. Answers the number of events.
    pub(super) fn verify_email(&mut self, user: &mut User, verification: Verification<'_>) -> u64 {
        let (verified, code) = self.code_for(verification);
        if let (true, Some(human)) = (verified, user.human_mut()) {
            human.email.is_verified = true;
        }
        if user.secrets.is_some() || code.is_some() {
            user.secrets_mut().email_code.clone_from(&code);
        }
        let to = user.human().map_or_else(String::new, |human| human.email.address.email.clone());
        match (verification, &code) {
            (Verification::Return, Some(code)) => self.email_code = Some(code.code.clone()),
            (Verification::Send(template), Some(code)) => {
                self.write_letter(user, ("email", to), "verify_email", &code.code, template);
            }
            _ => {}
        }
        u64::from(verified || code.is_some())
    }

    /// Gives a human a phone, if it is another one; an empty one is none. Answers the number of events.
    ///
    /// # Errors
    /// [`Error::PhoneInvalid`]
    pub(super) fn set_phone(
        &mut self,
        user: &mut User,
        phone: &str,
        verification: Verification<'_>,
    ) -> Result<u64, Error> {
        let phone = if phone.is_empty() { String::new() } else { normalized(phone).ok_or(Error::PhoneInvalid)? };
        if user.human().is_none_or(|human| human.phone.address.phone == phone) {
            return Ok(0);
        }
        let removed = phone.is_empty();
        if let Some(human) = user.human_mut() {
            human.phone = Contact { address: PhoneNumber { phone }, is_verified: false };
        }
        let verification = if removed { Verification::Unverified } else { verification };
        Ok(1 + self.verify_phone(user, verification))
    }

    /// Verifies a human's phone, or makes a code that will. Answers the number of events.
    pub(super) fn verify_phone(&mut self, user: &mut User, verification: Verification<'_>) -> u64 {
        let (verified, code) = self.code_for(verification);
        if let (true, Some(human)) = (verified, user.human_mut()) {
            human.phone.is_verified = true;
        }
        if user.secrets.is_some() || code.is_some() {
            user.secrets_mut().phone_code.clone_from(&code);
        }
        let to = user.human().map_or_else(String::new, |human| human.phone.address.phone.clone());
        match (verification, &code) {
            (Verification::Return, Some(code)) => self.phone_code = Some(code.code.clone()),
            (Verification::Send(_), Some(code)) => {
                self.write_letter(user, ("sms", to), "verify_phone", &code.code, None);
            }
            _ => {}
        }
        u64::from(verified || code.is_some())
    }

    /// Keeps a letter until the write is done.
    pub(super) fn write_letter(
        &mut self,
        user: &User,
        (by, to): (&'static str, String),
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
        self.letters.push(Letter {
            at: self.now,
            vendor: super::super::ABOUT.name.into(),
            user: user.profile.user_id.clone(),
            by: by.into(),
            to,
            about: about.into(),
            code: Some(code.to_owned()),
            link,
        });
    }

    fn code_for(&self, verification: Verification<'_>) -> (bool, Option<Code>) {
        match verification {
            Verification::Verified => (true, None),
            Verification::Unverified => (false, None),
            Verification::Send(_) | Verification::Return => (false, Some(self.new_code())),
        }
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

impl<'a> From<&'a proto::SetHumanEmail> for Verification<'a> {
    fn from(email: &'a proto::SetHumanEmail) -> Self {
        use proto::set_human_email::Verification as Asked;
        match &email.verification {
            Some(Asked::IsVerified(true)) => Self::Verified,
            Some(Asked::IsVerified(false)) => Self::Unverified,
            Some(Asked::ReturnCode(_)) => Self::Return,
            Some(Asked::SendCode(send)) => Self::Send(send.url_template.as_deref()),
            None => Self::Send(None),
        }
    }
}

impl<'a> From<&'a proto::SetHumanPhone> for Verification<'a> {
    fn from(phone: &'a proto::SetHumanPhone) -> Self {
        use proto::set_human_phone::Verification as Asked;
        match &phone.verification {
            Some(Asked::IsVerified(true)) => Self::Verified,
            Some(Asked::IsVerified(false)) => Self::Unverified,
            Some(Asked::ReturnCode(_)) => Self::Return,
            Some(Asked::SendCode(_)) | None => Self::Send(None),
        }
    }
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
