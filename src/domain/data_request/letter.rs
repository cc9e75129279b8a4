//! The letter to the customer: what was done where, what is under way, what could not be done, what stays and why (Art. 12(1),
//! (3) and (4)). It holds no value of theirs, and nothing that the facts do not say.

use super::{
    reply::{Asked, Reply, Stays},
    words::Words,
};
use crate::connector::email::case_number;
use crate::domain::{
    catalog::Catalog,
    disclosure::Recipient,
    justification::explain,
    notice::{in_one_line, place_of, say, where_to_complain, who_answers},
};
use entity::{
    enums::{
        DataLocationState, DataRequestType, Locale, RejectionGround, TaskAction, TaskCause, TaskOutcome,
        TaskState,
    },
    ids::CategoryKey,
};
use std::collections::{BTreeMap, BTreeSet};

impl Reply {
    /// The letter; `None` until there is something to tell.
    #[must_use]
    pub fn text(&self, catalog: &Catalog, locale: Locale) -> Option<String> {
        self.request.has_something_to_tell().then(|| Letter { reply: self, catalog, locale }.text())
    }
}

struct Letter<'a> {
    reply: &'a Reply,
    catalog: &'a Catalog,
    locale: Locale,
}

impl Letter<'_> {
    const fn words(&self) -> Words<'_> {
        Words { catalog: self.catalog, locale: self.locale }
    }

    fn text(&self) -> String {
        let mut parts = vec![self.words().title(self.reply.request.row.kind).to_owned()];
        parts.extend(self.catalog.controller.as_deref().map(|company| who_answers(company, self.locale)));
        parts.push(self.what_was_asked());
        if let Some(refused) = self.refusal() {
            parts.push(refused);
            parts.extend(self.done_before_refusal());
        } else {
            parts.extend(self.what_was_done());
            parts.extend(self.rights().map(str::to_owned));
        }
        parts.push(self.remedies());
        parts.join("\n\n") + "\n"
    }

    fn what_was_asked(&self) -> String {
        let row = &self.reply.request.row;
        let (day, number) = (self.words().day(row.received_at), case_number(row.id.0));
        let mut text = say!(
            self.locale,
            format!("Vi fick din begäran {day}. Ärendenummer: {number}."),
            format!("We received your request on {day}. Case number: {number}.")
        );
        if !self.reply.scope.is_empty() {
            let names = self.words().names(&self.reply.scope);
            text += &say!(self.locale, format!(" Den gäller: {names}."), format!(" It is about: {names}."));
        }
        text
    }

    fn refusal(&self) -> Option<String> {
        let row = &self.reply.request.row;
        let (day, ground) =
            (self.words().day(row.rejected_at?), ground_of_refusal(row.rejection_ground?, self.locale));
        let refused = say!(
            self.locale,
            format!("Vi beslutade {day} att inte göra det du begärde. Grund: {ground}."),
            format!("On {day} we decided not to do what you asked for. Ground: {ground}.")
        );
        let explanation = row.rejection_explanation.as_deref().unwrap_or_default();
        Some(format!("{refused}\n{explanation}"))
    }

    /// What had been done by the time of the refusal, or begun, and goes on. What is done for another reason all the same is
    /// not this one's to tell.
    fn done_before_refusal(&self) -> Vec<String> {
        let Some(refused_at) = self.reply.request.row.rejected_at else { return Vec::new() };
        let told = |one: &&Asked| {
            let before = one.task.finished_at.is_some_and(|finished_at| finished_at <= refused_at);
            before || (one.task.cause == TaskCause::DataRequest && !one.shared)
        };
        let (mut lines, under_way) = self.done_and_under_way(self.reply.asked.iter().filter(told));
        lines.extend(under_way);
        let title = say!(
            self.locale,
            "Det här var då redan gjort eller påbörjat",
            "What had been done or begun by then"
        );
        sections([(title, lines)])
    }

    /// What is done, and what is under way, of this.
    fn done_and_under_way<'b>(&self, asked: impl Iterator<Item = &'b Asked>) -> (Vec<String>, Vec<String>) {
        let (under_way, ended) = asked.partition::<Vec<_>, _>(|one| one.task.outcome.is_none());
        let done =
            |one: &&Asked| matches!(one.task.outcome, Some(TaskOutcome::Done | TaskOutcome::NothingFound));
        let mut all_done = self.done_here().into_iter().collect::<Vec<_>>();
        all_done.extend(self.lines(ended.into_iter().filter(done), Self::done));
        (all_done, self.lines(under_way.into_iter(), Self::under_way))
    }

    fn what_was_done(&self) -> Vec<String> {
        let asked = &self.reply.asked;
        let not_done =
            |one: &&Asked| matches!(one.task.outcome, Some(TaskOutcome::Kept | TaskOutcome::Impossible));
        let not_done = asked.iter().filter(not_done);
        let (done, under_way) = self.done_and_under_way(asked.iter());
        let locale = self.locale;
        let mut parts = sections([
            (say!(locale, "Det här är gjort", "What is done"), done),
            (say!(locale, "Det här pågår", "What is under way"), under_way),
            (
                say!(locale, "Det här gick inte att göra", "What could not be done"),
                self.lines(not_done, Self::not_done),
            ),
            (self.title_of_kept(), self.kept()),
            (say!(locale, "De här har fått uppgifter", "Who has received data"), self.recipients()),
        ]);
        if parts.is_empty() {
            parts.push(self.nothing().to_owned());
        }
        parts
    }

    fn nothing(&self) -> &'static str {
        match self.reply.request.row.kind {
            DataRequestType::Portability => say!(
                self.locale,
                "Vi har inga uppgifter som du har rätt att få ut för att flytta: inget av det vi har bygger på samtycke \
                 eller avtal (artikel 20.1).",
                "We have no data that you have the right to take along: nothing that we have rests on consent or a \
                 contract (Article 20(1))."
            ),
            DataRequestType::Objection => say!(
                self.locale,
                "Inget av det vi har om dig bygger på ett berättigat eller allmänt intresse, som man kan invända mot \
                 (artikel 21.1).",
                "Nothing that we have about you rests on a legitimate or a public interest, which one can object to \
                 (Article 21(1))."
            ),
            _ => say!(
                self.locale,
                "Vi har inga uppgifter om dig av det slag som din begäran gäller.",
                "We have no data about you of the kind that your request is about."
            ),
        }
    }

    /// A correction and a restriction are made here when it is certain who asks.
    fn done_here(&self) -> Option<String> {
        let row = &self.reply.request.row;
        let (day, own) = (self.words().day(row.verified_at?), self.catalog.built_in_system()?.id);
        let (place, what) = (self.words().place(own), self.words().names(&self.reply.scope));
        match row.kind {
            DataRequestType::Rectification => Some(say!(
                self.locale,
                format!("- {place}: rättat {day}: {what}."),
                format!("- {place}: corrected on {day}: {what}.")
            )),
            DataRequestType::Restriction => Some(self.kept_only(&place, &day)),
            _ => None,
        }
    }

    fn kept_only(&self, place: &str, day: &str) -> String {
        if let Some((from, Some(to))) = self.reply.restricted {
            let (from, to) = (self.words().day(from), self.words().day(to));
            return say!(
                self.locale,
                format!(
                    "- {place}: från {from} till {to} sparade vi dina uppgifter och använde dem inte till något annat \
                     (artikel 18.2)."
                ),
                format!(
                    "- {place}: from {from} until {to} we kept your data and used it for nothing else (Article 18(2))."
                )
            );
        }
        say!(
            self.locale,
            format!(
                "- {place}: sedan {day} sparar vi dina uppgifter och använder dem inte till något annat (artikel 18.2). \
                 Vi hör av oss innan det upphör."
            ),
            format!(
                "- {place}: since {day} we keep your data and use it for nothing else (Article 18(2)). We will tell \
                 you before that ends."
            )
        )
    }

    fn lines<'b>(
        &self,
        asked: impl Iterator<Item = &'b Asked>,
        line: impl Fn(&Self, &Asked) -> String,
    ) -> Vec<String> {
        let line = |one: &Asked| {
            let (place, what) = (self.words().place(one.task.system_id), self.words().names(&one.categories));
            format!("- {place}: {}: {what}.", line(self, one))
        };
        asked.map(line).collect()
    }

    fn done(&self, one: &Asked) -> String {
        let (locale, day) =
            (self.locale, one.task.finished_at.map(|at| self.words().day(at)).unwrap_or_default());
        if one.task.outcome == Some(TaskOutcome::NothingFound) {
            return say!(locale, format!("inget fanns där {day}"), format!("nothing was there on {day}"));
        }
        match one.task.action {
            TaskAction::Erase => say!(locale, format!("raderat {day}"), format!("erased on {day}")),
            TaskAction::Anonymize => {
                say!(locale, format!("anonymiserat {day}"), format!("anonymized on {day}"))
            }
            TaskAction::Rectify => say!(locale, format!("rättat {day}"), format!("corrected on {day}")),
            TaskAction::Export => say!(locale, format!("hämtat {day}"), format!("collected on {day}")),
            TaskAction::Restrict if one.task.lifts => {
                say!(locale, format!("begränsningen hävd {day}"), format!("restriction lifted on {day}"))
            }
            TaskAction::Restrict => {
                say!(locale, format!("begränsat {day}"), format!("restricted on {day}"))
            }
            TaskAction::Verify => say!(locale, format!("kontrollerat {day}"), format!("looked up on {day}")),
        }
    }

    fn under_way(&self, one: &Asked) -> String {
        let locale = self.locale;
        match (one.task.state, one.task.sent_at) {
            (TaskState::AwaitingThirdParty | TaskState::NeedsHuman, Some(sent_at)) => {
                let day = self.words().day(sent_at);
                say!(
                    locale,
                    format!("begärt {day}, men vi har inte fått besked än"),
                    format!("asked for on {day}, and we have no final answer yet")
                )
            }
            _ => say!(locale, "inte klart än", "not done yet").to_owned(),
        }
    }

    fn not_done(&self, one: &Asked) -> String {
        let locale = self.locale;
        let what = match one.task.outcome {
            Some(TaskOutcome::Kept) => say!(locale, "sparas av mottagaren", "the recipient keeps it"),
            _ => say!(locale, "gick inte att göra", "it could not be done"),
        };
        match one.ground.as_deref().map(|ground| self.ground(ground)) {
            Some(ground) => format!("{what} ({ground})"),
            None => what.to_owned(),
        }
    }

    fn title_of_kept(&self) -> &'static str {
        match self.reply.request.row.kind {
            DataRequestType::Erasure
            | DataRequestType::Rectification
            | DataRequestType::Restriction
            | DataRequestType::Objection => {
                say!(self.locale, "Det här sparas", "What is kept")
            }
            DataRequestType::Access | DataRequestType::Portability => say!(
                self.locale,
                "Det här finns, varför och hur länge, och var det kommer ifrån",
                "What there is, why and how long, and where it came from"
            ),
        }
    }

    /// What stays, by place and by why.
    fn kept(&self) -> Vec<String> {
        let mut by = BTreeMap::<(String, String), BTreeSet<&CategoryKey>>::new();
        for one in &self.reply.stays {
            by.entry((self.words().place(one.line.system_id), self.why(one)))
                .or_default()
                .insert(&one.line.category);
        }
        let line = |((place, why), what): ((String, String), BTreeSet<&CategoryKey>)| {
            format!("- {place}: {}. {why}", self.words().names(what))
        };
        by.into_iter().map(line).collect()
    }

    fn why(&self, one: &Stays) -> String {
        let registered_at = Some(one.registered_at);
        let explained = one.why.iter().map(|fact| {
            let (_, text) = explain(fact, &one.line, registered_at, self.catalog, self.locale);
            text
        });
        // The same law may speak for several of a customer's services.
        let mut explained = explained.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        if explained.is_empty() {
            explained.push(
                say!(
                    self.locale,
                    "Vi håller på att ta reda på varför det finns där.",
                    "We are finding out why it is there."
                )
                .to_owned(),
            );
        }
        if one.line.state == DataLocationState::LostTrack {
            explained.push(
                say!(
                    self.locale,
                    "Vi hittade det inte där när vi sist jämförde, och tar reda på varför.",
                    "When we last compared, we did not find it there, and we are finding out why."
                )
                .to_owned(),
            );
        }
        if self.reply.request.row.kind == DataRequestType::Access {
            let (source, day) =
                (self.words().source(one.line.source_channel), self.words().day(one.line.collected_at));
            explained.push(say!(
                self.locale,
                format!("Från {source}, {day}."),
                format!("From {source}, {day}.")
            ));
        }
        explained.join(" ")
    }

    /// Who received what (Art. 15(1)(c)), and what makes a transfer out of the EEA lawful (Art. 15(2)).
    fn recipients(&self) -> Vec<String> {
        let line = |one: &Recipient| {
            let party = self.catalog.third_parties.get(&one.third_party)?;
            let (what, day) = (self.words().names(&one.categories), self.words().day(one.first_received_at));
            let place = place_of(party, self.locale);
            Some(say!(
                self.locale,
                format!("- {}: {what}. Sedan {day}. {place}", party.name),
                format!("- {}: {what}. Since {day}. {place}", party.name)
            ))
        };
        self.reply.recipients.iter().filter_map(line).collect()
    }

    /// Why a holder keeps something: in the words of the law where they named one of its grounds.
    fn ground(&self, ground: &str) -> String {
        let locale = self.locale;
        match ground {
            "LEGAL_OBLIGATION" => ground_of_refusal(RejectionGround::LegalObligation, locale).to_owned(),
            "LEGAL_CLAIMS" => ground_of_refusal(RejectionGround::LegalClaims, locale).to_owned(),
            "PUBLIC_INTEREST" => say!(
                locale,
                "ett viktigt allmänt intresse, artikel 17.3 c eller d",
                "a public interest, Article 17(3)(c) or (d)"
            )
            .to_owned(),
            other => in_one_line(other).trim_end_matches('.').to_owned(),
        }
    }

    /// What else the customer may ask for, of what they now know (Art. 15(1)(e)).
    fn rights(&self) -> Option<&'static str> {
        let rights = say!(
            self.locale,
            "Du har rätt att begära att vi rättar eller raderar uppgifter om dig eller begränsar hur de används, och att \
             invända mot att de används (artiklarna 16–18 och 21).",
            "You have the right to ask us to correct or erase data about you or to restrict its use, and to object to \
             its use (Articles 16 to 18 and 21)."
        );
        (self.reply.request.row.kind == DataRequestType::Access).then_some(rights)
    }

    /// What the customer can do if they do not agree (Art. 12(4), 77 and 79).
    fn remedies(&self) -> String {
        let remedies = say!(
            self.locale,
            "Är du inte nöjd med svaret kan du höra av dig till oss, klaga hos tillsynsmyndigheten (artikel 77) eller \
             väcka talan i domstol (artikel 79).",
            "If you do not agree with this reply you can write to us, complain to the supervisory authority (Article 77), \
             or go to court (Article 79)."
        );
        match where_to_complain(self.catalog, self.locale) {
            Some(authority) => format!("{remedies}\n{authority}"),
            None => remedies.to_owned(),
        }
    }
}

