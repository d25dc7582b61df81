//! What a request can hold, as a row declares it, and what of a request does not fit. Knows no operation.

use serde_json::{Map, Value};

use crate::similar::{closest_match, shown};
use crate::typed_json::below;

/// A member of a JSON object.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    shape: Shape,
    is_required: bool,
    takes_null: bool,
}

/// What a value can be.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Text,
    Flag,
    Number,
    Texts,
    /// One of these texts.
    Word(&'static [&'static str]),
    Object(&'static [Member]),
    AnyObject,
}

/// What is known of a request after its call.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Whether it is a remote call.
    pub is_remote: bool,
    /// The method.
    pub method: &'a str,
    /// The query as it was sent.
    pub query: Option<&'a str>,
    /// The body.
    pub body: AskedBody,
}

/// A body, as far as it is known.
#[derive(Debug)]
pub enum AskedBody {
    /// There is none.
    None,
    /// JSON.
    Json(Value),
    /// It is to be JSON, and cannot be read.
    Broken,
    /// It is something else, or too long to be kept.
    Unknown,
}

/// What of a request does not fit, in words that repeat no value of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A parameter of the query that the operation does not have.
    Parameter(String),
    /// A member of the body that the operation does not have.
    Member(String),
    /// A value that is not what the operation takes.
    Value(String),
}

/// How much of one request is found at most: of each unknown name the closest one is looked for.
pub const MAX_MISFITS: usize = 20;

/// A text.
pub const fn text(name: &'static str) -> Member {
    Member { name, shape: Shape::Text, is_required: false, takes_null: false }
}

/// True or false.
pub const fn flag(name: &'static str) -> Member {
    Member { shape: Shape::Flag, ..text(name) }
}

/// A number.
pub const fn number(name: &'static str) -> Member {
    Member { shape: Shape::Number, ..text(name) }
}

/// A list of texts.
pub const fn texts(name: &'static str) -> Member {
    Member { shape: Shape::Texts, ..text(name) }
}

/// One of these texts.
pub const fn word(name: &'static str, words: &'static [&'static str]) -> Member {
    Member { shape: Shape::Word(words), ..text(name) }
}

/// An object with these members.
pub const fn object(name: &'static str, members: &'static [Member]) -> Member {
    Member { shape: Shape::Object(members), ..text(name) }
}

/// An object with whatever members.
pub const fn any_object(name: &'static str) -> Member {
    Member { shape: Shape::AnyObject, ..text(name) }
}

impl Member {
    /// It has to be there.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// It may be null.
    #[must_use]
    pub const fn or_null(mut self) -> Self {
        self.takes_null = true;
        self
    }
}

impl Misfit {
    /// A parameter of the query, which is none of the known ones.
    pub fn parameter<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        Self::Parameter(format!("unknown parameter {}{}", shown(name), closest_match(name, known)))
    }

    /// A parameter of the query, where the operation reads its body alone.
    pub fn ignored_parameter(name: &str) -> Self {
        Self::Parameter(format!("the operation reads its body and ignores the parameter {}", shown(name)))
    }

    /// A member of a body that the operation does not read.
    pub fn ignored_member(name: &str) -> Self {
        Self::Member(format!("the operation reads no body and ignores {}", shown(name)))
    }

    /// A member of the object at that path, which has none but the known ones.
    pub fn member<'n>(path: &str, name: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        let at = below(path.to_owned(), &shown(name));
        Self::Member(format!("unknown member {at}{}", closest_match(name, known)))
    }

    /// A value that is not what it has to be.
    pub fn value(path: &str, what: &str) -> Self {
        Self::Value(format!("{path} {what}"))
    }
}

