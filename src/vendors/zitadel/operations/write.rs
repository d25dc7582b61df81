//! A command of ZITADEL in progress: its events, the codes that it makes and the messages that carry them.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::auth::Caller;
use super::super::error::{Error, Uninitialized};
use super::super::record::{Channel, Code, EventKind, Part, Permission, Position, User, UserState, Username};
use super::super::state::{NAME, Zitadel};
use super::events;
use crate::directory::DirectoryError;
use crate::ids::{Reservation, Stream};
use crate::outbox::Message;

/// A user after a command.
pub(in super::super) struct Written {
    /// Its current state.
    pub user: User,
    /// The last event that the command wrote, or saw if it wrote none.
    pub position: Position,
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

/// One command in progress.
pub(super) struct WriteContext<'a> {
    zitadel: &'a Zitadel,
    /// The time of the command.
    pub(super) now: Timestamp,
    /// The user who commands.
    editor: &'a str,
    events: Vec<(EventKind, Option<Map<String, Value>>)>,
    /// What the command is refused with although its events are written.
    failure: Option<Error>,
    /// The parts of the user that the command loads, if it is not all of it.
    loaded: Option<Vec<Part>>,
    email_code: Option<String>,
    phone_code: Option<String>,
    messages: Vec<Message>,
}

/// Runs a command on a user that exists, in one step. `edit` changes the record and says which events that is.
pub(super) fn command(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    edit: impl FnOnce(&mut User, &mut WriteContext<'_>) -> Result<(), Error>,
) -> Result<Written, Error> {
    let mut write = WriteContext::new(zitadel, caller);
    let result = zitadel.state.users.update(user_id, |user| {
        edit(user, &mut write)?;
        write.commit(user);
        Ok(user.clone())
    });
    write.finish(result.map_err(refused)?)
}

/// What it means that the directory of users refused.
pub(super) fn refused(error: DirectoryError<Username, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::UserNotFound,
        DirectoryError::Exists | DirectoryError::Taken(_) => Error::UsernameTaken,
        DirectoryError::Refused(error) => error,
    }
}

/// That the user may write at all, or is the caller: people may change what is their own.
pub(super) fn check_writer(caller: &Caller, user: &User) -> Result<(), Error> {
    if caller.is(user) { Ok(()) } else { caller.check(Permission::Write, &user.profile.resource_owner) }
}

/// That the user was initialised.
pub(super) fn check_initialized(user: &User, otherwise: Uninitialized) -> Result<(), Error> {
    if user.state == UserState::Initial { Err(Error::NotInitialized(otherwise)) } else { Ok(()) }
}

/// An id in the vendor's form: 18 digits that rise with time. They hold steps of ten milliseconds, and behind them a
/// count, so that ids of one moment differ and rise, too.
pub(super) fn new_id(ids: &mut Reservation<'_>, now: Timestamp) -> String {
    const START: Timestamp = Timestamp::constant(1_556_496_000, 0); // 2019-04-29
    const BITS: u32 = 24;
    /// The first step whose ids have 18 digits. No clock makes a shorter one.
    const FIRST: i64 = 5_960_464_478;
    let steps = (now.duration_since(START).as_millis() / 10).clamp(i128::from(FIRST), 1 << 39) as u64;
    ((steps << BITS) | (ids.number() % (1 << BITS))).to_string()
}

/// A random number of 18 digits.
pub(super) fn digits(random: u64) -> String {
    (100_000_000_000_000_000 + random % 900_000_000_000_000_000).to_string()
}

impl<'a> WriteContext<'a> {
    /// A command of that caller.
    pub(super) fn new(zitadel: &'a Zitadel, caller: &'a Caller) -> Self {
        Self {
            zitadel,
            now: caller.at(),
            editor: &caller.user().profile.user_id,
            events: Vec::new(),
            failure: None,
            loaded: None,
            email_code: None,
            phone_code: None,
            messages: Vec::new(),
        }
    }

    /// Adds an event to those of the command.
    pub(super) fn event(&mut self, kind: EventKind) {
        self.events.push((kind, None));
    }

