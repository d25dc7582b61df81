//! MonoCloud's sign-in as a browser sees it: requests in, pages and redirects out.

use http::StatusCode;
use http::header::{HeaderName, ORIGIN, SET_COOKIE, USER_AGENT};

use super::super::operations::{AuthorizeError, Checked, Reach, SignInFailure, SignedIn, Target, page_users};
use super::super::record::KeptOut;
use super::super::state::{MonoCloud, NAME};
use crate::context::DEFAULT_WORLD;
use crate::exchange::Exchange;
use crate::oidc::cookie::SessionCookie;
use crate::oidc::issuer::{in_world, issuer};
use crate::oidc::page::{MAX_USERS, SignInPage, message};
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::respond::respond;
use crate::oidc::sealed::Seal;
use crate::protocol::{Call, Reply};

/// The provider's name on its pages.
pub(in super::super) const PROVIDER: &str = "MonoCloud";

/// The path of the sign-in page below the provider's.
pub(in super::super) const LOGIN: &str = "/account/login";
/// The path of the page for devices.
pub(in super::super) const DEVICE: &str = "/device";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// How long the cookie of a browser without a session lives, in seconds.
const PAGE_COOKIE_SECONDS: i64 = 24 * 60 * 60;

/// Where a call came to, and as what.
pub(in super::super) struct Visit<'a> {
    monocloud: &'a MonoCloud,
    pub(in super::super) call: &'a Call,
    /// The path of the provider in its world.
    base: String,
    cookie: SessionCookie,
}

impl<'a> Visit<'a> {
    /// The visit that a call is.
    pub(in super::super) fn of(monocloud: &'a MonoCloud, exchange: &'a Exchange) -> Self {
        let (call, world) = (&exchange.call, &*monocloud.context.world);
        let base = match names_world(call) {
            true => call.prefix.clone(),
            false => in_world("", world) + &call.prefix,
        };
        let cookie = SessionCookie::new(NAME, world, &call.origin(), &base);
        Self { monocloud, call, base, cookie }
    }

    /// Whether the browser sends the cookie of this world along: the path names the world, or it is the default one.
    pub(in super::super) fn sees_cookie(&self) -> bool {
        names_world(self.call) || *self.monocloud.context.world == *DEFAULT_WORLD
    }

    /// The value of the browser's cookie.
    pub(in super::super) fn cookie(&self) -> Option<&str> {
        self.cookie.read(self.call)
    }

    /// What the browser says it is.
    pub(in super::super) fn user_agent(&self) -> Option<&str> {
        self.call.header(&USER_AGENT)
    }

    /// How the caller reaches the provider.
    pub(in super::super) fn reach(&self) -> Reach {
        reach(self.monocloud, self.call)
    }

    /// The path of a page in this world.
    pub(in super::super) fn path(&self, page: &str) -> String {
        format!("{}{page}", self.base)
    }

    /// The URL of a page in this world.
    pub(in super::super) fn url(&self, page: &str) -> String {
        let origin = self.call.origin();
        let site = origin.strip_suffix(&self.call.prefix).unwrap_or(&origin);
        format!("{site}{}", self.path(page))
    }

