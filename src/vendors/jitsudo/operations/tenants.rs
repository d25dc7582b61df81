//! Tenants, and how their people sign in.

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{Tenant, User};
use super::super::state::Jitsudo;
use super::{ListQuery, Page, decode_cursor, encode_cursor};

/// A tenant, and the user who owns it, if there is one.
pub(in super::super) struct OwnedTenant<'a> {
    pub(in super::super) tenant: &'a Tenant,
    pub(in super::super) owner: Option<User>,
}

/// How people of a tenant sign in.
pub(in super::super) fn get_auth_providers<'a>(
    jitsudo: &'a Jitsudo,
    domain: Option<&str>,
    slug: Option<&str>,
) -> Result<&'a Tenant, Error> {
    let tenants = jitsudo.access.tenants();
    let by_domain = domain.and_then(|domain| {
        tenants.iter().find(|tenant| tenant.domains.iter().any(|own| own.eq_ignore_ascii_case(domain)))
    });
    let by_slug = || tenants.iter().find(|tenant| slug == Some(&tenant.slug));
    by_domain.or_else(by_slug).ok_or(Error::TenantNotFound)
}

/// The tenants that the caller may see, oldest first: their own, and for one of the master tenant all.
pub(in super::super) fn list_tenants<'a>(
    jitsudo: &'a Jitsudo,
    caller: &Caller,
    list_query: &ListQuery,
) -> Result<Page<OwnedTenant<'a>>, Error> {
    jitsudo.access.admin(caller)?;
    let is_own = |tenant: &Tenant| tenant.id == caller.tenant();
    let tenants = jitsudo.access.tenants();
    let sees_all = tenants.iter().any(|tenant| is_own(tenant) && tenant.is_master);
    let mut seen: Vec<_> = tenants.iter().filter(|tenant| sees_all || is_own(tenant)).collect();
    seen.sort_by_key(|tenant| (tenant.created_at, tenant.id));
    let after = |cursor: &str| {
        let last = decode_cursor(cursor)?;
        seen.iter().position(|tenant| tenant.id.to_string() == last).map(|index| index + 1)
    };
    let start = list_query.cursor.as_deref().map_or(Some(0), after).ok_or(Error::InvalidQuery("cursor"))?;
    let rest = &seen[start..];
    let part = &rest[..list_query.limit.min(rest.len())];
    let next = part.last().filter(|_| part.len() < rest.len()).map(|last| encode_cursor(&last.id.to_string()));
    let snapshot = jitsudo.state.users.snapshot();
    let owners: Vec<_> = snapshot.iter().filter(|user| user.profile.is_owner).collect();
    let owner = |tenant: &Tenant| owners.iter().find(|user| user.profile.tenant == tenant.id).map(|&user| user.clone());
    let items = part.iter().map(|&tenant| OwnedTenant { tenant, owner: owner(tenant) }).collect();
    Ok(Page { items, next })
}
