//! Whether what a mask leaves of a value can still be tied to the person. Then it is pseudonymized (Art. 4(5)), and personal data
//! still: neither erased nor anonymized. See `docs/adr/0026-…`.

use super::{fitness::Aim, schema::Schema};
use entity::{
    connector::{Mask, SqlColumn, SqlConnector, SqlTable},
    enums::MaskMethod,
};

/// A column of a mapping, by its places, and what is wrong with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pseudonym {
    pub table: usize,
    pub column: usize,
    /// `erase` or `anonymize`.
    pub mask: &'static str,
    pub message: String,
}

/// What a mapping would leave as a pseudonym, as far as that shows without reaching the database.
pub fn pseudonyms(settings: &SqlConnector) -> impl Iterator<Item = Pseudonym> + '_ {
    all(settings, None)
}

/// All that a mapping would leave as a pseudonym, where only what is of one category is sure to go together. With a schema, what
/// the database itself says is unique counts as well.
pub(super) fn all<'a>(
    settings: &'a SqlConnector,
    schema: Option<&'a Schema>,
) -> impl Iterator<Item = Pseudonym> + 'a {
    settings.tables.iter().enumerate().flat_map(move |(at, mapping)| {
        mapping.columns.iter().enumerate().flat_map(move |(place, mapped)| {
            let aims = [(Aim::Erase, "erase"), (Aim::Anonymize, "anonymize")];
            aims.into_iter().filter_map(move |(aim, mask)| {
                let together = |other: &SqlColumn| other.category == mapped.category;
                let message = left(settings, schema, (at, place), aim, &together)?;
                Some(Pseudonym { table: at, column: place, mask, message })
            })
        })
    })
}

/// Why what is left of this column is a pseudonym, if all goes that `together` is true of.
pub(super) fn left(
    settings: &SqlConnector,
    schema: Option<&Schema>,
    (at, place): (usize, usize),
    aim: Aim,
    together: &dyn Fn(&SqlColumn) -> bool,
) -> Option<String> {
    let mapping = &settings.tables[at];
    let mapped = &mapping.columns[place];
    if !keeps_a_part(mask(mapped, aim)) {
        return None;
    }
    let goes = |column: &SqlColumn| together(column) && keeps_nothing(mask(column, aim));
    let named = |table: &str, name: &str| {
        let tables = settings.tables.iter().filter(|other| other.table == table);
        tables.flat_map(|other| &other.columns).find(|column| column.column == name)
    };
    let stays = |table: &str, name: &str| {
        format!(
            "`{}` keeps a part, and `{name}` of `{table}` still says whose it is: a pseudonym, which is personal data still. Have \
             `{name}` become NULL, CONSTANT or RANDOM with it, under the same category, or keep nothing.",
            mapped.column
        )
    };
    let (owner, subject) = (owner(mapping), mapping.subject_column.as_str());
    if !named(owner, subject).is_some_and(goes) {
        return Some(stays(owner, subject));
    }
    let on_the_way = |table: &str| table == mapping.table || leads_through(mapping, table);
    let beside =
        settings.tables.iter().filter(|other| on_the_way(&other.table) || leads_through(other, owner));
    for other in beside {
        if let Some(column) = other.columns.iter().find(|column| !together(column)) {
            return Some(stays(&other.table, &column.column));
        }
    }
    let unique = schema?.iter().filter(|(name, _)| on_the_way(name)).find_map(|(name, table)| {
        let mut columns = table.columns.iter().filter(|column| column.unique);
        let column = columns.find(|column| {
            // What tells rows apart has to stay, and says whose one is to nobody once all that leads to it is gone.
            !table.primary_key.contains(&column.name) && !named(name, &column.name).is_some_and(goes)
        })?;
        Some((name, column))
    });
    unique.map(|(table, column)| stays(table, &column.name))
}

fn mask(column: &SqlColumn, aim: Aim) -> &Mask {
    if aim == Aim::Anonymize { &column.anonymize } else { &column.erase }
}

/// Whether something of the value is there afterwards.
const fn keeps_a_part(mask: &Mask) -> bool {
    matches!(mask.method, MaskMethod::EmailDomainOnly | MaskMethod::TruncateDate | MaskMethod::Generalize)
}

const fn keeps_nothing(mask: &Mask) -> bool {
    matches!(mask.method, MaskMethod::Null | MaskMethod::Constant | MaskMethod::Random | MaskMethod::Delete)
}

/// The table that says whose the rows are.
fn owner(mapping: &SqlTable) -> &str {
    mapping.joins.last().map_or(&mapping.table, |join| &join.to_table)
}

fn leads_through(mapping: &SqlTable, table: &str) -> bool {
    mapping.joins.iter().any(|join| join.to_table == table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::{connector::SqlJoin, enums::SubjectKeyKind};

    fn column(name: &str, category: &str, anonymize: MaskMethod) -> SqlColumn {
        let mask = |method| Mask { method, parameter: None };
        SqlColumn {
            column: name.to_owned(),
            category: category.into(),
            erase: mask(MaskMethod::Delete),
            anonymize: mask(anonymize),
        }
    }

    fn table(name: &str, joins: Vec<SqlJoin>, columns: Vec<SqlColumn>) -> SqlTable {
        SqlTable {
            table: name.to_owned(),
            primary_key: Vec::new(),
            subject_column: "number".to_owned(),
            subject_key: SubjectKeyKind::Reference,
            joins,
            columns,
        }
    }

    fn told(tables: Vec<SqlTable>) -> Vec<String> {
        let settings = SqlConnector { url: String::new(), credentials: None, tables, max_attempts: 1 };
        let told = all(&settings, None).map(|told| {
            let named = told.message.split('`').skip(1).step_by(2).take(3).collect::<Vec<_>>().join(" ");
            format!("{}.{}.{}: {named}", told.table, told.column, told.mask)
        });
        told.collect()
    }

    #[test]
    fn a_part_may_stay_once_nothing_says_whose_it_is() {
        use MaskMethod::{Generalize, Null, Random};
        let zip = || column("zip", "a", Generalize);
        let join = || {
            let (from_column, to_column) = ("person".to_owned(), "id".to_owned());
            vec![SqlJoin { from_column, to_table: "people".to_owned(), to_column }]
        };
        let people = |columns| table("people", vec![], columns);
        let visits = || table("visits", join(), vec![zip()]);
        let none = [""; 0];
        assert_eq!(told(vec![people(vec![column("zip", "a", Null)])]), none, "nothing is kept");
        assert_eq!(told(vec![people(vec![zip()])]), ["0.0.anonymize: zip number people"], "the number stays");
        let number = |category, method| column("number", category, method);
        assert_eq!(told(vec![people(vec![zip(), number("a", Random)])]), none);
        let also = ["0.0.anonymize: zip number people", "0.1.anonymize: number number people"];
        assert_eq!(told(vec![people(vec![zip(), number("a", Generalize)])]), also);
        assert_eq!(
            told(vec![people(vec![zip(), number("b", Random)])]),
            ["0.0.anonymize: zip number people"],
            "it may go at another time"
        );
        let name = column("name", "b", Null);
        assert_eq!(
            told(vec![people(vec![zip(), number("a", Random), name])]),
            ["0.0.anonymize: zip name people"]
        );
        assert_eq!(told(vec![visits()]), ["0.0.anonymize: zip number people"], "at the end of the way");
        assert_eq!(told(vec![visits(), people(vec![number("a", Null)])]), none);
    }
}
