//! A browser that comes to a provider: in which world, with which cookie, from which site, and the pages that it is
//! shown. Knows no provider, no user and no session.

use http::StatusCode;
use http::header::{HeaderName, ORIGIN, SET_COOKIE, USER_AGENT};

use super::client::Form;
use super::cookie::SessionCookie;
use super::issuer::in_world;
use super::page::{self, PageUser, SignInPage};
use super::redirect_uri::RedirectUri;
use super::sealed::Seal;
use crate::context::{DEFAULT_WORLD, WorldContext};
use crate::protocol::{Call, Reply};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// How the cookie of a browser without a session begins.
const PAGE_COOKIE: &str = "page-";

/// How long the cookie of a browser without a session lives, in seconds.
const PAGE_COOKIE_SECONDS: i64 = 24 * 60 * 60;

/// Where a call came to, and as what.
#[derive(Debug)]
pub struct Visit<'a> {
    context: &'a WorldContext,
    call: &'a Call,
    /// The path of the provider in its world.
    base: String,
    cookie: SessionCookie,
}

/// What one sign-in page differs in from another.
#[derive(Debug, Default)]
pub struct PageContent<'a> {
    /// Its path below the provider's.
    pub page: &'a str,
    /// The application's name.
    pub application: &'a str,
    /// The name and value of what its forms send again.
    pub request: (&'a str, &'a str),
    /// What was searched.
    pub search: &'a str,
    /// What the field for the user name has already.
    pub hint: &'a str,
    /// Whether nobody may sign in with a password there.
    pub takes_no_password: bool,
    /// Why the user could not sign in.
    pub error: Option<&'a str>,
    /// A further line.
    pub note: Option<&'a str>,
    /// The redirect URI that it leads to.
    pub leads_to: Option<&'a str>,
}

/// Who a form says is to sign in.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Somebody with a password.
    Password {
        /// What was typed as the name.
        username: &'a str,
        /// And as the password.
        password: &'a str,
    },
    /// That user, by id or by what people type, without a password.
    User(&'a str),
}

impl<'a> Visit<'a> {
    /// The visit that a call to that vendor is.
    pub fn of(context: &'a WorldContext, vendor: &str, call: &'a Call) -> Self {
        let world = &*context.world;
        let base = match names_world(call) {
            true => call.prefix.clone(),
            false => in_world("", world) + &call.prefix,
        };
        let cookie = SessionCookie::new(vendor, world, &call.origin(), &base);
        Self { context, call, base, cookie }
    }

    /// Whether the browser sends the cookie of this world along: the path names the world, or it is the default one.
    pub fn sees_cookie(&self) -> bool {
        names_world(self.call) || *self.context.world == *DEFAULT_WORLD
    }

