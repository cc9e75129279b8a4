//! A process that is killed when somebody it talks to has come to a certain point.

use super::process::Process;
use std::sync::{Arc, Mutex};

/// How far somebody who was asked has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// They were asked, and have done nothing yet.
    Asked,
    /// They have done it, and not said so.
    Done,
    /// They have said so.
    Answered,
}

/// Whom it waits for, and until when. Clones are the same trap.
#[derive(Clone, Debug, Default)]
pub struct Trap(Arc<Mutex<Option<(Moment, Process)>>>);

impl Trap {
    pub fn set(&self, moment: Moment, process: Process) {
        assert!(self.0.lock().unwrap().replace((moment, process)).is_none());
    }

    pub fn has_sprung(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }

    /// They have come so far. When it is that moment, the process is gone once this returns.
    pub fn at(&self, moment: Moment) {
        drop(self.0.lock().unwrap().take_if(|(until, _)| *until == moment));
    }
}
