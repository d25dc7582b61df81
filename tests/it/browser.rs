//! A browser as far as sign-in needs one: it keeps cookies by name and path, follows no redirect, and reads forms.

use std::collections::BTreeMap;

use fauxidp::Emulator;

use crate::wire::{Answer, Ask};

/// Cookies by name and path, as browsers keep them: the port of a server makes no difference.
#[derive(Default)]
pub struct Browser {
    pub cookies: BTreeMap<(String, String), String>,
    /// What it calls the server, where that is not [`HOST`](crate::wire::HOST).
    pub host: Option<String>,
}

impl Browser {
    /// Asks for a path, with the cookies that belong to it.
    pub async fn ask(&mut self, emulator: &Emulator, ask: Ask) -> Answer {
        let path = ask.path.split('?').next().expect("a path").to_owned();
        let is_below = |below: &str| path == below || path.starts_with(&format!("{}/", below.trim_end_matches('/')));
        let own = self.cookies.iter().filter(|((_, below), _)| is_below(below));
        let cookies: Vec<_> = own.map(|((name, _), value)| format!("{name}={value}")).collect();
        let ask = if cookies.is_empty() { ask } else { ask.header("cookie", &cookies.join("; ")) };
        let ask = match &self.host {
            Some(host) => ask.header("host", host),
            None => ask,
        };
        let answer = ask.send(emulator).await;
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = line.split_once(';').expect("it has attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            let attribute = |name: &str| attributes.split(';').find_map(|one| one.trim().strip_prefix(name));
            let key = (name.to_owned(), attribute("Path=").expect("a path").to_owned());
            match attribute("Max-Age=") {
                Some("0") => _ = self.cookies.remove(&key),
                _ => _ = self.cookies.insert(key, value.to_owned()),
            }
        }
        answer
    }

    /// Gets a path.
    pub async fn get(&mut self, emulator: &Emulator, path: &str) -> Answer {
        self.ask(emulator, Ask::new("GET", path)).await
    }

    /// Presses a button of the form on a page.
    pub async fn press(&mut self, emulator: &Emulator, page: &Answer, name: &str, value: &str) -> Answer {
        let (_, form) = page.text().split_once("<form method=\"post\" action=\"").expect("a form");
        let path = &form[..form.find('"').expect("an end")];
        let mut body = form_urlencoded::Serializer::new(String::new());
        for field in form.split("type=\"hidden\" name=\"").skip(1).take(2) {
            let (field_name, rest) = field.split_once("\" value=\"").expect("a value");
            body.append_pair(field_name, &rest[..rest.find('"').expect("an end")]);
        }
        let body = body.append_pair(name, value).finish();
        let ask = Ask::new("POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.ask(emulator, ask.body(body)).await
    }
}

/// A parameter of the query that an answer redirects to.
pub fn redirected(answer: &Answer, name: &str) -> Option<String> {
    let (_, query) = answer.header("location")?.split_once('?')?;
    let found = form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name);
    found.map(|(_, value)| value.into_owned())
}
