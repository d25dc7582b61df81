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
}
