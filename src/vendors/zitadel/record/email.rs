//! E-mail addresses as ZITADEL's validator checks them: the parser of Go's `net/mail`, and then the validator's own
//! look at the parts, each with its texts. Pure.

/// Whether it is an e-mail address without a name, whatever its host; or what the parser says is wrong with it.
pub fn is_bare(address: &str) -> Result<bool, String> {
    let mut parser = Parser::new(address);
    parser.single_address()?;
    Ok(!parser.has_name)
}

/// Whether it is an e-mail address, or what the vendor says is wrong with it.
pub fn check(address: &str) -> Result<(), String> {
    let mut parser = Parser::new(address);
    let parsed = parser.single_address()?;
    if parsed.len() > 254 {
        return wrong("email addresses cannot exceed 254 characters");
    }
    let (local, host) = parsed.split_once('@').expect("the parser puts one in");
    if local.len() > 64 {
        return wrong("email address local phrase cannot exceed 64 characters");
    }
    check_host(host)
}

fn check_host(host: &str) -> Result<(), String> {
    let lower = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    if host.len() > 253 {
        return wrong("hostname cannot exceed 253 characters");
    }
    for part in lower.split('.') {
        if part.is_empty() || part.len() > 63 {
            return wrong("hostname part must be non-empty and cannot exceed 63 characters");
        }
        if part.starts_with('-') {
            return wrong("hostname parts cannot begin with hyphens");
        }
        if part.ends_with('-') {
            return wrong("hostname parts cannot end with hyphens");
        }
        if let Some(other) = part.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return wrong(&format!(
                "hostname parts can only contain alphanumeric characters or hyphens, got {:?}",
                other.to_string()
            ));
        }
    }
    Ok(())
}

fn wrong<T>(text: &str) -> Result<T, String> {
    Err(text.to_owned())
}

const BAD_COMMENT: &str = "mail: misformatted parenthetical comment";

struct Parser<'a> {
    /// What is left of the text.
    rest: &'a str,
    /// Whether the address has a name in front of it, or a comment behind it, which counts as one.
    has_name: bool,
}

impl<'a> Parser<'a> {
    fn new(rest: &'a str) -> Self {
        Self { rest, has_name: false }
    }

    fn single_address(&mut self) -> Result<String, String> {
        let mut addresses = self.addresses(true)?;
        self.skip_comments()?;
        if !self.rest.is_empty() {
            return Err(format!("mail: expected single address, got {:?}", self.rest));
        }
        match addresses.len() {
            1 => Ok(addresses.remove(0)),
            0 => wrong("mail: empty group"),
            _ => wrong("mail: group with multiple addresses"),
        }
    }

    /// An address, with or without a name, or a group of them.
    fn addresses(&mut self, with_group: bool) -> Result<Vec<String>, String> {
        self.skip_space();
        if self.rest.is_empty() {
            return wrong("mail: no address");
        }
        let start = self.rest;
        if let Ok(address) = self.bare_address() {
            self.skip_space();
            if self.rest.starts_with('(') {
                let before = self.rest.len();
                self.skip_comment()?;
                self.has_name = before - self.rest.len() > "()".len();
            }
            return Ok(vec![address]);
        }
        self.rest = start;
        let name = if self.rest.starts_with('<') { String::new() } else { self.phrase()? };
        self.skip_space();
        if with_group && self.consume(':') {
            return self.group();
        }
        if !self.consume('<') {
            // One word could have been meant as the part before an `@`, more could not.
            let is_word = name.chars().all(is_atom);
            return wrong(if is_word { "mail: missing '@' or angle-addr" } else { "mail: no angle-addr" });
        }
        self.has_name = !name.is_empty();
        let address = self.bare_address()?;
        if !self.consume('>') {
            return wrong("mail: unclosed angle-addr");
        }
        Ok(vec![address])
    }

    fn group(&mut self) -> Result<Vec<String>, String> {
        let mut addresses = Vec::new();
        self.skip_space();
        while !self.consume(';') {
            self.skip_space();
            addresses.extend(self.addresses(false)?);
            self.skip_comments()?;
            if !self.rest.starts_with(';') && !self.consume(',') {
                return wrong("mail: expected comma");
            }
        }
        self.skip_comments()?;
        Ok(addresses)
    }

    fn bare_address(&mut self) -> Result<String, String> {
        self.skip_space();
        if self.rest.is_empty() {
            return wrong("mail: no addr-spec");
        }
        let local = match self.rest.starts_with('"') {
            true => self.quoted()?,
            false => self.atom(false)?,
        };
        if local.is_empty() {
            return wrong("mail: empty quoted string in addr-spec");
        }
        if !self.consume('@') {
            return wrong("mail: missing @ in addr-spec");
        }
        self.skip_space();
        if self.rest.is_empty() {
            return wrong("mail: no domain in addr-spec");
        }
        let domain = if self.rest.starts_with('[') { self.literal()? } else { self.atom(false)? };
        Ok(format!("{local}@{domain}"))
    }

    /// Words, one at least.
    fn phrase(&mut self) -> Result<String, String> {
        let mut words: Vec<String> = Vec::new();
        loop {
            if !words.is_empty() {
                self.skip_comments()?;
            }
            self.skip_space();
            match if self.rest.starts_with('"') { self.quoted() } else { self.atom(true) } {
                Ok(word) => words.push(word),
                Err(reason) if words.is_empty() => return Err(format!("mail: missing word in phrase: {reason}")),
                Err(_) => return Ok(words.join(" ")),
            }
        }
    }

