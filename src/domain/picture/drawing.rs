//! Boxes in columns, and lines between them.

use std::collections::HashMap;

/// Boxes in columns, and lines between boxes of different columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub title: String,
    pub nodes: Vec<Node>,
    pub lines: Vec<Line>,
}

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// From 0 on, from left to right.
    pub column: usize,
    pub name: String,
    /// What it is, or where.
    pub detail: Option<String>,
    /// What is wrong with it, in words.
    pub warnings: Vec<String>,
}

/// One line, from box to box by their places in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub from: usize,
    pub to: usize,
    /// How many data locations it stands for: what it is drawn as wide as, and said beside it.
    pub weight: i64,
    /// Whether it leads to or from something that is wrong.
    pub is_wrong: bool,
}

/// A picture in the making: boxes by what they stand for, in the order in which they are first named.
#[derive(Debug)]
pub(super) struct Drawing<Key> {
    places: HashMap<Key, usize>,
    lines: HashMap<(usize, usize), usize>,
    pub(super) picture: Picture,
}

impl<Key: Eq + std::hash::Hash + Copy> Drawing<Key> {
    pub(super) fn new(title: String) -> Self {
        Self {
            places: HashMap::new(),
            lines: HashMap::new(),
            picture: Picture { title, ..Picture::default() },
        }
    }

    /// The place of the box that stands for this; `new` makes it if it is the first that it is named.
    pub(super) fn place(&mut self, key: Key, new: impl FnOnce() -> Node) -> usize {
        let next = self.picture.nodes.len();
        *self.places.entry(key).or_insert_with(|| {
            self.picture.nodes.push(new());
            next
        })
    }

    /// Adds so many data locations to the line between two boxes.
    pub(super) fn add(&mut self, from: usize, to: usize, weight: i64, is_wrong: bool) {
        let next = self.picture.lines.len();
        let at = *self.lines.entry((from, to)).or_insert_with(|| {
            self.picture.lines.push(Line { from, to, weight: 0, is_wrong: false });
            next
        });
        if let Some(line) = self.picture.lines.get_mut(at) {
            line.weight += weight;
            line.is_wrong |= is_wrong;
        }
    }
}
