//! A page of a list: what is asked for, and what comes back. Pages are found by key, never by offset.

/// The size of a page unless told.
pub const DEFAULT: u64 = 50;

/// The largest page.
pub const MAX: u64 = 200;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// At most so many, 0 to [`MAX`].
    pub limit: u64,
    /// From the end of the list rather than its beginning.
    pub backward: bool,
    /// Only what comes after the entry with these keys.
    pub after: Option<Vec<String>>,
    /// Only what comes before the entry with these keys.
    pub before: Option<Vec<String>>,
    /// Whether to count the whole list as well.
    pub count: bool,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: DEFAULT, backward: false, after: None, before: None, count: false }
    }
}

impl PageRequest {
    /// Whether it is the list's first page of the usual size.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One of the two cursors that a page can lie between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It begins after that.
    After,
    /// It ends before that.
    Before,
}

/// A page of entries in the order of the list, each with the keys that its cursor holds.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub entries: Vec<(Vec<String>, T)>,
    pub has_next: bool,
    pub has_previous: bool,
    /// The length of the whole list, when it was asked for.
    pub total: Option<u64>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), has_next: false, has_previous: false, total: None }
    }
}

impl<T> Page<T> {
    /// The page of rows that were fetched in the order of the request: for a page from the end, last entry first.
    pub fn fetched(
        request: &PageRequest,
        rows: Vec<T>,
        more: bool,
        keys: impl Fn(&T) -> Vec<String>,
        total: Option<u64>,
    ) -> Self {
        let mut entries = rows.into_iter().map(|row| (keys(&row), row)).collect::<Vec<_>>();
        // What lies beyond the cursor that a page starts from is known to be there: the cursor came from it.
        let (has_next, has_previous) = if request.backward {
            entries.reverse();
            (request.before.is_some(), more)
        } else {
            (more, request.after.is_some())
        };
        Self { entries, has_next, has_previous, total }
    }

    /// The page of a list that is in memory as a whole, in its order.
    ///
    /// # Errors
    /// Which end of the page is not in the list: no entry has these keys, or none any more.
    pub fn of_list(
        request: &PageRequest,
        list: Vec<T>,
        keys: impl Fn(&T) -> Vec<String>,
    ) -> Result<Self, End> {
        let total = request.count.then_some(list.len() as u64);
        let entries = list.into_iter().map(|entry| (keys(&entry), entry)).collect::<Vec<_>>();
        let position = |cursor: &Option<Vec<String>>, end: End| {
            let of = |cursor| entries.iter().position(|(keys, _)| keys == cursor).ok_or(end);
            cursor.as_ref().map(of).transpose()
        };
        let from = position(&request.after, End::After)?.map_or(0, |at| at + 1);
        let to = position(&request.before, End::Before)?.unwrap_or(entries.len()).max(from);
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let (start, end) = if request.backward {
            (to.saturating_sub(limit).max(from), to)
        } else {
            (from, from.saturating_add(limit).min(to))
        };
        let (has_previous, has_next) = (start > 0, end < entries.len());
        let entries = entries.into_iter().skip(start).take(end - start).collect();
        Ok(Self { entries, has_next, has_previous, total })
    }

    /// The same page of something else.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Page<U> {
        let Self { entries, has_next, has_previous, total } = self;
        let entries = entries.into_iter().map(|(keys, entry)| (keys, f(entry))).collect();
        Page { entries, has_next, has_previous, total }
    }
}

/// The id in a cursor that holds nothing else.
#[must_use]
pub fn cursor_id(keys: &[String]) -> Option<uuid::Uuid> {
    let [id] = keys else { return None };
    id.parse().ok()
}
