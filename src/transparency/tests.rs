//! The tree and its proofs beside an implementation by others, and what is forged.

use super::{
    leaf,
    note::{SigningKeys, Unfit, check_keys, open},
    tree::{Digest, Growing, Tiles, Unproven, proves_consistency, proves_inclusion},
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::{prelude::*, sample::Index};
use sha2::Sha256;
use zeroize::Zeroizing;

fn nth(n: u64) -> Digest {
    leaf(&n.to_be_bytes())
}

/// A tree of this many leaves, grown some at a time: all of its tiles, and its root.
fn grown(size: u64, step: u64) -> (Tiles, Digest) {
    let (mut all, mut edge, mut tree) =
        (Tiles::default(), Tiles::default(), Growing::from(0, Tiles::default()).unwrap());
    for n in 0..size {
        tree.push(nth(n));
        if n % step == 0 {
            for (place, hashes) in tree.take_changed() {
                assert!(all.put(place, hashes));
            }
            // As somebody who knows nothing but what is stored goes on.
            for place in Growing::edge(n + 1) {
                edge.put(place, all.get(place).unwrap().to_vec());
            }
            tree = Growing::from(n + 1, std::mem::take(&mut edge)).unwrap();
        }
    }
    for (place, hashes) in tree.take_changed() {
        assert!(all.put(place, hashes));
    }
    (all, tree.root().unwrap())
}

fn by_others(size: u64) -> MemoryBackedTree<Sha256, [u8; 8]> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|n| tree.push(n.to_be_bytes()));
    tree
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn roots_and_proofs_are_those_of_others(size in 1_u64..1_500, step in 1_u64..300, one in any::<Index>(), before in any::<Index>()) {
        let (tiles, root) = grown(size, step);
        let others = by_others(size);
        let theirs = others.root().as_bytes().to_vec();
        prop_assert_eq!(theirs.as_slice(), root.as_slice());

        let one = one.index(usize::try_from(size).unwrap());
        let proof = tiles.inclusion(one as u64, size).unwrap();
        let theirs = others.prove_inclusion(one).as_bytes().to_vec();
        prop_assert_eq!(theirs, proof.concat());
        prop_assert!(proves_inclusion(&proof, (size, root), one as u64, nth(one as u64)));
        prop_assert!(!proves_inclusion(&proof, (size, root), one as u64, nth(size)));

        let before = 1 + before.index(usize::try_from(size).unwrap()) as u64;
        let earlier = (before, tiles.root(before).unwrap());
        let proof = tiles.consistency(before, size).unwrap();
        prop_assert!(proves_consistency(&proof, earlier, (size, root)));
        let forged = (before, nth(0));
        prop_assert!(!proves_consistency(&proof, forged, (size, root)) || forged == earlier);
    }
}

#[test]
fn a_tree_of_several_levels_is_that_of_others() {
    let (tiles, root) = grown(66_000, 8_191);
    assert_eq!(by_others(66_000).root().as_bytes().as_slice(), root);
    let proof = tiles.inclusion(65_537, 66_000).unwrap();
    assert!(proves_inclusion(&proof, (66_000, root), 65_537, nth(65_537)));
    // Which tiles are needed is said, so that no more are read.
    let Err(Unproven::Missing(missing)) = Tiles::default().inclusion(65_537, 66_000) else { panic!() };
    let mut few = Tiles::default();
    for place in missing {
        few.put(place, tiles.get(place).unwrap().to_vec());
    }
    assert_eq!(few.inclusion(65_537, 66_000).unwrap(), proof);
    assert!(matches!(tiles.inclusion(66_000, 66_000), Err(Unproven::NotInTree)));
    assert!(matches!(tiles.consistency(0, 66_000), Err(Unproven::NotInTree)));
}

