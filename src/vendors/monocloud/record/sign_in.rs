//! What signing in, and failing to, does to a user. Pure: time comes in as an argument.

use std::sync::Arc;

use super::door::{Door, KeptOut};
use super::parts::{Address, Block, Lockout, Session};
use super::user::User;

/// How many failed sign-ins in a row block an account or an address: the last of them does.
/// The vendor has this and the next as options of a tenant, without publishing what they are at first
/// (assumed, monocloud-a29).
pub(in super::super) const MAX_FAILURES: u32 = 5;

/// How long a block lasts, in seconds.
const BLOCK_SECONDS: i64 = 5 * 60;

/// The most sessions, and the most addresses, that are kept of a user; the oldest go first.
const MAX_KEPT: usize = 1_000;

impl User {
    /// Counts a failed sign-in, and blocks what `lockout` names when there were too many.
    pub(in super::super) fn fail_sign_in(&mut self, ip: &str, lockout: Lockout, now: i64) {
        let was_blocked = self.is_blocked(now);
        if self.block.is_some() && !was_blocked {
            self.block = None; // it has expired, so counting restarts
            self.failures = 0;
        }
        let profile = Arc::make_mut(&mut self.profile);
        let activity = profile.activity.get_or_insert_default();
        activity.attempts += 1;
        activity.last_attempt = Some(now);
        activity.last_attempt_ip = Some(ip.to_owned());
        let index = profile.addresses.iter().position(|address| address.ip == ip);
        let index = index.unwrap_or_else(|| {
            if profile.addresses.len() == MAX_KEPT {
                profile.addresses.remove(0);
            }
            let (failure_count, login_count, block_until) = (0, 0, None);
            profile.addresses.push(Address {
                ip: ip.to_owned(),
                failure_count,
                login_count,
                block_until,
                last_login_attempt: now,
            });
            profile.addresses.len() - 1
        });
        let address = &mut profile.addresses[index];
        address.last_login_attempt = now;
        let ip_blocked = address.is_blocked(now);
        if address.block_until.is_some() && !ip_blocked {
            address.block_until = None;
            address.failure_count = 0;
        }
        // An attempt rejected by a block does not count as a failure.
        if was_blocked || ip_blocked {
            return;
        }
        address.failure_count += 1;
        self.failures += 1;
        match lockout {
            Lockout::UserAccount if self.failures >= MAX_FAILURES => {
                self.block = Some(Block { until: Some(now + BLOCK_SECONDS) });
            }
            Lockout::Ip if address.failure_count >= MAX_FAILURES => address.block_until = Some(now + BLOCK_SECONDS),
            Lockout::UserAccount | Lockout::Ip => {}
        }
    }

    /// Signs the user in, which starts a session, unless a grant without one asks, and forgets earlier failures. It
    /// takes the place of the session of the same id.
    ///
    /// # Errors
    /// Why the user cannot sign in.
    pub(in super::super) fn sign_in(&mut self, ip: &str, session: Option<Session>, now: i64) -> Result<(), KeptOut> {
        self.may_enter(Door::SignIn, now, false)?;
        let profile = Arc::make_mut(&mut self.profile);
        if let Some(address) = profile.addresses.iter_mut().find(|address| address.ip == ip) {
            if address.is_blocked(now) {
                return Err(KeptOut::AddressBlocked);
            }
            address.failure_count = 0;
            address.block_until = None;
            address.login_count += 1;
            address.last_login_attempt = now;
        }
        let activity = profile.activity.get_or_insert_default();
        activity.attempts += 1;
        activity.successes += 1;
        (activity.last_attempt, activity.last_success) = (Some(now), Some(now));
        activity.last_attempt_ip = Some(ip.to_owned());
        activity.last_success_ip = Some(ip.to_owned());
        self.block = None;
        self.failures = 0;
        let Some(session) = session else { return Ok(()) };
        let others = self.live_sessions(now).filter(|other| other.session_id != session.session_id);
        let mut sessions: Vec<_> = others.cloned().collect();
        sessions.push(session);
        sessions.drain(..sessions.len().saturating_sub(MAX_KEPT));
        self.sessions = sessions.into();
        Ok(())
    }
}
