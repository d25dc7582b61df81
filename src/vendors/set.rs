//! The vendors of one server: the built-in ones, and those that a test registers. Knows none by name.

use std::ops::Deref;
use std::sync::Arc;

use super::{Settings, VendorFactory, VendorInfo};
use crate::call_match::CallMatch;
use crate::protocol::route;
use crate::row::Operation;
use crate::similar::shown;

/// The vendors of a server, in a fixed order: an index into it names a vendor everywhere else. A clone is the same set.
#[derive(Clone)]
pub struct VendorSet(Arc<[&'static VendorFactory]>);

impl VendorSet {
    /// The vendors that come with the crate.
    pub fn built_in() -> Self {
        Self(super::BUILT_IN.iter().collect())
    }

    /// The same, followed by further vendors.
    ///
    /// # Errors
    /// The name that two of them share.
    pub fn with(&self, more: &[&'static VendorFactory]) -> Result<Self, &'static str> {
        let all: Arc<[_]> = self.iter().chain(more).copied().collect();
        for (index, factory) in all.iter().enumerate() {
            if all[..index].iter().any(|other| other.info.name == factory.info.name) {
                return Err(factory.info.name);
            }
        }
        // Tables are built now, so that a mistake in one stops the start and no call waits for its table.
        for factory in all.iter() {
            let _ = (factory.info.routes)();
        }
        Ok(Self(all))
    }

    /// What is the same in every world, for each vendor.
    pub fn infos(&self) -> impl Iterator<Item = &'static VendorInfo> + Clone + '_ {
        self.iter().map(|factory| factory.info)
    }

    /// Their names.
    pub fn names(&self) -> Vec<&'static str> {
        self.infos().map(|info| info.name).collect()
    }

    /// The index of the vendor of that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.infos().position(|info| info.name == name)
    }

    /// The same.
    ///
    /// # Errors
    /// Names the unknown vendor, and the known ones.
    pub fn index(&self, name: &str) -> Result<usize, String> {
        let unknown = || format!("unknown vendor {name:?}; expected one of {}", self.names().join(", "));
        self.position(name).ok_or_else(unknown)
    }

    /// Every operation with its vendor's name.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &'static Operation)> + '_ {
        self.infos().flat_map(|info| info.operations().map(|operation| (info.name, operation)))
    }

    /// Refuses names of vendors and operations that no call to these can have.
    ///
    /// # Errors
    /// The unknown name, and the known names closest to it.
    pub fn check(&self, calls: &CallMatch) -> Result<(), String> {
        calls.check(&self.names(), self.operations().map(|(vendor, operation)| (vendor, operation.name)))
    }

    /// The same for a rule, which can also name what a vendor delivers to the outside.
    ///
    /// # Errors
    /// As of [`VendorSet::check`].
    pub fn check_rule(&self, calls: &CallMatch) -> Result<(), String> {
        let operations = self.operations().map(|(vendor, operation)| (vendor, operation.name));
        let deliveries = self.infos().flat_map(|info| info.deliveries.iter().map(|name| (info.name, *name)));
        calls.check(&self.names(), operations.chain(deliveries))?;
        // A delivery goes to a path of somebody else's.
        let is_delivery = |name: &str| self.infos().any(|info| info.deliveries.contains(&name));
        if calls.asked_operation().is_some_and(is_delivery) { Ok(()) } else { self.check_path(calls) }
    }

    /// Refuses a path that no route of the selected vendor and operation has.
    ///
    /// # Errors
    /// The path, and the routes closest to it.
    pub fn check_path(&self, calls: &CallMatch) -> Result<(), String> {
        let Some(path) = calls.asked_path() else { return Ok(()) };
        let is_meant = |vendor: &str, operation: &Operation| {
            calls.asked_vendor().is_none_or(|name| name == vendor)
                && calls.asked_operation().is_none_or(|name| name == operation.name)
        };
        let meant = || self.operations().filter(|(vendor, own)| is_meant(vendor, own)).map(|(_, operation)| operation);
        let has_it = |operation: &Operation| {
            let paths = operation.has_path().then_some(operation.path).into_iter().chain(operation.rpc);
            paths.into_iter().any(|route| route::can_have(route, path))
        };
        if meant().any(has_it) {
            return Ok(());
        }
        let method = calls.asked_method().and_then(|method| method.to_ascii_uppercase().parse().ok());
        let nearest = route::nearest(meant(), &method.unwrap_or_default(), path.trim_end_matches('*'));
        let nearest: Vec<_> = nearest.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        Err(format!("no route has the path {:?}; the closest matches are {}", shown(path), nearest.join(", ")))
    }

    /// The default settings of each vendor.
    pub fn default_settings(&self) -> Vec<Settings> {
        vec![Settings::default(); self.len()]
    }

    /// Sets `vendor.key` to `value` among the settings of all vendors.
    ///
    /// # Errors
    /// Names the unknown vendor, setting or value, and the known ones.
    pub fn set(&self, settings: &mut [Settings], name: &str, value: &str) -> Result<(), String> {
        let (vendor, key) = name.split_once('.').ok_or_else(|| format!("expected VENDOR.KEY, not {name:?}"))?;
        let index = self.index(vendor)?;
        settings[index].set(vendor, self[index].info.settings, key, value)
    }
}

impl Deref for VendorSet {
    type Target = [&'static VendorFactory];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
