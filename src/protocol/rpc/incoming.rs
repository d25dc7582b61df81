//! What a client of a unary remote call sent: its message, out of its frame and inflated, and how long it waits. Knows
//! no message.

use std::io::Read;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::HeaderMap;

use super::{Code, Framing, GRPC_ENCODING, RpcError, Wire};

/// The flags of a frame: its message is compressed; it is the last one of gRPC-Web, with trailers instead of a message.
const COMPRESSED: u8 = 1;
const TRAILERS: u8 = 0x80;

/// The number of bytes before a message: one for flags, four for the length.
const ENVELOPE: usize = 5;

impl Wire {
    /// The message of a request, unframed and decompressed.
    ///
    /// # Errors
    /// The error of the vendor's library for a broken frame, or for a client that waits no longer; the texts are
    /// assumed.
    pub fn message(self, headers: &HeaderMap, body: &Bytes, limit: usize) -> Result<Bytes, RpcError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let time = match self.framing {
            Framing::Connect => text("connect-timeout-ms").map(connect_time),
            Framing::Grpc | Framing::GrpcWeb => text("grpc-timeout").filter(|text| !text.is_empty()).map(grpc_time),
        };
        if time.transpose()?.is_some_and(|time| time.is_zero()) {
            return Err(RpcError::new(Code::DeadlineExceeded, "context deadline exceeded"));
        }
        match self.framing {
            Framing::Connect => {
                let encoding = text("content-encoding").unwrap_or("identity");
                inflate(body.clone(), encoding != "identity", encoding, limit)
            }
            Framing::Grpc | Framing::GrpcWeb => {
                let encoding = text(GRPC_ENCODING).unwrap_or("identity");
                let decoded = self.is_text.then(|| from_text(body)).transpose()?;
                let (flags, message, rest) = split(decoded.as_ref().unwrap_or(body))?;
                let message = unpack(message, flags, encoding, limit)?;
                let is_end = |flags: u8| self.framing == Framing::GrpcWeb && flags & TRAILERS != 0;
                if rest.first().is_some_and(|flags| !is_end(*flags)) {
                    let (flags, second, _) = split(&rest)?;
                    unpack(second, flags, encoding, limit)?;
                    return Err(RpcError::new(Code::Unimplemented, "unary request has multiple messages"));
                }
                Ok(message)
            }
        }
    }
}

/// The bytes of a body in base64, which may be in pieces that end with their own padding.
fn from_text(body: &Bytes) -> Result<Bytes, RpcError> {
    let pieces: Result<Vec<_>, _> = body.chunks(4).map(|four| STANDARD.decode(four)).collect();
    let broken = |_| RpcError::new(Code::InvalidArgument, "protocol error: incomplete envelope");
    pieces.map(|pieces| pieces.concat().into()).map_err(broken)
}

/// The flags and the bytes of the first frame, and what follows it.
fn split(body: &Bytes) -> Result<(u8, Bytes, Bytes), RpcError> {
    let short = || RpcError::new(Code::InvalidArgument, "protocol error: incomplete envelope");
    let (head, rest) = body.split_at_checked(ENVELOPE).ok_or_else(short)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if rest.len() < length {
        return Err(short());
    }
    let end = ENVELOPE + length;
    Ok((head[0], body.slice(ENVELOPE..end), body.slice(end..)))
}

/// The message of a frame with these flags.
///
/// # Errors
/// It cannot be decompressed, is then longer than `limit`, or is no message by its flags.
pub fn unpack(message: Bytes, flags: u8, encoding: &str, limit: usize) -> Result<Bytes, RpcError> {
    let is_compressed = flags & COMPRESSED != 0;
    if is_compressed && matches!(encoding, "identity" | "") && !message.is_empty() {
        let text = "protocol error: sent compressed message without compression support";
        return Err(RpcError::new(Code::Internal, text));
    }
    let message = inflate(message, is_compressed, encoding, limit)?;
    if flags & !COMPRESSED != 0 {
        return Err(RpcError::new(Code::Internal, format!("protocol error: invalid envelope flags {flags}")));
    }
    Ok(message)
}

