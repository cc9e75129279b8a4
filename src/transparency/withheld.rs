//! What an event says of whom it was about, and from where it came. Not everybody who may see the event may see that, and so its
//! body holds no more of it than the root of a small tree (RFC 9162, 2.1) over its parts. Each part can be shown by itself, with
//! a proof that it is the event's; and the log can be proven to who is shown none.

use super::{
    leaf,
    tree::{Digest, Growing},
};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::ids::{CategoryKey, CustomerId};
use serde::{Deserialize, Serialize};

/// As many random bytes as nobody guesses, and so of each part's own.
const BLIND: usize = 16;

/// All that is withheld of one event. Fields stand in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Where the caller came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the caller gave as the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What each part's own random bytes are drawn from, in base64: a part cannot be guessed by its hash, and who is shown one
    /// learns nothing of the others.
    pub salt: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectBody>,
    /// The id of what it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// Whom it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectBody {
    pub categories: Vec<CategoryKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    pub customer: CustomerId,
}

/// What stands in the body for what is withheld.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    pub parts: u64,
    /// Base64.
    pub root: String,
}

/// One of the parts, in the order in which they are in the tree: the address, the reason, what it was about, then each customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Address(&'a str),
    Reason(&'a str),
    Target(&'a str),
    Subject(&'a SubjectBody),
}

/// A part's exact bytes: JSON with sorted keys and no white space.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    blind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a SubjectBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
}

/// A part that is shown, and what proves that it is the event's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which part it is, from 0.
    pub nth: u64,
    pub bytes: Vec<u8>,
    /// From the part upwards, to the root that the body has.
    pub hashes: Vec<Digest>,
}

impl Withheld {
    /// The bytes that are stored beside the body.
    ///
    /// # Errors
    /// Never in practice: all of it has a form in JSON.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// What stored bytes say.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// What the body says of it; `None` when nothing is withheld.
    ///
    /// # Errors
    /// Never in practice, as for [`Self::bytes`].
    pub fn commitment(&self) -> Result<Option<Commitment>, serde_json::Error> {
        let tree = self.tree()?;
        let root = (tree.size() > 0).then(|| tree.root().unwrap_or_default());
        Ok(root.map(|root| Commitment { parts: tree.size(), root: STANDARD.encode(root) }))
    }

    /// The parts that may be shown, with their proofs.
    ///
    /// # Errors
    /// Never in practice, as for [`Self::bytes`].
    pub fn show(&self, may: impl Fn(Part<'_>) -> bool) -> Result<Vec<Shown>, serde_json::Error> {
        let (tree, key) = (self.tree()?, self.key());
        let shown = (0..).zip(self.parts()).filter(|(_, part)| may(*part));
        let shown = shown.map(|(nth, part)| {
            let hashes = tree.inclusion(nth).unwrap_or_default();
            Ok(Shown { nth, bytes: written(&key, nth, part)?, hashes })
        });
        shown.collect()
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let address = self.address.as_deref().map(Part::Address).into_iter();
        let reason = self.reason.as_deref().map(Part::Reason);
        let target = self.target.as_deref().map(Part::Target);
        address.chain(reason).chain(target).chain(self.subjects.iter().map(Part::Subject))
    }

    fn tree(&self) -> Result<Growing, serde_json::Error> {
        let (mut tree, key) = (Growing::new(), self.key());
        for (nth, part) in (0..).zip(self.parts()) {
            tree.push(leaf(&written(&key, nth, part)?));
        }
        Ok(tree)
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.salt.as_bytes())
    }
}

fn written(key: &hmac::Key, nth: u64, part: Part<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let blind = hmac::sign(key, &nth.to_be_bytes());
    let blind = STANDARD.encode(blind.as_ref().get(..BLIND).unwrap_or_default());
    let mut written = Written { address: None, blind, reason: None, subject: None, target: None };
    match part {
        Part::Address(text) => written.address = Some(text),
        Part::Reason(text) => written.reason = Some(text),
        Part::Target(id) => written.target = Some(id),
        Part::Subject(one) => written.subject = Some(one),
    }
    serde_json::to_vec(&written)
}

/// A salt from that many random bytes.
#[must_use]
pub fn salt(random: [u8; BLIND]) -> String {
    STANDARD.encode(random)
}
