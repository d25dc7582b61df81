//! A world's whole state as JSON, from which this or another server can restore it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{World, fits};
use crate::clock::Clock;
use crate::context::WorldContext;
use crate::faults::{Counters, Rules};
use crate::ids::Ids;
use crate::json_difference::{Comparison, difference};
use crate::outbox::Outbox;
use crate::tokens::Keys;
use crate::typed_json;
use crate::vendors::Settings;

/// The format mark of every state.
const FORMAT: &str = "world state, version 1";

/// Everything in a world but its name and its journal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    fauxidp: String,
    ids: Ids,
    /// How many key pairs of the pool are in use.
    keys_taken: usize,
    clock: Clock,
    settings: BTreeMap<String, String>,
    outbox: Outbox,
    faults: Faults,
    vendors: BTreeMap<String, Box<RawValue>>,
}

/// The rules, and the counts of other faults.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    rules: Arc<Rules>,
    others: Arc<Counters>,
}

impl World {
    /// Writes everything in the world but its name and its journal, as JSON.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_state(&self, to: &mut dyn Write) -> io::Result<()> {
        let context = &self.context;
        let state = State {
            fauxidp: FORMAT.to_owned(),
            ids: context.ids.clone(),
            keys_taken: context.keys.taken(),
            clock: context.clock.clone(),
            settings: self.settings().map(|(key, value)| (key, value.to_owned())).collect(),
            outbox: context.outbox.clone(),
            faults: Faults { rules: Arc::clone(&self.rules), others: Arc::clone(&self.counters) },
            vendors: BTreeMap::new(),
        };
        let head = serde_json::to_string(&state).expect("a state is JSON");
        to.write_all(head.strip_suffix("}}").expect("the vendors come last").as_bytes())?;
        // Each vendor writes its own, since all of them in one text may be more than there is memory for.
        let vendors: BTreeMap<_, _> = self.vendors().map(|vendor| (vendor.info().name, vendor)).collect();
        let mut before = "";
        for (name, vendor) in vendors {
            write!(to, "{before}\"{name}\":")?;
            vendor.write_state(to)?;
            before = ",";
        }
        to.write_all(b"}}")
    }

    /// A world of that name with a state that [`World::write_state`] returned. Its credentials are those of this world.
    ///
    /// # Errors
    /// What is wrong with the state.
    pub(super) fn restored(&self, name: &str, state: &[u8]) -> Result<Self, String> {
        let restored = self.read(name, state)?;
        // What is not as the world would write it is something that the world would lose.
        let mut comparison = Comparison::with(state);
        if restored.write_state(&mut comparison).is_ok() && comparison.is_over() {
            return Ok(restored);
        }
        let mut own = Vec::with_capacity(state.len());
        restored.write_state(&mut own).map_err(|error| error.to_string())?;
        let texts = (std::str::from_utf8(state).ok(), std::str::from_utf8(&own).ok());
        let (Some(given), Some(own)) = texts else { return Err("it is not UTF-8".to_owned()) };
        match difference(given, own).map_err(|error| error.to_string())? {
            None => Ok(restored),
            Some(difference) => Err(difference),
        }
    }

    fn read(&self, name: &str, state: &[u8]) -> Result<Self, String> {
        let state: State = typed_json::read(state).map_err(|misfit| misfit.to_string())?;
        if state.fauxidp != FORMAT {
            return Err(format!("expected {FORMAT:?}, not {:?}", state.fauxidp));
        }
        let mut settings: Vec<_> = self.settings.iter().map(Settings::without_values).collect();
        for (key, value) in &state.settings {
            self.set.set(&mut settings, key, value)?;
        }
        let context = WorldContext {
            world: name.into(),
            clock: state.clock,
            ids: state.ids,
            keys: Keys::after(state.keys_taken).map_err(|error| format!("keys_taken: {error}"))?,
            outbox: state.outbox,
        };
        let mut restored = Vec::with_capacity(self.vendors.len());
        for (vendor, settings) in self.vendors().zip(&settings) {
            let info = vendor.info();
            let state = state.vendors.get(info.name).ok_or_else(|| format!("vendors.{} is missing", info.name))?;
            restored.push(vendor.restore(state, context.clone(), settings)?);
        }
        if let Some(unknown) = state.vendors.keys().find(|name| self.set.position(name).is_none()) {
            return Err(format!("vendors.{unknown}: unknown vendor"));
        }
        state.faults.rules.check(|spec, matching| fits(&self.set, spec, matching))?;
        Ok(Self {
            set: self.set.clone(),
            vendors: restored,
            context,
            user_faults: Arc::clone(&self.user_faults),
            counters: state.faults.others,
            rules: state.faults.rules,
            settings,
            used: (AtomicU64::new(0), AtomicI64::new(0)),
            journal: Arc::new(self.journal.fork()),
            deliveries: Arc::default(),
        })
    }
}
