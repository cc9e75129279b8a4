//! What is said to be done, what is done, and what is on record of it.

use super::{
    super::{
        crash_points::copy_is_whole,
        letters::{answer, link},
    },
    company::{CRM, Company, DESK, HOST, Person, VAULT, Wish},
};
use crate::support::{audit::Event, connect::Crm};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

impl Company {
    pub fn database(&self, system: &str) -> &Crm {
        match system {
            CRM => &self.crm,
            DESK => &self.desk,
            other => panic!("{other} is no database"),
        }
    }

    /// Whether something like that is to be done for somebody at systems with such a name.
    pub async fn has_task(&self, person: &Person, system: &str, condition: &str) -> bool {
        let query = person.tasks("t.id", &format!("s.name LIKE '{system}' AND {condition}"));
        !self.app.database.rows(&query).await.is_empty()
    }

    /// By which keys the third party was asked to do that for somebody, as it says itself.
    fn keys(&self, person: &Person, action: &str) -> BTreeSet<String> {
        let known_by = format!("{}@", person.reference);
        let asked = self.host.asked().into_iter();
        let theirs = asked.filter(|one| one.body["extensions"]["kartotek"]["action"] == action);
        theirs.filter(|one| one.body.to_string().contains(&known_by)).map(|one| one.key).collect()
    }

    fn letters(&self, person: &Person) -> Vec<String> {
        let mut letters = self.mailbox.letters();
        letters.retain(|letter| letter.contains(&person.reference));
        letters
    }

    /// Whether it has happened, as those say at whose system it is to happen.
    async fn has_happened(&self, person: &Person, system: &str, action: &str) -> bool {
        match system {
            HOST => {
                let (keys, done) = (self.keys(person, action), self.host.done());
                assert!(keys.len() < 2, "it would be done more than once: {keys:?}");
                keys.iter().any(|key| done.contains(key))
            }
            VAULT => !self.letters(person).is_empty(),
            _ if action == "EXPORT" => true,
            _ => match (self.database(system).person(&person.number()).await, &person.wish) {
                (None, Wish::Gone) => system == CRM,
                (Some((name, email)), Wish::Gone) => {
                    system == DESK && name.is_none() && email.as_deref() == Some("x@example.com")
                }
                (there, Wish::Right { name, .. }) => there.unwrap().0.as_ref() == Some(name),
            },
        }
    }

    /// Nothing is said to be done that is not.
    pub async fn claims_hold(&self, person: &Person, when: &str) {
        let claimed = "(t.state IN ('SUCCEEDED', 'AWAITING_THIRD_PARTY') OR EXISTS (SELECT 1 FROM task_location x \
            JOIN data_location l ON l.id = x.data_location_id WHERE x.task_id = t.id AND l.state IN ('ERASED', 'ANONYMIZED')))";
        let claimed = person.tasks("s.name, CAST(t.action AS TEXT)", claimed);
        for row in self.app.database.rows(&claimed).await {
            let (system, action): (String, String) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            if person.systems().contains(&system.as_str()) {
                assert!(self.has_happened(person, &system, &action).await, "{when}: {action} at {system}");
            }
        }
    }

