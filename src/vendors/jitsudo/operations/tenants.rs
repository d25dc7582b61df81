//! Tenants, and how their people sign in.

use super::super::error::Error;
use super::super::record::Tenant;
use super::super::state::Jitsudo;

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
