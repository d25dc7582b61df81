//! The page on which a user allows an application what it asks for. Knows no provider, no user and no scope.

use http::StatusCode;

use super::{DENY, ONCE, hidden};
use crate::html::{Page, escape};
use crate::protocol::Reply;

/// The name of the fields that pick scopes.
pub const SCOPE: &str = "scope";
/// The box that asks to be remembered.
pub const REMEMBER: &str = "remember";
/// The button that allows.
pub const ALLOW: &str = "allow";

/// Boxes beside their labels, which the style of other pages does not have.
const STYLE: &str = "
label.box { display: flex; gap: .6rem; align-items: baseline; margin: .5rem 0 }
label.box input { flex: none; width: auto } label.box span { min-width: 0; overflow-wrap: anywhere }
label.box small { display: block; color: var(--quiet) }
";

/// A scope that an application asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentScope {
    /// Its name.
    pub name: String,
    /// What people read.
    pub title: String,
    /// What it stands for, in more words.
    pub description: Option<String>,
    /// Whether it comes with whatever is allowed.
    pub is_required: bool,
    /// Whether people should look twice.
    pub is_emphasized: bool,
}

/// The page on which a user allows an application what it asks for.
#[derive(Debug, Default)]
pub struct ConsentPage<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// The application's name.
    pub application: &'a str,
    /// Who is signed in.
    pub user: &'a str,
    /// The path of the page, without its query.
    pub path: &'a str,
    /// What the page's own query has, to be sent again.
    pub request: (&'a str, &'a str),
    /// The value that a foreign page does not know.
    pub once: &'a str,
    /// What is asked for.
    pub scopes: &'a [ConsentScope],
    /// Whether the user may pick among them.
    pub has_selection: bool,
    /// Whether the user decides about being asked again.
    pub asks_to_remember: bool,
    /// The origin that an answer leads to.
    pub leads_to: Option<String>,
}

impl ConsentPage<'_> {
    /// The page as an answer.
    pub fn reply(self) -> Reply {
        let title = format!("Allow access – {}", self.provider);
        let [provider, application, user, path] = [self.provider, self.application, self.user, self.path].map(escape);
        let scopes: String = self.scopes.iter().map(|scope| self.scope(scope)).collect();
        let remember = match self.asks_to_remember {
            true => format!(
                "<label class=\"box\"><input type=\"checkbox\" name=\"{REMEMBER}\" value=\"1\" checked>\
                 <span>Do not ask again</span></label>\n"
            ),
            false => String::new(),
        };
        let (request, once) = (hidden(self.request.0, self.request.1), hidden(ONCE, self.once));
        let body = format!(
            r#"<h1>Allow {application} access?</h1>
<p class="quiet">{provider}, a stand-in for tests. Nothing here is real.</p>
<p>You are signed in as {user}.</p>
<form method="post" action="{path}">
{request}{once}<h2 id="scopes">{application} asks for</h2>
<ul aria-labelledby="scopes">
{scopes}</ul>
{remember}<button class="main" name="{ALLOW}" value="1">Allow</button>
<h2>Or</h2>
<button name="{DENY}" value="1">Deny</button>
</form>
"#
        );
        let form_action = self.leads_to.into_iter().collect();
        Page { title: &title, body, style: STYLE, form_action, ..Page::default() }.reply(StatusCode::OK)
    }

    fn scope(&self, scope: &ConsentScope) -> String {
        let title = match scope.is_emphasized {
            true => format!("<strong>{}</strong>", escape(&scope.title)),
            false => escape(&scope.title),
        };
        let description = scope.description.as_deref().map(escape);
        let small = description.map(|text| format!("<small>{text}</small>")).unwrap_or_default();
        if !self.has_selection {
            return format!("<li>{title}{small}</li>\n");
        }
        // A box that is not to be changed is not sent either.
        let state = if scope.is_required { "checked disabled" } else { "checked" };
        let name = escape(&scope.name);
        format!(
            "<li><label class=\"box\"><input type=\"checkbox\" name=\"{SCOPE}\" value=\"{name}\" {state}>\
             <span>{title}{small}</span></label></li>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: ConsentPage<'_>) -> String {
        String::from_utf8(page.reply().body.to_vec()).unwrap()
    }

    #[test]
    fn what_the_user_may_decide_is_a_box_and_the_rest_is_not() {
        let scope = |name: &str, is_required| ConsentScope {
            name: format!("{name}\""),
            title: format!("<{name}>"),
            description: Some("d & e".to_owned()),
            is_required,
            is_emphasized: is_required,
        };
        let scopes = [scope("a", true), scope("b", false)];
        let page =
            || ConsentPage { application: "<b>", user: "<Ada>", once: "1", scopes: &scopes, ..Default::default() };
        let picked = text(ConsentPage { has_selection: true, asks_to_remember: true, ..page() });
        for part in [
            "<h1>Allow &lt;b&gt; access?</h1>",
            "You are signed in as &lt;Ada&gt;.",
            "value=\"a&quot;\" checked disabled><span><strong>&lt;a&gt;</strong><small>d &amp; e</small></span>",
            "value=\"b&quot;\" checked><span>&lt;b&gt;<small>",
            "name=\"remember\" value=\"1\" checked>",
        ] {
            assert!(picked.contains(part), "{part} is not in {picked}");
        }
        let plain = text(page());
        assert!(plain.contains("<li>&lt;b&gt;<small>d &amp; e</small></li>"), "{plain}");
        assert!(!plain.contains("checkbox") && !plain.contains("<script"), "{plain}");
        assert_eq!(plain.matches("name=\"once\" value=\"1\"").count(), 1);
    }
}
