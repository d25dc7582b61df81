//! The pages on which people sign in, approve a device, or read why they cannot. Plain HTML without a script. Knows no
//! provider and no user.

mod consent;
mod signed_out;

use http::StatusCode;

use crate::html::{Page, escape};
use crate::protocol::Reply;

pub use consent::{ALLOW, ConsentPage, ConsentScope, REMEMBER, SCOPE};
pub use signed_out::SignedOutPage;

/// The maximum number of users that a page shows; a search finds the others.
pub const MAX_USERS: usize = 50;

/// The name of the field with the user who is to sign in; its buttons send it.
pub const USER: &str = "fauxidp_user";
/// The names of the other fields.
pub const SEARCH: &str = "search";
/// What people type to sign in.
pub const USERNAME: &str = "username";
/// And their password.
pub const PASSWORD: &str = "password";
/// The button that refuses.
pub const DENY: &str = "deny";
/// The value that a foreign page does not know.
pub const ONCE: &str = "once";
/// What a device shows.
pub const USER_CODE: &str = "user_code";

/// A user who can be picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUser {
    /// What the button sends.
    pub key: String,
    /// The name of the button.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The vendor's word for the user's state.
    pub state: &'static str,
}

/// The page on which people sign in.
#[derive(Debug, Default)]
pub struct SignInPage<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// The application's name.
    pub application: &'a str,
    /// The path of the page, without its query.
    pub path: &'a str,
    /// What the page's own query has, to be sent again.
    pub request: (&'a str, &'a str),
    /// The value that a foreign page does not know.
    pub once: &'a str,
    /// The users who are shown.
    pub users: &'a [PageUser],
    /// How many there are that the search finds.
    pub found: usize,
    /// What was searched.
    pub search: &'a str,
    /// What the field for the user name has already.
    pub hint: &'a str,
    /// Whether nobody may sign in with a password there.
    pub takes_no_password: bool,
    /// Why the user could not sign in.
    pub error: Option<&'a str>,
    /// A further line, such as a device's code.
    pub note: Option<&'a str>,
    /// The origin that signing in leads to.
    pub leads_to: Option<String>,
}

impl SignInPage<'_> {
    /// The page as an answer.
    pub fn reply(self, status: StatusCode) -> Reply {
        let title = format!("Sign in – {}", self.provider);
        let (provider, application) = (escape(self.provider), escape(self.application));
        let mut body = format!("<h1>Sign in to {application}</h1>\n");
        body += &format!("<p class=\"quiet\">{provider}, a stand-in for tests. Nothing here is real.</p>\n");
        if let Some(error) = self.error {
            body += &alert(error);
        }
        if let Some(note) = self.note {
            body += &format!("<p>{}</p>\n", escape(note));
        }
        body += &self.search_form();
        body += &self.posting(&self.user_list());
        if !self.takes_no_password {
            body += &self.posting(&self.password_fields());
        }
        body += &self.posting(&format!("<h2>Or</h2>\n<button name=\"{DENY}\" value=\"1\">Deny</button>\n"));
        let form_action = self.leads_to.into_iter().collect();
        Page { title: &title, body, form_action, ..Page::default() }.reply(status)
    }

    /// A form that changes something, with that content.
    fn posting(&self, content: &str) -> String {
        let (path, request) = (escape(self.path), hidden(self.request.0, self.request.1));
        format!("<form method=\"post\" action=\"{path}\">\n{request}{}{content}</form>\n", hidden(ONCE, self.once))
    }

    fn search_form(&self) -> String {
        let (path, request, search) = (escape(self.path), hidden(self.request.0, self.request.1), escape(self.search));
        format!(
            r#"<form method="get" action="{path}" role="search">
{request}<label for="search">Search users</label>
<div class="row">
<input id="search" type="search" name="{SEARCH}" value="{search}" autocomplete="off">
<button>Search</button>
</div>
</form>
"#
        )
    }

    fn user_list(&self) -> String {
        let mut list = "<h2 id=\"users\">Sign in as</h2>\n<ul aria-labelledby=\"users\">\n".to_owned();
        for (number, user) in self.users.iter().enumerate() {
            let [key, name, email, state] = [&*user.key, &user.name, &user.email, user.state].map(escape);
            list += &format!(
                r#"<li><button name="{USER}" value="{key}" aria-labelledby="n{number}" aria-describedby="d{number}">
<span id="n{number}">{name}</span><small id="d{number}">{email} · {state}</small></button></li>
"#
            );
        }
        list += "</ul>\n";
        if self.users.is_empty() {
            list += "<p class=\"quiet\">No user matches the search.</p>\n";
        } else if self.found > self.users.len() {
            list += &format!("<p class=\"quiet\">The first {} of {} users.</p>\n", self.users.len(), self.found);
        }
        list
    }

    fn password_fields(&self) -> String {
        let hint = escape(self.hint);
        format!(
            r#"<h2>Or with a password</h2>
<label for="username">User name or e-mail</label>
<input id="username" name="{USERNAME}" value="{hint}" autocomplete="username" autocapitalize="none"
 spellcheck="false" required>
<label for="password">Password</label>
<input id="password" type="password" name="{PASSWORD}" autocomplete="current-password" required>
<button class="main">Sign in</button>
"#
        )
    }
}

/// The page that asks for the code that a device shows.
pub fn user_code(provider: &str, path: &str, error: Option<&str>) -> Reply {
    let (alert, path) = (error.map_or_else(String::new, alert), escape(path));
    let body = format!(
        r#"<h1>Connect a device</h1>
{alert}<form method="get" action="{path}">
<label for="code">The code that the device shows</label>
<input id="code" name="{USER_CODE}" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
<button class="main">Continue</button>
</form>
"#
    );
    let title = format!("Connect a device – {provider}");
    Page { title: &title, body, ..Page::default() }.reply(StatusCode::OK)
}

/// A line that says what is wrong.
fn alert(text: &str) -> String {
    format!("<p class=\"bad\" role=\"alert\">{}</p>\n", escape(text))
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", escape(name), escape(value))
}

/// A page that says one thing.
pub fn message(status: StatusCode, provider: &str, title: &str, text: &str) -> Reply {
    let body = format!("<h1>{}</h1>\n<p>{}</p>\n", escape(title), escape(text));
    let title = format!("{title} – {provider}");
    Page { title: &title, body, ..Page::default() }.reply(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_it_is_given_as_text() {
        let users = [PageUser {
            key: "a\"b".to_owned(),
            name: "<Ada>".to_owned(),
            email: "ada@example.com".to_owned(),
            state: "active",
        }];
        let page = SignInPage {
            provider: "Acme",
            application: "<b>",
            path: "/login",
            request: ("request", "sealed"),
            once: "1",
            users: &users,
            found: 60,
            error: Some("<no>"),
            leads_to: Some("http://localhost:1".to_owned()),
            ..SignInPage::default()
        };
        let text = String::from_utf8(page.reply(StatusCode::OK).body.to_vec()).unwrap();
        for part in [
            "<h1>Sign in to &lt;b&gt;</h1>",
            "role=\"alert\">&lt;no&gt;</p>",
            "value=\"a&quot;b\"",
            "<span id=\"n0\">&lt;Ada&gt;</span><small id=\"d0\">ada@example.com · active</small>",
            "The first 1 of 60 users.",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("<script") && !text.contains("<b>"));
        assert_eq!(text.matches("name=\"once\" value=\"1\"").count(), 3, "in each form that changes something");
    }
}
