//! Groups, and who is in them.

use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use super::super::error::Error;
use super::super::operations::{CountedGroup, GroupMembership, GroupPatch, NewGroup, Page};
use super::super::record::GroupType;
use super::super::settings::Era;
use super::super::state::MonoCloud;
use super::{Body, flag, text};
use crate::protocol::{Call, Reply};
use crate::shape::Member;

#[derive(Serialize)]
struct GroupBody<'a> {
    group_id: &'a str,
    r#type: GroupType,
    name: &'a str,
    description: Option<&'a str>,
    is_auto_assigned: bool,
    users_assigned: usize,
    /// No clients are emulated.
    clients_assigned: usize,
    creation_time: i64,
    last_updated: i64,
    last_assigned: Option<i64>,
}

fn group_body(counted: &CountedGroup) -> GroupBody<'_> {
    let group = &counted.group;
    GroupBody {
        group_id: &group.group_id,
        r#type: group.r#type,
        name: &group.name,
        description: group.description.as_deref(),
        is_auto_assigned: group.is_auto_assigned,
        users_assigned: counted.users,
        clients_assigned: 0,
        creation_time: group.creation_time,
        last_updated: group.last_updated,
        last_assigned: group.last_assigned,
    }
}

/// One group.
pub(in super::super) fn group(status: StatusCode, group: &CountedGroup) -> Reply {
    Reply::of(status, &group_body(group))
}

/// Groups as a list shows them.
pub(in super::super) fn groups(page: &Page<CountedGroup>) -> Reply {
    super::page(page, group_body)
}

#[derive(Serialize)]
struct MembershipBody<'a> {
    group_id: Uuid,
    user_id: &'a str,
    group_name: &'a str,
    creation_time: i64,
}

fn membership_body(joined: &GroupMembership) -> MembershipBody<'_> {
    MembershipBody {
        group_id: joined.membership.group_id,
        user_id: &joined.user_id,
        group_name: &joined.group_name,
        creation_time: joined.membership.creation_time,
    }
}

/// That a user is in a group.
pub(in super::super) fn membership(joined: &GroupMembership) -> Reply {
    Reply::of(StatusCode::OK, &membership_body(joined))
}

/// That a user joined a group: the seeds' generation says no more than that.
pub(in super::super) fn assigned(monocloud: &MonoCloud, joined: &GroupMembership) -> Reply {
    match monocloud.settings.era {
        Era::Seed => Reply::empty(StatusCode::CREATED),
        Era::Current => Reply::of(StatusCode::CREATED, &membership_body(joined)),
    }
}

/// A user's groups as a list shows them.
pub(in super::super) fn memberships(page: &Page<GroupMembership>) -> Reply {
    super::page(page, membership_body)
}

/// What a new one is described by.
pub(in super::super) const NEW_GROUP: &[&[Member]] = &[&[text("name").required()], DESCRIBED];

/// What can be changed of one.
pub(in super::super) const GROUP: &[&[Member]] = &[&[text("name")], DESCRIBED];

const DESCRIBED: &[Member] = &[text("description"), flag("is_auto_assigned")];

/// The group that is to be made.
pub(in super::super) fn new_group(call: &Call) -> Result<NewGroup, Error> {
    let mut body = Body::of(call)?;
    let new = NewGroup {
        name: body.required("name"),
        description: body.text("description"),
        is_auto_assigned: body.flag("is_auto_assigned", false),
    };
    body.finish(new)
}

/// What of a group is to be changed.
pub(in super::super) fn patch_group(call: &Call) -> Result<GroupPatch, Error> {
    let mut body = Body::of(call)?;
    let name = match body.nullable_text("name") {
        Some(Some(name)) if !name.trim().is_empty() => Some(name),
        Some(_) => body.reject("name", "The value is required."),
        None => None,
    };
    let is_auto_assigned = body.optional_flag("is_auto_assigned");
    let patch = GroupPatch { name, description: body.nullable_text("description"), is_auto_assigned };
    body.finish(patch)
}