#[test]
fn no_changed_proof_proves_anything() {
    let (tiles, root) = grown(300, 7);
    let proof = tiles.inclusion(123, 300).unwrap();
    for at in 0..proof.len() * 32 * 8 {
        let mut forged = proof.clone();
        forged[at / 256][at / 8 % 32] ^= 1 << (at % 8);
        assert!(!proves_inclusion(&forged, (300, root), 123, nth(123)), "{at}");
    }
    for other in (0..300).filter(|other| *other != 123) {
        assert!(!proves_inclusion(&proof, (300, root), other, nth(123)));
    }
    for shorter in 0..proof.len() {
        assert!(!proves_inclusion(&proof[..shorter], (300, root), 123, nth(123)), "{shorter}");
    }
    assert!(!proves_inclusion(&[&proof[..], &[root]].concat(), (300, root), 123, nth(123)));
    // A node is no leaf.
    let node = tiles.inclusion(0, 300).unwrap()[0];
    assert!(!proves_inclusion(&tiles.inclusion(0, 300).unwrap()[1..], (150, root), 0, node));
}

#[test]
fn no_changed_proof_shows_that_a_log_only_grew() {
    let (tiles, root) = grown(300, 7);
    // One that is a whole subtree of the other, and one that is none.
    for size in [256, 123] {
        let (earlier, later) = ((size, tiles.root(size).unwrap()), (300, root));
        let proof = tiles.consistency(size, 300).unwrap();
        assert!(proves_consistency(&proof, earlier, later));
        for at in 0..proof.len() * 32 * 8 {
            let mut forged = proof.clone();
            forged[at / 256][at / 8 % 32] ^= 1 << (at % 8);
            assert!(!proves_consistency(&forged, earlier, later), "{at}");
        }
        for shorter in 0..proof.len() {
            assert!(!proves_consistency(&proof[..shorter], earlier, later), "{shorter}");
        }
        assert!(!proves_consistency(&[&proof[..], &[root]].concat(), earlier, later));
        assert!(!proves_consistency(&proof, later, earlier));
        for other in (0..400).filter(|other| *other != size) {
            assert!(!proves_consistency(&proof, (other, earlier.1), later), "{other}");
        }
    }
}

fn keys(seed: u8) -> SigningKeys {
    let line = SigningKeys::generate("log.example/kartotek", &Zeroizing::new([seed; 32])).unwrap();
    SigningKeys::parse(&line).unwrap()
}

#[test]
fn a_note_says_what_was_signed_and_no_changed_one_does() {
    let keys = keys(7);
    let note = keys.sign(300, [9; 32]).unwrap();
    let said = open(note.as_bytes(), keys.verifier_keys()).unwrap();
    assert_eq!((said.origin.as_str(), said.size, said.root), ("log.example/kartotek", 300, [9; 32]));
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut forged = note.clone().into_bytes();
            forged[at] ^= 1 << bit;
            assert!(open(&forged, keys.verifier_keys()).is_err(), "{at} {bit}");
        }
        assert!(open(&note.as_bytes()[..at], keys.verifier_keys()).is_err(), "{at}");
    }
}

#[test]
fn while_a_key_takes_anothers_place_either_can_check() {
    let (old, new, stranger) = (keys(1), keys(2), keys(3));
    let line = |seed: u8| SigningKeys::generate("log.example/kartotek", &Zeroizing::new([seed; 32])).unwrap();
    let both = SigningKeys::parse(&format!("# new\n{}\n{}", *line(2), *line(1))).unwrap();
    assert_eq!(both.verifier_keys(), [new.verifier_keys(), old.verifier_keys()].concat());
    let note = both.sign(1, [0; 32]).unwrap();
    for trusted in [&old, &new, &both] {
        assert_eq!(open(note.as_bytes(), trusted.verifier_keys()).map(|said| said.size), Ok(1));
    }
    assert_eq!(open(note.as_bytes(), stranger.verifier_keys()), Err(Unfit::NotSigned));
    assert_eq!(check_keys(both.verifier_keys()), Ok(()));
    let mistyped = both.verifier_keys()[0].replace("example", "exampel");
    assert_eq!(check_keys(&[mistyped]), Err(Unfit::VerifierKey));
}