/// Those of these sections that have something to say.
fn sections<const N: usize>(all: [(&'static str, Vec<String>); N]) -> Vec<String> {
    let some = all.into_iter().filter(|(_, lines)| !lines.is_empty());
    some.map(|(title, lines)| format!("{title}\n{}", lines.join("\n"))).collect()
}

fn ground_of_refusal(ground: RejectionGround, locale: Locale) -> &'static str {
    match ground {
        RejectionGround::IdentityNotProven => say!(
            locale,
            "vi har inte kunnat fastställa vem som begär det, artikel 12.2 och 12.6",
            "we could not make sure who asks, Article 12(2) and (6)"
        ),
        RejectionGround::ManifestlyUnfounded => {
            say!(
                locale,
                "begäran är uppenbart ogrundad, artikel 12.5",
                "the request is manifestly unfounded, Article 12(5)"
            )
        }
        RejectionGround::Excessive => {
            say!(locale, "begäran är orimlig, artikel 12.5", "the request is excessive, Article 12(5)")
        }
        RejectionGround::RightsOfOthers => say!(
            locale,
            "andras rättigheter och friheter, artikel 15.4 och 20.4",
            "the rights and freedoms of others, Articles 15(4) and 20(4)"
        ),
        RejectionGround::CompellingGrounds => say!(
            locale,
            "tvingande berättigade skäl, artikel 21.1",
            "compelling legitimate grounds, Article 21(1)"
        ),
        RejectionGround::FreedomOfExpression => say!(
            locale,
            "yttrande- och informationsfriheten, artikel 17.3 a",
            "freedom of expression and information, Article 17(3)(a)"
        ),
        RejectionGround::LegalObligation => {
            say!(locale, "en rättslig förpliktelse, artikel 17.3 b", "a legal obligation, Article 17(3)(b)")
        }
        RejectionGround::PublicHealth => {
            say!(locale, "folkhälsan, artikel 17.3 c", "public health, Article 17(3)(c)")
        }
        RejectionGround::ArchivingAndResearch => say!(
            locale,
            "arkiv, forskning eller statistik, artikel 17.3 d",
            "archiving, research or statistics, Article 17(3)(d)"
        ),
        RejectionGround::LegalClaims => say!(
            locale,
            "rättsliga anspråk, artikel 17.3 e och 21.1",
            "legal claims, Articles 17(3)(e) and 21(1)"
        ),
        RejectionGround::RightDoesNotApply => {
            say!(locale, "rättigheten omfattar inte de här uppgifterna", "the right does not cover this data")
        }
    }
}
