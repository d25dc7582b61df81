//! The descriptors of ZITADEL's messages, read once: fields, enums, rules, and the messages of each remote call.

use std::sync::LazyLock;

use hashbrown::HashMap;

use super::super::generated::DESCRIPTORS;
use super::fields::{Fields, Raw};

/// Everything that the descriptors say.
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::of(DESCRIPTORS));

/// All messages, enums and remote calls.
#[derive(Debug, Default)]
pub(super) struct Schema {
    messages: HashMap<String, MessageType>,
    enums: HashMap<String, EnumType>,
    /// The request and the answer of a remote call, by its path.
    methods: HashMap<String, (String, String)>,
}

/// A type of message.
#[derive(Debug, Default)]
pub(super) struct MessageType {
    /// As Go names it: a nested one has the outer one's name in front.
    pub(super) name: String,
    /// As Go names its package.
    pub(super) package: String,
    /// Its whole name.
    pub(super) full_name: String,
    /// What its values are, if it is an entry of a map from texts.
    map_of: Option<Kind>,
    pub(super) fields: Vec<FieldType>,
    /// The names of its oneofs, and whether one of its members must be there.
    pub(super) oneofs: Vec<(String, bool)>,
}

/// A field of a message.
#[derive(Debug, Default)]
pub(super) struct FieldType {
    pub(super) name: String,
    /// Its name in JSON.
    pub(super) json: String,
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) is_repeated: bool,
    /// Whether it is told apart from its default, and so always written where it is.
    pub(super) has_presence: bool,
    /// The index of the oneof that it is a member of.
    pub(super) oneof: Option<usize>,
    pub(super) rules: Rules,
}

/// What a field holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Text,
    Bytes,
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Timestamp,
    Duration,
    /// Any JSON object. No request has one.
    Struct,
    Enum(String),
    Message(String),
    /// A map from texts to that.
    Map(Box<Self>),
}

/// The rules of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// The shortest and the longest that a text may be.
    pub(super) min_len: Option<usize>,
    pub(super) max_len: Option<usize>,
    /// The only length that a text may have.
    pub(super) len: Option<usize>,
    /// The shortest and the longest that bytes may be; of a text, its bytes.
    pub(super) min_bytes: Option<usize>,
    pub(super) max_bytes: Option<usize>,
    /// How a text has to start.
    pub(super) prefix: Option<String>,
    /// Whether a text has to be an e-mail address.
    pub(super) is_email: bool,
    /// Whether an enum has to be one of its values, and which of them it may not be.
    pub(super) is_defined: bool,
    pub(super) not_in: Vec<i64>,
    /// Whether a message has to be there.
    pub(super) is_required: bool,
    pub(super) is_unique: bool,
    /// The most items that a list may have.
    pub(super) max_items: Option<usize>,
    pub(super) items: Option<Box<Self>>,
    /// The longest that a duration may be, in seconds; the shortest is none.
    pub(super) max_seconds: Option<i64>,
    /// Whether a duration has to be longer than none.
    pub(super) is_positive: bool,
    /// The only value that a boolean may have.
    pub(super) only: Option<bool>,
}

/// The values of an enum, by name.
#[derive(Debug, Default)]
pub(super) struct EnumType(Vec<(String, i64)>);

impl Schema {
    /// What a serialized set of files says.
    fn of(files: &[u8]) -> Self {
        let mut schema = Self::default();
        for file in Fields(files).texts(1) {
            let package = Fields(file).text(2);
            for message in Fields(file).texts(4) {
                schema.add_message(&package, &package, "", message);
            }
            for kind in Fields(file).texts(5) {
                schema.add_enum(&package, kind);
            }
            for service in Fields(file).texts(6) {
                schema.add_service(&package, service);
            }
        }
        schema
    }

    /// The request and the answer of a remote call.
    pub(super) fn method(&self, rpc: &str) -> (&MessageType, &MessageType) {
        let (request, answer) = self.methods.get(rpc).expect("each described operation has its descriptor");
        (self.message(request), self.message(answer))
    }

    /// The request of a remote call, if its descriptor is there.
    pub(super) fn request(&self, rpc: &str) -> Option<&MessageType> {
        self.methods.get(rpc).map(|(request, _)| self.message(request))
    }