    /// The value of the browser's cookie.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.read(self.call)
    }

    /// The call.
    pub fn call(&self) -> &'a Call {
        self.call
    }

    /// What the browser says it is.
    pub fn user_agent(&self) -> Option<&str> {
        self.call.header(&USER_AGENT)
    }

    /// The path of a page in this world.
    pub fn path(&self, page: &str) -> String {
        format!("{}{page}", self.base)
    }

    /// The URL of a page in this world.
    pub fn url(&self, page: &str) -> String {
        let origin = self.call.origin();
        let site = origin.strip_suffix(&self.call.prefix).unwrap_or(&origin);
        format!("{site}{}", self.path(page))
    }

    /// Whether a page of another site makes the call.
    pub fn is_foreign(&self) -> bool {
        let site = self.call.header(&FETCH_SITE);
        let origin = self.call.header(&ORIGIN).filter(|origin| *origin != "null");
        let own = self.call.origin();
        let host = own.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(rest));
        let is_own = |origin: &str| origin.split_once("://").is_some_and(|(_, other)| other == host);
        site.is_some_and(|site| site == "cross-site") || origin.is_some_and(|origin| !is_own(origin))
    }

    /// Whether a person follows a link or sends a form, as opposed to a script or a frame of a page. Browsers say both;
    /// programs, some of which say that they fetch, do not say from which site.
    pub fn is_navigation(&self) -> bool {
        let is = |name: &HeaderName, value: &str| self.call.header(name) == Some(value);
        self.call.value(&FETCH_SITE).is_none() || (is(&FETCH_MODE, "navigate") && is(&FETCH_DEST, "document"))
    }

    /// The value that a page of this browser sends with its forms.
    pub fn once(&self, cookie: &str, request: &str) -> String {
        Seal::new(self.context, "form").mark(&format!("{cookie} {request}"))
    }

    /// Whether a form comes from a page that this browser was shown; `name` is what its forms send again.
    pub fn is_own(&self, form: &Form, name: &str) -> bool {
        let expected = self.cookie().map(|cookie| self.once(cookie, form.text(name).unwrap_or_default()));
        !self.is_foreign() && expected.is_some() && expected.as_deref() == form.text(page::ONCE).or(Some(""))
    }

    /// The answer with the cookie of a session, which lives that many seconds. Its world is kept.
    #[must_use]
    pub fn remember(&self, reply: Reply, value: &str, seconds: i64) -> Reply {
        let mut reply = self.set_cookie(reply, value, seconds);
        reply.keeps_world = true;
        reply
    }

    /// The answer without any cookie from now on.
    #[must_use]
    pub fn forget(&self, mut reply: Reply) -> Reply {
        if let Some(cookie) = self.cookie.clear() {
            reply.headers.append(SET_COOKIE, cookie);
        }
        reply
    }

    /// The answer to a form that has done its work without a session. Its value counts no more in this browser.
    #[must_use]
    pub fn used(&self, reply: Reply) -> Reply {
        match self.cookie() {
            Some(cookie) if cookie.starts_with(PAGE_COOKIE) => self.forget(reply),
            _ => reply,
        }
    }

    fn set_cookie(&self, mut reply: Reply, value: &str, seconds: i64) -> Reply {
        if let Some(cookie) = self.cookie.set(value, seconds) {
            reply.headers.append(SET_COOKIE, cookie);
        }
        reply
    }

    /// A sign-in page, with the users that its search finds, and how many there are. A browser that has no cookie yet
    /// gets one, so that its forms can be told from foreign ones.
    pub fn page(
        &self,
        provider: &str,
        content: &PageContent<'_>,
        (users, found): &(Vec<PageUser>, usize),
        status: StatusCode,
    ) -> Reply {
        // Made of what is asked and of the time, so that showing a page moves no random numbers.
        let new = self.cookie().is_none().then(|| {
            let seen = format!("{} {}", self.call.at, content.request.1);
            format!("{PAGE_COOKIE}{}", Seal::new(self.context, "browser").mark(&seen))
        });
        let cookie = new.as_deref().or(self.cookie()).unwrap_or_default();
        let page = SignInPage {
            provider,
            application: content.application,
            path: &self.path(content.page),
            request: content.request,
            once: &self.once(cookie, content.request.1),
            users,
            found: *found,
            search: content.search,
            hint: content.hint,
            takes_no_password: content.takes_no_password,
            error: content.error,
            note: content.note,
            leads_to: content.leads_to.and_then(RedirectUri::parse).map(|uri| uri.origin()),
        };
        let reply = page.reply(status);
        match &new {
            Some(value) => self.set_cookie(reply, value, PAGE_COOKIE_SECONDS),
            None => reply,
        }
    }
}

impl<'a> Who<'a> {
    /// Who a form says is to sign in.
    pub fn of(form: &'a Form) -> Self {
        match form.text(page::USER) {
            Some(user) => Self::User(user),
            None => Self::Password {
                username: form.text(page::USERNAME).unwrap_or_default(),
                password: form.text(page::PASSWORD).unwrap_or_default(),
            },
        }
    }

    /// What was typed as the name.
    pub fn typed(self) -> &'a str {
        match self {
            Self::Password { username, .. } => username,
            Self::User(_) => "",
        }
    }
}

/// Whether the path names the world.
pub fn names_world(call: &Call) -> bool {
    call.prefix.starts_with("/~")
}
