//! How variables are written down, each way as its reader takes it.

use clap::ValueEnum;
use serde_json::{Map, Value};

/// Whom variables are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Format {
    /// `eval` in sh, bash and zsh
    Sh,
    /// A .env file
    Dotenv,
    /// The file $GITHUB_ENV of a GitHub workflow
    Github,
    /// A JSON object
    Json,
    /// `source` in fish
    Fish,
    /// `Invoke-Expression` in PowerShell
    Powershell,
}

impl Format {
    /// The variables of the server at `url`.
    pub(super) fn print(self, url: &str, variables: &[(&str, String)]) -> String {
        if self == Self::Json {
            let object: Map<_, _> =
                variables.iter().map(|(name, value)| ((*name).to_owned(), Value::from(&**value))).collect();
            return format!("{:#}\n", Value::Object(object));
        }
        // A file of GitHub's has no comments.
        let title = if self == Self::Github { String::new() } else { format!("# {url}\n") };
        variables.iter().fold(title, |text, (name, value)| text + &self.line(name, value))
    }

    fn line(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}={}\n", shlex::try_quote(value).unwrap_or_default()),
            Self::Dotenv => format!("{name}={}\n", dotenv(value)),
            Self::Github => {
                let mut end = "FAUXIDP".to_owned();
                while value.contains(&end) {
                    end.push('_');
                }
                format!("{name}<<{end}\n{value}\n{end}\n")
            }
            Self::Json => format!("{}\n", Value::from(value)),
            Self::Fish => format!("set -gx {name} '{}'\n", value.replace('\\', "\\\\").replace('\'', "\\'")),
            Self::Powershell => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
        }
    }
}

/// A value as most readers of such files take it: bare if it can be, else in single quotes, so that
/// nothing in it is expanded.
fn dotenv(value: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_./:\\~@%+,".contains(c);
    match (value.chars().all(is_bare), value.contains(['\'', '\\'])) {
        (true, _) => value.to_owned(),
        (false, false) => format!("'{value}'"),
        (false, true) => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_back_whatever_it_holds() {
        let odd = "it's\n\"two\" $lines\\";
        for (format, line) in [
            (Format::Sh, "export A=\"it's\n\\\"two\\\" \"'$lines'\"\\\\\"\n"),
            (Format::Dotenv, "A=\"it's\\n\\\"two\\\" $lines\\\\\"\n"),
            (Format::Github, "A<<FAUXIDP\nit's\n\"two\" $lines\\\nFAUXIDP\n"),
            (Format::Fish, "set -gx A 'it\\'s\n\"two\" $lines\\\\'\n"),
            (Format::Powershell, "$env:A = 'it''s\n\"two\" $lines\\'\n"),
        ] {
            assert_eq!(format.line("A", odd), line);
        }
        assert_eq!(Format::Github.line("A", "x\nFAUXIDP\ny"), "A<<FAUXIDP_\nx\nFAUXIDP\ny\nFAUXIDP_\n");
        assert_eq!(
            Format::Json.print("", &[("A", odd.to_owned())]),
            format!("{:#}\n", serde_json::json!({ "A": odd }))
        );
        for (value, text) in [("http://a:1/b", "http://a:1/b"), ("C:\\x", "C:\\x"), ("a b", "'a b'"), ("", "")] {
            assert_eq!(dotenv(value), text);
        }
    }
}
