//! Random commands on humans against a plain count of their events: a write shows the last event, a read the last one
//! that changes what it shows, and what changes nothing or is refused is none, but for failed checks.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Expected, Service, follows_its_model};
use crate::wire::Ask;

/// A human: what calls change of it, and its events.
#[derive(Clone)]
struct Human {
    id: &'static str,
    email: String,
    phone: String,
    given_name: String,
    note: String,
    is_active: bool,
    last: u64,
    shown: u64,
}

#[derive(Clone)]
struct Humans(Vec<Human>);

#[derive(Debug, Clone)]
enum Command {
    SendCode,
    WrongCode,
    Email(&'static str),
    Phone(&'static str),
    RemovePhone,
    GivenName(&'static str),
    Note(&'static str),
    Password,
    WeakPassword,
    Nothing,
    Deactivate,
    Reactivate,
}

impl Human {
    fn born(id: &'static str, given_name: &str, email: &str) -> Self {
        let (email, given_name) = (email.to_owned(), given_name.to_owned());
        let (phone, note) = (String::new(), String::new());
        Self { id, email, phone, given_name, note, is_active: true, last: 2, shown: 2 }
    }

    /// Counts events, of which the last `hidden` are not shown.
    fn events(&mut self, shown: u64, hidden: u64) -> Expected {
        if shown > 0 {
            self.shown = self.last + shown;
        }
        self.last += shown + hidden;
        Expected::new(200, [("/details/sequence", self.last.to_string().into())])
    }

    fn refused(id: &'static str) -> Expected {
        Expected::new(400, [("/details/0/id", id.into())])
    }

    fn after(&mut self, command: &Command) -> Expected {
        let without_details = Expected::new(200, []);
        match command {
            Command::SendCode | Command::Password => self.events(0, 1),
            Command::WrongCode => {
                self.events(0, 1);
                Self::refused("COMMAND-eis9R")
            }
            Command::Email(email) if self.email == *email => Self::refused("COMMAND-Uch5e"),
            Command::Email(email) => {
                (*email).clone_into(&mut self.email);
                self.events(2, 0)
            }
            Command::Phone(phone) if self.phone == *phone => Self::refused("COMMAND-Uch5e"),
            Command::Phone(phone) => {
                (*phone).clone_into(&mut self.phone);
                self.events(1, 1)
            }
            Command::RemovePhone if self.phone.is_empty() => Self::refused("COMMAND-ieJ2e"),
            Command::RemovePhone => {
                self.phone.clear();
                self.events(1, 0)
            }
            Command::GivenName(name) => {
                if self.given_name != *name {
                    (*name).clone_into(&mut self.given_name);
                    self.events(1, 0);
                }
                without_details
            }
            Command::Note(note) => {
                if self.note != *note {
                    (*note).clone_into(&mut self.note);
                    self.events(0, 1);
                }
                without_details
            }
            Command::WeakPassword => Self::refused("DOMAIN-HuJf6"),
            Command::Nothing => without_details,
            Command::Deactivate if !self.is_active => Self::refused("COMMAND-5gunjw0cd7"),
            Command::Reactivate if self.is_active => Self::refused("COMMAND-s5qqcz97hf"),
            Command::Deactivate | Command::Reactivate => {
                self.is_active = !self.is_active;
                self.events(1, 0)
            }
        }
    }
}

impl Command {
    fn ask(&self, id: &str) -> Ask {
        let (method, path, body) = match self {
            Self::SendCode => ("POST", "/email/send", json!({})),
            Self::WrongCode => ("POST", "/email/verify", json!({ "verificationCode": "WRONG1" })),
            Self::Email(email) => ("POST", "/email", json!({ "email": email, "isVerified": true })),
            Self::Phone(phone) => ("POST", "/phone", json!({ "phone": phone })),
            Self::RemovePhone => ("DELETE", "/phone", Value::Null),
            Self::GivenName(name) => ("PATCH", "", json!({ "human": { "profile": { "givenName": name } } })),
            Self::Note(note) => ("POST", "/metadata", json!({ "metadata": [{ "key": "note", "value": note }] })),
            Self::Password => ("POST", "/password", json!({ "newPassword": { "password": "Secr3t-Pass!" } })),
            Self::WeakPassword => ("POST", "/password", json!({ "newPassword": { "password": "weak" } })),
            Self::Nothing => ("PATCH", "", json!({ "human": {} })),
            Self::Deactivate => ("POST", "/deactivate", json!({})),
            Self::Reactivate => ("POST", "/reactivate", json!({})),
        };
        let ask = Ask::new(method, &format!("/v2/users/{id}{path}")).header("authorization", "Bearer zitadel-admin");
        if body.is_null() { ask } else { ask.body(body.to_string()) }
    }
}

impl Service for Humans {
    type Call = Command;

    fn calls() -> impl Strategy<Value = (usize, Command)> {
        let command = prop_oneof![
            select(vec![Command::SendCode, Command::WrongCode, Command::RemovePhone, Command::Nothing]),
            select(vec![Command::Password, Command::WeakPassword, Command::Deactivate, Command::Reactivate]),
            select(vec!["a@b.example", "c@d.example"]).prop_map(Command::Email),
            select(vec!["+41791234567", "+41791234568"]).prop_map(Command::Phone),
            select(vec!["Ada", "Ida"]).prop_map(Command::GivenName),
            select(vec!["", "MQ==", "Mg=="]).prop_map(Command::Note),
        ];
        (0..Self::born().0.len(), command)
    }

    fn born() -> Self {
        Self(vec![
            Human::born("human-active", "Ada", "ada@example.com"),
            Human::born("human-elsewhere", "Otto", "otto@example.com"),
        ])
    }

    fn call(&mut self, user: usize, command: &Command) -> (Ask, Expected) {
        let human = &mut self.0[user];
        (command.ask(human.id), human.after(command))
    }

    fn looks(&self) -> Vec<(Ask, Expected)> {
        let look = |human: &Human| {
            let members = [
                ("/user/details/sequence", Value::from(human.shown.to_string())),
                ("/user/human/email/email", human.email.clone().into()),
                ("/user/human/profile/givenName", human.given_name.clone().into()),
            ];
            let path = format!("/v2/users/{}", human.id);
            (Ask::new("GET", &path).header("authorization", "Bearer zitadel-admin"), Expected::new(200, members))
        };
        self.0.iter().map(look).collect()
    }
}

#[test]
fn zitadel_counts_the_events_of_its_commands() {
    follows_its_model::<Humans>();
}
