//! E-mails and phones of ZITADEL's humans.

use super::super::Zitadel;
use super::super::auth::Caller;
use super::super::error::Error;
use super::super::proto::zitadel::user::v2 as proto;
use super::super::record::{State, User};
use super::change;
use super::writing::{Verification, Writing, Written};

/// Changes a human's e-mail; the same one is refused.
pub(in super::super) fn set_email(
    state: &Zitadel,
    request: &proto::SetEmailRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::set_email_request::Verification as Asked;
    let verification = match &request.verification {
        Some(Asked::IsVerified(_)) => Verification::Verified,
        Some(Asked::ReturnCode(_)) => Verification::Return,
        Some(Asked::SendCode(send)) => Verification::Send(send.url_template.as_deref()),
        None => Verification::Send(None),
    };
    write(state, &request.user_id, caller, |user, writing| {
        match writing.set_email(user, &request.email, verification) {
            0 => Err(Error::EmailUnchanged),
            events => Ok(events),
        }
    })
}

/// Makes another code for an e-mail that waits for one.
pub(in super::super) fn resend_email_code(
    state: &Zitadel,
    request: &proto::ResendEmailCodeRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::resend_email_code_request::Verification as Asked;
    let verification = match &request.verification {
        Some(Asked::ReturnCode(_)) => Verification::Return,
        Some(Asked::SendCode(send)) => Verification::Send(send.url_template.as_deref()),
        None => Verification::Send(None),
    };
    write(state, &request.user_id, caller, |user, writing| {
        let waits = user.secrets.as_ref().is_some_and(|secrets| secrets.email_code.is_some());
        if waits { Ok(writing.verify_email(user, verification)) } else { Err(Error::NoCode) }
    })
}

/// Makes a code for an e-mail.
pub(in super::super) fn send_email_code(
    state: &Zitadel,
    request: &proto::SendEmailCodeRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::send_email_code_request::Verification as Asked;
    let verification = match &request.verification {
        Some(Asked::ReturnCode(_)) => Verification::Return,
        Some(Asked::SendCode(send)) => Verification::Send(send.url_template.as_deref()),
        None => Verification::Send(None),
    };
    write(state, &request.user_id, caller, |user, writing| Ok(writing.verify_email(user, verification)))
}

/// Verifies an e-mail by its code.
pub(in super::super) fn verify_email(
    state: &Zitadel,
    request: &proto::VerifyEmailRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    write(state, &request.user_id, caller, |user, writing| {
        let code = user.secrets.as_ref().and_then(|secrets| secrets.email_code.as_ref());
        if !code.is_some_and(|code| code.fits(&request.verification_code, writing.now)) {
            return Err(Error::WrongCode);
        }
        Ok(writing.verify_email(user, Verification::Verified))
    })
}

/// Changes a human's phone; the same one is refused.
pub(in super::super) fn set_phone(
    state: &Zitadel,
    request: &proto::SetPhoneRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::set_phone_request::Verification as Asked;
    let verification = match &request.verification {
        Some(Asked::IsVerified(_)) => Verification::Verified,
        Some(Asked::ReturnCode(_)) => Verification::Return,
        Some(Asked::SendCode(_)) | None => Verification::Send(None),
    };
    write(state, &request.user_id, caller, |user, writing| {
        match writing.set_phone(user, &request.phone, verification)? {
            0 => Err(Error::PhoneUnchanged),
            events => Ok(events),
        }
    })
}

/// Takes a human's phone away.
pub(in super::super) fn remove_phone(
    state: &Zitadel,
    request: &proto::RemovePhoneRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    write(state, &request.user_id, caller, |user, writing| {
        match writing.set_phone(user, "", Verification::Unverified)? {
            0 => Err(Error::PhoneMissing),
            events => Ok(events),
        }
    })
}

/// Makes another code for a phone that waits for one.
pub(in super::super) fn resend_phone_code(
    state: &Zitadel,
    request: &proto::ResendPhoneCodeRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    use proto::resend_phone_code_request::Verification as Asked;
    let verification = match &request.verification {
        Some(Asked::ReturnCode(_)) => Verification::Return,
        Some(Asked::SendCode(_)) | None => Verification::Send(None),
    };
    write(state, &request.user_id, caller, |user, writing| {
        let waits = user.secrets.as_ref().is_some_and(|secrets| secrets.phone_code.is_some());
        if waits { Ok(writing.verify_phone(user, verification)) } else { Err(Error::NoCode) }
    })
}

/// Verifies a phone by its code.
pub(in super::super) fn verify_phone(
    state: &Zitadel,
    request: &proto::VerifyPhoneRequest,
    caller: &Caller,
) -> Result<Written, Error> {
    write(state, &request.user_id, caller, |user, writing| {
        let code = user.secrets.as_ref().and_then(|secrets| secrets.phone_code.as_ref());
        if !code.is_some_and(|code| code.fits(&request.verification_code, writing.now)) {
            return Err(Error::WrongCode);
        }
        Ok(writing.verify_phone(user, Verification::Verified))
    })
}

/// Changes a human that is past its first steps. `change` answers the number of events.
fn write(
    state: &Zitadel,
    user_id: &str,
    caller: &Caller,
    edit: impl FnOnce(&mut User, &mut Writing<'_>) -> Result<u64, Error>,
) -> Result<Written, Error> {
    let mut writing = Writing::new(state, caller.at());
    let user = change(state, user_id, caller, |user| {
        user.human().ok_or(Error::UserNotFound)?;
        if user.state == State::Initial {
            return Err(Error::NotInitialised);
        }
        let events = edit(user, &mut writing)?;
        user.write(events, writing.now);
        Ok(user.clone())
    })?;
    Ok(writing.done(user))
}