/// A message, decompressed if it is compressed.
fn inflate(message: Bytes, is_compressed: bool, encoding: &str, limit: usize) -> Result<Bytes, RpcError> {
    if !matches!(encoding, "identity" | "gzip" | "") {
        let text = format!("unknown compression \"{encoding}\": supported encodings are gzip");
        return Err(RpcError::new(Code::Unimplemented, text));
    }
    if !is_compressed || message.is_empty() {
        return Ok(message);
    }
    let mut plain = Vec::new();
    // One byte more than allowed, to detect a message that is too long.
    let read = MultiGzDecoder::new(&message[..]).take(limit as u64 + 1).read_to_end(&mut plain);
    match read {
        Ok(_) if plain.len() <= limit => Ok(plain.into()),
        Ok(_) => Err(RpcError::new(Code::ResourceExhausted, "message is too large")),
        Err(error) => Err(RpcError::new(Code::InvalidArgument, format!("decompress: {error}"))),
    }
}

/// How long a client of gRPC waits: up to eight digits and a unit.
fn grpc_time(text: &str) -> Result<Duration, RpcError> {
    let wrong = |text: String| RpcError::new(Code::InvalidArgument, format!("protocol error: {text}"));
    let invalid = || wrong(format!("invalid timeout {text:?}"));
    let (digits, unit) = text.split_at(text.char_indices().last().map_or(0, |(at, _)| at));
    let nanoseconds: u64 = match unit {
        "n" => 1,
        "u" => 1_000,
        "m" => 1_000_000,
        "S" => 1_000_000_000,
        "M" => 60_000_000_000,
        "H" => 3_600_000_000_000,
        _ => return Err(wrong(format!("timeout has invalid unit '{unit}'"))),
    };
    let number = match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u64>().map_err(|_| invalid())?,
        false => return Err(invalid()),
    };
    match number > 99_999_999 {
        true => Err(wrong(format!("timeout {text:?} is too long"))),
        false => Ok(Duration::from_nanos(number.saturating_mul(nanoseconds))),
    }
}

