use rowport_drivers::{DriverError, ReadOptions};
use rowport_formats::Manifest;
use rowport_model::Principal;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::request::{ExportRequest, PreparedExport};
use super::spool::SpoolLimits;
use crate::error::EngineError;
use crate::pages::{Count, CountMode};
use crate::sources::Sources;

/// How an export is delivered. The bytes are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The row count decides.
    #[default]
    Auto,
    /// Complete before its first byte is sent, so that its length and manifest come first.
    Direct,
    /// Sent while it is read.
    Streamed,
    /// Written by a run in the background, and downloaded later.
    Background,
}

impl Tier {
    /// As addresses and metrics say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Direct => "direct",
            Self::Streamed => "streamed",
            Self::Background => "background",
        }
    }
}

/// What an export will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportPlan {
    /// How many rows.
    pub rows: u64,
    /// Whether they were counted rather than estimated.
    pub exact: bool,
    /// `direct`, `streamed` or `background`.
    pub tier: Tier,
    /// Why that one, in words.
    pub reason: String,
    /// About how many bytes, judged from the first rows.
    pub estimated_bytes: u64,
    /// The name of the file.
    pub file_name: String,
    /// Its media type.
    pub media_type: &'static str,
}

/// From so many rows the size of all is judged.
const SAMPLE_ROWS: u64 = 200;

impl Sources {
    /// What an export will be: how many rows, how it is delivered and why, and about how large.
    pub async fn plan_export(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
        request: &ExportRequest,
    ) -> Result<ExportPlan, EngineError> {
        let prepared = self.prepare_export(principal, source, dataset, request).await?;
        let count = self.count_query(source, prepared.query().clone(), CountMode::Quick).await?;
        let (tier, reason) = self.tier(request.tier, count);
        let (file_name, media_type) = (prepared.file_name.clone(), prepared.media_type);
        let estimated_bytes = self.estimate_bytes(principal, source, dataset, request, count.count).await?;
        Ok(ExportPlan {
            rows: count.count,
            exact: count.exact,
            tier,
            reason,
            estimated_bytes,
            file_name,
            media_type,
        })
    }

    /// Which tier a download takes: what was asked for, or what fits its size. A download waits for the
    /// answer, so a large one is streamed and never left to the background.
    pub async fn decide_tier(
        &self,
        source: &str,
        prepared: &PreparedExport,
        asked: Tier,
    ) -> Result<Tier, EngineError> {
        if asked != Tier::Auto {
            return Ok(asked);
        }
        let most = self.exports.direct_rows + 1;
        match self.count_rows(source, prepared.query().clone().count(Some(most))).await {
            Ok(count) if count < most => Ok(Tier::Direct),
            Ok(_) => Ok(Tier::Streamed),
            // What takes so long to count had better be sent while it is read.
            Err(EngineError::Driver(DriverError::Timeout { .. })) => Ok(Tier::Streamed),
            Err(error) => Err(error),
        }
    }

    /// What a streamed export may hold for a slow reader, and for how long.
    pub fn spool_limits(&self) -> SpoolLimits {
        SpoolLimits {
            memory: 1 << 20,
            patience: self.exports.snapshot_patience,
            disk: self.exports.spool_bytes,
            folder: self.exports.spool_folder.clone().unwrap_or_else(std::env::temp_dir),
        }
    }

    fn tier(&self, asked: Tier, count: Count) -> (Tier, String) {
        let (direct, streamed) = (self.exports.direct_rows, self.exports.streamed_rows);
        let asked_for = |tier: Tier, name: &str| (tier, format!("{name}, as asked for"));
        match asked {
            Tier::Direct => asked_for(asked, "direct"),
            Tier::Streamed => asked_for(asked, "streamed"),
            Tier::Background => asked_for(asked, "in the background"),
            Tier::Auto if count.count <= direct => {
                (Tier::Direct, format!("at most {direct} rows: the file is complete before it is sent"))
            }
            Tier::Auto if count.count <= streamed => {
                (Tier::Streamed, format!("more than {direct} rows: the file is sent while it is read"))
            }
            Tier::Auto => (
                Tier::Background,
                format!("more than {streamed} rows: the file is made while you go on, and kept for you"),
            ),
        }
    }

    /// About how large the file will be, judged from some of its rows, whichever come first.
    async fn estimate_bytes(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
        request: &ExportRequest,
        rows: u64,
    ) -> Result<u64, EngineError> {
        let mut request = request.clone();
        // Sheets need an order, and ordering all rows to look at a few costs more than it tells.
        request.options.sheet_by = None;
        request.limit = Some(0);
        let empty = self.prepare_export(principal, source, dataset, &request).await?.sample().await?;
        request.limit = Some(SAMPLE_ROWS.min(rows));
        let some = match self.prepare_export(principal, source, dataset, &request).await?.sample().await {
            Ok(some) => some,
            // A filter that finds its first rows so slowly is no reason to refuse the plan.
            Err(EngineError::Driver(DriverError::Timeout { .. })) => empty.clone(),
            Err(error) => return Err(error),
        };
        let per_row = some.bytes.saturating_sub(empty.bytes) as f64 / some.rows.max(1) as f64;
        Ok(empty.bytes + (per_row * rows as f64) as u64)
    }
}

impl PreparedExport {
    /// Writes the export to nowhere, without its order and within the statement limit.
    async fn sample(mut self) -> Result<Manifest, EngineError> {
        self.query.order.clear();
        let open = self.open_with(ReadOptions::PAGE).await?;
        let cancel = CancellationToken::new();
        let _guard = cancel.clone().drop_guard();
        let task =
            tokio::task::spawn_blocking(move || open.write_to(&mut std::io::sink(), &mut |_| {}, &cancel));
        task.await.map_err(|error| EngineError::internal(error.to_string()))?
    }
}
