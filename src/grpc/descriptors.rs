//! What the descriptors of all services say: which file defines a name, and what it needs. Knows no service.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::message::{Fields, Value};

/// The descriptors of health and reflection themselves, which `tools/generate` makes from `proto/`.
const OWN: &[u8] = include_bytes!("descriptors.bin");

/// The index of a file among all.
type FileIndex = usize;

/// Files by all that they can be asked for.
#[derive(Default)]
pub(super) struct Registry {
    files: Vec<File>,
    by_name: HashMap<&'static str, FileIndex>,
    by_symbol: HashMap<String, FileIndex>,
    /// By the message that is extended, and the number.
    extensions: BTreeMap<(String, u32), FileIndex>,
    messages: BTreeSet<String>,
    services: BTreeSet<String>,
}

struct File {
    /// A serialized `google.protobuf.FileDescriptorProto`.
    bytes: &'static [u8],
    needs: Vec<&'static str>,
}

/// A registry that is read at first use, so that a start does not pay for it.
pub(super) type LazyRegistry = LazyLock<Registry, Box<dyn FnOnce() -> Registry + Send>>;

impl Registry {
    /// What [`Registry::new`] makes of these, at first use.
    pub(super) fn lazy(sets: Vec<&'static [u8]>) -> LazyRegistry {
        LazyLock::new(Box::new(move || Self::new(sets.into_iter())))
    }

    /// What gRPC's own services have, and these serialized `google.protobuf.FileDescriptorSet`s.
    pub(super) fn new(sets: impl Iterator<Item = &'static [u8]>) -> Self {
        let mut registry = Self::default();
        for bytes in sets.chain([OWN]).flat_map(|set| children(set, 1)) {
            let name = text(bytes, 1);
            if registry.by_name.contains_key(name) {
                continue; // two sets need the same file
            }
            registry.by_name.insert(name, registry.files.len());
            registry.index(bytes);
            let needs = children(bytes, 3).map(|name| std::str::from_utf8(name).unwrap_or_default()).collect();
            registry.files.push(File { bytes, needs });
        }
        registry
    }

    /// Notes the names of a file that is the next one.
    fn index(&mut self, file: &'static [u8]) {
        let package = text(file, 2);
        children(file, 4).for_each(|message| self.index_message(message, package));
        children(file, 5).for_each(|kind| self.index_enum(kind, package));
        for service in children(file, 6) {
            let name = self.index_name(service, package);
            for method in children(service, 2) {
                self.index_name(method, &name);
            }
            self.services.insert(name);
        }
        children(file, 7).for_each(|extension| self.index_extension(extension, package));
    }

    fn index_message(&mut self, message: &'static [u8], scope: &str) {
        let name = self.index_name(message, scope);
        for member in children(message, 2).chain(children(message, 8)) {
            self.index_name(member, &name); // fields, and what is one of several
        }
        children(message, 3).for_each(|nested| self.index_message(nested, &name));
        children(message, 4).for_each(|kind| self.index_enum(kind, &name));
        children(message, 6).for_each(|extension| self.index_extension(extension, &name));
        self.messages.insert(name);
    }

    fn index_enum(&mut self, kind: &'static [u8], scope: &str) {
        self.index_name(kind, scope);
        for value in children(kind, 2) {
            self.index_name(value, scope); // beside the enum, as in C
        }
    }

    fn index_extension(&mut self, extension: &'static [u8], scope: &str) {
        self.index_name(extension, scope);
        let number = fields(extension).find_map(|field| match field {
            (3, Value::Number(number)) => u32::try_from(number).ok(),
            _ => None,
        });
        let extended = text(extension, 2).trim_start_matches('.').to_owned();
        self.extensions.insert((extended, number.unwrap_or_default()), self.files.len());
    }

    /// Notes the full name of what has its own name in field 1.
    fn index_name(&mut self, named: &'static [u8], scope: &str) -> String {
        let own = text(named, 1);
        let name = if scope.is_empty() { own.to_owned() } else { format!("{scope}.{own}") };
        self.by_symbol.insert(name.clone(), self.files.len());
        name
    }