    fn atom(&mut self, is_permissive: bool) -> Result<String, String> {
        let end = self.rest.find(|c| !is_atom(c)).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at(end);
        if atom.is_empty() {
            return wrong("mail: invalid string");
        }
        self.rest = rest;
        match atom {
            _ if is_permissive => Ok(atom.to_owned()),
            _ if atom.starts_with('.') => wrong("mail: leading dot in atom"),
            _ if atom.contains("..") => wrong("mail: double dot in atom"),
            _ if atom.ends_with('.') => wrong("mail: trailing dot in atom"),
            _ => Ok(atom.to_owned()),
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut is_escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if is_escaped && (is_visible(c) || is_blank(c)) => {
                    text.push(c);
                    is_escaped = false;
                }
                '"' if !is_escaped => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' if !is_escaped => is_escaped = true,
                _ if !is_escaped && (is_visible(c) || is_blank(c)) => text.push(c),
                _ => return Err(format!("mail: bad character in quoted-string: {c:?}")),
            }
        }
        wrong("mail: unclosed quoted-string")
    }

    /// An address of a host, in brackets.
    fn literal(&mut self) -> Result<String, String> {
        let Some((inside, rest)) = self.rest[1..].split_once(']') else {
            return wrong("mail: unclosed domain-literal");
        };
        if let Some(bad) = inside.chars().find(|c| matches!(c, '[' | '\\') || !is_visible(*c)) {
            return Err(format!("mail: bad character in domain-literal: {bad:?}"));
        }
        if inside.parse::<std::net::IpAddr>().is_err() {
            return Err(format!("mail: invalid IP address in domain-literal: {inside:?}"));
        }
        self.rest = rest;
        Ok(format!("[{inside}]"))
    }

    fn consume(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    fn skip_comments(&mut self) -> Result<(), String> {
        self.skip_space();
        while self.rest.starts_with('(') {
            self.skip_comment()?;
            self.skip_space();
        }
        Ok(())
    }

    /// A comment in parentheses, which may hold others.
    fn skip_comment(&mut self) -> Result<(), String> {
        let mut depth = 0;
        let mut is_escaped = false;
        for (at, c) in self.rest.char_indices() {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = &self.rest[at + 1..];
                return Ok(());
            }
        }
        wrong(BAD_COMMENT)
    }
}

/// Whether it can stand in an atom, dots included.
fn is_atom(c: char) -> bool {
    is_visible(c) && !matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | '@' | '\\' | ',' | '"')
}

fn is_visible(c: char) -> bool {
    matches!(c, '!'..='~') || !c.is_ascii()
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        let long_label = format!("a@{}.de", "b".repeat(61));
        for good in [
            "a@b",
            "Ada.Lovelace+test@example.com",
            "ü@example.org",
            " a@b.de",
            "a@b.de ",
            "\"a b\"@c.de",
            "Name <a@b.de>",
            "<a@b>",
            "a@b (comment (inner))",
            &long_label,
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_is_none_is_told_in_the_vendors_words() {
        let long_local = format!("{}@m.example", "x".repeat(190));
        for (address, text) in [
            ("nope", "mail: missing '@' or angle-addr"),
            ("no pe", "mail: no angle-addr"),
            ("@b", "mail: missing word in phrase: mail: invalid string"),
            (" ", "mail: no address"),
            ("a@", "mail: missing '@' or angle-addr"),
            ("a b@c", "mail: no angle-addr"),
            ("a..b@x", "mail: missing '@' or angle-addr"),
            ("a@b..c", "mail: missing '@' or angle-addr"),
            ("<a", "mail: missing @ in addr-spec"),
            ("Name <a@b", "mail: unclosed angle-addr"),
            ("a@b c", "mail: expected single address, got \"c\""),
            ("a@b (", "mail: misformatted parenthetical comment"),
            ("\"\"@c", "mail: missing '@' or angle-addr"),
            ("\"a", "mail: missing word in phrase: mail: unclosed quoted-string"),
            ("g:;", "mail: empty group"),
            ("g:a@b,c@d;", "mail: group with multiple addresses"),
            ("a@-b", "hostname parts cannot begin with hyphens"),
            ("a@b-", "hostname parts cannot end with hyphens"),
            ("a@b_c", "hostname parts can only contain alphanumeric characters or hyphens, got \"_\""),
            ("a@bü.de", "hostname parts can only contain alphanumeric characters or hyphens, got \"ü\""),
            ("a@[127.0.0.1]", "hostname parts can only contain alphanumeric characters or hyphens, got \"[\""),
            (&long_local, "email address local phrase cannot exceed 64 characters"),
        ] {
            assert_eq!(check(address), Err(text.to_owned()), "{address}");
        }
    }

    #[test]
    fn a_name_or_a_comment_makes_an_address_more_than_one() {
        for (address, is) in [
            ("a@b", Ok(true)),
            (" ü@münchen.de ", Ok(true)),
            ("<a@b.de>", Ok(true)),
            ("a@b ()", Ok(true)),
            ("a@[127.0.0.1]", Ok(true)),
            ("Ada <a@b.de>", Ok(false)),
            ("a@b (c)", Ok(false)),
            ("a..b@x", Err("mail: missing '@' or angle-addr".to_owned())),
        ] {
            assert_eq!(is_bare(address), is, "{address}");
        }
    }
}