    /// All of it has happened once, and there is evidence of it.
    pub async fn all_is_done(&self, person: &Person, kills: usize) {
        self.keep_time();
        let about = &person.reference;
        if person.systems().contains(&VAULT) {
            self.is_written_to(person, kills).await;
        }
        let wrong = person.tasks("s.name || ': ' || t.last_error", "t.last_error IS NOT NULL");
        assert_eq!(self.app.database.texts(&wrong).await, [] as [&str; 0], "{about}");
        let tasks = self.app.tasks(&person.id).await;
        let there =
            tasks.iter().map(|task| task["system"]["name"].as_str().unwrap()).collect::<BTreeSet<_>>();
        assert!(person.systems().iter().all(|system| there.contains(system)), "{about}: {there:?}");
        for task in &tasks {
            let came = (&task["state"], &task["outcome"]);
            assert_eq!(came, (&json!("SUCCEEDED"), &json!("DONE")), "{about}: {task}");
            assert!(!task["evidence"].is_null(), "{about}: {task}");
            let (system, action) =
                (task["system"]["name"].as_str().unwrap(), task["action"].as_str().unwrap());
            if person.systems().contains(&system) {
                assert!(self.has_happened(person, system, action).await, "{about}: {task}");
            }
            if [CRM, DESK].contains(&system) {
                // Whoever made the change may not have lived to say so.
                assert_eq!(task["evidence"]["rowsChanged"], 1, "{about}: {task}");
            }
        }
        match &person.wish {
            Wish::Gone => {
                for system in person.systems() {
                    let lines = self.app.at(&person.id, system).await;
                    let gone = ["ERASED", "ANONYMIZED"];
                    assert!(
                        !lines.is_empty() && lines.iter().all(|(_, state)| gone.contains(&state.as_str())),
                        "{lines:?}"
                    );
                }
            }
            Wish::Right { request, .. } => copy_is_whole(&self.app, request).await,
        }
    }

    /// They were written to, in one matter however often, and answer by the first letter: it leads to it, whoever sent it died.
    async fn is_written_to(&self, person: &Person, kills: usize) {
        assert!(
            self.has_task(person, VAULT, "t.state = 'AWAITING_THIRD_PARTY'").await,
            "{}",
            person.reference
        );
        let letters = self.letters(person);
        assert!((1..=1 + kills).contains(&letters.len()), "{letters:?}");
        let id =
            |letter: &String| letter.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
        assert_eq!(letters.iter().map(id).collect::<BTreeSet<_>>().len(), 1, "{letters:?}");
        assert_eq!(answer(&link(&letters[0]), "done").await, 200);
        for again in &letters[1..] {
            assert_eq!(answer(&link(again), "done").await, 404);
            self.app.turned_away_by_others(1);
        }
    }

    /// Each step that workers took for somebody has its event, and no event stands for a step that was not taken.
    pub async fn each_step_is_on_record(&self, person: &Person, log: &[Event]) {
        let columns = "c.id, CAST(SUM(t.lease) AS BIGINT), COUNT(t.found_before), CAST(SUM(t.letters) AS BIGINT), COUNT(*)";
        let there =
            "EXISTS (SELECT 1 FROM task_evidence e WHERE e.task_id = t.id) AND NOT s.built_in GROUP BY c.id";
        let row = self.app.database.rows(&person.tasks(columns, there)).await.remove(0);
        let count = |at: usize| row.try_get_by_index::<i64>(at).unwrap();
        let (leases, found, letters, tasks) = (count(1), count(2), count(3), count(4));
        let customer = row.try_get_by_index::<uuid::Uuid>(0).unwrap().to_string();
        let theirs =
            log.iter().filter(|event| event.outcome == "ALLOWED" && event.subjects.contains_key(&customer));
        let mut events = BTreeMap::<&str, i64>::new();
        theirs.for_each(|event| *events.entry(&event.operation).or_default() += 1);
        let events = |operation: &str| events.get(operation).copied().unwrap_or_default();
        // A letter is settled when it has gone out, and again, by others, when it is answered.
        let written_to = i64::from(person.systems().contains(&VAULT));
        let settled = tasks - written_to + letters;
        assert_eq!([events("noteFound"), events("settleTask")], [found, settled], "{}", person.reference);
        if person.wish == Wish::Gone {
            // A person had each tried, which counts as if it had been taken in hand.
            assert_eq!(events("leaseTasks") + tasks, leases, "{}", person.reference);
            assert_eq!(events("disposeOfProfile"), 1, "{}", person.reference);
        } else {
            // Both tasks at a system may be taken in hand at once.
            assert!((leases / 2..=leases).contains(&events("leaseTasks")), "{}", person.reference);
            assert_eq!(events("gatherProfile"), 1, "{}", person.reference);
        }
    }
}
