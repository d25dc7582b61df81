//! The body of a call as a journal keeps it, and as people see it: with its secrets shortened. Knows no vendor.

use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::protocol::Call;
use crate::protocol::rpc::Codec;
use crate::secrets;
use crate::shape::AskedBody;

/// The most that is kept of a body, in bytes. Of a longer one only its length.
pub(super) const MAX_BODY: usize = 8 << 10;

const FORM: &str = "application/x-www-form-urlencoded";

/// The body of one call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Body {
    kind: Kind,
    length: usize,
    /// Empty if nothing is kept.
    kept: Box<[u8]>,
}

/// What a body is, as far as it can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// JSON, or something else that shows by its length alone.
    Json,
    /// JSON in the frame of gRPC.
    FramedJson,
    Form,
    Binary,
}

impl Body {
    /// The body of a call that is over.
    pub(super) fn of(call: &Call) -> Self {
        let kind = Kind::of(call);
        let is_kept = kind != Kind::Binary && call.body.len() <= MAX_BODY;
        let kept = if is_kept { &*call.body } else { &[] };
        Self { kind, length: call.body.len(), kept: kept.into() }
    }

    /// The body as people see it.
    pub(super) fn show(&self) -> Value {
        if self.length == 0 {
            return Value::Null;
        }
        let shown = match self.kind {
            _ if self.kept.is_empty() => None,
            Kind::Form => secrets::form(&self.kept).map(Value::String),
            Kind::Json => secrets::json(&self.kept),
            // The first byte says whether it is compressed.
            Kind::FramedJson => self.kept.strip_prefix(&[0]).and_then(|rest| secrets::json(rest.get(4..)?)),
            Kind::Binary => None,
        };
        // What cannot be read cannot be searched for secrets.
        shown.unwrap_or_else(|| match self.length {
            1 => Value::from("(1 byte)"),
            bytes => Value::String(format!("({bytes} bytes)")),
        })
    }

    /// The body as JSON, with its secrets; a form as an object of texts. `None` if it is neither, or not kept.
    pub(super) fn json(&self) -> Option<Value> {
        match self.kind {
            Kind::Form => {
                let fields = form_urlencoded::parse(&self.kept).into_owned();
                Some(Value::Object(fields.map(|(name, value)| (name, value.into())).collect()))
            }
            Kind::Json => serde_json::from_slice(&self.kept).ok(),
            Kind::FramedJson => serde_json::from_slice(self.kept.strip_prefix(&[0])?.get(4..)?).ok(),
            Kind::Binary => None,
        }
    }

    /// The body as an operation that takes JSON sees it.
    pub(super) fn asked(&self) -> AskedBody {
        match self.kind {
            _ if self.length == 0 => AskedBody::None,
            Kind::Json | Kind::FramedJson if !self.kept.is_empty() => {
                self.json().map_or(AskedBody::Broken, AskedBody::Json)
            }
            Kind::Json | Kind::FramedJson | Kind::Form | Kind::Binary => AskedBody::Unknown,
        }
    }

    /// Whether it is read as a form: it is called one, and does not begin as JSON does.
    pub(super) fn is_form(&self) -> bool {
        self.kind == Kind::Form
    }

    /// How many bytes are kept.
    pub(super) fn size(&self) -> usize {
        self.kept.len()
    }
}

impl Kind {
    fn of(call: &Call) -> Self {
        match call.wire {
            Some(wire) if wire.codec == Codec::Proto => Self::Binary,
            Some(wire) if wire.is_framed() => Self::FramedJson,
            Some(_) => Self::Json,
            // What starts as an object does is shown as one, whatever it is called; by far the most do.
            None if call.body.first() == Some(&b'{') => Self::Json,
            None => match call.value(&CONTENT_TYPE).and_then(|kind| kind.as_bytes().get(..FORM.len())) {
                Some(start) if start.eq_ignore_ascii_case(FORM.as_bytes()) => Self::Form,
                _ => Self::Json,
            },
        }
    }
}
