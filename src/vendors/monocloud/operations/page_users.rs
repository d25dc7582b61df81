//! Which users the sign-in page shows.

use super::claims;
use crate::oidc::page::PageUser;
use crate::vendors::monocloud::record::Door;
use crate::vendors::monocloud::state::MonoCloud;

/// The users that a page shows: those whose name or address has that text, or whose id it is.
pub(in super::super) fn page_users(monocloud: &MonoCloud, search: &str, max: usize) -> (Vec<PageUser>, usize) {
    let (now, lower) = (monocloud.now(), search.to_lowercase());
    let users = monocloud.state.users.snapshot();
    let (mut shown, mut found) = (Vec::new(), 0);
    for user in users.iter() {
        let (name, address) = (claims::display_name(user), claims::address(user));
        let fits = lower.is_empty()
            || name.to_lowercase().contains(&lower)
            || address.to_lowercase().contains(&lower)
            || user.profile.user_id == search;
        if !fits {
            continue;
        }
        found += 1;
        if shown.len() < max {
            let state = match (user.disabled, user.is_blocked(now)) {
                (true, _) => "disabled",
                (false, true) => "blocked",
                (false, false) => "active",
            };
            shown.push(PageUser { key: user.profile.user_id.clone(), name, email: address, state });
        }
    }
    (shown, found)
}

/// Who signs in where nothing is needed: the user of the setting, or the first who may.
pub(in super::super) fn first_user(monocloud: &MonoCloud) -> Option<String> {
    let named = &monocloud.settings.login_user;
    if !named.is_empty() {
        return Some(named.to_string());
    }
    let users = monocloud.state.users.snapshot();
    let first = users.iter().find(|user| monocloud.may_enter(user, Door::SignIn).is_ok());
    first.map(|user| user.profile.user_id.clone())
}
