//! One operation: everything under one root field, one worker's pass, one command line.

use super::{
    Broken, Code, Command, Door, Inquiry, Reader, Refusal, Stop, Trail, Writer, database, event::Event,
    session::Caller,
};
use crate::policy::{self, Action, No, Target};
use entity::{
    enums::{ActorKind, AuditKind, AuditOutcome},
    ids::AuditEventId,
};
use std::sync::{Arc, Mutex, PoisonError};

/// When reads go on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::access) enum Gate {
    /// Together, before the answer leaves.
    AtRelease,
    /// Each before it is returned, where no gate comes after: programs, exports, the command line.
    AtOnce,
}

/// Whom a denial is about. Nothing of theirs was told, so they are no subject of its event; whom it was about, it says.
fn about(trail: &Trail, target: Target) -> Target {
    match trail.customers()[..] {
        [one] => Target::customer(one),
        _ => target,
    }
}

/// How often a command is tried when changes meet.
const ATTEMPTS: u32 = 4;

/// The way to the database for one operation of one caller.
#[derive(Clone, Debug)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    door: Arc<Door>,
    caller: Arc<Caller>,
    operation: String,
    gate: Gate,
    state: Mutex<State>,
}

/// What has been read so far, and how much of it is on record.
#[derive(Debug, Default)]
struct State {
    read: Option<(Action, Target)>,
    trail: Trail,
    recorded: Trail,
    /// Whether an event of this operation is on record already: then only more of what it touched needs another.
    written: bool,
    /// What was refused and what failed without leaving an event yet.
    stops: Vec<Stopped>,
    /// Whether anything of this operation was refused or failed.
    stopped: bool,
    /// Why something could not even be asked for.
    failure: Option<(AuditKind, &'static str)>,
}

/// What was refused, or failed, and how often: one event stands for all alike, however often a document asks.
#[derive(Debug)]
struct Stopped {
    action: Action,
    target: Target,
    outcome: AuditOutcome,
    code: &'static str,
    trail: Trail,
    count: u64,
}

impl Access {
    pub(in crate::access) fn new(door: Arc<Door>, caller: Arc<Caller>, operation: &str, gate: Gate) -> Self {
        let operation = operation.to_owned();
        Self(Arc::new(Inner { door, caller, operation, gate, state: Mutex::default() }))
    }

    /// The name of the root field, command or duty.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// Now, by the clock that everything goes by.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.door.ticker.now()
    }

    pub(in crate::access) fn door(&self) -> &Door {
        &self.0.door
    }

    /// Asks the policy, runs the inquiry, and notes what it read.
    ///
    /// # Errors
    /// [`Stop::Denied`] when the policy says no, which is then on record; what the inquiry itself says.
    pub async fn read<I: Inquiry>(&self, inquiry: I) -> Result<I::Output, Stop> {
        let target = inquiry.target();
        self.decide(I::ACTION, &target).await?;
        let reader = Reader::open::<I>(self).await?;
        let result = inquiry.run(&reader).await;
        let trail = reader.close();
        match result {
            // The policy has looked at whom the question named; this looks at whom the answer is about.
            Ok(_)
                if self.sees_only_themselves(I::ACTION)
                    && !policy::only_about(&self.caller().actor, &trail.customers()) =>
            {
                Err(self.denied(I::ACTION, &about(&trail, target), No::NotYours).await?)
            }
            Ok(output) => {
                self.saw(I::ACTION, target, trail).await?;
                Ok(output)
            }
            Err(stop) => {
                // In the words of the answer: which rule it was, a query has no code to tell.
                let code = if matches!(stop, Stop::Refused(_)) { "BAD_USER_INPUT" } else { stop.code() };
                Err(self.failed(I::ACTION, &target, stop, code, trail).await?)
            }
        }
    }

    /// Asks the policy beforehand, so that whoever may not is told that and nothing about their input. What is then
    /// read asks again.
    ///
    /// # Errors
    /// [`Stop::Denied`] when the policy says no, which is then on record.
    pub async fn require(&self, action: Action) -> Result<(), Stop> {
        self.decide(action, &Target::none()).await
    }

    /// Asks the policy for something that needs no row: what is in memory, or hangs on a row at hand.
    ///
    /// # Errors
    /// [`Stop::Denied`] when the policy says no, which is then on record.
    pub async fn permit(&self, action: Action) -> Result<(), Stop> {
        self.decide(action, &Target::none()).await?;
        Ok(self.saw(action, Target::none(), Trail::default()).await?)
    }

