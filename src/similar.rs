//! Which known names a misspelled one may have meant. Knows none of them.

/// How many characters of a name are compared: the cost of a comparison is quadratic.
const MAX_COMPARED: usize = 64;

/// The known names, the most similar first, at most `count` of them.
pub fn most_similar<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, count: usize) -> Vec<&'n str> {
    let compared: String = name.chars().take(MAX_COMPARED).collect();
    let mut known: Vec<_> = known.into_iter().collect();
    known.sort_by_cached_key(|known| (strsim::levenshtein(known, &compared), *known));
    known.dedup();
    known.truncate(count);
    known
}

/// The known name that is meant, unless none is similar.
pub fn meant<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let compared: String = name.chars().take(MAX_COMPARED).collect();
    let is_similar = |known: &&str| strsim::jaro_winkler(known, &compared) > 0.89;
    most_similar(name, known, 1).into_iter().find(is_similar)
}

/// The known name that is meant, to be put behind a message; empty if none is similar.
pub fn closest_match<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    meant(name, known).map_or_else(String::new, |meant| format!("; the closest match is {meant}"))
}

/// The message of a reader of JSON; of an unknown name it says the closest one, if one is similar, and not all.
pub fn with_closest(message: &str) -> String {
    let Some((wrong, expected)) = message.split_once(", expected ").filter(|(wrong, _)| wrong.contains("unknown "))
    else {
        return message.to_owned();
    };
    let name = wrong.split('`').nth(1).unwrap_or_default();
    match meant(name, expected.split('`').skip(1).step_by(2)) {
        Some(meant) => format!("{wrong}; the closest match is {meant}"),
        None => message.to_owned(),
    }
}

/// A name for use in a message, cut so that it fits on a line.
pub fn shown(name: &str) -> String {
    match name.char_indices().nth(MAX_COMPARED) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_is_found_and_a_foreign_one_is_not() {
        let known = ["first", "skip", "every"];
        assert_eq!(most_similar("fisrt", known, 2)[0], "first");
        assert_eq!(meant("fisrt", known), Some("first"));
        assert_eq!(meant("colour", known), None);
        assert_eq!(meant("nonsense", ["none"]), None);
        assert_eq!(meant("suspnd", ["delete-owner", "suspend-self"]), Some("suspend-self"));
        assert_eq!(closest_match("evry", known), "; the closest match is every");
        let message = "unknown field `fisrt`, expected one of `first`, `skip` at line 1 column 9";
        assert_eq!(with_closest(message), "unknown field `fisrt`; the closest match is first");
        assert_eq!(with_closest("unknown field `x`, expected `first`"), "unknown field `x`, expected `first`");
        assert_eq!(shown(&"x".repeat(1 << 20)).chars().count(), MAX_COMPARED + 1);
    }
}
