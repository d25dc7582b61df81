//! Rows of the fidelity tables against the recordings: a row is observed if a step shows it, and only then.

use std::collections::BTreeMap;

use fauxidp::declared::Confidence;

use super::Step;
use super::compare;
use super::play::Recorded;
use crate::fidelity;

/// The stories that are told in process, so that a row can name their steps.
pub const STORIES: [&str; 2] = ["users", "walks"];

/// The steps that were answered here as they were recorded, to the last member, each with the row that it shows.
fn shown<'s>(steps: &'s [Step], answers: &'s [Option<Recorded>]) -> Vec<(&'s Step, &'s str)> {
    let played = steps.iter().zip(answers).filter_map(|(step, answer)| Some((step, answer.as_ref()?)));
    let equal = played.filter(|(step, answer)| step.varies.is_none() && compare::differences(step, answer).is_empty());
    equal.filter_map(|(step, answer)| Some((step, answer.row.as_deref()?))).collect()
}

/// Holds the rows against a story that was told.
pub fn check(story: &str, steps: &[Step], answers: &[Option<Recorded>]) {
    let (rows, shown) = (fidelity::answers(), shown(steps, answers));
    let mut wrong = Vec::new();
    for (row, answer) in &rows {
        let own = answer.recorded.as_deref().and_then(|recorded| recorded.strip_prefix(story)?.strip_prefix(':'));
        if let Some(name) = own
            && !shown.iter().any(|(step, own)| step.name == name && own == row && step.status == answer.status)
        {
            wrong.push(format!("{row} is not what the step {story}:{name} shows"));
        }
    }
    let is_less = |row: &str, status| {
        rows.get(row).is_some_and(|answer| answer.confidence > Confidence::Observed && answer.status == status)
    };
    let mut lacking = BTreeMap::new();
    for (step, row) in shown.into_iter().filter(|(step, row)| is_less(row, step.status)) {
        lacking.entry(row).or_insert(&step.name);
    }
    wrong.extend(lacking.iter().map(|(row, name)| format!("{row} is observed: recorded = \"{story}:{name}\"")));
    assert!(wrong.is_empty(), "the vendor's fidelity/*.toml says otherwise than its recording:\n{}", wrong.join("\n"));
}

#[test]
fn a_row_names_a_story_that_is_told() {
    for (row, answer) in fidelity::answers() {
        if let Some(recorded) = &answer.recorded {
            let story = recorded.split(':').next().unwrap_or_default();
            assert!(row.starts_with("zitadel.") && STORIES.contains(&story), "{row}: {recorded}");
            assert_ne!(answer.source, "zitadel-unlisted", "{row}: {recorded} settles it");
        }
    }
}
