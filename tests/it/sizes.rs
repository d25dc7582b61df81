//! How long files, functions and lines may be, so that the house stays one to read.

use crate::source_layout::sources;

/// The longest file, function and line.
const MAX: (usize, usize, usize) = (500, 80, 120);

/// The longest that nine files in ten may be, and the longest that half of them may be.
const USUAL: (usize, usize) = (320, 150);

/// The functions of a file: the name and the number of lines of each.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let words =
            code.split(' ').skip_while(|word| word.starts_with("pub") || ["const", "async", "in"].contains(word));
        let mut words = words.skip_while(|word| word.ends_with(')'));
        let (Some("fn"), Some(name)) = (words.next(), words.next()) else { continue };
        // Formatted code closes a function where it opened it.
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let length = lines[start..].iter().position(|line| *line == end);
        if let Some(length) = length.filter(|_| !line.ends_with(';') && !line.ends_with('}')) {
            found.push((name.split(['(', '<']).next().unwrap_or(name), length + 1));
        }
    }
    found
}

#[test]
fn files_functions_and_lines_are_short() {
    let (file, function, line) = MAX;
    let mut wrong = Vec::new();
    let mut lengths = Vec::new();
    for (path, text) in sources() {
        lengths.push(text.lines().count());
        wrong.extend((text.lines().count() > file).then(|| format!("{path}: over {file} lines")));
        let long = functions(&text).into_iter().filter(|(_, length)| *length > function);
        wrong.extend(long.map(|(name, length)| format!("{path}: {name} has {length} lines")));
        let wide = text.lines().enumerate().filter(|(_, text)| text.chars().count() > line);
        wrong.extend(wide.map(|(number, _)| format!("{path}:{}: over {line} characters", number + 1)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    lengths.sort_unstable();
    let (most, half) = (lengths[lengths.len() * 9 / 10], lengths[lengths.len() / 2]);
    assert!(most <= USUAL.0 && half <= USUAL.1, "nine in ten have up to {most} lines, half up to {half}");
}

#[test]
fn a_function_is_measured_from_its_head_to_its_end() {
    let text = "pub(super) fn one(\n    a: u8,\n) {\n}\n\nimpl A {\n    const fn two<T>() {\n        if x {\n        }\n    }\n\n    fn three();\n}\n";
    assert_eq!(functions(text), [("one", 4), ("two", 4)]);
}
