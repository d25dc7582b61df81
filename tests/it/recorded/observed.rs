//! Rows of the fidelity tables against the recordings: a row is observed if a step shows it, and only then.

use std::collections::BTreeMap;

use fauxidp::declared::Confidence;

use super::Step;
use super::compare;
use super::play::Recorded;
use crate::fidelity;
use crate::fixture::root;

/// The stories that are told in process, so that a row can name their steps.
pub const STORIES: [&str; 4] = ["users", "walks", "v1", "around"];

/// The story that only its script tells: `scripts/recorded` holds `signin.rows`, which says what its steps show.
const BY_SCRIPT: &str = "signin";

/// A step that was answered as it was recorded, and the row that it shows.
struct Shown<'s> {
    step: &'s str,
    status: u16,
    row: &'s str,
}

/// The steps that were answered here as they were recorded, to the last member, each with the row that it shows.
fn shown<'s>(steps: &'s [Step], answers: &'s [Option<Recorded>]) -> Vec<Shown<'s>> {
    let played = steps.iter().zip(answers).filter_map(|(step, answer)| Some((step, answer.as_ref()?)));
    let equal = played.filter(|(step, answer)| step.is_compared() && compare::differences(step, answer).is_empty());
    let shown = |(step, answer): (&'s Step, &'s Recorded)| {
        Some(Shown { step: &step.name, status: step.status, row: answer.row.as_deref()? })
    };
    equal.filter_map(shown).collect()
}

/// Holds the rows against a story that was told.
pub fn check(story: &str, steps: &[Step], answers: &[Option<Recorded>]) {
    check_rows(story, &shown(steps, answers));
}

fn check_rows(story: &str, shown: &[Shown<'_>]) {
    let rows = fidelity::answers();
    let mut wrong = Vec::new();
    for (row, answer) in &rows {
        let own = answer.recorded.as_deref().and_then(|recorded| recorded.strip_prefix(story)?.strip_prefix(':'));
        if let Some(name) = own
            && !shown.iter().any(|shown| shown.step == name && shown.row == row && shown.status == answer.status)
        {
            wrong.push(format!("{row} is not what the step {story}:{name} shows"));
        }
    }
    let is_less = |row: &str, status| {
        rows.get(row).is_some_and(|answer| answer.confidence > Confidence::Observed && answer.status == status)
    };
    let mut lacking = BTreeMap::new();
    for shown in shown.iter().filter(|shown| is_less(shown.row, shown.status)) {
        lacking.entry(shown.row).or_insert(shown.step);
    }
    wrong.extend(lacking.iter().map(|(row, name)| format!("{row} is observed: recorded = \"{story}:{name}\"")));
    assert!(wrong.is_empty(), "the vendor's fidelity/*.toml says otherwise than its recording:\n{}", wrong.join("\n"));
}

#[test]
fn what_the_story_of_signing_in_shows_is_observed() {
    let path = root().join(format!("recordings/zitadel/{BY_SCRIPT}.rows"));
    let text = std::fs::read_to_string(path).expect("what scripts/recorded has written");
    let recorded: BTreeMap<_, _> = super::recording_names(BY_SCRIPT).into_iter().map(|name| (name, ())).collect();
    let shown = text.lines().map(|line| {
        let mut words = line.split(' ');
        let (Some(step), Some(status), Some(row), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            panic!("expected `STEP STATUS ROW`: {line}");
        };
        assert!(recorded.contains_key(step), "no such step: {line}");
        Shown { step, status: status.parse().expect("a status"), row }
    });
    check_rows(BY_SCRIPT, &shown.collect::<Vec<_>>());
}

#[test]
fn a_row_names_a_story_that_is_told() {
    for (row, answer) in fidelity::answers() {
        if let Some(recorded) = &answer.recorded {
            let story = recorded.split(':').next().unwrap_or_default();
            assert!(
                row.starts_with("zitadel.") && (STORIES.contains(&story) || story == BY_SCRIPT),
                "{row}: {recorded}"
            );
            assert_ne!(answer.source, "zitadel-unlisted", "{row}: {recorded} settles it");
        }
    }
}
