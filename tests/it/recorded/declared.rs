//! The differences from a recording that are wanted, `recordings/zitadel/declared.txt`, and those that are not, yet
//! are known: `open.txt`.

use std::cell::Cell;

use super::compare::Difference;
use super::empty;
use crate::fixture;

/// The stories that have lines.
pub const STORIES: [&str; 7] = ["users", "walks", "signin", "v1", "around", "grpc", empty::STORY];

/// The most lines of one story.
const MAX_LINES: usize = 15;

/// The lines of one story.
#[derive(Default)]
pub struct Declared(Vec<Line>);

struct Line {
    pattern: String,
    what: String,
    reason: String,
    /// Whether a difference, or a step that was left out, was of it.
    is_needed: Cell<bool>,
}

impl Declared {
    /// Whether a difference of that step is declared.
    pub fn covers(&self, step: &str, difference: &Difference<'_>) -> bool {
        let is = |what: &str| match what.strip_prefix("body:") {
            Some(path) => difference.what == "body" && matches(path, difference.path()),
            None => difference.what == what,
        };
        self.any(|line| is(&line.what) && matches(&line.pattern, step))
    }

    /// Whether such a step need not be told, because its operation or one that it rests on comes later.
    pub fn has_no_answer(&self, step: &str) -> bool {
        let is_later = |what: &str| matches!(what, "unemulated" | "missing");
        // Only a script can say whether its other lines are needed.
        self.any(|line| matches(&line.pattern, step));
        self.any(|line| is_later(&line.what) && matches(&line.pattern, step))
    }

    fn any(&self, fits: impl Fn(&Line) -> bool) -> bool {
        let fitting: Vec<_> = self.0.iter().filter(|line| fits(line)).collect();
        fitting.iter().for_each(|line| line.is_needed.set(true));
        !fitting.is_empty()
    }

    /// The lines that the story, told to its end, did not need: what they say differs does not any more.
    pub fn stale(&self) -> Vec<String> {
        let stale = self.0.iter().filter(|line| !line.is_needed.get());
        stale.map(|line| format!("{} {}", line.pattern, line.what)).collect()
    }
}

/// The lines of a story, which stand below its name: `STEP-PATTERN WHAT reason`.
pub fn read(story: &str) -> Declared {
    lines_of(story, &text())
}

/// Those of the differences that are not wanted.
pub fn open(story: &str) -> Declared {
    lines_of(story, &file("open"))
}

fn lines_of(story: &str, text: &str) -> Declared {
    let (mut lines, mut section) = (Vec::new(), "");
    for line in text.lines() {
        let mut words = line.splitn(3, ' ');
        match (line.strip_prefix("# "), words.next(), words.next(), words.next()) {
            (Some(name), ..) => section = STORIES.iter().find(|own| **own == name).copied().unwrap_or_default(),
            (None, Some(pattern), Some(what), Some(reason)) if section == story => lines.push(Line {
                pattern: pattern.to_owned(),
                what: what.to_owned(),
                reason: reason.to_owned(),
                is_needed: Cell::new(false),
            }),
            _ => {}
        }
    }
    Declared(lines)
}

/// The file as it is written.
pub fn text() -> String {
    file("declared")
}

fn file(name: &str) -> String {
    std::fs::read_to_string(fixture::root().join(format!("recordings/zitadel/{name}.txt"))).expect("a file")
}

/// Holds the limits: few lines, no bare `*`, and together few steps.
pub fn check(story: &str, steps: Vec<String>) {
    let declared = read(story);
    assert!(declared.0.len() <= MAX_LINES, "{story}: more than {MAX_LINES} lines");
    for line in declared.0.iter().chain(&open(story).0) {
        assert!(line.what != "*" && line.pattern != "*" && !line.reason.is_empty(), "{story} {}", line.pattern);
        assert!(steps.iter().any(|step| matches(&line.pattern, step)), "{story}: no step is {}", line.pattern);
    }
    let covered = steps.iter().filter(|step| declared.0.iter().any(|line| matches(&line.pattern, step))).count();
    assert!(covered * 100 <= steps.len() * 3, "{story}: {covered} of {} steps are declared", steps.len());
}

/// Whether a name is of that pattern, in which `*` is any text.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
        }),
    }
}

#[test]
fn a_star_is_any_text() {
    for (pattern, name, expected) in [
        ("a/*", "a/b", true),
        ("a/*", "b/a/", false),
        ("*x", "abx", true),
        ("a", "ab", false),
        ("a*c*e", "abcde", true),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}