    /// Adds an event that says what it is about.
    pub(super) fn event_of(&mut self, kind: EventKind, payload: Value) {
        self.events.push((kind, if let Value::Object(payload) = payload { Some(payload) } else { None }));
    }

    /// Whether there is no event yet.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The number that the next event of that user will have.
    pub(super) fn next_sequence(&self, user: &User) -> u64 {
        user.history.last().sequence + self.events.len() as u64 + 1
    }

    /// Refuses the command, which writes only that a check failed.
    pub(super) fn fail(&mut self, kind: EventKind, error: Error) {
        self.event(kind);
        self.failure = Some(error);
    }

    /// The command looks at these parts of the user, so it does not see events of others.
    pub(super) fn loads(&mut self, parts: Vec<Part>) {
        self.loaded = Some(parts);
    }

    /// Writes the events of the command.
    pub(super) fn commit(&self, user: &mut User) {
        self.events.iter().for_each(|(kind, _)| user.apply(*kind, self.now));
    }

    /// Ends the command and sends its messages.
    ///
    /// # Errors
    /// That of a failed check.
    pub(super) fn finish(self, user: User) -> Result<Written, Error> {
        let is_unchanged = self.events.is_empty();
        events::record(self.zitadel, self.editor, &user, self.events.into_iter(), self.now);
        if let Some(error) = self.failure {
            return Err(error);
        }
        let position = match (self.loaded, is_unchanged) {
            (Some(parts), true) => user.history.loaded(&parts),
            _ => user.history.last(),
        };
        self.messages.into_iter().for_each(|message| self.zitadel.context.outbox.send(message));
        Ok(Written { user, position, email_code: self.email_code, phone_code: self.phone_code })
    }

    /// A code: six capitals and digits, the vendor's default for its secret generators.
    pub(super) fn new_code(&self) -> Code {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        Code::new(self.zitadel.context.ids.letters(Stream::Codes, LETTERS, 6), self.now)
    }

    /// Gives a human another address. An empty one removes it; a code that was made for it stays, as it does at the
    /// vendor, whose command for it does not look at codes.
    pub(super) fn set_address(&mut self, user: &mut User, channel: Channel, address: &str, how: &Verification) {
        self.event(EventKind::address_changed(channel, address));
        user.any_human_mut().set_address(channel, address.to_owned());
        if !address.is_empty() {
            self.verify(user, channel, how);
        }
    }

    /// Verifies a human's address, or makes a code that will.
    pub(super) fn verify(&mut self, user: &mut User, channel: Channel, how: &Verification) {
        let code = match how {
            Verification::Verified | Verification::Unverified => None,
            Verification::Send(_) | Verification::Return => Some(self.new_code()),
        };
        if user.secrets.is_some() || code.is_some() {
            user.secrets_mut().code_mut(channel).clone_from(&code);
        }
        let Some(code) = code else {
            if *how == Verification::Verified {
                *user.any_human_mut().verified_mut(channel) = true;
                self.event(EventKind::verified(channel));
            }
            return;
        };
        self.event(EventKind::code_added(channel));
        if let Verification::Send(template) = how {
            let about = match channel {
                Channel::Email => "verify_email",
                Channel::Phone => "verify_phone",
            };
            self.queue_message(user, channel, about, &code.code, template.as_deref());
        } else {
            let answered = match channel {
                Channel::Email => &mut self.email_code,
                Channel::Phone => &mut self.phone_code,
            };
            *answered = Some(code.code);
        }
    }

    /// Makes a code that initialises a human.
    pub(super) fn initialize(&mut self, user: &mut User) {
        let code = self.new_code();
        self.queue_message(user, Channel::Email, "initialize_user", &code.code, None);
        user.secrets_mut().initial_code = Some(code);
        self.event(EventKind::InitialCodeAdded);
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
            to: user.any_human().map_or_else(String::new, |human| human.address(channel).to_owned()),
            about: about.into(),
            code: Some(code.to_owned()),
            link,
        });
    }
}