    /// Asks the policy, runs the command, and commits its event with its change. Neither is there without the other.
    ///
    /// # Errors
    /// [`Stop::Denied`] when the policy says no, [`Stop::Refused`] when a rule does; both are then on record.
    pub async fn write<C: Command>(&self, command: C) -> Result<C::Output, Stop> {
        let target = command.target();
        self.decide(C::ACTION, &target).await?;
        let (mut attempt, mut beaten) = (1, false);
        loop {
            let (stop, seen) = match self.attempt(command.clone(), &target).await {
                Ok(output) => return Ok(output),
                Err(refused) => refused,
            };
            let stop = match stop {
                Stop::Broken(Broken::Contention) if attempt < ATTEMPTS => {
                    attempt += 1;
                    continue;
                }
                // Somebody was faster: once more, to be refused by what they have put there, and to have it on record
                // whom that was about.
                Stop::Broken(Broken::Database(error))
                    if !beaten && attempt < ATTEMPTS && database::duplicate(&error).is_some() =>
                {
                    (attempt, beaten) = (attempt + 1, true);
                    continue;
                }
                Stop::Broken(Broken::Database(error)) => match database::duplicate(&error) {
                    Some(constraint) => match command.duplicate(&constraint) {
                        Some(refusal) => refusal.into(),
                        None => Stop::Broken(Broken::Database(error)),
                    },
                    None => Stop::Broken(Broken::Database(error)),
                },
                stop => stop,
            };
            if self.is_about_others(C::ACTION, &target, &stop, &seen) {
                return Err(self.denied(C::ACTION, &about(&seen, target), No::NotYours).await?);
            }
            let code = stop.code();
            return Err(self.failed(C::ACTION, &target, stop, code, seen).await?);
        }
    }

    /// Whether a command stopped at what is somebody else's, or at what is not there and might be, for a caller who sees
    /// only themselves: the one is answered like the other.
    fn is_about_others(&self, action: Action, target: &Target, stop: &Stop, seen: &Trail) -> bool {
        let nothing_there = |refusals: &[Refusal]| refusals.iter().any(|one| one.code == Code::NotFound);
        let hidden = match stop {
            Stop::Denied(_) => true,
            Stop::Refused(refusals) => {
                (target.customers.is_empty() && nothing_there(refusals))
                    || !policy::only_about(&self.caller().actor, &seen.customers())
            }
            Stop::Broken(_) => false,
        };
        hidden && self.sees_only_themselves(action)
    }

    /// What the command gave back, or why it stopped and what it had seen by then.
    async fn attempt<C: Command>(&self, command: C, target: &Target) -> Result<C::Output, (Stop, Trail)> {
        let mut writer = match Writer::begin(self).await {
            Ok(writer) => writer,
            Err(broken) => return Err((broken.into(), Trail::default())),
        };
        // On the heap: some commands carry a lot, and every caller above would carry it with them.
        let output = match Box::pin(command.run(&mut writer)).await {
            Ok(output) => output,
            Err(stop) => {
                // A refusal tells its caller about whoever was looked up for it.
                return Err((stop, writer.roll_back().await));
            }
        };
        if self.sees_only_themselves(C::ACTION)
            && !policy::only_about(&self.caller().actor, &writer.trail().customers())
        {
            return Err((Stop::Denied(No::NotYours), writer.roll_back().await));
        }
        let target = writer.target(target);
        let event = self.event(C::ACTION, &target, AuditOutcome::Allowed, None, writer.trail());
        let trail = match writer.commit((!C::UNRECORDED).then_some(event), &self.0.caller).await {
            Ok(trail) => trail,
            Err(broken) => return Err((broken.into(), Trail::default())),
        };
        let mut state = self.state();
        state.trail.merge(trail.clone());
        state.recorded.merge(trail);
        state.written = true;
        Ok(output)
    }

    /// Whether the caller may see nobody but themselves in what this action shows.
    pub fn sees_only_themselves(&self, action: Action) -> bool {
        let caller = self.caller();
        policy::sees_only_themselves(&caller.actor, caller.purpose.as_deref(), &self.0.operation, action)
    }

    /// Whether the policy would let this be done, for choosing between two ways. It is asked again on the way taken.
    pub fn may(&self, action: Action) -> bool {
        self.asked_policy(action, &Target::none()).is_ok()
    }

    fn asked_policy(&self, action: Action, target: &Target) -> Result<(), No> {
        let caller = self.caller();
        policy::decide(&caller.actor, caller.purpose.as_deref(), &self.0.operation, action, target)
    }

    async fn decide(&self, action: Action, target: &Target) -> Result<(), Stop> {
        match self.asked_policy(action, target) {
            Ok(()) => Ok(()),
            Err(no) => Err(self.denied(action, target, no).await?),
        }
    }

    /// Records the refusal; what comes back is what to answer with.
    async fn denied(&self, action: Action, target: &Target, no: No) -> Result<Stop, Broken> {
        let trail = Trail::default();
        self.stopped(action, target, AuditOutcome::Denied, no.code(), trail).await?;
        Ok(Stop::Denied(no))
    }

