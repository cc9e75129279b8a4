//! Signed statements of what the log held (C2SP tlog-checkpoint, in a C2SP signed-note), and the keys that they are signed with.

use super::tree::Digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use signed_note::{
    Note, Signer, StandardSigner, StandardVerifier, Verifier, VerifierList, is_key_name_valid, key_id,
};
use tlog_tiles::{Checkpoint as Text, Hash};
use zeroize::Zeroizing;

/// What an Ed25519 key begins with in a signed note's keys.
const ED25519: u8 = 1;

/// A statement of what the log held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    pub size: u64,
    pub root: Digest,
}

/// Why keys or notes cannot be used. None holds a part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("a key of the log is a line such as `PRIVATE+KEY+log.example+0123abcd+...`, and this is none")]
    SigningKey,
    #[error("the keys of a log all have its name, and these have several")]
    Names,
    #[error("there is no key")]
    NoKey,
    #[error("a key to check with is a line such as `log.example+0123abcd+...`, and this is none")]
    VerifierKey,
    #[error("a log's name has no white space and no +, and is not empty")]
    Name,
    #[error("this is no signed note about a log")]
    Note,
    #[error("no key that is trusted has signed this")]
    NotSigned,
    #[error("a signature of a key that is trusted is wrong")]
    Forged,
    #[error("this is signed for another log")]
    Origin,
}

/// The keys that a log is signed with, the newest first. While one takes the place of another both sign, so that whoever
/// trusts the old one learns of the new. What earlier keys have signed stands, where the verifier keys of these are named as well.
#[derive(Clone)]
pub struct SigningKeys {
    signers: Vec<StandardSigner>,
    verifier_keys: Vec<String>,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").field("verifier_keys", &self.verifier_keys).finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// The keys of a file, one to a line: those that sign, and the verifier keys of those that did before.
    ///
    /// # Errors
    /// When none signs, one is malformed, or they are of several logs.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (signing, former): (Vec<_>, Vec<_>) =
            lines.partition(|line| line.starts_with("PRIVATE+KEY+") || StandardVerifier::new(line).is_err());
        let signers = signing.iter().map(|line| StandardSigner::new(line).map_err(|_| Unfit::SigningKey));
        let signers = signers.collect::<Result<Vec<_>, _>>()?;
        let mut verifier_keys =
            signing.iter().map(|line| verifier_key(line)).collect::<Result<Vec<_>, _>>()?;
        let name = signers.first().ok_or(Unfit::NoKey)?.name().to_owned();
        let names = former.iter().map(|line| line.split('+').next().unwrap_or_default());
        if signers.iter().map(Signer::name).chain(names).any(|other| other != name) {
            return Err(Unfit::Names);
        }
        verifier_keys.extend(former.into_iter().map(str::to_owned));
        Ok(Self { signers, verifier_keys })
    }

    /// A new key for the log of this name, as a line of a file.
    ///
    /// # Errors
    /// When the name cannot be one.
    pub fn generate(origin: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Zeroizing<String>, Unfit> {
        if !is_key_name_valid(origin) || origin.chars().any(char::is_control) {
            return Err(Unfit::Name);
        }
        let public = public_key(seed.as_slice())?;
        let mut private = Zeroizing::new(vec![ED25519]);
        private.extend_from_slice(seed.as_slice());
        let encoded = Zeroizing::new(STANDARD.encode(private.as_slice()));
        Ok(Zeroizing::new(format!(
            "PRIVATE+KEY+{origin}+{:08x}+{}\n",
            key_id(origin, &public),
            encoded.as_str()
        )))
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.signers.first().map_or("", |signer| signer.name())
    }

    /// What notes are checked with, the newest first.
    #[must_use]
    pub fn verifier_keys(&self) -> &[String] {
        &self.verifier_keys
    }

    /// The signed note that says that the log has this size and root.
    ///
    /// # Errors
    /// Never in practice: each key has signed before.
    pub fn sign(&self, size: u64, root: Digest) -> Result<String, Unfit> {
        let text = Text::new(self.origin(), size, Hash(root), "").map_err(|_| Unfit::Name)?;
        self.sign_text(&text.to_bytes())
    }

    /// Any text as a signed note. What it is about is on its first line, which is a log's name in what is said of that log's tree
    /// alone.
    ///
    /// # Errors
    /// When the text is no note's.
    pub(super) fn sign_text(&self, text: &[u8]) -> Result<String, Unfit> {
        let mut note = Note::new(text, &[]).map_err(|_| Unfit::Note)?;
        let signers = self.signers.iter().map(|signer| signer as &dyn Signer).collect::<Vec<_>>();
        note.add_sigs(&signers).map_err(|_| Unfit::SigningKey)?;
        String::from_utf8(note.to_bytes()).map_err(|_| Unfit::Note)
    }
}

