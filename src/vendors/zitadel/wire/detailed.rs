//! The answer that shows nothing but where a record now stands. Most changes have it, so its JSON is spliced rather than written from a
//! message each time.

use buffa::Message;
use jiff::Timestamp;

use super::{Answer, details};
use crate::protocol::template::{Short, Template};
use crate::protocol::time::quoted;
use crate::vendors::zitadel::proto::zitadel::user::v2 as proto;
use crate::vendors::zitadel::record::User;

/// A user whose details are the whole answer.
pub(in super::super) struct Detailed(pub(in super::super) User);

impl Answer for Detailed {
    fn encoded(&self) -> Vec<u8> {
        // Every such answer has this one field.
        proto::DeactivateUserResponse { details: details(&self.0) }.encode_to_vec()
    }

    fn json(&self) -> Vec<u8> {
        let Self(user) = self;
        if user.sequence == 0 {
            // Protobuf's JSON leaves it out, so that there is no place to fill.
            return Answer::json(&proto::DeactivateUserResponse { details: details(user) });
        }
        let template = user.profile.shown.get_or_make(|| {
            let message = details(user).into_option().expect("they were just made");
            let inner = serde_json::to_string(&message).expect("a message is JSON");
            Template::within("{\"details\":", &inner, ["sequence", "changeDate"], "}")
        });
        template.fill([&Short::quoted_number(user.sequence), &time(user.change_date)])
    }
}

/// A time in protobuf's JSON: with no, three, six or nine digits behind the second.
fn time(time: Timestamp) -> Short {
    let digits = match time.subsec_nanosecond() {
        0 => 0,
        nanos if nanos % 1_000_000 == 0 => 3,
        nanos if nanos % 1_000 == 0 => 6,
        _ => 9,
    };
    quoted(time, digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use crate::vendors::zitadel::seed;

    #[test]
    fn it_is_written_as_the_message_would_be() {
        let person = people::people(1, 1).next().unwrap();
        for (sequence, owner, time) in [
            (2, "69629023906488334", "2026-01-01T00:00:00Z"),
            (0, "", "2026-01-01T00:00:00.5Z"),
            (u64::MAX, "a \"b\"", "1970-01-01T00:00:00.000001Z"),
            (1, "é", "8999-12-31T23:59:59.123456789Z"),
        ] {
            let mut user = seed::user(&person, &owner.into(), time.parse().unwrap());
            user.sequence = sequence;
            let message = proto::ReactivateUserResponse { details: details(&user) };
            let detailed = Detailed(user);
            assert_eq!(detailed.json(), serde_json::to_vec(&message).unwrap(), "{time}");
            assert_eq!(detailed.encoded(), message.encode_to_vec());
        }
    }
}
