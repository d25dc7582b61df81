//! What a story shows of an answer, where its script wrote down less than all: `recordings/zitadel/<story>.shown.json`
//! has a template by the pattern of the steps' names.
//!
//! A text of a template is a path: `$.user.state`; `$.result[*].name` is that of each item, `$.policy~` the names of the
//! members, `#$.sequence` a number. `{"each": PATH, "of": TEMPLATE}` is a list, with `"sorted": true` one whose order
//! says nothing, and with `"with": TEXT` one of the items that have the text.

use serde_json::{Map, Value};

use super::declared::matches;
use super::read;

/// The templates of a story.
pub struct Shown(Map<String, Value>);

impl Shown {
    /// Those of that story; most show their answers whole.
    pub fn of(story: &str) -> Self {
        Self(read(&format!("{story}.shown")).unwrap_or_default())
    }

    /// What the story shows of an answer to that step. A pattern is meant for those of its steps that were written down
    /// in its form.
    pub fn cut(&self, step: &str, recorded: &Value, body: Value) -> Value {
        let fits = |template: &Value| match (template, recorded) {
            (Value::Object(template), Value::Object(recorded)) if !template.contains_key("each") => {
                template.len() == recorded.len() && template.keys().all(|name| recorded.contains_key(name))
            }
            (_, recorded) => !recorded.is_object(),
        };
        let template = self.0.iter().find(|(pattern, template)| matches(pattern, step) && fits(template));
        match template {
            Some((_, template)) if body.is_object() => fill(template, recorded, &body),
            _ => body,
        }
    }
}

fn fill(template: &Value, recorded: &Value, body: &Value) -> Value {
    match template {
        Value::String(path) => match path.strip_prefix('#') {
            Some(path) => {
                find(path, body).as_str().and_then(|text| text.parse::<i64>().ok()).unwrap_or_default().into()
            }
            None => find(path, body),
        },
        Value::Array(items) => {
            let of = |(index, item): (usize, &Value)| fill(item, recorded.get(index).unwrap_or(&Value::Null), body);
            items.iter().enumerate().map(of).collect()
        }
        Value::Object(list) if list.contains_key("each") => {
            let found = find(list["each"].as_str().expect("a path"), body);
            let items = found.as_array().into_iter().flatten();
            let with = list.get("with").and_then(Value::as_str).unwrap_or_default();
            let items = items.filter(|item| item.to_string().contains(with));
            let items: Vec<_> = items.map(|item| fill(&list["of"], &Value::Null, item)).collect();
            if list.contains_key("sorted") { in_order_of(recorded, items) } else { items.into() }
        }
        Value::Object(members) => {
            let of = |(name, template): (&String, &Value)| (name.clone(), fill(template, &recorded[name], body));
            members.iter().map(of).collect::<Map<_, _>>().into()
        }
        template => template.clone(),
    }
}

/// The items in the order of the recorded ones, the others behind.
fn in_order_of(recorded: &Value, mut items: Vec<Value>) -> Value {
    let order = |item: &Value| recorded.as_array().and_then(|all| all.iter().position(|one| one == item));
    items.sort_by_key(|item| order(item).unwrap_or(usize::MAX));
    items.into()
}

/// What stands at a path; nothing is null.
fn find(path: &str, body: &Value) -> Value {
    if let Some(path) = path.strip_suffix('~') {
        let found = find(path, body);
        let mut names: Vec<_> = found.as_object().into_iter().flat_map(Map::keys).cloned().collect();
        names.sort_unstable();
        return names.into();
    }
    if let Some((list, rest)) = path.split_once("[*]") {
        let found = find(list, body);
        return found.as_array().into_iter().flatten().map(|item| find(&format!("${rest}"), item)).collect();
    }
    let parts = path.trim_start_matches('$').split('.').filter(|part| !part.is_empty());
    parts.fold(body.clone(), |value, part| value.get(part).cloned().unwrap_or_default())
}

#[test]
fn a_template_shows_a_part() {
    let body =
        serde_json::json!({ "a": { "b": "1", "c": "2" }, "d": [{ "e": "x", "f": "1" }, { "e": "y", "f": "2" }] });
    for (template, expected) in [
        (r#""$.a.b""#, r#""1""#),
        (r#""$.a.z""#, "null"),
        (r#""$.a~""#, r#"["b","c"]"#),
        (r#""$.d[*].e""#, r#"["x","y"]"#),
        (r##"{"each":"$.d","of":["#$.f","$.e"]}"##, r#"[[1,"x"],[2,"y"]]"#),
        (r#"{"each":"$.d","of":"$.e","sorted":true}"#, r#"["y","x"]"#),
        (r#"{"b":"$.a.b"}"#, r#"{"b":"1"}"#),
    ] {
        let template: Value = serde_json::from_str(template).expect("a template");
        let recorded = if template.get("sorted").is_some() { serde_json::json!(["y", "x"]) } else { Value::Null };
        assert_eq!(fill(&template, &recorded, &body).to_string(), expected);
    }
}