/// The bytes of the public key of this seed, with what they are before them.
fn public_key(seed: &[u8]) -> Result<Vec<u8>, Unfit> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Unfit::SigningKey)?;
    Ok([&[ED25519], pair.public_key().as_ref()].concat())
}

/// What notes are checked with that this key has signed.
fn verifier_key(line: &str) -> Result<String, Unfit> {
    let mut parts = line.splitn(5, '+').skip(2);
    let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Unfit::SigningKey);
    };
    let private = Zeroizing::new(STANDARD.decode(key).map_err(|_| Unfit::SigningKey)?);
    let public = public_key(private.get(1..).unwrap_or_default())?;
    Ok(format!("{name}+{:08x}+{}", key_id(name, &public), STANDARD.encode(&public)))
}

/// Whether these are verifier keys.
///
/// # Errors
/// When one is not.
pub fn check_keys(keys: &[String]) -> Result<(), Unfit> {
    keys.iter().try_for_each(|key| StandardVerifier::new(key).map(drop).map_err(|_| Unfit::VerifierKey))
}

/// What a note says that one of these keys has signed, each of them a verifier key. Signatures of others do not matter.
///
/// # Errors
/// When no key has, or any signature of theirs is wrong, or the note is no statement about a log.
pub fn open(note: &[u8], trusted: &[String]) -> Result<Checkpoint, Unfit> {
    let names = verified(note, trusted)?;
    let checkpoint = read(note)?;
    // Who signs for one log does not speak for another.
    if names.contains(&checkpoint.origin) { Ok(checkpoint) } else { Err(Unfit::Origin) }
}

/// The text of a note that one of these keys has signed, and the names of the keys; of any, when none is trusted more than others.
pub(super) fn open_text(note: &[u8], trusted: &[String]) -> Option<(String, Vec<String>)> {
    let names = if trusted.is_empty() { Vec::new() } else { verified(note, trusted).ok()? };
    Some((String::from_utf8(Note::from_bytes(note).ok()?.text().to_vec()).ok()?, names))
}

/// That one of these keys has signed a note, and none of them wrongly; the names of those that have.
fn verified(note: &[u8], trusted: &[String]) -> Result<Vec<String>, Unfit> {
    let parsed = Note::from_bytes(note).map_err(|_| Unfit::Note)?;
    let verifiers = trusted.iter().map(|key| StandardVerifier::new(key).map_err(|_| Unfit::VerifierKey));
    let verifiers = verifiers.collect::<Result<Vec<_>, _>>()?;
    let list = verifiers.into_iter().map(|verifier| Box::new(verifier) as Box<dyn Verifier>).collect();
    let signed = parsed.verify(&VerifierList::new(list));
    let (signed, _) = signed.map_err(|error| match error {
        signed_note::NoteError::UnverifiedNote => Unfit::NotSigned,
        _ => Unfit::Forged,
    })?;
    Ok(signed.iter().map(|signature| signature.name().to_owned()).collect())
}

/// What a note says, whoever has signed it.
///
/// # Errors
/// When it is no statement about a log.
pub fn read(note: &[u8]) -> Result<Checkpoint, Unfit> {
    let parsed = Note::from_bytes(note).map_err(|_| Unfit::Note)?;
    let text = Text::from_bytes(parsed.text()).map_err(|_| Unfit::Note)?;
    if text.to_bytes() != parsed.text() {
        return Err(Unfit::Note);
    }
    Ok(Checkpoint { origin: text.origin().to_owned(), size: text.size(), root: text.hash().0 })
}