    /// The message of that name.
    pub(super) fn message(&self, name: &str) -> &MessageType {
        self.messages.get(name).expect("the descriptors are whole")
    }

    /// The enum of that name.
    pub(super) fn enumeration(&self, name: &str) -> &EnumType {
        self.enums.get(name).expect("the descriptors are whole")
    }

    fn add_message(&mut self, package: &str, scope: &str, outer: &str, message: &[u8]) {
        let name = Fields(message).text(1);
        let (full, go) = (format!("{scope}.{name}"), format!("{outer}{name}"));
        for nested in Fields(message).texts(3) {
            self.add_message(package, &full, &format!("{go}_"), nested);
        }
        for kind in Fields(message).texts(4) {
            self.add_enum(&full, kind);
        }
        let oneofs = Fields(message).texts(8).map(|oneof| {
            let is_required = Fields(oneof).texts(2).any(|options| Fields(options).number(1071) == Some(1));
            (Fields(oneof).text(1), is_required)
        });
        let oneofs = oneofs.collect();
        let fields: Vec<_> = Fields(message).texts(2).map(|field| self.mapped(FieldType::of(field))).collect();
        let is_entry = Fields(message).texts(7).any(|options| Fields(options).number(7) == Some(1));
        let map_of = fields.get(1).filter(|_| is_entry).map(|value| value.kind.clone());
        // Go's packages are called like the last part of the name, before the version.
        let package = package.rsplit('.').find(|part| !part.starts_with('v')).unwrap_or_default().to_owned();
        let full_name = full.clone();
        self.messages.insert(full, MessageType { name: go, package, full_name, map_of, fields, oneofs });
    }

    /// The field as a map, if the descriptors say so by a list of entries.
    fn mapped(&self, field: FieldType) -> FieldType {
        let Kind::Message(name) = &field.kind else { return field };
        match self.messages.get(name).and_then(|entry| entry.map_of.clone()) {
            Some(of) => FieldType { kind: Kind::Map(Box::new(of)), is_repeated: false, ..field },
            None => field,
        }
    }

    fn add_enum(&mut self, scope: &str, kind: &[u8]) {
        let value = |value| (Fields(value).text(1), Fields(value).number(2).unwrap_or_default() as i64);
        let name = format!("{scope}.{}", Fields(kind).text(1));
        self.enums.insert(name, EnumType(Fields(kind).texts(2).map(value).collect()));
    }

    fn add_service(&mut self, package: &str, service: &[u8]) {
        let name = Fields(service).text(1);
        for method in Fields(service).texts(2) {
            let kind = |number| Fields(method).text(number).trim_start_matches('.').to_owned();
            self.methods.insert(format!("/{package}.{name}/{}", Fields(method).text(1)), (kind(2), kind(3)));
        }
    }
}

impl MessageType {
    /// The field of that name, in either spelling.
    pub(super) fn field(&self, name: &str) -> Option<&FieldType> {
        self.fields.iter().find(|field| field.json == name || field.name == name)
    }
}

impl FieldType {
    fn of(field: &[u8]) -> Self {
        let field = Fields(field);
        let named = || field.text(6).trim_start_matches('.').to_owned();
        let kind = match field.number(5).unwrap_or_default() {
            8 => Kind::Bool,
            12 => Kind::Bytes,
            3 => Kind::Int64,
            4 => Kind::Uint64,
            5 => Kind::Int32,
            13 => Kind::Uint32,
            14 => Kind::Enum(named()),
            11 => match &*named() {
                "google.protobuf.Timestamp" => Kind::Timestamp,
                "google.protobuf.Duration" => Kind::Duration,
                "google.protobuf.Struct" => Kind::Struct,
                name => Kind::Message(name.to_owned()),
            },
            _ => Kind::Text,
        };
        let is_repeated = field.number(4) == Some(3);
        let is_optional = field.number(17) == Some(1);
        let oneof = field.number(9).filter(|_| !is_optional).map(|index| index as usize);
        let is_message = matches!(kind, Kind::Message(_) | Kind::Timestamp | Kind::Duration | Kind::Struct);
        let options = field.texts(8).find_map(|options| Fields(options).texts(1071).next());
        Self {
            name: field.text(1),
            json: field.text(10),
            number: field.number(3).unwrap_or_default() as u32,
            has_presence: !is_repeated && (is_message || is_optional || oneof.is_some()),
            kind,
            is_repeated,
            oneof,
            rules: options.map(Rules::of).unwrap_or_default(),
        }
    }

