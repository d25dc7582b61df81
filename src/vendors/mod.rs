//! The vendors: what each has to offer, and the one list that names them all.

mod jitsudo;
mod monocloud;
mod set;
mod zitadel;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Serialize;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::clock::Clock;
use crate::exchange::Exchange;
use crate::failure::{Failure, Name};
use crate::fidelity::{Answer, Operation};
use crate::ids::Ids;
use crate::outbox::Outbox;
use crate::people::Person;
use crate::protocol::credential::Carrier;
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};
use crate::tokens::Keys;

pub use set::VendorSet;

/// The vendors that come with the crate: the one list that names them.
pub static BUILT_IN: [Maker; 3] = [monocloud::MAKER, zitadel::MAKER, jitsudo::MAKER];

/// One vendor's users in one world: the same people at birth, nothing shared in life.
pub trait Vendor: Send + Sync {
    /// What is the same in every world.
    fn about(&self) -> &'static About;

    /// Answers a call that names one of the vendor's operations: authenticate, operate, render.
    fn handle(&self, exchange: &Exchange) -> Reply;

    /// The key of the user that a call is about, as the seed writes it, whether or not there is such a user.
    fn subject<'c>(&self, call: &'c Call) -> Option<Cow<'c, str>>;

    /// Whether the call carries a credential that counts here.
    fn admits(&self, call: &Call) -> bool;

    /// Takes notice of what happened outside the API.
    ///
    /// # Errors
    /// In words, why it cannot have happened: the user is not there, or not able to.
    fn event(&self, event: &Event) -> Result<(), String> {
        Err(format!("{} takes no event {:?}", self.about().title, event.what.as_str()))
    }

    /// Any failure, in this vendor's words.
    fn refuse(&self, exchange: &Exchange, failure: &Failure) -> Reply;

    /// The vendor in a world of its own that starts from this one's state, copy-on-write. A reset is a fork of the seed.
    fn fork(&self, shared: Shared) -> Box<dyn Vendor>;

    /// Everything that calls can change, as JSON; the world's own is not among it.
    fn state(&self) -> Box<RawValue>;

    /// The vendor with a state that [`Vendor::state`] gave, here or in another server.
    ///
    /// # Errors
    /// What does not fit.
    fn restored(&self, state: &RawValue, shared: Shared, settings: &Settings) -> Result<Box<dyn Vendor>, String>;

    /// The same with other settings: what calls change is shared, so that one under way is not lost.
    fn with(&self, settings: &Settings) -> Box<dyn Vendor>;

    /// Adds what every answer under this vendor's paths carries, whoever wrote it.
    fn finish(&self, _: &Exchange, _: &mut Reply) {}

    /// How the vendor's clients get at this world of a server at `base`, with a credential that may do everything.
    fn endpoint(&self, base: &BaseUrls) -> Endpoint;
}

/// Something that happens to a user outside the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The user's key.
    pub user: String,
    /// What happens.
    pub what: Happening,
    /// From which address.
    pub ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// At which application, by its id.
    pub client: Option<String>,
}

/// What can happen to a user outside the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The user signs in.
    SignIn,
    /// Somebody tries to, and fails.
    FailedSignIn,
}

impl Happening {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::SignIn, Self::FailedSignIn];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::FailedSignIn => "failed_sign_in",
        }
    }
}

/// Where this server is reached.
#[derive(Debug, Clone)]
pub struct BaseUrls {
    /// With `http://`.
    pub plain: String,
    /// With `https://`.
    pub tls: String,
}

/// How a vendor's clients get at one world.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The base URL that they take, such as `http://127.0.0.1:8484`.
    pub url: String,
    /// A credential that may do everything there; it names the world.
    pub credential: String,
    /// The variables by which they find both, and what else they need.
    pub environment: BTreeMap<&'static str, String>,
}

impl Endpoint {
    fn new(url: String, credential: String) -> Self {
        Self { url, credential, environment: BTreeMap::new() }
    }

    fn is_told(&mut self, variable: &'static str, value: String) {
        self.environment.insert(variable, value);
    }
}

