//! The grammar of faults: an RFC 9651 list of outcomes and timings with parameters.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize, Serializer};
use sfv::{BareItem, FieldType, Item, List, ListEntry, Parser};

use crate::failure::{Failure, Kind, NamedError, Overrides};
use crate::ids;
use crate::protocol::delivery::Cut;
use crate::similar::closest_match;
use crate::tokens::Defect;

/// The maximum time for which a call can be held, in milliseconds.
const MAX_MS: u64 = 60_000;

/// The maximum number of pieces of a dripped body.
const MAX_CHUNKS: u64 = 1_000;

/// Probability 1, in thousandths: the grammar's decimals have three fractional digits.
const CERTAIN: u64 = 1_000;

/// What is wrong with a specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFault(pub String);

impl fmt::Display for BadFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for BadFault {}

/// A parsed specification.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Spec {
    /// The name under which it is counted: its canonical text, unless a source that can have several equal ones sets
    /// another name.
    pub rule: String,
    /// How a call or its answer is delayed.
    pub timing: Option<Member<Timing>>,
    /// What a call gets instead of its answer.
    pub outcome: Option<Member<FaultOutcome>>,
    /// Whether it clears both slots, so that sources of lower rank cannot fill them either.
    pub clears: bool,
}

/// How a call or its answer is delayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timing {
    /// The call waits for a number of milliseconds in this range, drawn from the call's number.
    Delay(RangeInclusive<u64>),
    /// The body is sent in pieces, spread over a time.
    Drip {
        /// The number of pieces.
        chunks: u64,
        /// The time until the last piece, in milliseconds.
        ms: u64,
    },
}

/// What a call gets instead of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultOutcome {
    /// An error in the vendor's words.
    Refusal(Failure),
    /// A connection that ends.
    Cut(Cut),
    /// A connection that is closed without an answer after this many milliseconds.
    Hang(u64),
    /// Its answer, with tokens that are wrong in this way.
    Token(Defect),
    /// A delivery to the outside goes wrong. A call that is answered meets none of these.
    Delivery(DeliveryFault),
}

/// What goes wrong with a delivery to the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFault {
    /// It is made twice.
    Duplicate,
    /// It is not made.
    Drop,
    /// Its signature does not fit.
    BadSignature,
    /// It is made after the next one.
    Reorder,
}

/// One member of a specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<T> {
    /// What happens.
    pub what: T,
    /// Which calls it applies to.
    pub when: Selectors,
    /// When it happens.
    pub at: Moment,
    /// The canonical text.
    pub text: String,
}

/// The two things that can happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// It is delayed.
    Timing,
    /// Its answer is replaced.
    Outcome,
}

/// When a fault acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before credentials are checked.
    Before,
    /// Only if the call would have succeeded; it changes nothing.
    Validated,
    /// After the call has made its change.
    After,
}

/// Which calls a member applies to. All conditions must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selectors {
    /// Only the first this many calls.
    pub first: Option<u64>,
    /// Not the first this many calls.
    pub skip: u64,
    /// Only every this many calls, counted after `skip`.
    pub every: Option<u64>,
    /// At most this many calls in total.
    pub times: Option<u64>,
    /// With this probability.
    pub chance: Option<Chance>,
}

/// A probability whose draws depend only on its seed and the call's number, so that they are the same in every world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// The probability, in thousandths.
    thousandths: u64,
    seed: u64,
}

impl Chance {
    fn takes(self, n: u64) -> bool {
        ids::draw(self.seed, n, CERTAIN) < self.thousandths
    }
}

impl Selectors {
    /// Whether the fault applies to the `n`th call, counted from 1, after it has applied to `fired` calls.
    pub fn select(&self, n: u64, fired: u64) -> bool {
        n > self.skip
            && self.first.is_none_or(|first| n <= first)
            && self.every.is_none_or(|every| (n - self.skip).is_multiple_of(every))
            && self.chance.is_none_or(|chance| chance.takes(n))
            && self.times.is_none_or(|times| fired < times)
    }
}

