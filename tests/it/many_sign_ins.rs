//! Browsers, worlds and servers beside each other: no session is seen where it does not belong, many sign in at once,
//! and two servers with the same clock answer alike. Each of it at both providers.

use fauxidp::{Config, Emulator};
use serde_json::{Value, json};

use crate::browser::{Browser, redirected};
use crate::wire::{self, Answer, Ask};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback";

/// How many people sign in at once, each in a world of their own.
const AT_ONCE: usize = 500;

/// What of a provider a test has to know.
#[derive(Debug, Clone, Copy)]
struct Provider {
    vendor: &'static str,
    client: &'static str,
    authorize: &'static str,
    token: &'static str,
    /// People who may enter.
    users: [&'static str; 3],
}

const PROVIDERS: [Provider; 2] = [
    Provider {
        vendor: "monocloud",
        client: "monocloud-web",
        authorize: "/monocloud/connect/authorize",
        token: "/monocloud/connect/token",
        users: ["user-active", "user-with-password", "user-in-groups"],
    },
    Provider {
        vendor: "zitadel",
        client: "zitadel-web",
        authorize: "/oauth/v2/authorize",
        token: "/oauth/v2/token",
        users: ["human-active", "human-unverified", "human-elsewhere"],
    },
];

impl Provider {
    /// An authorization request in a world.
    fn authorize(&self, world: &str, more: &[(&str, &str)]) -> String {
        let pairs =
            [("client_id", self.client), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid")];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).extend_pairs(more).finish();
        format!("/~{world}{}?{query}", self.authorize)
    }

    /// Redeems a code, which leads to its world.
    fn redeem(&self, code: &str) -> Ask {
        let secret = format!("{}-secret", self.client);
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", self.client),
            ("client_secret", &secret),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Ask::new("POST", self.token).header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// Signs somebody in on the page, by three requests. Returns the answers.
    async fn sign_in(&self, browser: &mut Browser, emulator: &Emulator, world: &str, user: &str) -> [Answer; 3] {
        let begun = browser.get(emulator, &self.authorize(world, &[("state", world), ("nonce", user)])).await;
        let page = browser.get(emulator, begun.header("location").expect("it redirects")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let done = browser.press(emulator, &page, "fauxidp_user", user).await;
        assert_eq!(redirected(&done, "state").as_deref(), Some(world), "{}", done.text());
        [begun, page, done]
    }

    /// Who a browser is signed in as in a world, seen without a page. `None` is nobody.
    async fn signed_in(&self, browser: &mut Browser, emulator: &Emulator, world: &str) -> Option<String> {
        let silent = browser.get(emulator, &self.authorize(world, &[("prompt", "none")])).await;
        // ZITADEL answers on its page, without showing it.
        let silent = match redirected(&silent, "authRequest") {
            Some(_) => browser.get(emulator, silent.header("location").expect("it redirects")).await,
            None => silent,
        };
        let Some(code) = redirected(&silent, "code") else {
            assert_eq!(redirected(&silent, "error").as_deref(), Some("login_required"), "{silent:?}");
            return None;
        };
        let ask = self.redeem(&code);
        let ask = match &browser.host {
            Some(host) => ask.header("host", host),
            None => ask,
        };
        Some(subject(&ask.send(emulator).await.json()))
    }
}

/// Who an ID token is about.
fn subject(granted: &Value) -> String {
    crate::sign_in::claims(&granted["id_token"])["sub"].as_str().expect("a subject").to_owned()
}

#[tokio::test]
async fn one_jar_is_signed_in_in_20_worlds_of_two_servers_and_nowhere_else() {
    let servers = [wire::emulator().await, wire::emulator().await];
    let mut browser = Browser::default();
    let host = |server: &Emulator| Some(format!("127.0.0.1:{}", server.addresses()[0].port()));
    // Whose turn it is differs from world to world and from server to server.
    let user = |provider: &Provider, world: usize, server: usize| provider.users[(world + server) % 3];
    for world in 0..20 {
        let name = format!("w{world}");
        for (index, server) in servers.iter().enumerate() {
            browser.host = host(server);
            for provider in &PROVIDERS {
                assert_eq!(provider.signed_in(&mut browser, server, &name).await, None, "{name} of server {index}");
                provider.sign_in(&mut browser, server, &name, user(provider, world, index)).await;
            }
        }
    }
    let sessions = browser.cookies.keys().filter(|(name, _)| name.starts_with("fauxidp-")).count();
    assert_eq!(sessions, 80, "20 worlds, two servers, two vendors");
    for (index, server) in servers.iter().enumerate() {
        browser.host = host(server);
        for provider in &PROVIDERS {
            for world in 0..20 {
                let found = provider.signed_in(&mut browser, server, &format!("w{world}")).await;
                assert_eq!(found.as_deref(), Some(user(provider, world, index)), "w{world} of server {index}");
            }
            assert_eq!(provider.signed_in(&mut browser, server, "elsewhere").await, None);
            assert_eq!(provider.signed_in(&mut browser, server, "default").await, None);
        }
    }
}

#[tokio::test]
async fn the_cookie_of_a_session_is_good_in_its_world_alone() {
    let emulator = wire::emulator().await;
    for provider in &PROVIDERS {
        let mut browser = Browser::default();
        provider.sign_in(&mut browser, &emulator, "a", provider.users[0]).await;
        let find = |(name, _): &&(String, String)| name.starts_with("fauxidp-");
        let (name, path) = browser.cookies.keys().find(find).expect("a session").clone();
        let value = browser.cookies[&(name.clone(), path.clone())].clone();
        // Somebody copies it by hand to where another world's would be.
        let mut forged = Browser::default();
        let moved = (name.replace("-a", "-b"), path.replace("/~a", "/~b"));
        assert_ne!(moved, (name, path));
        forged.cookies.insert(moved, value);
        assert_eq!(provider.signed_in(&mut forged, &emulator, "b").await, None, "{}", provider.vendor);
        assert_eq!(provider.signed_in(&mut browser, &emulator, "a").await.as_deref(), Some(provider.users[0]));
    }
}

#[tokio::test]
async fn a_sign_in_is_three_requests_by_the_page_and_one_without_it() {
    let emulator = wire::emulator().await;
    for provider in &PROVIDERS {
        let user = provider.users[0];
        let mut browser = Browser::default();
        let [.., done] = provider.sign_in(&mut browser, &emulator, "default", user).await;
        assert!(redirected(&done, "code").is_some());
        let journal = Ask::new("GET", "/__fauxidp/worlds/default/requests").send(&emulator).await.json();
        let asked: Vec<_> =
            journal["requests"].as_array().expect("a list").iter().map(|one| &one["operation"]).collect();
        assert_eq!(asked, ["authorize", "sign_in_page", "sign_in_page_by_post"], "{}", provider.vendor);
        Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
        // Without a page: a code, and a browser that is signed in, of one call.
        let (vendor, client_id) = (provider.vendor, provider.client);
        let body = json!({ "vendor": vendor, "client_id": client_id, "user": user, "redirect_uri": CALLBACK });
        let ask = Ask::new("POST", "/__fauxidp/worlds/alone/sign-in").body(body.to_string());
        let done = ask.send(&emulator).await.json();
        let redeemed = provider.redeem(done["code"].as_str().expect("a code")).send(&emulator).await;
        assert_eq!(subject(&redeemed.json()), user);
        let mut browser = Browser::default();
        let cookie = |member: &str| done["cookies"][0][member].as_str().expect("a text").to_owned();
        browser.cookies.insert((cookie("name"), cookie("path")), cookie("value"));
        assert_eq!(provider.signed_in(&mut browser, &emulator, "alone").await.as_deref(), Some(user));
        Ask::new("POST", "/__fauxidp/worlds/default/reset").send(&emulator).await;
    }
}

/// The ids of the made-up people of MonoCloud, and those of ZITADEL.
async fn people(emulator: &Emulator) -> [Vec<String>; 2] {
    let mut found = [Vec::new(), Vec::new()];
    // Those of the seed say what they are, in words.
    let mut add = |index: usize, users: &Value, member: &str| {
        let ids = users.as_array().expect("a list").iter().map(|user| user[member].as_str().expect("an id").to_owned());
        found[index].extend(ids.filter(|id| !id.contains('-')));
    };
    for page in 1..=6 {
        let ask = Ask::new("GET", &format!("/api/users?size=100&page={page}")).header("x-api-key", "monocloud-admin");
        add(0, &ask.send(emulator).await.json(), "user_id");
    }
    let active = json!({ "query": { "limit": 600 }, "queries": [{ "stateQuery": { "state": "USER_STATE_ACTIVE" } }] });
    let ask = Ask::new("POST", "/v2/users").header("authorization", "Bearer zitadel-admin").body(active.to_string());
    add(1, &ask.send(emulator).await.json()["result"], "userId");
    found
}

#[tokio::test]
async fn five_hundred_worlds_with_a_jar_each_sign_different_people_in_at_once() {
    let config = Config { people: AT_ONCE, ..wire::config() };
    let emulator = Emulator::start_with(config).await.expect("it starts");
    let people = people(&emulator).await;
    let visits = (0..AT_ONCE).map(|n| {
        let (provider, emulator, user) = (PROVIDERS[n % 2], &emulator, &people[n % 2][n]);
        async move {
            let (mut browser, world) = (Browser::default(), format!("w{n}"));
            let [.., done] = provider.sign_in(&mut browser, emulator, &world, user).await;
            let code = redirected(&done, "code").expect("a code");
            let granted = provider.redeem(&code).send(emulator).await.json();
            assert_eq!(subject(&granted), *user, "{world}");
            (browser, world, user)
        }
    });
    let signed_in = futures_util::future::join_all(visits).await;
    for (n, (mut browser, world, user)) in signed_in.into_iter().enumerate() {
        if n % 10 == 0 {
            let found = PROVIDERS[n % 2].signed_in(&mut browser, &emulator, &world).await;
            assert_eq!(found.as_ref(), Some(user));
        }
    }
}

#[tokio::test]
async fn two_servers_with_one_clock_answer_byte_for_byte_alike() {
    let servers = [wire::emulator().await, wire::emulator().await];
    let mut told = Vec::new();
    for server in &servers {
        let mut answers = Vec::new();
        for provider in &PROVIDERS {
            let mut browser = Browser::default();
            let visit = provider.sign_in(&mut browser, server, "same", provider.users[0]).await;
            let code = redirected(&visit[2], "code").expect("a code");
            answers.extend(visit);
            answers.push(provider.redeem(&code).send(server).await);
            for call in ["sign-in", "tokens"] {
                let body =
                    json!({ "vendor": provider.vendor, "client_id": provider.client, "user": provider.users[1] });
                let ask = Ask::new("POST", &format!("/__fauxidp/worlds/same/{call}")).body(body.to_string());
                answers.push(ask.send(server).await);
            }
        }
        told.push(answers);
    }
    // The header with the date is the real one, and the tests' client drops no header.
    let without_date = |answer: &Answer| {
        let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
        Answer { headers, ..answer.clone() }
    };
    for (one, other) in told[0].iter().zip(&told[1]) {
        assert!(one.status < 400, "{}", one.text());
        assert_eq!(without_date(one), without_date(other));
    }
}

#[tokio::test]
async fn the_form_of_a_page_does_its_work_once() {
    let emulator = wire::emulator().await;
    for provider in &PROVIDERS {
        for (name, value) in [("fauxidp_user", provider.users[0]), ("deny", "1")] {
            let mut browser = Browser::default();
            let begun = browser.get(&emulator, &provider.authorize("once", &[])).await;
            let page = browser.get(&emulator, begun.header("location").expect("it redirects")).await;
            // A wrong password leaves it as it was.
            let wrong = browser.press(&emulator, &page, "username", "nobody").await;
            assert_eq!(wrong.status, 403, "{}", wrong.text());
            let done = browser.press(&emulator, &page, name, value).await;
            assert_eq!(done.status, 302, "{}", done.text());
            for _ in 0..2 {
                let again = browser.press(&emulator, &page, name, value).await;
                assert!([400, 403].contains(&again.status), "{}: {name}: {again:?}", provider.vendor);
                assert_eq!(again.header("location"), None);
            }
        }
    }
}
