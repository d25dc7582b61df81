//! Times as ZITADEL's messages hold them.

use buffa::MessageField;
use buffa_types::google::protobuf::Timestamp as Message;
use jiff::Timestamp;

/// The time of a message; one out of range is at the end of time.
pub(super) fn time(message: &Message) -> Timestamp {
    Timestamp::new(message.seconds, message.nanos).unwrap_or(Timestamp::MAX)
}

/// A time as a member that is set.
pub(super) fn set(time: Timestamp) -> MessageField<Message, buffa::Inline<Message>> {
    MessageField::some(message(time))
}

/// A time as a member that is set where there is one.
pub(super) fn optional(time: Option<Timestamp>) -> MessageField<Message, buffa::Inline<Message>> {
    time.map_or_else(MessageField::none, set)
}

/// The earliest time that protobuf has. It is shown instead of any earlier one.
const EARLIEST: Timestamp = Timestamp::constant(-62_135_596_800, 0); // the start of the year 1

fn message(time: Timestamp) -> Message {
    let time = time.max(EARLIEST);
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    match nanos < 0 {
        // Before 1970 a message's fraction still counts forwards.
        true => Message { seconds: seconds - 1, nanos: nanos + 1_000_000_000, ..Message::default() },
        false => Message { seconds, nanos, ..Message::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::generated::zitadel::object::v2::Details;
    use super::*;

    #[test]
    fn a_time_before_1970_is_a_message_too() {
        for (given, shown) in [
            ("2025-03-25T09:53:34.029Z", "2025-03-25T09:53:34.029Z"),
            ("1012-03-25T09:53:34.029Z", "1012-03-25T09:53:34.029Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("-000001-01-01T00:00:00.5Z", "0001-01-01T00:00:00Z"),
        ] {
            let written = message(given.parse().unwrap());
            assert_eq!(serde_json::to_value(&written).unwrap(), shown);
        }
    }

    #[test]
    fn an_answers_time_is_written_as_the_library_writes_it() {
        let ends = [-62_135_596_801, -62_135_596_800, 253_402_300_799, 253_402_300_800];
        for seconds in ends.into_iter().chain([-1, 0, 951_782_400, 1_893_456_000]) {
            for nanos in [0, 1, 999, 1_000, 29_000_000, 123_456_000, 999_999_999] {
                let time = Message { seconds, nanos, ..Message::default() };
                let library = serde_json::to_value(&time).ok();
                let details = Details { change_date: MessageField::some(time), ..Details::default() };
                let own = serde_json::to_value(&details).ok().map(|details| details["changeDate"].clone());
                assert_eq!(own, library, "{seconds} {nanos}");
            }
        }
    }
}
