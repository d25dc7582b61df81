//! Texts that go out in a URL or a form and must come back unchanged. Does not know what they say.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::context::WorldContext;

/// The purpose of the key among the numbers of a world's seed.
const PURPOSE: u64 = 0x5ea1;

/// Seals texts for one world and one purpose. The same text always has the same seal.
#[derive(Debug)]
pub struct Seal(hmac::Key);

impl Seal {
    /// The seal of that world, for that purpose.
    pub fn new(context: &WorldContext, purpose: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &context.ids.of_purpose(PURPOSE).bytes::<32>());
        let own = hmac::sign(&key, format!("{purpose} {}", context.world).as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()))
    }

    /// The text in a form that fits a URL.
    pub fn seal(&self, text: &str) -> String {
        format!("{}.{}", URL_SAFE_NO_PAD.encode(text), self.mark(text))
    }

    /// The text that was sealed so.
    pub fn open(&self, sealed: &str) -> Option<String> {
        let (text, mark) = sealed.split_once('.')?;
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mark = URL_SAFE_NO_PAD.decode(mark).ok()?;
        hmac::verify(&self.0, &text, &mark).ok()?;
        String::from_utf8(text).ok()
    }

    /// A mark that only this seal makes of that text.
    pub fn mark(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::ids::Ids;

    fn context(world: &str) -> WorldContext {
        WorldContext {
            world: world.into(),
            clock: Clock::real(),
            ids: Ids::seeded(1),
            keys: crate::tokens::Keys::default(),
            outbox: crate::outbox::Outbox::default(),
        }
    }

    #[test]
    fn a_text_comes_back_only_unchanged_and_where_it_was_sealed() {
        let seal = Seal::new(&context("a"), "page");
        let sealed = seal.seal("{\"user\":\"x\"}");
        assert_eq!(seal.open(&sealed).as_deref(), Some("{\"user\":\"x\"}"));
        let forged = sealed.replacen(&sealed[..4], "AAAA", 1);
        for wrong in [forged.as_str(), "", ".", &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(seal.open(wrong), None, "{wrong}");
        }
        assert_eq!(Seal::new(&context("b"), "page").open(&sealed), None, "another world");
        assert_eq!(Seal::new(&context("a"), "form").open(&sealed), None, "another purpose");
    }
}