#[test]
fn what_is_no_key_is_told_and_not_repeated() {
    assert_eq!(SigningKeys::parse("").unwrap_err(), Unfit::NoKey);
    assert_eq!(SigningKeys::parse("secret").unwrap_err(), Unfit::SigningKey);
    let other = SigningKeys::generate("other.example", &Zeroizing::new([5; 32])).unwrap();
    let one = SigningKeys::generate("log.example", &Zeroizing::new([5; 32])).unwrap();
    assert_eq!(SigningKeys::parse(&format!("{}{}", *one, *other)).unwrap_err(), Unfit::Names);
    assert_eq!(SigningKeys::generate("two words", &Zeroizing::new([5; 32])).unwrap_err(), Unfit::Name);
    let shown = format!("{:?}", SigningKeys::parse(&one).unwrap());
    let secret = one.trim_end().rsplit('+').next().unwrap();
    assert!(shown.contains("log.example") && !shown.contains(secret));
}

/// Whom an event was about, and from where it came, can be shown part by part.
mod withheld {
    use crate::transparency::{Commitment, Part, SubjectBody, Withheld, leaf, salt, tree::proves_inclusion};
    use base64::{Engine, engine::general_purpose::STANDARD};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use entity::ids::CustomerId;
    use proptest::prelude::*;
    use sha2::Sha256;
    use uuid::Uuid;

    fn about(subjects: u128) -> Withheld {
        let subject = |n| SubjectBody {
            categories: Vec::new(),
            changed: Vec::new(),
            customer: CustomerId(Uuid::from_u128(n)),
        };
        Withheld {
            address: Some("192.0.2.7".to_owned()),
            reason: None,
            salt: salt([7; 16]),
            subjects: (0..subjects).map(subject).collect(),
            target: None,
        }
    }

    fn root(commitment: &Commitment) -> (u64, [u8; 32]) {
        (commitment.parts, STANDARD.decode(&commitment.root).unwrap().try_into().unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_part_is_proven_by_the_root_and_another_is_not(subjects in 0_u128..600, one in 0_u128..600) {
            let whole = about(subjects);
            let commitment = root(&whole.commitment().unwrap().unwrap());
            let all = whole.show(|_| true).unwrap();
            let mut others = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            for part in &all {
                others.push(part.bytes.clone());
            }
            let theirs = others.root().as_bytes().to_vec();
            prop_assert_eq!(theirs.as_slice(), commitment.1.as_slice());

            let own = CustomerId(Uuid::from_u128(one % subjects.max(1)));
            let shown = whole.show(|part| matches!(part, Part::Subject(of) if of.customer == own)).unwrap();
            prop_assert_eq!(shown.len(), usize::from(subjects > 0));
            for part in shown {
                let text = String::from_utf8(part.bytes.clone()).unwrap();
                prop_assert!(text.contains(&own.to_string()));
                prop_assert!(proves_inclusion(&part.hashes, commitment, part.nth, leaf(&part.bytes)));
                let mut forged = part.bytes.clone();
                *forged.last_mut().unwrap() ^= 1;
                prop_assert!(!proves_inclusion(&part.hashes, commitment, part.nth, leaf(&forged)));
                prop_assert!(!proves_inclusion(&part.hashes, commitment, part.nth + 1, leaf(&part.bytes)));
            }
        }
    }

    #[test]
    fn the_same_with_another_salt_looks_like_something_else() {
        let one = about(1);
        let other = Withheld { salt: salt([8; 16]), ..one.clone() };
        let (shown, others) = (one.show(|_| true).unwrap(), other.show(|_| true).unwrap());
        assert!(
            shown
                .iter()
                .zip(&others)
                .all(|(one, other)| one.hashes != other.hashes && one.bytes != other.bytes)
        );
        assert_eq!(Withheld::parse(&one.bytes().unwrap()).unwrap(), one);
        assert_eq!(Withheld::default().commitment().unwrap(), None);
    }
}