/// What of a request does not fit these parameters of the query and these groups of members of the body.
pub fn misfits(query: &[&'static str], body: &[&[Member]], asked: &Asked<'_>) -> Vec<Misfit> {
    let names = form_urlencoded::parse(asked.query.unwrap_or_default().as_bytes()).map(|(name, _)| name);
    let unknown = names.filter(|name| !query.contains(&&**name)).take(MAX_MISFITS);
    let mut found: Vec<_> = unknown.map(|name| Misfit::parameter(&name, query.iter().copied())).collect();
    let members: Vec<_> = body.iter().copied().flatten().copied().collect();
    match &asked.body {
        AskedBody::Json(Value::Object(given)) if members.is_empty() => {
            found.extend(given.keys().take(MAX_MISFITS).map(|name| Misfit::ignored_member(name)));
        }
        _ if members.is_empty() => {}
        AskedBody::Json(Value::Object(given)) => check(given, &members, "", &mut found),
        AskedBody::Json(_) | AskedBody::Broken => found.push(Misfit::value("the body", "is not a JSON object")),
        AskedBody::None if members.iter().any(|member| member.is_required) => {
            found.push(Misfit::value("the body", "is missing"));
        }
        AskedBody::None | AskedBody::Unknown => {}
    }
    found
}

/// What of an object does not fit its members.
fn check(given: &Map<String, Value>, members: &[Member], path: &str, found: &mut Vec<Misfit>) {
    for (name, value) in given {
        if found.len() >= MAX_MISFITS {
            return;
        }
        match members.iter().find(|member| member.name == name) {
            Some(member) => member.check(value, &below(path.to_owned(), name), found),
            None => found.push(Misfit::member(path, name, members.iter().map(|member| member.name))),
        }
    }
    for member in members.iter().filter(|member| member.is_required && !given.contains_key(member.name)) {
        found.push(Misfit::value(&below(path.to_owned(), member.name), "is missing"));
    }
}

impl Member {
    fn check(&self, value: &Value, path: &str, found: &mut Vec<Misfit>) {
        let what = match (self.shape, value) {
            (_, Value::Null) if self.takes_null && !self.is_required => return,
            (Shape::Text, Value::String(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Number, Value::Number(_))
            | (Shape::AnyObject, Value::Object(_)) => return,
            (Shape::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => return,
            (Shape::Word(words), Value::String(text)) if words.contains(&&**text) => return,
            (Shape::Object(members), Value::Object(given)) => return check(given, members, path, found),
            (Shape::Text, _) => "is not a string",
            (Shape::Flag, _) => "is not a boolean",
            (Shape::Number, _) => "is not a number",
            (Shape::Texts, _) => "is not a list of strings",
            (Shape::Word(words), _) => return found.push(Misfit::value(path, &one_of(words))),
            (Shape::Object(_) | Shape::AnyObject, _) => "is not an object",
        };
        found.push(Misfit::value(path, what));
    }
}

/// What a value is not.
fn one_of(words: &[&str]) -> String {
    format!("is not one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAME: &[Member] = &[text("given").required(), text("family").or_null()];
    const BODY: &[&[Member]] =
        &[&[text("email").required(), flag("active"), number("age")], &[texts("roles"), object("name", NAME)]];

    fn found(query: &str, body: AskedBody) -> Vec<String> {
        let asked = Asked { is_remote: false, method: "POST", query: Some(query), body };
        let text = |misfit| match misfit {
            Misfit::Parameter(text) | Misfit::Member(text) | Misfit::Value(text) => text,
        };
        misfits(&["page", "size"], BODY, &asked).into_iter().map(text).collect()
    }

    #[test]
    fn what_fits_is_no_misfit() {
        let body =
            json!({ "email": "a", "active": true, "age": 1, "roles": ["x"], "name": { "given": "b", "family": null } });
        assert_eq!(found("page=1&size=2", AskedBody::Json(body)), Vec::<String>::new());
        assert_eq!(found("", AskedBody::Unknown), Vec::<String>::new());
    }

    #[test]
    fn of_many_misfits_the_first_are_found() {
        let many: Map<_, _> = (0..1_000).map(|n| (format!("n{n}"), json!(n))).collect();
        assert_eq!(found("", AskedBody::Json(Value::Object(many))).len(), MAX_MISFITS);
        assert_eq!(found(&"x=1&".repeat(1_000), AskedBody::Unknown).len(), MAX_MISFITS);
    }

    #[test]
    fn what_does_not_fit_is_named_without_its_value() {
        let body = json!({ "emial": "s3cret", "active": "s3cret", "roles": [1], "name": { "given": 7, "famly": 1 } });
        assert_eq!(
            found("pag=1&x=2", AskedBody::Json(body)),
            [
                "unknown parameter pag; the closest match is page",
                "unknown parameter x",
                "unknown member emial; the closest match is email",
                "active is not a boolean",
                "roles is not a list of strings",
                "name.given is not a string",
                "unknown member name.famly; the closest match is family",
                "email is missing",
            ]
        );
        assert_eq!(found("", AskedBody::Json(json!([]))), ["the body is not a JSON object"]);
        assert_eq!(found("", AskedBody::Broken), ["the body is not a JSON object"]);
        assert_eq!(found("", AskedBody::None), ["the body is missing"]);
    }
}
