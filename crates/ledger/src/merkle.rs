//! The Merkle tree of RFC 6962 over a log that only grows.
//!
//! Only the hashes of complete subtrees are kept, at a level and an index; they never change, so that a log is appended
//! to and never rewritten. Functions that need kept hashes name them first (`peaks`, `inclusion_nodes`), for a store
//! that reads them in one question, and then take them through a closure.

use aws_lc_rs::digest::{Context, SHA256};

pub type Hash = [u8; 32];

/// The place of a complete subtree: of 2^level leaves, the index-th from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub level: u8,
    pub index: u64,
}

/// A complete subtree's hash at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub place: Place,
    pub hash: Hash,
}

/// A kept hash that was not there: the log is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(pub Place);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the log lacks the hash at level {} index {}", self.0.level, self.0.index)
    }
}

impl std::error::Error for Missing {}

pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The hash of a leaf. Its prefix keeps a leaf from being passed off as a node.
#[must_use]
pub fn leaf(data: &[u8]) -> Hash {
    sha256(&[&[0], data])
}

/// The hash over two subtrees.
#[must_use]
pub fn pair(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The complete subtrees that a log of some size consists of, from the left: one for each bit of the size. Their hashes
/// are all that `append` and `root` need.
#[must_use]
pub fn peaks(size: u64) -> Vec<Place> {
    let bits = (0..64u8).rev().filter(|level| size >> level & 1 == 1);
    bits.map(|level| Place { level, index: (size >> level) - 1 }).collect()
}

/// The new complete subtrees when a leaf joins a log of `size` leaves; the leaf itself is the first.
pub fn append(size: u64, leaf: Hash, read: impl Fn(Place) -> Option<Hash>) -> Result<Vec<Node>, Missing> {
    let mut place = Place { level: 0, index: size };
    let mut nodes = vec![Node { place, hash: leaf }];
    let mut hash = leaf;
    while place.index & 1 == 1 {
        let left = Place { level: place.level, index: place.index - 1 };
        hash = pair(&read(left).ok_or(Missing(left))?, &hash);
        place = Place { level: place.level + 1, index: place.index >> 1 };
        nodes.push(Node { place, hash });
    }
    Ok(nodes)
}

/// The hash that stands for the whole log.
pub fn root(size: u64, read: impl Fn(Place) -> Option<Hash>) -> Result<Hash, Missing> {
    range(0, size, &read)
}

/// The hash over the leaves from `start` up to `end`, where `start` is a multiple of the largest power of two below the
/// length: the shape that RFC 6962 calls MTH(D[start:end]).
fn range(start: u64, end: u64, read: &impl Fn(Place) -> Option<Hash>) -> Result<Hash, Missing> {
    let mut right: Option<Hash> = None;
    for place in range_peaks(start, end).into_iter().rev() {
        let hash = read(place).ok_or(Missing(place))?;
        right = Some(right.map_or(hash, |right| pair(&hash, &right)));
    }
    Ok(right.unwrap_or_else(|| sha256(&[])))
}

fn range_peaks(start: u64, end: u64) -> Vec<Place> {
    let shift = |place: Place| Place { index: place.index + (start >> place.level), ..place };
    peaks(end - start).into_iter().map(shift).collect()
}

/// The sister ranges on the way from a leaf to the root, from the leaf upwards.
fn sisters(index: u64, size: u64) -> Vec<(u64, u64)> {
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - start > 1 {
        // The largest power of two smaller than the length.
        let split = 1u64 << (63 - (end - start - 1).leading_zeros());
        if index < start + split {
            ranges.push((start + split, end));
            end = start + split;
        } else {
            ranges.push((start, start + split));
            start += split;
        }
    }
    ranges.reverse();
    ranges
}

/// The kept hashes that a proof for a leaf needs.
#[must_use]
pub fn inclusion_nodes(index: u64, size: u64) -> Vec<Place> {
    if index >= size {
        return Vec::new();
    }
    sisters(index, size).into_iter().flat_map(|(start, end)| range_peaks(start, end)).collect()
}

/// The proof that the leaf at `index`, which is below `size`, is in the log of that size.
pub fn inclusion(index: u64, size: u64, read: impl Fn(Place) -> Option<Hash>) -> Result<Vec<Hash>, Missing> {
    if index >= size {
        return Err(Missing(Place { level: 0, index }));
    }
    sisters(index, size).into_iter().map(|(start, end)| range(start, end, &read)).collect()
}

/// Whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut from, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sister in path {
        if last == 0 {
            return false;
        }
        if from & 1 == 1 || from == last {
            hash = pair(sister, &hash);
            while from & 1 == 0 && from != 0 {
                from >>= 1;
                last >>= 1;
            }
        } else {
            hash = pair(&hash, sister);
        }
        from >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The definition of RFC 6962, section 2.1, as it stands there.
    fn mth(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [one] => *one,
            _ => {
                let mut split = 1;
                while split * 2 < leaves.len() {
                    split *= 2;
                }
                pair(&mth(&leaves[..split]), &mth(&leaves[split..]))
            }
        }
    }

    fn grown(count: u64) -> (Vec<Hash>, BTreeMap<Place, Hash>) {
        let mut nodes = BTreeMap::new();
        let leaves: Vec<Hash> = (0..count).map(|i| leaf(&i.to_be_bytes())).collect();
        for (size, leaf) in leaves.iter().enumerate() {
            let new = append(size as u64, *leaf, |place| nodes.get(&place).copied()).expect("kept");
            for node in new {
                assert_eq!(nodes.insert(node.place, node.hash), None, "a kept hash never changes");
            }
        }
        (leaves, nodes)
    }

    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        // The test log of certificate-transparency and of sumdb: eight leaves.
        let data: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut nodes = BTreeMap::new();
        for (size, (data, expected)) in (1..).zip(data.iter().zip(roots)) {
            let new = append(size - 1, leaf(data), |place| nodes.get(&place).copied()).expect("kept");
            nodes.extend(new.into_iter().map(|node| (node.place, node.hash)));
            let root = root(size, |place| nodes.get(&place).copied()).expect("kept");
            assert_eq!(hex(&root), expected, "{size} leaves");
        }
        assert_eq!(
            hex(&root(0, |_| None).expect("nothing to read")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn every_leaf_of_every_small_log_is_proven_and_no_other() {
        let (leaves, nodes) = grown(70);
        let read = |place: Place| nodes.get(&place).copied();
        for size in 1..=70 {
            let root = root(size, read).expect("kept");
            assert_eq!(root, mth(&leaves[..size as usize]), "{size}");
            for index in 0..size {
                let path = inclusion(index, size, read).expect("kept");
                let named = inclusion_nodes(index, size);
                let only_named = |place: Place| named.contains(&place).then(|| nodes[&place]);
                assert_eq!(inclusion(index, size, only_named), Ok(path.clone()), "the named nodes suffice");
                let leaf = &leaves[index as usize];
                assert!(verify_inclusion(index, size, leaf, &path, &root), "{index} of {size}");
                for other in (0..size).filter(|other| *other != index) {
                    assert!(!verify_inclusion(other, size, leaf, &path, &root), "{index} as {other} of {size}");
                    assert!(!verify_inclusion(index, size, &leaves[other as usize], &path, &root));
                }
                let mut longer = path.clone();
                longer.push([0; 32]);
                assert!(!verify_inclusion(index, size, leaf, &longer, &root));
                if let Some((_, shorter)) = path.split_last() {
                    assert!(!verify_inclusion(index, size, leaf, shorter, &root));
                }
            }
        }
    }

    #[test]
    fn a_lost_hash_is_named() {
        let lost = Place { level: 0, index: 0 };
        assert_eq!(append(1, [0; 32], |_| None), Err(Missing(lost)));
        assert_eq!(root(1, |_| None), Err(Missing(lost)));
        assert_eq!(inclusion(5, 3, |_| Some([0; 32])), Err(Missing(Place { level: 0, index: 5 })));
        assert!(!verify_inclusion(0, 0, &[0; 32], &[], &[0; 32]));
    }

    proptest! {
        #[test]
        fn a_bent_path_leads_nowhere(count in 2u64..300, index: u64, at: usize, bit in 0usize..256) {
            let (leaves, nodes) = grown(count);
            let index = index % count;
            let read = |place: Place| nodes.get(&place).copied();
            let root = root(count, read).expect("kept");
            let mut path = inclusion(index, count, read).expect("kept");
            let at = at % path.len();
            path[at][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_inclusion(index, count, &leaves[index as usize], &path, &root));
        }
    }
}
