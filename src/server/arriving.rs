//! What has arrived on a connection, as far as it shows which protocol it is and whether a head is there by half. Knows
//! neither heads nor bodies.

/// What a client of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// So many bytes of it are no method of HTTP/1.
const DECISIVE: usize = b"PRI ".len();

/// The size of what stands before the payload of a frame.
const FRAME_HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// What has arrived so far.
#[derive(Debug)]
pub(super) enum Arriving {
    /// So many bytes of the preface of HTTP/2, and nothing else.
    Preface(usize),
    Http1,
    Http2(Frame),
}

/// The current frame of HTTP/2.
#[derive(Debug, Default)]
pub(super) struct Frame {
    head: [u8; FRAME_HEAD],
    /// How many bytes of its head have arrived.
    read: usize,
    /// How many bytes of its payload have not.
    missing: usize,
    /// Whether further frames belong to the same head.
    is_continued: bool,
}

impl Arriving {
    pub(super) fn new() -> Self {
        Self::Preface(0)
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, mut bytes: &[u8]) {
        if let Self::Preface(before) = *self {
            let rest = &PREFACE[before..];
            let common = bytes.len().min(rest.len());
            if bytes[..common] != rest[..common] {
                *self = Self::Http1;
            } else if common < rest.len() {
                *self = Self::Preface(before + common);
            } else {
                *self = Self::Http2(Frame::default());
                bytes = &bytes[common..];
            }
        }
        if let Self::Http2(frame) = self {
            frame.take(bytes);
        }
    }

    /// Whether it can only be HTTP/2.
    pub(super) fn is_http_2(&self) -> bool {
        match self {
            Self::Preface(read) => *read >= DECISIVE,
            Self::Http1 => false,
            Self::Http2(_) => true,
        }
    }

    /// Whether a frame that is no part of a body is there by half, or the preface is. HTTP/1 is not looked at.
    pub(super) fn is_by_half(&self) -> bool {
        match self {
            Self::Preface(read) => *read > 0,
            Self::Http1 => false,
            Self::Http2(frame) => frame.is_by_half(),
        }
    }
}

impl Frame {
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.missing > 0 {
                let taken = self.missing.min(bytes.len());
                self.missing -= taken;
                bytes = &bytes[taken..];
            } else {
                if self.read == FRAME_HEAD {
                    self.read = 0; // the frame before
                }
                let taken = (FRAME_HEAD - self.read).min(bytes.len());
                self.head[self.read..self.read + taken].copy_from_slice(&bytes[..taken]);
                self.read += taken;
                bytes = &bytes[taken..];
                if self.read == FRAME_HEAD {
                    self.begin();
                }
            }
        }
    }

    /// Reads the head of a frame that is there whole.
    fn begin(&mut self) {
        let [first, second, third, kind, flags, ..] = self.head;
        self.missing = u32::from_be_bytes([0, first, second, third]) as usize;
        if kind == HEADERS || kind == CONTINUATION {
            self.is_continued = flags & END_HEADERS == 0;
        }
    }

    fn is_by_half(&self) -> bool {
        let is_in_payload = self.missing > 0 && self.head[3] != DATA;
        let is_in_head = self.read > 0 && self.read < FRAME_HEAD;
        self.is_continued || is_in_payload || is_in_head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
    }

    #[test]
    fn the_preface_is_known_in_any_pieces() {
        for size in 1..=PREFACE.len() {
            let mut arriving = Arriving::new();
            let mut read = 0;
            for piece in PREFACE.chunks(size) {
                arriving.take(piece);
                read += piece.len();
                assert_eq!(arriving.is_http_2(), read >= DECISIVE, "{read} of {size}");
                assert_eq!(arriving.is_by_half(), read < PREFACE.len(), "{read} of {size}");
            }
        }
        for other in [&b"GET / HTTP/1.1"[..], b"PRX", b"PRI * HTTP/1.1\r\n"] {
            let mut arriving = Arriving::new();
            other.iter().for_each(|byte| arriving.take(&[*byte]));
            assert!(!arriving.is_http_2() && !arriving.is_by_half(), "{other:?}");
        }
    }

    #[test]
    fn a_head_by_half_is_told_from_a_whole_one_and_from_a_body() {
        let whole = [frame(4, 0, &[0; 6]), frame(HEADERS, END_HEADERS, b"head"), frame(DATA, 0, b"body")].concat();
        let continued =
            [frame(HEADERS, 0, b"he"), frame(CONTINUATION, 0, b"a"), frame(CONTINUATION, END_HEADERS, b"d")];
        for (bytes, is_by_half) in [
            (whole.clone(), false),
            (whole[..whole.len() - 2].to_vec(), false), // of the body
            (whole[..20].to_vec(), true),               // of a frame's head
            (whole[..25].to_vec(), true),
            (continued[0].clone(), true),
            (continued[..2].concat(), true),
            (continued.concat(), false),
            (frame(HEADERS, END_HEADERS, b""), false),
        ] {
            for size in [1, 2, 7, 9, 100] {
                let mut arriving = Arriving::new();
                [PREFACE, &bytes].concat().chunks(size).for_each(|piece| arriving.take(piece));
                assert_eq!(arriving.is_by_half(), is_by_half, "{bytes:?} by {size}");
            }
        }
    }
}
