//! One world of a running emulator, as a test holds it. It does what the control API does, without a socket.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Match;
use super::calls::{Recorded, Times};
use super::rule::{Fault, Rule};
use crate::context::DEFAULT_WORLD;
use crate::pipeline::Pipeline;
use crate::vendors::{BaseUrls, Endpoint};

/// A world of a running emulator: a complete private copy of users, settings, faults, journal, outbox and clock.
///
/// Clients call in it by the credentials of [`World::endpoint`]. A clone is the same world.
#[derive(Clone)]
#[must_use]
pub struct World {
    pipeline: Arc<Pipeline>,
    base: BaseUrls,
    name: String,
}

/// What the emulator would not do, or did not find.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The status with which the control API says so.
    pub status: u16,
    /// Why, in words.
    pub detail: String,
    /// After a failed verification: the calls that came near, each with how it differs.
    pub nearest: Vec<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)?;
        self.nearest.iter().try_for_each(|call| write!(formatter, "\n  near: {call}"))
    }
}

impl std::error::Error for Refused {}

/// A world's state, as the control API gives it: everything but its name and its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(pub String);

impl World {
    /// The world of that name, made if it is not there.
    pub(super) fn enter(pipeline: Arc<Pipeline>, base: BaseUrls, name: &str) -> Result<Self, Refused> {
        let world = Self { pipeline, base, name: name.to_owned() };
        if name == DEFAULT_WORLD {
            return Ok(world); // it is always there
        }
        world.ask::<Value>(Method::PUT, "", &json!({})).map(|_| world)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How that vendor's clients get in: the base URL, a credential that may do everything, the variables that they
    /// read.
    ///
    /// # Errors
    /// There is no such vendor, or the world was dropped.
    pub fn endpoint(&self, vendor: &str) -> Result<Endpoint, Refused> {
        let refused = |detail: String| Refused { status: 404, detail, nearest: Vec::new() };
        let world =
            self.pipeline.world(&self.name).ok_or_else(|| refused(format!("There is no world {:?}.", self.name)))?;
        let found = world.vendors().find(|found| found.info().name == vendor);
        found.map(|found| found.endpoint(&self.base)).ok_or_else(|| {
            refused(format!("Unknown vendor {vendor:?}; expected one of {}.", world.set().names().join(", ")))
        })
    }

    /// Sets a fault for the calls that match; a text alone is for all calls.
    ///
    /// # Errors
    /// It cannot be followed, it is about something that there is not, or the world has too many.
    pub fn fault(&self, fault: impl Into<Fault>) -> Result<Rule, Refused> {
        self.ask(Method::POST, "/faults", &json!(fault.into()))
    }

    /// Every rule with its counters, in the order in which they are tried.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn faults(&self) -> Result<Vec<Rule>, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            faults: Vec<Rule>,
        }
        self.ask(Method::GET, "/faults", &Value::Null).map(|shown: Shown| shown.faults)
    }

    /// Removes one rule.
    ///
    /// # Errors
    /// There is no rule of that id.
    pub fn remove_fault(&self, id: u64) -> Result<(), Refused> {
        self.done(Method::DELETE, &format!("/faults/{id}"), &Value::Null)
    }

    /// Removes every rule.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn clear_faults(&self) -> Result<(), Refused> {
        self.done(Method::DELETE, "/faults", &Value::Null)
    }

    /// The calls that the world got, newest last, those that match.
    ///
    /// # Errors
    /// A word that no call can have: a slip there would look like a call that was never made.
    pub fn requests(&self, calls: &Match) -> Result<Vec<Recorded>, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            requests: Vec<Recorded>,
        }
        let query = serde_json::to_value(calls).unwrap_or_default();
        let pairs = query.as_object().into_iter().flatten();
        let pairs = pairs.map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let shown: Result<Shown, _> = self.ask(Method::GET, &format!("/requests?{query}"), &Value::Null);
        shown.map(|shown| shown.requests)
    }

    /// Empties the journal.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn clear_requests(&self) -> Result<(), Refused> {
        self.done(Method::DELETE, "/requests", &Value::Null)
    }

    /// Holds the journal against what is expected: so many calls that match.
    ///
    /// # Errors
    /// It is otherwise: [`Refused`] says what was expected, what was found, and which calls came near.
    pub fn verify(&self, calls: &Match, times: impl Into<Times>) -> Result<(), Refused> {
        let mut expected = json!(times.into());
        expected["match"] = json!(calls);
        self.done(Method::POST, "/verify", &expected)
    }

    /// Its clock.
    pub fn clock(&self) -> Clock<'_> {
        Clock(self)
    }

    /// Everything in it but its name and its journal.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn snapshot(&self) -> Result<Snapshot, Refused> {
        self.text(Method::GET, "/state", String::new()).map(Snapshot)
    }

    /// Makes it what a snapshot says, of whatever world or server.
    ///
    /// # Errors
    /// It is no snapshot; nothing is changed.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), Refused> {
        self.text(Method::PUT, "/state", snapshot.0.clone()).map(|_| ())
    }

    /// Makes it what it was at birth, with an empty journal and outbox.
    ///
    /// # Errors
    /// None that is known.
    pub fn reset(&self) -> Result<(), Refused> {
        self.done(Method::POST, "/reset", &Value::Null)
    }

    /// Makes the world of that name what this one is now, whatever it was.
    ///
    /// # Errors
    /// A world cannot have that name.
    pub fn fork(&self, to: &str) -> Result<Self, Refused> {
        self.done(Method::POST, "/fork", &json!({ "to": to }))?;
        Ok(Self { name: to.to_owned(), ..self.clone() })
    }

    /// Changes what a vendor declares about itself in this world, such as `monocloud.era`.
    ///
    /// # Errors
    /// No vendor declares it, or not with that value.
    pub fn set(&self, key: &str, value: &str) -> Result<(), Refused> {
        self.done(Method::PUT, "", &json!({ "settings": { key: value } }))
    }

    /// Reports what happens outside the API, such as `failed_sign_in`, to a vendor's user.
    ///
    /// # Errors
    /// It cannot have happened.
    pub fn event(&self, vendor: &str, user: &str, event: &str) -> Result<(), Refused> {
        self.done(Method::POST, "/events", &json!({ "vendor": vendor, "user": user, "event": event }))
    }

    /// The codes and mails that the vendors would have sent, oldest first, as JSON.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn outbox(&self) -> Result<Vec<Value>, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            outbox: Vec<Value>,
        }
        self.ask(Method::GET, "/outbox", &Value::Null).map(|shown: Shown| shown.outbox)
    }

    /// Drops it. The next call that names it makes it anew.
    ///
    /// # Errors
    /// The default world is never dropped.
    pub fn remove(self) -> Result<(), Refused> {
        self.done(Method::DELETE, "", &Value::Null)
    }

    fn done(&self, method: Method, what: &str, body: &Value) -> Result<(), Refused> {
        self.ask::<Value>(method, what, body).map(|_| ())
    }

    fn ask<T: DeserializeOwned>(&self, method: Method, what: &str, body: &Value) -> Result<T, Refused> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let text = self.text(method, what, body)?;
        serde_json::from_str(&text).map_err(|error| Refused {
            status: 500,
            detail: format!("{error}: {text}"),
            nearest: Vec::new(),
        })
    }

    /// What the control API answers.
    fn text(&self, method: Method, what: &str, body: String) -> Result<String, Refused> {
        let uri = format!("/__fauxidp/worlds/{}{what}", percent_encoding::utf8_percent_encode(&self.name, NAME));
        let request = Request::builder().method(method).uri(uri).body(());
        let refused = |status: u16, detail: String| Refused { status, detail, nearest: Vec::new() };
        let (head, ()) = request.map_err(|error| refused(400, error.to_string()))?.into_parts();
        let reply = self.pipeline.control(head, body.into());
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        if reply.status.is_success() {
            return Ok(text);
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let nearest = problem["nearest"].as_array().into_iter().flatten();
        Err(Refused {
            status: reply.status.as_u16(),
            detail: problem["detail"].as_str().unwrap_or(&text).to_owned(),
            nearest: nearest.filter_map(|call| call.as_str().map(str::to_owned)).collect(),
        })
    }
}

