//! The one form of a content type that has many spellings, as Go's library for media types has it. Knows no wire.

/// The content type in lower case, with its charset as its only parameter: `application/json; charset=utf-8`. `None`
/// if it has another form, or another parameter.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (media_type, mut rest) = text.find(';').map_or((text, ""), |at| text.split_at(at));
    let media_type = media_type.trim();
    let (main, sub) = media_type.split_once('/')?;
    if !is_token(main) || !is_token(sub) {
        return None;
    }
    let mut charset = None;
    // A semicolon at the end is allowed.
    while !rest.is_empty() && rest.trim() != ";" {
        let (name, value, after) = parameter(rest)?;
        let is_new = charset.replace(value.to_ascii_lowercase()).is_none();
        if !is_new || !name.eq_ignore_ascii_case("charset") {
            return None;
        }
        rest = after;
    }
    let media_type = media_type.to_ascii_lowercase();
    Some(match charset {
        Some(charset) => format!("{media_type}; charset={charset}"),
        None => media_type,
    })
}

/// The first parameter of `; name=value; ...`, and what follows it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start().strip_prefix(';')?.trim_start();
    let (name, text) = token(text)?;
    let text = text.trim_start().strip_prefix('=')?.trim_start();
    match text.strip_prefix('"') {
        Some(quoted) => quoted_value(quoted).map(|(value, after)| (name, value, after)),
        None => token(text).map(|(value, after)| (name, value.to_owned(), after)),
    }
}

/// A value up to its closing quote, and what follows that.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            character => value.push(character),
        }
    }
    None
}

fn token(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|character| !is_token_character(character)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_token_character)
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_legal_spelling_has_one_form() {
        for text in [
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "Application/JSON ; Charset=\"utf-8\"",
            "application/json; charset = utf-8 ;",
            "application/json;charset=\"ut\\f-8\"",
        ] {
            assert_eq!(canonical(text).as_deref(), Some("application/json; charset=utf-8"), "{text}");
        }
        for text in ["application/json", " APPLICATION/json", "application/json;", "application/json ; "] {
            assert_eq!(canonical(text).as_deref(), Some("application/json"), "{text}");
        }
        assert_eq!(canonical("a/b; charset=latin1").as_deref(), Some("a/b; charset=latin1"));
    }

    #[test]
    fn another_parameter_or_another_form_is_none() {
        for text in [
            "",
            "json",
            "application/",
            "a b/c",
            "a/b; q=1",
            "a/b; charset",
            "a/b; charset=",
            "a/b; charset=\"x",
            "a/b;;",
            "a/b; charset=x; charset=x",
            "a/b; charset=x y",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