impl TryFrom<String> for Spec {
    type Error = BadFault;

    fn try_from(text: String) -> Result<Self, BadFault> {
        Self::parse(&text)
    }
}

impl Serialize for Spec {
    /// As the text that it is counted under. For a rule that text is the specification, so it can be read again.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rule)
    }
}

impl Spec {
    /// Reads a specification.
    ///
    /// # Errors
    /// [`BadFault`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, BadFault> {
        let bad = |reason: String| BadFault(reason);
        let list: List = Parser::new(text)
            .parse()
            .map_err(|error| bad(format!("not a structured field list (RFC 9651): {error}")))?;
        if list.is_empty() {
            return Err(bad("the list is empty, expected a fault such as 503".to_owned()));
        }
        let mut spec = Self { rule: String::new(), timing: None, outcome: None, clears: false };
        let mut texts = Vec::new();
        for entry in list {
            let ListEntry::Item(item) = entry else {
                return Err(bad("inner lists are not allowed".to_owned()));
            };
            let text = item.serialize();
            spec.add(&item, &text).map_err(|reason| bad(format!("`{text}`: {reason}")))?;
            texts.push(text);
        }
        spec.rule = texts.join(", ");
        Ok(spec)
    }

    fn add(&mut self, item: &Item, text: &str) -> Result<(), String> {
        let mut parameters = Parameters::new(item);
        let word = item.bare_item.as_token().map(|token| token.as_str());
        if word == Some("none") {
            self.clears = true;
            return parameters.end();
        }
        let when = parameters.selectors()?;
        let text = text.to_owned();
        if let Some(what) = parameters.timing(word)? {
            let at = parameters.moment(matches!(what, Timing::Drip { .. }))?;
            parameters.end()?;
            let before = self.timing.replace(Member { what, when, at, text });
            return before.map_or(Ok(()), |_| Err("duplicate timing, expected at most one delay or drip".to_owned()));
        }
        let what = match parameters.connection_fault(word)? {
            Some(what) => what,
            None => FaultOutcome::Refusal(parameters.refusal(word)?),
        };
        let on_the_answer =
            matches!(what, FaultOutcome::Cut(Cut::Truncate(_)) | FaultOutcome::Token(_) | FaultOutcome::Delivery(_));
        let at = parameters.moment(on_the_answer)?;
        parameters.end()?;
        let before = self.outcome.replace(Member { what, when, at, text });
        before.map_or(Ok(()), |_| {
            Err("duplicate outcome, expected at most one status, error or connection fault".to_owned())
        })
    }

    /// Whether it acts on deliveries to the outside alone.
    pub fn is_for_deliveries(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| matches!(outcome.what, FaultOutcome::Delivery(_)))
    }

    /// Checks that a call can meet it.
    ///
    /// # Errors
    /// [`BadFault`] if it acts on deliveries alone.
    pub fn check_call(&self) -> Result<(), BadFault> {
        match self.is_for_deliveries() {
            true => {
                Err(BadFault("this fault acts on deliveries to the outside, which only a rule can match".to_owned()))
            }
            false => Ok(()),
        }
    }

    /// Checks that a delivery to the outside can meet it.
    ///
    /// # Errors
    /// [`BadFault`] if it acts on answers.
    pub fn check_delivery(&self) -> Result<(), BadFault> {
        let is_answer = self.outcome.is_some() && !self.is_for_deliveries();
        let drips = self.timing.as_ref().is_some_and(|timing| matches!(timing.what, Timing::Drip { .. }));
        match is_answer || drips {
            true => Err(BadFault(
                "a delivery to the outside takes only delay, duplicate, drop, bad-signature and reorder".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// The same specification, checked for a vendor that lacks these errors.
    ///
    /// # Errors
    /// [`BadFault`] if it asks for one of them.
    pub fn fits(self, vendor: &str, lacks: &[NamedError]) -> Result<Self, BadFault> {
        self.check(vendor, lacks).map(|()| self)
    }

    /// Checks that a vendor that lacks these errors can apply it.
    ///
    /// # Errors
    /// [`BadFault`] if it asks for one of them.
    pub fn check(&self, vendor: &str, lacks: &[NamedError]) -> Result<(), BadFault> {
        match self.outcome.as_ref().map(|outcome| &outcome.what) {
            Some(FaultOutcome::Refusal(Failure { kind: Kind::Named(name), .. })) if lacks.contains(name) => {
                Err(BadFault(format!("{vendor} has no error `{}`", name.as_str())))
            }
            _ => Ok(()),
        }
    }
}

/// The parameters of one member. Each can be taken once.
struct Parameters<'a> {
    item: &'a Item,
    taken: Vec<&'static str>,
}

impl<'a> Parameters<'a> {
    fn new(item: &'a Item) -> Self {
        Self { item, taken: Vec::new() }
    }

    fn take(&mut self, name: &'static str) -> Option<&'a BareItem> {
        self.taken.push(name);
        self.item.params.get(name)
    }

    fn number(&mut self, name: &'static str) -> Result<Option<u64>, String> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.as_integer().and_then(|number| u64::try_from(i64::from(number)).ok());
        number.map(Some).ok_or_else(|| format!("{name} must be a whole number of at least 0"))
    }

    fn positive(&mut self, name: &'static str) -> Result<Option<u64>, String> {
        match self.number(name)? {
            Some(0) => Err(format!("{name} must be at least 1")),
            number => Ok(number),
        }
    }

    fn text(&mut self, name: &'static str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(BareItem::Token(word)) => Ok(Some(word.as_str().to_owned())),
            Some(BareItem::String(text)) => Ok(Some(text.as_str().to_owned())),
            Some(BareItem::DisplayString(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} must be a word or a quoted string")),
        }
    }

    fn milliseconds(&mut self, name: &'static str) -> Result<Option<u64>, String> {
        match self.number(name)? {
            Some(ms) if ms > MAX_MS => Err(format!("{name} must be at most {MAX_MS}")),
            ms => Ok(ms),
        }
    }

    fn selectors(&mut self) -> Result<Selectors, String> {
        Ok(Selectors {
            first: self.number("first")?,
            skip: self.number("skip")?.unwrap_or(0),
            every: self.positive("every")?,
            times: self.number("times")?,
            chance: self.chance()?,
        })
    }

    fn chance(&mut self) -> Result<Option<Chance>, String> {
        let likely = match self.take("p") {
            None => None,
            Some(BareItem::Integer(number)) => Some(i64::from(*number).saturating_mul(1_000)),
            Some(BareItem::Decimal(number)) => Some(i64::from(number.as_integer_scaled_1000())),
            Some(_) => return Err("p must be a number from 0 to 1".to_owned()),
        };
        let seed = self.number("seed")?;
        match likely.map(u64::try_from) {
            None if seed.is_some() => Err("seed needs p".to_owned()),
            None => Ok(None),
            Some(Ok(thousandths @ 0..=CERTAIN)) => Ok(Some(Chance { thousandths, seed: seed.unwrap_or(0) })),
            Some(_) => Err("p must be a number from 0 to 1".to_owned()),
        }
    }

    /// When it happens. A fault that changes the finished answer is always `after`.
    fn moment(&mut self, on_the_answer: bool) -> Result<Moment, String> {
        match self.text("at")?.as_deref() {
            None if on_the_answer => Ok(Moment::After),
            Some("before" | "validated") if on_the_answer => {
                Err("this fault changes the answer, so at must be after".to_owned())
            }
            None | Some("before") => Ok(Moment::Before),
            Some("validated") => Ok(Moment::Validated),
            Some("after") => Ok(Moment::After),
            Some(_) => Err("at must be before, validated or after".to_owned()),
        }
    }

    fn timing(&mut self, word: Option<&str>) -> Result<Option<Timing>, String> {
        match word {
            Some("delay") => self.delay().map(Timing::Delay).map(Some),
            Some("drip") => match (self.positive("chunks")?, self.milliseconds("ms")?) {
                (Some(chunks), Some(ms)) if chunks <= MAX_CHUNKS => Ok(Some(Timing::Drip { chunks, ms })),
                (Some(_), Some(_)) => Err(format!("chunks must be at most {MAX_CHUNKS}")),
                _ => Err("drip needs chunks and ms".to_owned()),
            },
            _ => Ok(None),
        }
    }

    fn connection_fault(&mut self, word: Option<&str>) -> Result<Option<FaultOutcome>, String> {
        Ok(Some(match word {
            Some("close") => FaultOutcome::Cut(Cut::Close),
            Some("reset") => FaultOutcome::Cut(Cut::Reset),
            Some("garbage") => FaultOutcome::Cut(Cut::Garbage),
            Some("truncate") => {
                let bytes = self.number("bytes")?.ok_or("truncate needs bytes")?;
                FaultOutcome::Cut(Cut::Truncate(usize::try_from(bytes).unwrap_or(usize::MAX)))
            }
            Some("hang") => FaultOutcome::Hang(self.milliseconds("ms")?.ok_or("hang needs ms")?),
            Some("token") => FaultOutcome::Token(self.defect()?),
            Some("duplicate") => FaultOutcome::Delivery(DeliveryFault::Duplicate),
            Some("drop") => FaultOutcome::Delivery(DeliveryFault::Drop),
            Some("bad-signature") => FaultOutcome::Delivery(DeliveryFault::BadSignature),
            Some("reorder") => FaultOutcome::Delivery(DeliveryFault::Reorder),
            _ => return Ok(None),
        }))
    }

    fn defect(&mut self) -> Result<Defect, String> {
        let name = self.text("defect")?.ok_or("token needs defect")?;
        Defect::parse(&name).ok_or_else(|| {
            let known: Vec<_> = Defect::ALL.iter().map(|defect| defect.as_str()).collect();
            format!("unknown defect {}; expected one of {}", name.escape_debug(), known.join(", "))
        })
    }

    fn refusal(&mut self, word: Option<&str>) -> Result<Failure, String> {
        let kind = match (&self.item.bare_item, word) {
            (BareItem::Integer(status), _) => match u16::try_from(*status) {
                Ok(status @ 400..=599) => Kind::Status(status),
                _ => return Err("a status must be from 400 to 599".to_owned()),
            },
            (_, Some(word)) => Kind::Named(NamedError::parse(word).ok_or_else(|| unknown_fault(word))?),
            _ => return Err("expected a status or a word, such as 503 or reset".to_owned()),
        };
        Ok(Failure { kind, overrides: self.overrides()? })
    }

    fn delay(&mut self) -> Result<RangeInclusive<u64>, String> {
        match (self.milliseconds("ms")?, self.milliseconds("min")?, self.milliseconds("max")?) {
            (Some(ms), None, None) => Ok(ms..=ms),
            (None, Some(min), Some(max)) if min <= max => Ok(min..=max),
            (None, Some(_), Some(_)) => Err("min must not be greater than max".to_owned()),
            _ => Err("delay needs ms, or min and max".to_owned()),
        }
    }

    fn overrides(&mut self) -> Result<Overrides, String> {
        Ok(Overrides {
            retry_after: self.number("retry-after")?,
            code: self.text("code")?,
            message: self.text("message")?,
            field: self.text("field")?,
            notice: self.text("notice")?,
        })
    }

    /// Refuses parameters that were not taken.
    fn end(self) -> Result<(), String> {
        match self.item.params.keys().find(|key| !self.taken.contains(&key.as_str())) {
            Some(key) => {
                let key = key.as_str();
                Err(format!("unexpected parameter {key}{}", closest_match(key, self.taken.iter().copied())))
            }
            None => Ok(()),
        }
    }
}

fn unknown_fault(word: &str) -> String {
    let words = ["none", "delay", "drip", "close", "reset", "garbage", "truncate", "hang", "token"];
    let known = words.into_iter().chain(NamedError::ALL.into_iter().map(NamedError::as_str));
    format!("unknown fault{}", closest_match(word, known))
}

#[cfg(test)]
mod tests;