    /// The full names of all services, in their order.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(String::as_str)
    }

    /// Whether there is such a service.
    pub(super) fn has_service(&self, name: &str) -> bool {
        self.services.contains(name)
    }

    /// The file of that name and all that it needs.
    pub(super) fn file(&self, name: &str) -> Option<Vec<&'static [u8]>> {
        self.by_name.get(name).map(|index| self.with_needs(*index))
    }

    /// The file that defines a name, and all that it needs.
    pub(super) fn file_of_symbol(&self, name: &str) -> Option<Vec<&'static [u8]>> {
        self.by_symbol.get(name).map(|index| self.with_needs(*index))
    }

    /// The file that extends a message by that number, and all that it needs.
    pub(super) fn file_of_extension(&self, message: &str, number: u32) -> Option<Vec<&'static [u8]>> {
        self.extensions.get(&(message.to_owned(), number)).map(|index| self.with_needs(*index))
    }

    /// The numbers by which a message is extended, if there is such a message.
    pub(super) fn extension_numbers(&self, message: &str) -> Option<Vec<u32>> {
        let all = (message.to_owned(), 0)..=(message.to_owned(), u32::MAX);
        self.messages.contains(message).then(|| self.extensions.range(all).map(|((_, number), _)| *number).collect())
    }

    fn with_needs(&self, first: FileIndex) -> Vec<&'static [u8]> {
        let mut indexes = vec![first];
        let mut next = 0;
        while let Some(index) = indexes.get(next) {
            for need in self.files[*index].needs.iter().filter_map(|name| self.by_name.get(name)) {
                if !indexes.contains(need) {
                    indexes.push(*need);
                }
            }
            next += 1;
        }
        indexes.into_iter().map(|index| self.files[index].bytes).collect()
    }
}

/// The fields of a message that is embedded, and so whole.
fn fields(message: &'static [u8]) -> impl Iterator<Item = (u32, Value<'static>)> {
    Fields::of(message).map_while(Result::ok)
}

/// The messages, or texts, in a field.
fn children(message: &'static [u8], number: u32) -> impl Iterator<Item = &'static [u8]> {
    fields(message).filter_map(move |(own, value)| match value {
        Value::Bytes(bytes) if own == number => Some(bytes),
        _ => None,
    })
}

/// The text in a field; empty if there is none.
fn text(message: &'static [u8], number: u32) -> &'static str {
    children(message, number).last().and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors::VendorSet;

    #[test]
    fn every_name_leads_to_its_file_and_what_that_needs() {
        let set = VendorSet::built_in();
        let registry = Registry::new(set.infos().filter_map(|info| info.rpc.as_ref()).map(|rpc| rpc.descriptors));
        for (symbol, files) in [
            ("grpc.health.v1.Health", 1),
            ("grpc.health.v1.Health.Watch", 1),
            ("grpc.health.v1.HealthCheckResponse.ServingStatus", 1),
            ("grpc.health.v1.HealthCheckResponse.SERVING", 1),
            ("grpc.reflection.v1alpha.ServerReflectionRequest.message_request", 1),
            ("google.protobuf.Timestamp.seconds", 1),
        ] {
            assert_eq!(registry.file_of_symbol(symbol).map(|files| files.len()), Some(files), "{symbol}");
        }
        for file in &registry.files {
            let all = registry.file(text(file.bytes, 1)).unwrap();
            assert_eq!(all[0], file.bytes);
            assert!(all.len() > file.needs.len() && file.needs.iter().all(|name| registry.by_name.contains_key(name)));
        }
        assert!(registry.file_of_symbol("grpc.health.v1").is_none() && registry.file("health.proto").is_none());
    }

    #[test]
    fn extensions_are_found_by_their_message_and_number() {
        // A file `x` with a message `M` of the package `p`, which it extends by `e` with the number 100.
        static SET: &[u8] = b"\x0a\x18\x0a\x01x\x12\x01p\x22\x03\x0a\x01M\x3a\x0b\x0a\x01e\x12\x04.p.M\x18\x64";
        let registry = Registry::new([SET].into_iter());
        assert_eq!(registry.file_of_extension("p.M", 100), registry.file("x"));
        assert_eq!(registry.extension_numbers("p.M"), Some(vec![100]));
        assert_eq!(registry.extension_numbers("p.N"), None);
        assert!(registry.file_of_symbol("p.e").is_some() && registry.file_of_extension("p.M", 1).is_none());
    }
}
