//! Markdown that a person can review: short lines, and links that are named in the text and defined at the end. Knows
//! nothing of vendors.

use std::collections::BTreeMap;
use std::ops::Range;

/// Where a paragraph is wrapped.
const WIDTH: usize = 110;

/// Where it is wrapped on a page beside those that are written by hand.
const NARROW: usize = 100;

/// No line of a page is longer.
pub const MAX_WIDTH: usize = 120;

/// No page is larger, in bytes.
pub const MAX_BYTES: usize = 60 * 1024;

/// A page that is being written.
pub struct Page {
    text: String,
    links: BTreeMap<String, String>,
    width: usize,
}

impl Page {
    /// An empty page with a title.
    pub fn new(title: &str) -> Self {
        Self { text: format!("# {title}\n"), links: BTreeMap::new(), width: WIDTH }
    }

    /// An empty page with a title, as wide as those that are written by hand.
    pub fn narrow(title: &str) -> Self {
        Self { width: NARROW, ..Self::new(title) }
    }

    /// A section.
    pub fn section(&mut self, title: &str) {
        self.text += &format!("\n## {title}\n");
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        self.write(text, "", "");
    }

    /// A list. Each line of an item starts on a line of its own, so that a change shows as what it is.
    pub fn list(&mut self, items: impl IntoIterator<Item = Vec<String>>) {
        let mut before = "\n";
        for lines in items {
            self.text += before;
            before = "";
            for (index, line) in lines.iter().enumerate() {
                self.write(line, if index == 0 { "- " } else { "  " }, "  ");
            }
        }
    }

    /// A table, a line a row. These columns are of numbers, the others of text.
    pub fn table(&mut self, heads: &[&str], numbers: Range<usize>, rows: impl IntoIterator<Item = Vec<String>>) {
        let rules = (0..heads.len()).map(|column| if numbers.contains(&column) { "--:" } else { "---" });
        self.text += &format!("\n| {} |\n| {} |\n", heads.join(" | "), rules.collect::<Vec<_>>().join(" | "));
        for row in rows {
            self.text += &format!("| {} |\n", row.join(" | "));
        }
    }

    /// A link as the text shows it; its definition goes to the end of the page.
    pub fn link(&mut self, label: &str, url: String) -> String {
        if let Some(other) = self.links.insert(label.to_owned(), url.clone()) {
            assert_eq!(other, url, "two links are named {label}");
        }
        format!("[{label}]")
    }

    /// The whole page.
    pub fn finish(mut self) -> String {
        if !self.links.is_empty() {
            self.text.push('\n');
        }
        for (label, url) in self.links {
            let is_long = label.len() + url.len() + "[]: ".len() > MAX_WIDTH;
            self.text += &format!("[{label}]:{}{url}\n", if is_long { "\n  " } else { " " });
        }
        self.text
    }

    fn write(&mut self, text: &str, first: &str, next: &str) {
        let mut line = first.to_owned();
        let mut is_empty = true;
        for word in text.split_whitespace() {
            let fits = line.chars().count() + 1 + word.chars().count() <= self.width;
            if !is_empty && !fits && !opens_block(word) {
                self.text += &line;
                self.text.push('\n');
                next.clone_into(&mut line);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line += word;
            is_empty = false;
        }
        self.text += &line;
        self.text.push('\n');
    }
}

/// Whether a line that starts with this word is no more text, but a list, a title or a quotation.
fn opens_block(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')']);
    ["-", "+", "*", "="].contains(&word)
        || word.starts_with(['#', '>', '|'])
        || (number.len() < word.len() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn a_paragraph_is_wrapped_where_it_stays_one() {
    let mut page = Page::new("Title");
    let long = "word ".repeat(21) + "- 1. #a end";
    page.list([vec![long, "more".to_owned()], vec![page_link()]]);
    let wrapped = "word ".repeat(21);
    assert_eq!(page.finish(), format!("# Title\n\n- {wrapped}- 1. #a\n  end\n  more\n- [a]\n"));
}

#[cfg(test)]
fn page_link() -> String {
    Page::new("other").link("a", "b".to_owned())
}

#[test]
fn a_link_is_defined_once_at_the_end() {
    let mut page = Page::new("Title");
    let (link, url) = (page.link("a", "b".to_owned()), "u".repeat(MAX_WIDTH - 4));
    assert_eq!(page.link("a", "b".to_owned()), link);
    page.paragraph(&link);
    page.link("long", url.clone());
    assert_eq!(page.finish(), format!("# Title\n\n[a]\n\n[a]: b\n[long]:\n  {url}\n"));
}
