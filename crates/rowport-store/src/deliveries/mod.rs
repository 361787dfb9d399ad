//! What is told to the outside when runs end: a row for each channel, written in the transaction that ends the run.
//!
//! A delivery is claimed for a lease like a run, and each write names the attempt. At most one attempt is under way
//! at a time. As a process may die after its message has left, the same message may arrive twice, under the same id.

mod ends;
mod log;
mod queue;

use jiff::Timestamp;
use rowport_model::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::channel::DeliveryEvent;
use crate::context::Context;
use crate::database::Row;
use crate::name::{self, UnknownName};
use crate::runs::Run;
use crate::timestamp::timestamp;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It waits for its next attempt.
    Waiting,
    /// An attempt is under way.
    Sending,
    /// It was taken.
    Sent,
    /// It was refused for good, or too often.
    Failed,
}

/// One message over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Delivery {
    /// A version 7 UUID; also what a webhook calls its message.
    pub id: String,
    /// `email`, or `webhook:` and its name.
    #[schema(example = "webhook:warehouse")]
    pub channel: String,
    /// What it tells.
    pub event: DeliveryEvent,
    /// The run that it tells of.
    pub run_id: Option<String>,
    /// The principal whom it is for, where it is for somebody.
    pub recipient: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempt: u32,
    /// What the last attempt came to, if it failed: a stable code.
    pub error_code: Option<ErrorCode>,
    /// The same in words.
    pub error_message: Option<String>,
    /// When it came up.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it is tried next, or might have been last.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub not_before: Timestamp,
    /// When it ended, well or badly.
    #[serde(with = "crate::timestamp::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// A delivery that is this process's to try, until its lease is over.
#[derive(Debug, Clone)]
pub struct DueDelivery {
    /// The delivery as it was claimed.
    pub delivery: Delivery,
    /// What it tells of.
    pub run: Option<Run>,
}

/// How an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The stable code.
    pub code: ErrorCode,
    /// What went wrong, in words.
    pub message: String,
    /// When to try again, where that makes sense.
    pub retry_at: Option<Timestamp>,
}

/// The deliveries of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Deliveries<'a> {
    pub(crate) context: &'a Context,
}

impl DeliveryState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Sent, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for DeliveryState {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        name::find("state of a delivery", &Self::ALL, Self::as_str, name)
    }
}

const COLUMNS: &str = "id, channel, event, run_id, recipient, state, attempt, error_code, error_message, created_at, \
    not_before, finished_at";

fn read(row: &Row) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        id: row.text("id")?,
        channel: row.text("channel")?,
        event: row.parse("event")?,
        run_id: row.text_or_none("run_id")?,
        recipient: row.text_or_none("recipient")?,
        state: row.parse("state")?,
        attempt: u32::try_from(row.number("attempt")?).unwrap_or(u32::MAX),
        error_code: row.text_or_none("error_code")?.map(|code| ErrorCode::from_stored(&code)),
        error_message: row.text_or_none("error_message")?,
        created_at: timestamp(row.number("created_at")?),
        not_before: timestamp(row.number("not_before")?),
        finished_at: row.number_or_none("finished_at")?.map(timestamp),
    })
}