    /// Whether a page of another site makes the call.
    pub(in super::super) fn is_foreign(&self) -> bool {
        let site = self.call.header(&FETCH_SITE);
        let origin = self.call.header(&ORIGIN).filter(|origin| *origin != "null");
        let own = self.call.origin();
        let host = own.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(rest));
        let is_own = |origin: &str| origin.split_once("://").is_some_and(|(_, other)| other == host);
        site.is_some_and(|site| site == "cross-site") || origin.is_some_and(|origin| !is_own(origin))
    }

    /// Whether a person follows a link or sends a form, as opposed to a script or a frame of a page. Browsers say both;
    /// programs, some of which say that they fetch, do not say from which site.
    pub(in super::super) fn is_navigation(&self) -> bool {
        let is = |name: &HeaderName, value: &str| self.call.header(name) == Some(value);
        self.call.value(&FETCH_SITE).is_none() || (is(&FETCH_MODE, "navigate") && is(&FETCH_DEST, "document"))
    }

    /// The value that a page of this browser sends with its forms.
    pub(in super::super) fn once(&self, cookie: &str, request: &str) -> String {
        Seal::new(&self.monocloud.context, "form").mark(&format!("{cookie} {request}"))
    }

    /// The answer with the cookie of a session.
    pub(in super::super) fn remember(&self, reply: Reply, signed_in: &SignedIn) -> Reply {
        let value = super::super::operations::cookie_value(signed_in);
        let left = signed_in.session.expires_at - self.monocloud.now();
        let mut reply = self.set_cookie(reply, &value, left);
        reply.keeps_world = true;
        reply
    }

    /// The answer without any cookie from now on.
    pub(in super::super) fn forget(&self, mut reply: Reply) -> Reply {
        if let Some(cookie) = self.cookie.clear() {
            reply.headers.append(SET_COOKIE, cookie);
        }
        reply
    }

    fn set_cookie(&self, mut reply: Reply, value: &str, seconds: i64) -> Reply {
        if let Some(cookie) = self.cookie.set(value, seconds) {
            reply.headers.append(SET_COOKIE, cookie);
        }
        reply
    }

    /// A sign-in page. A browser that has no cookie yet gets one, so that its forms can be told from foreign ones.
    pub(in super::super) fn page(&self, content: &PageContent<'_>, status: StatusCode) -> Reply {
        // Made of what is asked and of the time, so that showing a page moves no random numbers.
        let new = self.cookie().is_none().then(|| {
            let seen = format!("{} {}", self.call.at, content.request.1);
            format!("page-{}", Seal::new(&self.monocloud.context, "browser").mark(&seen))
        });
        let cookie = new.as_deref().or(self.cookie()).unwrap_or_default();
        let (users, found) = page_users(self.monocloud, content.search, MAX_USERS);
        let once = self.once(cookie, content.request.1);
        let page = SignInPage {
            provider: PROVIDER,
            application: content.application,
            path: &self.path(content.page),
            request: content.request,
            once: &once,
            users: &users,
            found,
            search: content.search,
            hint: content.hint,
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

/// What one sign-in page differs in from another.
#[derive(Default)]
pub(in super::super) struct PageContent<'a> {
    /// Its path below the provider's.
    pub(in super::super) page: &'a str,
    pub(in super::super) application: &'a str,
    /// The name and value of what its forms send again.
    pub(in super::super) request: (&'a str, &'a str),
    pub(in super::super) search: &'a str,
    pub(in super::super) hint: &'a str,
    pub(in super::super) error: Option<&'a str>,
    pub(in super::super) note: Option<&'a str>,
    /// The redirect URI that it leads to.
    pub(in super::super) leads_to: Option<&'a str>,
}

/// How a caller reaches the provider.
pub(in super::super) fn reach(monocloud: &MonoCloud, call: &Call) -> Reach {
    let world = &*monocloud.context.world;
    let issuer = issuer(call, monocloud.settings.issuer.as_deref(), world);
    Reach { issuer, is_tagged: world != DEFAULT_WORLD && !names_world(call) }
}

/// Whether the path names the world.
fn names_world(call: &Call) -> bool {
    call.prefix.starts_with("/~")
}

/// A request in the form in which the page's URL carries it.
pub(in super::super) fn seal(monocloud: &MonoCloud, checked: &Checked) -> String {
    let text = serde_json::to_string(checked).expect("a request is JSON");
    Seal::new(&monocloud.context, "request").seal(&text)
}

/// The request that a page's URL carries.
pub(in super::super) fn open(monocloud: &MonoCloud, sealed: &str) -> Option<Checked> {
    serde_json::from_str(&Seal::new(&monocloud.context, "request").open(sealed)?).ok()
}

/// The refusal of an authorization request.
pub(in super::super) fn refused(error: &AuthorizeError) -> Reply {
    match error {
        AuthorizeError::OnPage(text) => error_page(text),
        AuthorizeError::Redirected { to, error, description } => {
            let mut parameters = vec![("error", *error)];
            parameters.extend(description.map(|text| ("error_description", text)));
            answered(to, &parameters, "error_redirect", "error_form")
        }
    }
}

/// A page that says what is wrong with a request.
pub(in super::super) fn error_page(text: &str) -> Reply {
    message(StatusCode::BAD_REQUEST, PROVIDER, "This request cannot be answered", text).fidelity_row("error_page")
}

/// The answer to the application, as one of two rows of the fidelity table: by a redirect or by a form.
pub(in super::super) fn answered(
    to: &Target,
    parameters: &[(&str, &str)],
    redirected: &'static str,
    by_form: &'static str,
) -> Reply {
    let state = to.state.as_deref().map(|state| ("state", state));
    let parameters: Vec<_> = parameters.iter().copied().chain(state).collect();
    let reply = respond(to.mode, &to.redirect_uri, &parameters);
    let row = if reply.status == StatusCode::FOUND { redirected } else { by_form };
    reply.fidelity_row(row)
}

/// Why nobody was signed in, for people. The vendor's texts are not published (assumed, monocloud-a42).
pub(in super::super) fn failure(failure: SignInFailure) -> &'static str {
    match failure {
        SignInFailure::Unknown => "Invalid username or password.",
        SignInFailure::KeptOut(KeptOut::Disabled) => "Your account is disabled.",
        SignInFailure::KeptOut(KeptOut::Blocked | KeptOut::AddressBlocked) => {
            "Your account is blocked after too many failed sign-ins. Try again later."
        }
        SignInFailure::PasswordExpired => "Your password has to be changed first.",
    }
}