/// What stays as it is in a path.
const NAME: &percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC;

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("World").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A world's clock. Tokens, locks and times to live follow it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Clock<'a>(&'a World);

impl Clock<'_> {
    /// What it shows.
    ///
    /// # Errors
    /// The world was dropped.
    pub fn now(self) -> Result<Timestamp, Refused> {
        self.turn(Method::GET, &Value::Null)
    }

    /// Makes it stand still at that time.
    ///
    /// # Errors
    /// No vendor can show that time.
    pub fn set(self, now: Timestamp) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "now": now }))
    }

    /// Moves it on, in whole milliseconds. One that stands still goes on standing still.
    ///
    /// # Errors
    /// No vendor can show the time that it would be.
    pub fn advance(self, time: Duration) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "advance_ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX) }))
    }

    /// Makes it go on from the time that it shows.
    ///
    /// # Errors
    /// None that is known.
    pub fn run(self) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "run": true }))
    }

    /// Makes it stand still at the time that it shows.
    ///
    /// # Errors
    /// None that is known.
    pub fn freeze(self) -> Result<Timestamp, Refused> {
        self.turn(Method::PUT, &json!({ "run": false }))
    }

    fn turn(self, method: Method, body: &Value) -> Result<Timestamp, Refused> {
        #[derive(Deserialize)]
        struct Shown {
            now: Timestamp,
        }
        self.0.ask(method, "/clock", body).map(|shown: Shown| shown.now)
    }
}
