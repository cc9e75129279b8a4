//! What was signed about the log, and what is proven by it.

use crate::{
    domain::audit::{Consistency, EventRow, Inclusion, Part, Shown},
    graphql::{
        context::{access, charge_beyond_few},
        scalars::{DateTime, SafeInt},
    },
    policy::Action,
};
use async_graphql::{Context, Object, Result, SimpleObject};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::audit_checkpoint;

/// A signed statement of what the log held (C2SP tlog-checkpoint).
#[derive(Clone, SimpleObject)]
pub struct AuditCheckpoint {
    /// The log's name.
    origin: String,
    tree_size: SafeInt,
    /// Base64.
    root_hash: String,
    /// C2SP signed note, verbatim.
    note: String,
    /// The public key to check it with, as a C2SP verifier key. Compare it with one obtained another way.
    verifier_key: String,
    created_at: DateTime,
}

impl From<audit_checkpoint::Model> for AuditCheckpoint {
    fn from(row: audit_checkpoint::Model) -> Self {
        Self {
            origin: row.note.lines().next().unwrap_or_default().to_owned(),
            tree_size: SafeInt(row.tree_size),
            root_hash: STANDARD.encode(row.root_hash),
            note: row.note,
            verifier_key: row.verifier_key,
            created_at: DateTime(row.created_at),
        }
    }
}

/// RFC 9162, 2.1.3. Hashes are SHA-256 in base64.
pub struct AuditInclusionProof {
    pub event: EventRow,
    pub inclusion: Inclusion,
}

#[Object]
impl AuditInclusionProof {
    async fn leaf_index(&self) -> SafeInt {
        SafeInt::from(self.inclusion.index)
    }

    async fn tree_size(&self) -> SafeInt {
        SafeInt::from(self.inclusion.size)
    }

    /// The leaf's exact bytes in base64: what was hashed for this event. They name nobody but who acted, and have the root of what
    /// is withheld.
    async fn entry(&self) -> String {
        STANDARD.encode(&self.event.entry)
    }

    async fn leaf_hash(&self) -> String {
        STANDARD.encode(self.event.leaf())
    }

    /// From the leaf upwards.
    async fn hashes(&self) -> Vec<String> {
        texts(&self.inclusion.hashes)
    }

    async fn root_hash(&self) -> String {
        STANDARD.encode(self.inclusion.root)
    }

    /// The signed one of that size, if there is one.
    async fn checkpoint(&self) -> Option<AuditCheckpoint> {
        self.inclusion.checkpoint.clone().map(AuditCheckpoint::from)
    }

    /// What the entry has only the root of, but for its subjects, which have their proofs where they are listed: the address, the
    /// reason, and the id of the thing, as far as the caller may see them.
    async fn withheld(&self, ctx: &Context<'_>) -> Result<Vec<AuditPartProof>> {
        // Each part is one of all, whoever else they are about.
        charge_beyond_few(ctx, self.event.withheld.subjects.len())?;
        let hidden = access(ctx).sees_only_themselves(Action::SeeAccessLog);
        let may = |part: Part<'_>| match part {
            Part::Reason(_) => true,
            Part::Address(_) | Part::Target(_) => !hidden,
            Part::Subject(_) => false,
        };
        Ok(self.event.shown(may).into_iter().map(AuditPartProof::from).collect())
    }
}

/// A part of what an entry has only the root of, and what proves that it is one (RFC 9162, 2.1.3, over those parts).
#[derive(Clone, SimpleObject)]
pub struct AuditPartProof {
    /// Which part it is, from 0. How many there are, and their root, the entry says in `withheld`.
    index: SafeInt,
    /// The part's exact bytes in base64: a JSON object of what it says, and of random bytes, `blind`, so that nobody guesses it.
    part: String,
    /// From the part upwards.
    hashes: Vec<String>,
}

impl From<Shown> for AuditPartProof {
    fn from(shown: Shown) -> Self {
        Self {
            index: SafeInt::from(shown.nth),
            part: STANDARD.encode(shown.bytes),
            hashes: texts(&shown.hashes),
        }
    }
}

/// RFC 9162, 2.1.4. Hashes are SHA-256 in base64.
#[derive(SimpleObject)]
pub struct AuditConsistencyProof {
    from: SafeInt,
    to: SafeInt,
    from_root_hash: String,
    to_root_hash: String,
    hashes: Vec<String>,
}

impl From<Consistency> for AuditConsistencyProof {
    fn from(proof: Consistency) -> Self {
        Self {
            from: SafeInt::from(proof.from),
            to: SafeInt::from(proof.to),
            from_root_hash: STANDARD.encode(proof.from_root),
            to_root_hash: STANDARD.encode(proof.to_root),
            hashes: texts(&proof.hashes),
        }
    }
}

fn texts(hashes: &[[u8; 32]]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}
