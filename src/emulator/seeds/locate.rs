//! Where a member stands in a text. Knows nothing of what it means.

use std::collections::HashMap;

use serde_json::value::RawValue;

/// A place in a text, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Where the value of a member such as `users[3].emails[0].id` stands in a JSON text, or its name; as far as the text
/// has it. `None` if the text is no JSON.
pub(super) fn in_json(text: &str, field: &str, is_name: bool) -> Option<Place> {
    let mut here: &RawValue = serde_json::from_str(text).ok()?;
    let mut rest = field;
    let mut name = None;
    while !rest.is_empty() {
        let Some((inner, key, after)) = step(here, rest) else { break };
        (here, name, rest) = (inner, key, after);
    }
    // A raw value is a part of the text that it was read from.
    let mut offset = (here.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    if let Some(name) = name.filter(|_| is_name) {
        let quoted = serde_json::to_string(&name).ok()?;
        offset = text.get(..offset)?.rfind(&quoted).unwrap_or(offset);
    }
    place(text, offset)
}

/// The inner value that the path begins with, its name, and the rest of the path.
fn step<'t, 'p>(here: &'t RawValue, path: &'p str) -> Option<(&'t RawValue, Option<String>, &'p str)> {
    if let Some((index, after)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) {
        let items: Vec<&RawValue> = serde_json::from_str(here.get()).ok()?;
        return Some((items.get(index.parse::<usize>().ok()?)?, None, after));
    }
    let members: HashMap<String, &RawValue> = serde_json::from_str(here.get()).ok()?;
    // A name can have dots and brackets itself.
    let begun = members.iter().filter_map(|(name, inner)| Some((name, *inner, begins(path, name)?)));
    let (name, inner, after) = begun.max_by_key(|(name, ..)| name.len())?;
    Some((inner, Some(name.clone()), after))
}

/// The rest of a path that begins with that name.
pub(super) fn begins<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let after = path.strip_prefix('.').unwrap_or(path).strip_prefix(name)?;
    (after.is_empty() || after.starts_with(['.', '['])).then_some(after)
}

fn place(text: &str, offset: usize) -> Option<Place> {
    let before = text.get(..offset)?;
    let line = before.rsplit('\n').next()?;
    Some(Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_where_it_stands() {
        let text = "{\n  \"a\": [1, {\"é.b\": \"x\",\n \"c\": {}}]\n}";
        let find = |field: &str, is_name| in_json(text, field, is_name).map(|place| (place.line, place.column));
        assert_eq!(find("", false), Some((1, 1)));
        assert_eq!(find("a", false), Some((2, 8)));
        assert_eq!(find("a", true), Some((2, 3)));
        assert_eq!(find("a[1].é.b", false), Some((2, 20)));
        assert_eq!(find("a[1].é.b", true), Some((2, 13)));
        assert_eq!(find("a[1].c.d", false), Some((3, 7)), "as far as it is there");
        assert_eq!(in_json("{", "a", false), None);
    }
}