    /// Records the failure; what comes back is what to answer with.
    async fn failed(
        &self,
        action: Action,
        target: &Target,
        stop: Stop,
        code: &'static str,
        seen: Trail,
    ) -> Result<Stop, Broken> {
        if matches!(stop, Stop::Denied(_)) {
            return Ok(stop);
        }
        if matches!(stop, Stop::Broken(_)) {
            self.state().stopped = true;
            let event = self.event(action, target, AuditOutcome::Failed, Some(code), seen);
            // Whatever broke the operation most likely breaks the log, too. The rest of the answer may still leave:
            // that a change was made, for one.
            let _ = self.record(vec![event]).await;
            return Ok(stop);
        }
        self.stopped(action, target, AuditOutcome::Failed, code, seen).await?;
        Ok(stop)
    }

    /// Puts it on record: together with all alike before the answer leaves, or at once.
    async fn stopped(
        &self,
        action: Action,
        target: &Target,
        outcome: AuditOutcome,
        code: &'static str,
        trail: Trail,
    ) -> Result<(), Broken> {
        {
            let mut state = self.state();
            state.stopped = true;
            let alike = |one: &&mut Stopped| {
                one.action == action && one.code == code && one.outcome == outcome && one.target == *target
            };
            if let Some(one) = state.stops.iter_mut().find(alike) {
                one.count += 1;
                one.trail.merge(trail);
            } else {
                if outcome == AuditOutcome::Denied {
                    tracing::info!(
                        operation = self.0.operation,
                        action = action.name(),
                        why = code,
                        "denied"
                    );
                }
                let target = target.clone();
                state.stops.push(Stopped { action, target, outcome, code, trail, count: 1 });
            }
        }
        if self.0.gate == Gate::AtRelease { Ok(()) } else { self.record(self.unrecorded_stops()).await }
    }

    fn unrecorded_stops(&self) -> Vec<Event> {
        let stops = std::mem::take(&mut self.state().stops);
        let event = |one: Stopped| Event {
            count: Some(one.count).filter(|count| *count > 1),
            ..self.event(one.action, &one.target, one.outcome, Some(one.code), one.trail)
        };
        stops.into_iter().map(event).collect()
    }

    /// Whether anything was asked for, and so is on record or will be.
    pub(in crate::access) fn asked(&self) -> bool {
        let state = self.state();
        state.read.is_some() || state.written || state.stopped
    }

    /// Notes that something could not be asked for; of no account when a failure is on record anyway.
    pub(in crate::access) fn note_failure(&self, kind: AuditKind, code: &'static str) {
        let mut state = self.state();
        if !state.stopped {
            state.failure = Some((kind, code));
        }
    }

    /// Records that the operation was asked for in a way that could not be carried out at all.
    pub(in crate::access) async fn never_ran(
        &self,
        kind: AuditKind,
        code: &'static str,
    ) -> Result<(), Broken> {
        self.record(vec![self.failure(kind, code)]).await
    }

    fn failure(&self, kind: AuditKind, code: &'static str) -> Event {
        let (target, trail) = (Target::none(), Trail::default());
        let event = self.event(Action::SeeViewer, &target, AuditOutcome::Failed, Some(code), trail);
        Event { kind, target: None, ..event }
    }

    async fn saw(&self, action: Action, target: Target, trail: Trail) -> Result<(), Broken> {
        // A program that reads what is about nobody, such as its own queue, leaves no event each time.
        let tells = !trail.is_empty() || self.caller().actor.kind != ActorKind::Program;
        {
            let mut state = self.state();
            state.read.get_or_insert((action, target));
            state.trail.merge(trail);
        }
        if self.0.gate == Gate::AtOnce
            && tells
            && let Some(event) = self.unrecorded_read()
        {
            self.record(vec![event]).await?;
        }
        Ok(())
    }

    /// The events for what is not on record yet. It counts as recorded from here on: it is either written before the
    /// answer leaves, or there is no answer.
    pub(in crate::access) fn unrecorded(&self) -> Vec<Event> {
        let mut events = self.unrecorded_stops();
        events.extend(self.unrecorded_read());
        let failure = self.state().failure.take();
        events.extend(failure.map(|(kind, code)| self.failure(kind, code)));
        events
    }

    fn unrecorded_read(&self) -> Option<Event> {
        let mut state = self.state();
        let (action, target) = state.read.clone()?;
        let news = state.trail.beyond(&state.recorded);
        if state.written && news.is_empty() {
            return None;
        }
        state.written = true;
        state.recorded.merge(news.clone());
        drop(state);
        Some(self.event(action, &target, AuditOutcome::Allowed, None, news))
    }

    fn event(
        &self,
        action: Action,
        target: &Target,
        outcome: AuditOutcome,
        code: Option<&'static str>,
        trail: Trail,
    ) -> Event {
        let facts = action.facts();
        let (id, at) = self.0.door.ticker.stamp();
        Event {
            id: AuditEventId(id),
            at,
            operation: self.0.operation.clone(),
            kind: facts.kind,
            target: Some(facts.target.to_owned()),
            target_id: target.id.clone(),
            outcome,
            code,
            count: None,
            trail,
        }
    }

    async fn record(&self, events: Vec<Event>) -> Result<(), Broken> {
        self.0.door.journal.record(events, &self.0.caller).await
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // A poisoned lock means that another resolver panicked; what was noted until then still counts.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
