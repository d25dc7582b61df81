//! A browser without a screen, users' states, faults and the table of defects. Knows nothing of the library under test.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;

use openidconnect::reqwest::Certificate;
use openidconnect::reqwest::blocking::{Client, RequestBuilder, Response};
use openidconnect::reqwest::redirect::Policy;
use openidconnect::url::Url;
use serde_json::{Value, json};

pub const TOKEN_DEFECTS: &str = "alg-none bad-signature unknown-kid no-kid expired not-yet-valid iat-in-future \
     wrong-issuer no-issuer wrong-audience no-audience wrong-azp no-subject wrong-nonce no-nonce no-exp wrong-at-hash \
     hs256-with-public-key userinfo-other-subject wrong-type no-expires-in string-expires-in no-token not-json";

/// A client that follows no redirect and trusts the server's certificate.
pub fn http() -> Client {
    let file = std::env::var("NODE_EXTRA_CA_CERTS").expect("evaluate `fauxidp env URL` first");
    let authority = Certificate::from_pem(&std::fs::read(file).expect("a file")).expect("a certificate");
    Client::builder().redirect(Policy::none()).add_root_certificate(authority).build().expect("a client")
}

fn plain() -> String {
    std::env::var("ZITADEL_URL").expect("evaluate `fauxidp env URL` first")
}

fn post(path: &str, header: (&str, &str), body: Value) {
    let ask = http().post(plain() + path).header("content-type", "application/json").header(header.0, header.1);
    let answer = ask.body(body.to_string()).send().expect("an answer");
    let status = answer.status();
    assert!(status.is_success(), "{path}: {status} {}", answer.text().unwrap_or_default());
}

pub fn reset() {
    post("/__fauxidp/worlds/default/reset", ("accept", "*/*"), json!({}));
}

/// Makes the next calls of an operation have that fault.
fn fault(operation: &str, spec: &str) {
    let body = json!({ "fault": spec, "match": { "operation": operation } });
    post("/__fauxidp/worlds/default/faults", ("accept", "*/*"), body);
}

/// What an administrator does to keep a user out.
pub fn stop(vendor: &str, user: &str) {
    let variable = |name: &str| std::env::var(name).expect("a variable of `fauxidp env`");
    match vendor {
        "monocloud" => {
            let key = variable("MONOCLOUD_MANAGEMENT_API_KEY");
            post(&format!("/api/users/{user}/disable"), ("x-api-key", &key), json!({}));
        }
        _ => {
            let token = format!("Bearer {}", variable("ZITADEL_TOKEN"));
            post(&format!("/v2/users/{user}/deactivate"), ("authorization", &token), json!({}));
        }
    }
}

/// Keeps cookies by name, sends forms, and runs no script.
#[derive(Default)]
pub struct Browser {
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What is shown in the end, or the URL that leads back to the application.
pub enum Page {
    Shown(Url, String),
    Back(Url),
}

impl Browser {
    fn send(&self, ask: RequestBuilder) -> Response {
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = ask.header("cookie", cookies.join("; ")).send().expect("an answer");
        for line in answer.headers().get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            match line.split(';').any(|attribute| attribute.trim() == "Max-Age=0") {
                true => _ = self.cookies.borrow_mut().remove(name),
                false => _ = self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            }
        }
        answer
    }

    fn follow(&self, mut ask: RequestBuilder, callback: &str) -> Page {
        for _ in 0..10 {
            let answer = self.send(ask);
            let url = answer.url().clone();
            let Some(location) = answer.headers().get("location") else {
                return Page::Shown(url, answer.text().unwrap_or_default());
            };
            let next = url.join(location.to_str().expect("text")).expect("a URL");
            if next.as_str().starts_with(callback) {
                return Page::Back(next);
            }
            ask = http().get(next);
        }
        panic!("too many redirects");
    }

    pub fn get(&self, url: Url, callback: &str) -> Page {
        self.follow(http().get(url), callback)
    }

    /// Sends the form of a page that is posted, with what is hidden in it and one member.
    pub fn press(&self, page: Page, callback: &str, name: &str, value: &str) -> Page {
        let Page::Shown(url, text) = page else { return page };
        let (_, form) = text.split_once("<form method=\"post\" action=\"").unwrap_or_else(|| panic!("no form: {text}"));
        let form = form.split("</form>").next().expect("an end");
        let value_of = |text: &str| text.split('"').next().expect("an end").to_owned();
        let mut members = vec![(name.to_owned(), value.to_owned())];
        for field in form.split("type=\"hidden\" name=\"").skip(1) {
            let (_, rest) = field.split_once("\" value=\"").expect("a value");
            members.push((value_of(field), value_of(rest)));
        }
        let action = url.join(&value_of(form)).expect("a URL");
        self.follow(http().post(action).form(&members), callback)
    }

    /// Signs a user in by the vendor's page, and answers the URL that leads back to the application.
    pub fn sign_in(&self, url: Url, callback: &str, user: &str) -> Url {
        match self.press(self.get(url, callback), callback, "fauxidp_user", user) {
            Page::Back(url) => url,
            Page::Shown(_, text) => panic!("not led back: {text}"),
        }
    }
}

/// A member of the query that leads back.
pub fn member(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(own, _)| own == name);
    found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
}

/// Tries a sign-in without a defect and with each one; prints what scripts/client-tests collects.
pub fn defects(client: &str, story: impl Fn(&str) -> Result<(), Box<dyn Error>>) -> usize {
    reset();
    story("").expect("a token without a defect is accepted");
    println!("defect {client} none accepted");
    for name in TOKEN_DEFECTS.split_whitespace() {
        reset();
        fault(if name.starts_with("userinfo") { "userinfo" } else { "token" }, &format!("token;defect={name}"));
        match story(name) {
            Ok(()) => println!("defect {client} {name} accepted"),
            Err(error) => println!("defect {client} {name} refused {}", error.to_string().replace('\n', " ")),
        }
    }
    reset();
    TOKEN_DEFECTS.split_whitespace().count() + 1
}
