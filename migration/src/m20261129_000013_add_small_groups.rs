//! What a plan of bulk work says of small groups among those of whom only a little is left.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

const UP: &str = r"
-- Numbers, and what the smallest groups have in common. Of a plan of many, once it is whole, where somebody wants to know.
ALTER TABLE disposal_plan ADD COLUMN small_groups {json};
";

const DOWN: &str = r"
ALTER TABLE disposal_plan DROP COLUMN small_groups;
";

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}
