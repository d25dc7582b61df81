//! What the calls to a world say about their client.

use http::StatusCode;
use serde_json::Map;

use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::report::{Format, Report, Served, Severity};
use crate::similar::closest_match;
use crate::world::World;

/// What is asked for.
struct Asked {
    format: Format,
    /// From which severity on the answer is no success.
    fail_on: Option<Severity>,
}

/// The report about the calls that the journal holds.
pub(super) fn show(world: &World, query: &str) -> Reply {
    let asked = match Asked::of(query) {
        Ok(asked) => asked,
        Err(detail) => return refused(&detail),
    };
    if world.journal.is_off() {
        return refused("The server keeps no journal: it was started with --journal 0.");
    }
    let served = world.set().infos().map(|info| Served {
        vendor: info.name,
        operations: info.operations().collect(),
        replaced: (info.routes)().replaced().collect(),
        credentials: info.credentials,
        paging: info.paging,
        misfits: info.misfits,
    });
    let served: Vec<_> = served.collect();
    let idle = world.rules.shown(world.clock().now()).into_iter().filter(|rule| rule["fired"] == 0);
    let idle = idle.map(|rule| rule["fault"].as_str().unwrap_or_default().to_owned()).collect();
    let report = Report::of(world.name(), &served, &world.journal.read(), idle);
    let fails = asked.fail_on.is_some_and(|severity| report.fails(severity));
    let status = if fails { StatusCode::CONFLICT } else { StatusCode::OK };
    asked.format.reply(&report, asked.fail_on.unwrap_or(Severity::Error), status)
}

impl Asked {
    fn of(query: &str) -> Result<Self, String> {
        let mut asked = Self { format: Format::Json, fail_on: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "format" => asked.format = Format::of(&value).ok_or_else(|| unknown(&name, &value, &FORMATS))?,
                "fail_on" => {
                    asked.fail_on = Some(Severity::of(&value).ok_or_else(|| unknown(&name, &value, &SEVERITIES))?);
                }
                _ => return Err(unknown("query parameter", &name, &["format", "fail_on"])),
            }
        }
        Ok(asked)
    }
}

/// The forms of a report, by name.
pub const FORMATS: [&str; Format::ALL.len()] = {
    let mut names = [""; Format::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Format::ALL[index].as_str();
        index += 1;
    }
    names
};

/// How bad a finding can be, by name.
pub const SEVERITIES: [&str; 2] = [Severity::Error.as_str(), Severity::Warning.as_str()];

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let closest = closest_match(name, known.iter().copied());
    format!("Unknown {what} {name:?}{closest}; expected one of {}.", known.join(", "))
}

fn refused(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}
