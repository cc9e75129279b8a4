//! An answer that may leave.

/// Something made from data whose reading is on record. Only the door makes one.
#[derive(Debug)]
pub struct Released<T>(T);

impl<T> Released<T> {
    pub(in crate::access) fn new(answer: T) -> Self {
        Self(answer)
    }

    /// The same answer in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Released<U> {
        Released(form(self.0))
    }

    /// The answer, to be sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}