/// How long a client of Connect waits: up to ten digits of milliseconds.
fn connect_time(text: &str) -> Result<Duration, RpcError> {
    let wrong = |text: String| RpcError::new(Code::InvalidArgument, format!("parse timeout: {text}"));
    if text.len() > 10 {
        return Err(wrong(format!("{text:?} has >10 digits")));
    }
    match text.parse::<i64>() {
        // One that is over already has no time left.
        Ok(milliseconds) => Ok(Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))),
        Err(_) => Err(wrong(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};

    use super::*;

    fn wire(content_type: &'static str) -> Wire {
        Wire::of(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])).unwrap()
    }

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn frame(flags: u8, message: &[u8]) -> Vec<u8> {
        super::super::frame(flags, message)
    }

    #[test]
    fn a_message_is_taken_out_of_its_frame() {
        let grpc = wire("application/grpc");
        let message = |body: &[u8]| grpc.message(&HeaderMap::new(), &Bytes::copy_from_slice(body), 10);
        assert_eq!(message(b"\0\0\0\0\x02hi").unwrap(), "hi");
        assert_eq!(message(b"\0\0\0\0\0").unwrap(), "");
        let code = |body: &[u8]| message(body).unwrap_err().code;
        assert_eq!((code(b"\0\0\0\0\x03hi"), code(b"")), (Code::InvalidArgument, Code::InvalidArgument));
        for flags in [2, TRAILERS, 0x83] {
            assert_eq!(code(&frame(flags, b"")), Code::Internal, "{flags}");
        }
        let brotli = grpc.message(&headers("grpc-encoding", "br"), &frame(1, b"").into(), 10);
        assert_eq!(brotli.unwrap_err().code, Code::Unimplemented);
    }

    #[test]
    fn a_body_in_text_may_come_in_pieces() {
        let sent = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/grpc-web-text"))]);
        assert_eq!(Wire::of(&sent), None);
        let wire = Wire::in_text(&sent).unwrap();
        let message = |body: &'static str| wire.message(&sent, &Bytes::from_static(body.as_bytes()), 10);
        assert_eq!(message("AAAAAAJoaQ==").unwrap(), "hi");
        assert_eq!(message("AA==AAAAAmhp").unwrap(), "hi");
        assert_eq!(message("AAAAAAJoaQ").unwrap_err().code, Code::InvalidArgument);
        assert_eq!(&wire.success(b"hi".to_vec()).body[..12], b"AAAAAAJoaYAA");
    }

    #[test]
    fn a_unary_call_has_one_message() {
        let two = [frame(0, b"a"), frame(0, b"b")].concat();
        let ended = [frame(0, b"a"), frame(TRAILERS, b"x: y\r\n")].concat();
        let half = [frame(0, b"a"), vec![0]].concat();
        for (content_type, body, code) in [
            ("application/grpc", &two, Some(Code::Unimplemented)),
            ("application/grpc", &ended, Some(Code::Internal)),
            ("application/grpc", &half, Some(Code::InvalidArgument)),
            ("application/grpc-web", &two, Some(Code::Unimplemented)),
            ("application/grpc-web", &ended, None),
        ] {
            let message = wire(content_type).message(&HeaderMap::new(), &body.clone().into(), 10);
            assert_eq!(message.err().map(|error| error.code), code, "{content_type} {body:?}");
        }
    }

    #[test]
    fn a_compressed_message_says_so_is_whole_and_is_bounded() {
        let body = Bytes::from(gzipped(&[b'x'; 1_000]));
        let (gzip, connect) = (headers("content-encoding", "gzip"), wire("application/json"));
        assert_eq!(connect.message(&gzip, &body, 1_000).unwrap().len(), 1_000);
        assert_eq!(connect.message(&gzip, &body, 999).unwrap_err().code, Code::ResourceExhausted);
        let more = Bytes::from([&body, &b"more"[..]].concat());
        for wrong in [&b"x"[..], &more] {
            let error = connect.message(&gzip, &Bytes::copy_from_slice(wrong), 9_999).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgument, "{wrong:?}");
        }
        let framed = Bytes::from(frame(1, &gzipped(b"hi")));
        let grpc = wire("application/grpc");
        assert_eq!(grpc.message(&headers("grpc-encoding", "gzip"), &framed, 10).unwrap(), "hi");
        assert_eq!(grpc.message(&HeaderMap::new(), &framed, 10).unwrap_err().code, Code::Internal);
    }

    #[test]
    fn how_long_a_client_waits_is_read() {
        for (text, milliseconds) in [
            ("1S", Some(1_000)),
            ("99999999m", Some(99_999_999)),
            ("2H", Some(7_200_000)),
            ("1000u", Some(1)),
            ("0n", Some(0)),
            ("S", None),
            ("1", None),
            ("1s", None),
            ("-1S", None),
            ("100000000S", None),
            ("1é", None),
        ] {
            let time = grpc_time(text).ok().map(|time| time.as_millis());
            assert_eq!(time, milliseconds, "{text}");
        }
        for (text, milliseconds) in
            [("1500", Some(1_500)), ("0", Some(0)), ("-5", Some(0)), ("", None), ("1.5", None), ("12345678901", None)]
        {
            assert_eq!(connect_time(text).ok().map(|time| time.as_millis()), milliseconds, "{text}");
        }
        let late = wire("application/json").message(&headers("connect-timeout-ms", "0"), &Bytes::new(), 10);
        assert_eq!(late.unwrap_err().code, Code::DeadlineExceeded);
        let wrong = wire("application/grpc").message(&headers("grpc-timeout", "5x"), &frame(0, b"").into(), 10);
        assert_eq!(wrong.unwrap_err().message, "protocol error: timeout has invalid unit 'x'");
    }
}