/// What is the same for a vendor in every world.
pub struct About {
    /// The vendor's name in paths, settings and faults; also its folder in `fixtures/`.
    pub name: &'static str,
    /// The vendor's name for people.
    pub title: &'static str,
    /// The starts of the paths that are its own.
    pub claims: &'static [&'static str],
    /// Where its clients send credentials; the first that a call has stands for the call in the journal.
    pub credentials: &'static [Carrier],
    /// Its operations, emulated or not.
    pub routes: &'static LazyLock<RouteTable>,
    /// Its remote calls, where it has that edge.
    pub rpc: Option<Rpc>,
    /// What any call can get, whatever its operation.
    pub common: &'static [Answer],
    /// What is deliberately different from the real service, whatever the operation.
    pub differences: &'static [&'static str],
    /// What it declares about itself.
    pub settings: &'static [Setting],
    /// The named errors that it does not have.
    pub lacks: &'static [Name],
}

impl About {
    /// Its operations, emulated or not.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        self.routes.operations().iter().copied()
    }
}

/// What reflection and health are told of a vendor's remote calls.
pub struct Rpc {
    /// A serialized `google.protobuf.FileDescriptorSet`.
    pub descriptors: &'static [u8],
}

/// One thing that a vendor declares about itself and that can be set.
#[derive(Debug)]
pub struct Setting {
    /// Its key, as in `--set vendor.key=value`.
    pub key: &'static str,
    /// The values it can have; the first is the default.
    pub values: &'static [&'static str],
    /// What it decides.
    pub what: &'static str,
}

/// The values that were set for one vendor.
#[derive(Debug, Default, Clone)]
pub struct Settings(Vec<(&'static Setting, &'static str)>);

impl Settings {
    /// Sets `key` to `value`.
    ///
    /// # Errors
    /// A sentence that names what the vendor does have.
    pub fn set(&mut self, about: &'static About, key: &str, value: &str) -> Result<(), String> {
        let Some(setting) = about.settings.iter().find(|setting| setting.key == key) else {
            let known: Vec<_> = about.settings.iter().map(|setting| setting.key).collect();
            return Err(match known.is_empty() {
                true => format!("{} has no settings", about.name),
                false => format!("{} has no setting {key:?}, only {}", about.name, known.join(", ")),
            });
        };
        let Some(value) = setting.values.iter().find(|known| **known == value) else {
            return Err(format!("{}.{key} is one of {}, not {value:?}", about.name, setting.values.join(", ")));
        };
        self.0.retain(|(other, _)| other.key != key);
        self.0.push((setting, value));
        Ok(())
    }

    /// Every setting of a vendor with its value.
    pub fn all(&self, about: &'static About) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
        about.settings.iter().map(|setting| (setting.key, self.get(setting)))
    }

    /// The value of a setting, or its default.
    fn get(&self, setting: &'static Setting) -> &'static str {
        let set = self.0.iter().find(|(other, _)| other.key == setting.key);
        set.map_or(setting.values[0], |(_, value)| value)
    }
}

/// A vendor's state as JSON.
fn written(state: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(state).expect("records are JSON")
}

/// A vendor's state from JSON.
fn read_state<T: DeserializeOwned>(vendor: &str, state: &RawValue) -> Result<T, String> {
    serde_json::from_str(state.get()).map_err(|error| format!("{vendor}: {error}"))
}

/// How a vendor of the list is made.
pub struct Maker {
    /// What it is.
    pub about: &'static About,
    /// The embedded seed: `fixtures/seed/<name>.json`.
    pub embedded: &'static str,
    /// Reads a seed.
    pub make: fn(&Origin<'_>) -> Result<Made, SeedError>,
    /// The id that a made-up person has there.
    pub id: fn(&Person) -> String,
}

/// A vendor as its seed and made-up people give it.
pub struct Made {
    /// The vendor.
    pub vendor: Box<dyn Vendor>,
    /// What is to happen to every call about a user.
    pub faults: Vec<UserFault>,
}

/// A fault that a seed gives a user.
pub struct UserFault {
    /// The user's key.
    pub key: String,
    /// The specification, not yet read.
    pub spec: String,
    /// The member of the seed.
    pub field: String,
}

impl std::fmt::Debug for Maker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Maker").field(&self.about.name).finish()
    }
}