    /// As Go names it.
    pub(super) fn go_name(&self) -> String {
        go_name(&self.name)
    }
}

/// A name in snake case as Go writes it.
pub(super) fn go_name(name: &str) -> String {
    let upper = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => String::new(),
    };
    name.split('_').map(upper).collect()
}

impl Rules {
    fn of(rules: &[u8]) -> Self {
        let mut all = Self::default();
        for (number, raw) in Fields(rules) {
            let Raw::Bytes(rule) = raw else { continue };
            let rule = Fields(rule);
            let length = |number| rule.number(number).map(|length| length as usize);
            match number {
                13 => all.only = rule.number(1).map(|value| value == 1),
                14 => {
                    (all.min_len, all.max_len, all.len) = (length(2), length(3), length(19));
                    all.max_bytes = length(5);
                    all.prefix = rule.texts(7).next().map(|prefix| String::from_utf8_lossy(prefix).into_owned());
                    all.is_email = rule.number(12) == Some(1);
                }
                15 => (all.min_bytes, all.max_bytes) = (length(2), length(3)),
                16 => {
                    all.is_defined = rule.number(2) == Some(1);
                    all.not_in = rule.numbers(4);
                }
                17 => all.is_required = rule.number(2) == Some(1),
                18 => {
                    all.is_unique = rule.number(3) == Some(1);
                    all.max_items = length(2);
                    all.items = rule.texts(4).next().map(|items| Box::new(Self::of(items)));
                }
                21 => {
                    all.is_positive = rule.texts(5).next().is_some();
                    all.max_seconds = rule.texts(4).next().and_then(|max| Fields(max).number(1)).map(|max| max as i64)
                }
                _ => {}
            }
        }
        all
    }
}

impl EnumType {
    /// The value of that name.
    pub(super) fn value(&self, name: &str) -> Option<i64> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// The names of its values.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// The name of that value.
    pub(super) fn name(&self, value: i64) -> Option<&str> {
        self.0.iter().find(|(_, known)| *known == value).map(|(name, _)| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_fields_and_rules() {
        let (request, answer) = SCHEMA.method("/zitadel.management.v1.ManagementService/AddOIDCApp");
        assert_eq!((&*request.name, &*request.package), ("AddOIDCAppRequest", "management"));
        let field = request.field("project_id").unwrap();
        assert_eq!((&*field.json, field.number, &field.kind), ("projectId", 1, &Kind::Text));
        assert_eq!(
            (field.rules.min_len, field.rules.max_len, field.go_name()),
            (Some(1), Some(200), "ProjectId".into())
        );
        let skew = request.field("clockSkew").unwrap();
        assert!(skew.has_presence && skew.kind == Kind::Duration && skew.rules.max_seconds == Some(5));
        assert!(answer.field("complianceProblems").unwrap().is_repeated);
        let (request, _) = SCHEMA.method("/zitadel.application.v2.ApplicationService/CreateApplication");
        assert_eq!(request.oneofs, [("application_type".to_owned(), true)]);
        let (request, _) = SCHEMA.method("/zitadel.management.v1.ManagementService/AddAppKey");
        let kind = &request.field("type").unwrap().rules;
        assert!(kind.is_defined && kind.not_in == [0]);
        let (request, _) = SCHEMA.method("/zitadel.authorization.v2.AuthorizationService/CreateAuthorization");
        let roles = &request.field("roleKeys").unwrap().rules;
        assert!(roles.is_unique && roles.items.as_ref().unwrap().max_len == Some(200));
        assert_eq!(SCHEMA.message("zitadel.org.v2.AddOrganizationRequest.Admin").name, "AddOrganizationRequest_Admin");
        let (request, _) = SCHEMA.method("/zitadel.session.v2.SessionService/CreateSession");
        let metadata = request.field("metadata").unwrap();
        assert!(metadata.kind == Kind::Map(Box::new(Kind::Bytes)) && !metadata.is_repeated);
        assert!(request.field("lifetime").unwrap().rules.is_positive);
    }
}
