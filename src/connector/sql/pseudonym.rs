//! Whether what a mask leaves of a value can still be tied to the person. Then it is pseudonymized (Art. 4(5)), and personal data
//! still: neither erased nor anonymized. See `docs/adr/0027-…`.

use super::{
    fitness::Aim,
    schema::{Column, Schema, Table},
};
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
    let is = |one: &str, other: &str| same(schema, one, other);
    let named = |table: &str, name: &str| {
        let tables = settings.tables.iter().filter(|other| is(&other.table, table));
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
    let leads_through =
        |mapping: &SqlTable, table: &str| mapping.joins.iter().any(|join| is(&join.to_table, table));
    let on_the_way = |table: &str| is(table, &mapping.table) || leads_through(mapping, table);
    let beside =
        settings.tables.iter().filter(|other| on_the_way(&other.table) || leads_through(other, owner));
    for other in beside {
        if let Some(column) = other.columns.iter().find(|column| !together(column)) {
            return Some(stays(&other.table, &column.column));
        }
    }
    let unique = schema?.iter().filter(|(name, _)| on_the_way(name)).find_map(|(name, table)| {
        let of_key = |column: &Column| {
            let keys =
                settings.tables.iter().filter(|other| is(&other.table, name)).map(|other| &other.primary_key);
            keys.chain([&table.primary_key]).any(|key| key.contains(&column.name))
        };
        let mut columns = table.columns.iter().filter(|column| column.tells || of_key(column));
        let column = columns.find(|column| match named(name, &column.name) {
            Some(mapped) => !goes(mapped),
            None => !says_nothing(settings, schema, (name, table), column),
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

/// Whether two names of the mapping are one table's: the database decides, which may not look at case or knows it without its schema.
fn same(schema: Option<&Schema>, one: &str, other: &str) -> bool {
    let id = |name: &str| schema?.get(name).map(|table| table.id.as_str());
    one == other || id(one).is_some_and(|one| id(other) == Some(one))
}

/// Whether what is in a column that tells rows apart, and has to stay, says whose one is to nobody once all that leads to it is gone: a
/// number that was made for the purpose, and what rows refer to each other by. A text of its own may be a national id.
fn says_nothing(
    settings: &SqlConnector,
    schema: Option<&Schema>,
    (name, table): (&str, &Table),
    column: &Column,
) -> bool {
    let of_key = table.primary_key.contains(&column.name);
    let joins = || {
        settings.tables.iter().flat_map(|mapping| {
            // Each join begins where the one before it ends.
            let from = [&mapping.table].into_iter().chain(mapping.joins.iter().map(|join| &join.to_table));
            from.zip(&mapping.joins)
        })
    };
    let is_joined_by = || {
        joins().any(|(from, join)| {
            same(schema, from, name) && join.from_column == column.name
                || same(schema, &join.to_table, name) && join.to_column == column.name
        })
    };
    of_key && (column.is_bare || is_joined_by())
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
