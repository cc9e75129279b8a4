//! All of a file is brought in.

use super::{
    begin::{Begun, so_far},
    chunk::own,
};
use crate::{
    access::{Code, Command, Refusal, Sql, Stop, Writer},
    policy::{Action, Target},
};
use entity::{ids::ImportId, import};
use sea_orm::EntityTrait;

/// Says that a file had so many chunks, and that it is over.
#[derive(Clone, Copy, Debug)]
pub struct FinishImport {
    pub import: ImportId,
    pub chunks: i32,
}

impl Command for FinishImport {
    const ACTION: Action = Action::FinishImport;
    type Output = Begun;

    fn target(&self) -> Target {
        Target::thing(self.import)
    }

    async fn run(self, w: &mut Writer) -> Result<Begun, Stop> {
        let row = w.lock(import::Entity::find_by_id(self.import)).await?;
        let begun = so_far(w, own(w, row)?).await?;
        if begun.next != self.chunks || begun.done.iter().any(|one| one.number > begun.next) {
            let message =
                format!("Chunk {} is the first that is not done: bring in all of them first.", begun.next);
            return Err(Refusal::new(Code::OutOfRange, message).at("chunks").into());
        }
        if begun.import.finished_at.is_some() {
            return Ok(begun);
        }
        let mut sql =
            Sql::new("UPDATE import_chunk SET refusals = NULL WHERE refusals IS NOT NULL AND import_id = ");
        sql.bind(self.import.0);
        w.execute(sql).await?;
        let row = import::Model { finished_at: Some(w.now()), ..begun.import };
        let import = w.update::<import::Entity>(row).await?;
        Ok(Begun { import, ..begun })
    }
}
