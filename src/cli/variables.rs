//! Which variables of the process look like ours and are none: a misspelled one would otherwise be silently without
//! effect.

use super::flags::Cli;
use crate::similar::closest_match;

/// Begins the names of our variables.
const PREFIX: &str = "FAUXIDP_";

/// What test helpers read: the binary that they start.
const BINARY: &str = "FAUXIDP_BIN";

/// Begin the names that Kubernetes sets for a service called `fauxidp`.
const OF_A_SERVICE: [&str; 2] = ["FAUXIDP_PORT", "FAUXIDP_SERVICE_"];

/// A warning for each variable that no flag has.
pub(super) fn unknown() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    warnings(names)
}

fn warnings(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = Cli::variables();
    let is_foreign = |name: &String| {
        name.starts_with(PREFIX)
            && name != BINARY
            && !known.contains(name)
            && !OF_A_SERVICE.iter().any(|prefix| name.starts_with(prefix))
    };
    let warning = |name: String| {
        let closest = closest_match(&name, known.iter().map(String::as_str));
        format!("no flag has the variable {}{closest}", name.escape_debug())
    };
    names.filter(is_foreign).map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_no_flag_has_is_named_with_the_closest() {
        let all = ["FAUXIDP_PEPLE", "FAUXIDP_PEOPLE", "FAUXIDP_BIN", "FAUXIDP_PORT_80_TCP", "FAUXIDP_SERVICE_HOST"];
        let warnings = warnings(all.into_iter().chain(["FAUXIDP_URL", "HOME"]).map(str::to_owned));
        assert_eq!(warnings, ["no flag has the variable FAUXIDP_PEPLE; the closest match is FAUXIDP_PEOPLE"]);
    }
}
