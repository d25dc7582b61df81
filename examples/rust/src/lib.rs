//! Takes a person's access away at three vendors. Goes on where one fails, and writes down what came of each.

use std::time::Duration;

use ureq::Agent;

/// How often a call is made at most, and how long is waited for a vendor that says nothing about it.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);

/// How a vendor is reached. `tenant` is jitsudo's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub url: String,
    pub credential: String,
    pub tenant: String,
}

/// A vendor, and with it what is called there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    MonoCloud,
    Zitadel,
    Jitsudo,
}

/// An account of the person who leaves.
#[derive(Debug, Clone)]
pub struct Account {
    pub vendor: Vendor,
    pub user: String,
    pub at: Endpoint,
}

/// What came of one vendor, for the audit trail. Status 0 is no answer: it is not known what the vendor did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub vendor: Vendor,
    pub user: String,
    pub is_done: bool,
    pub tries: u32,
    pub status: u16,
}

struct Answer {
    status: u16,
    text: String,
    pause: Duration,
}

/// Whether all is done. Each account is tried, whatever came of the others.
pub fn offboard(accounts: &[Account], mut audit: impl FnMut(Entry)) -> bool {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(10)));
    let agent = Agent::new_with_config(config.build());
    let mut all_done = true;
    for account in accounts {
        let entry = disable(&agent, account);
        all_done &= entry.is_done;
        audit(entry);
    }
    all_done
}

fn disable(agent: &Agent, account: &Account) -> Entry {
    let mut tries = 1;
    loop {
        let answer = post(agent, account);
        let is_done = (200..300).contains(&answer.status) || says_already(account.vendor, &answer);
        let may_pass = answer.status == 0 || answer.status == 429 || answer.status >= 500;
        if is_done || !may_pass || tries == TRIES {
            return Entry { vendor: account.vendor, user: account.user.clone(), is_done, tries, status: answer.status };
        }
        std::thread::sleep(answer.pause);
        tries += 1;
    }
}

/// Whether a refusal says that there is nothing left to do.
fn says_already(vendor: Vendor, answer: &Answer) -> bool {
    match vendor {
        Vendor::MonoCloud => false,
        Vendor::Zitadel => answer.status == 400 && answer.text.contains("COMMAND-5gunjw0cd7"),
        Vendor::Jitsudo => answer.status == 409,
    }
}

fn post(agent: &Agent, Account { vendor, user, at }: &Account) -> Answer {
    let (path, body) = match vendor {
        Vendor::MonoCloud => (format!("/api/users/{user}/disable"), r#"{"revoke_sessions": true}"#),
        Vendor::Zitadel => (format!("/v2/users/{user}/deactivate"), "{}"),
        Vendor::Jitsudo => (format!("/v1/users/{user}/suspend"), r#"{"active": false}"#),
    };
    let bearer = format!("Bearer {}", at.credential);
    let request = agent.post(format!("{}{path}", at.url)).header("Content-Type", "application/json");
    let request = match vendor {
        Vendor::MonoCloud => request.header("X-API-KEY", &at.credential),
        Vendor::Zitadel => request.header("Authorization", bearer),
        Vendor::Jitsudo => request.header("Authorization", bearer).header("X-Tenant-ID", &at.tenant),
    };
    let nothing = Answer { status: 0, text: String::new(), pause: PAUSE };
    let Ok(mut answer) = request.send(body) else { return nothing };
    let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let pause = seconds.map_or(PAUSE, Duration::from_secs);
    let status = answer.status().as_u16();
    match answer.body_mut().read_to_string() {
        Ok(text) => Answer { status, text, pause },
        Err(_) => nothing,
    }
}
