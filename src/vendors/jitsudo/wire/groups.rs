//! Groups on the wire.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::super::error::Error;
use super::super::operations::groups::NewGroup;
use super::super::record::{Group, Member, Origin, RoleMapping, User, uuid};
use super::super::settings::Behaviour;
use super::{Time, is_role, nullable_text, object, required_text};
use crate::protocol::{Call, Reply};
use crate::shape::{self, text};

/// The group object, member for member as the vendor's page has them.
#[derive(Serialize)]
struct GroupBody<'a> {
    id: &'a str,
    name: &'a str,
    source: Origin,
    description: Option<&'a str>,
    member_count: usize,
    role_mappings: Vec<MappingBody<'a>>,
    created_at: Time<'a>,
    updated_at: Time<'a>,
}

#[derive(Serialize)]
struct MappingBody<'a> {
    role: &'a str,
    created_at: Time<'a>,
}

#[derive(Serialize)]
struct MemberBody<'a> {
    id: &'a str,
    email: &'a str,
    name: &'a str,
    active: bool,
    membership_source: Origin,
    joined_at: Time<'a>,
}

/// A group that was made.
pub(in super::super) fn group(group: &Group, behaviour: &Behaviour) -> Reply {
    let body = GroupBody {
        id: &group.id,
        name: &group.name,
        source: group.source,
        description: group.description.as_deref(),
        member_count: group.members.len(),
        role_mappings: group.role_mappings.iter().map(|mapping| mapping_body(mapping, behaviour)).collect(),
        created_at: Time(group.created_at, behaviour),
        updated_at: Time(group.updated_at, behaviour),
    };
    Reply::of(StatusCode::CREATED, &body)
}

/// A member, with what is shown of its user.
pub(in super::super) fn member(user: &User, member: &Member, behaviour: &Behaviour) -> Reply {
    let body = MemberBody {
        id: &user.profile.id,
        email: &user.profile.email,
        name: &user.profile.name,
        active: user.active,
        membership_source: member.source,
        joined_at: Time(member.joined_at, behaviour),
    };
    Reply::of(StatusCode::OK, &body)
}

/// A role that a group gives.
pub(in super::super) fn mapping(mapping: &RoleMapping, behaviour: &Behaviour) -> Reply {
    Reply::of(StatusCode::OK, &mapping_body(mapping, behaviour))
}

fn mapping_body<'a>(mapping: &'a RoleMapping, behaviour: &'a Behaviour) -> MappingBody<'a> {
    MappingBody { role: &mapping.role, created_at: Time(mapping.created_at, behaviour) }
}

/// What a new group takes.
pub(in super::super) const NEW_GROUP: &[&[shape::Member]] =
    &[&[text("name").required(), text("description").or_null()]];

/// The group that is to be.
pub(in super::super) fn new_group(call: &Call) -> Result<NewGroup, Error> {
    let members = object(call)?;
    Ok(NewGroup {
        name: required_text(&members, "name")?,
        description: nullable_text(&members, "description")?.flatten(),
    })
}

/// Who is to be a member.
pub(in super::super) const MEMBER: &[&[shape::Member]] = &[&[text("user_id").required()]];

/// The id of who is to be a member, in lower case.
pub(in super::super) fn user_id(call: &Call) -> Result<String, Error> {
    let members = object(call)?;
    let id = members.get("user_id").and_then(Value::as_str).and_then(|id| uuid(id.as_bytes()));
    id.map(|id| id.to_string()).ok_or(Error::InvalidMember("user_id"))
}

/// A role.
pub(in super::super) const ROLE: &[&[shape::Member]] = &[&[text("role").required()]];

/// The role that is asked for.
pub(in super::super) fn role(call: &Call, behaviour: &Behaviour) -> Result<String, Error> {
    let role = required_text(&object(call)?, "role")?;
    is_role(&role, behaviour).then_some(role).ok_or(Error::InvalidMember("role"))
}