/// What a vendor starts from.
pub struct Origin<'a> {
    /// The text of its seed file.
    pub seed: &'a str,
    /// Made-up people to add.
    pub people: &'a [Person],
    /// What was set.
    pub settings: &'a Settings,
    /// What it shares with the other vendors.
    pub shared: Shared,
}

/// The world of calls that name none.
pub const DEFAULT_WORLD: &str = "default";

/// What the vendors of one world share. A clone is the same; [`Shared::fork`] makes another.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The world's name.
    pub world: Arc<str>,
    /// The world's clock.
    pub clock: Clock,
    /// The world's ids.
    pub ids: Ids,
    /// The world's key pairs.
    pub keys: Keys,
    /// What would have been sent.
    pub outbox: Outbox,
}

impl Shared {
    /// The same for a world of its own, of that name.
    pub fn fork(&self, world: &str) -> Self {
        Self {
            world: world.into(),
            clock: self.clock.fork(),
            ids: self.ids.fork(),
            keys: self.keys.fork(),
            outbox: self.outbox.fork(),
        }
    }

    /// A credential that leads back to its world, from wherever it is sent.
    fn led_back(&self, credential: String) -> String {
        match &*self.world {
            DEFAULT_WORLD => credential,
            world => format!("{credential}~{world}"),
        }
    }
}

/// Why a seed does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}: {}", one_line(field), one_line(message))]
pub struct SeedError {
    /// The line, from 1.
    pub line: usize,
    /// The member, such as `users[3].emails[0].id`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl SeedError {
    /// An error about `value`, a string that stands in the seed.
    pub fn about(seed: &str, value: &str, field: &str, message: impl Into<String>) -> Self {
        let quoted = serde_json::to_string(value).unwrap_or_default();
        let before = seed.rfind(&quoted).map_or("", |at| &seed[..at]);
        Self { line: before.matches('\n').count() + 1, field: field.to_owned(), message: message.into() }
    }
}

/// The text without line breaks and other characters that nobody sees: a member's name in a file can have any.
pub(crate) fn one_line(text: &str) -> String {
    let shown = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Reads a seed file.
fn read_seed<T: DeserializeOwned>(seed: &str) -> Result<T, SeedError> {
    let mut reader = serde_json::Deserializer::from_str(seed);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = match error.path().to_string().as_str() {
            "." => "the file".to_owned(),
            path => path.to_owned(),
        };
        seed_error(field, error.inner())
    })?;
    reader.end().map_err(|error| seed_error("the file".to_owned(), &error))?;
    Ok(read)
}

fn seed_error(field: String, error: &serde_json::Error) -> SeedError {
    let message = error.to_string();
    // The line is said once, in front.
    let place = format!(" at line {} column {}", error.line(), error.column());
    SeedError { line: error.line(), field, message: message.strip_suffix(&place).unwrap_or(&message).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_vendors_claim_the_same_path() {
        let claims: Vec<_> = BUILT_IN.iter().flat_map(|maker| maker.about.claims).collect();
        for (place, claim) in claims.iter().enumerate() {
            assert!(!claims[..place].contains(claim), "{claim}");
        }
    }

    #[test]
    fn a_setting_takes_only_what_the_vendor_declares() {
        static ROUTES: LazyLock<RouteTable> = LazyLock::new(|| RouteTable::new([]));
        static ABOUT: About = About {
            name: "acme",
            title: "Acme",
            claims: &[],
            credentials: &[],
            routes: &ROUTES,
            rpc: None,
            common: &[],
            differences: &[],
            settings: &[Setting { key: "era", values: &["seed", "current"], what: "" }],
            lacks: &[],
        };
        let mut settings = Settings::default();
        assert_eq!(settings.get(&ABOUT.settings[0]), "seed");
        settings.set(&ABOUT, "era", "current").unwrap();
        assert_eq!(settings.get(&ABOUT.settings[0]), "current");
        let error = settings.set(&ABOUT, "era", "new").unwrap_err();
        assert_eq!(error, "acme.era is one of seed, current, not \"new\"");
        let error = settings.set(&ABOUT, "area", "seed").unwrap_err();
        assert_eq!(error, "acme has no setting \"area\", only era");
    }
}
