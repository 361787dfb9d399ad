//! One attempt, from its claim to its end.

use std::time::Duration;

use jiff::SignedDuration;
use rowport_store::{Claim, Failure, RunProgress, RunState, StoreError};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::checkpoint::Checkpoint;
use super::kind::{RunOutput, Work, kind_of};
use super::meter::{AttemptMeter, Ended};
use super::progress::ProgressReport;
use super::retry::may_pass;
use super::runner::Parts;
use crate::caller::on_behalf_of;
use crate::error::EngineError;

/// Why an attempt was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// Somebody asked for it.
    Asked,
    /// This process is about to end.
    Draining,
    /// The run is another's by now, or may be: the lease could not be renewed.
    Lost,
}

/// Works on a claimed run until it has ended, one way or another.
pub(super) async fn work_on(parts: &Parts, claim: Claim, drain: CancellationToken) {
    let span = tracing::error_span!(
        "run",
        run = claim.run.id,
        kind = claim.run.kind,
        attempt = i64::from(claim.run.attempt),
        outcome = tracing::field::Empty,
        rows = tracing::field::Empty,
        bytes = tracing::field::Empty,
        otel.name = format!("run {}", claim.run.kind),
        otel.kind = "consumer",
        otel.status_code = tracing::field::Empty,
    );
    attempt(parts, claim, drain).instrument(span).await;
}

async fn attempt(parts: &Parts, claim: Claim, drain: CancellationToken) {
    let meter = AttemptMeter::begin(&claim.run.kind);
    let (progress, cancel) = (ProgressReport::default(), CancellationToken::new());
    let asked_for = CancellationToken::new();
    let mut task = start(parts, &claim, &progress, [&cancel, &asked_for]);
    let mut stop = None;
    let mut renewed = Instant::now();
    let mut beats = tokio::time::interval(parts.settings.heartbeat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outcome = loop {
        tokio::select! {
            outcome = &mut task => break outcome,
            () = drain.cancelled(), if stop.is_none() => {
                stop = Some(Stop::Draining);
                cancel.cancel();
            }
            _ = beats.tick() => {
                // The store counts from when it was asked, which is now at the earliest.
                let asked = Instant::now();
                match renew(parts, &claim, progress.now(), renewed + parts.settings.lease).await {
                    Ok(RunState::Cancelling) if stop.is_none() => stop = Some(Stop::Asked),
                    Ok(_) => renewed = asked,
                    Err(StoreError::Lost { .. }) => stop = Some(Stop::Lost),
                    // Another worker may have the run once the lease is over, whether or not we hear of it.
                    Err(error) => {
                        tracing::warn!(%error, "the lease cannot be renewed");
                        if renewed.elapsed() >= parts.settings.lease {
                            stop = Some(Stop::Lost);
                        }
                    }
                }
                if stop == Some(Stop::Asked) {
                    asked_for.cancel();
                }
                if stop.is_some() {
                    cancel.cancel();
                }
            }
        }
    };
    let outcome = outcome.unwrap_or_else(|error| Err(EngineError::internal(error.to_string())));
    let ended = end(parts, &claim, progress.now(), outcome, stop, renewed + parts.settings.lease).await;
    meter.end(ended, progress.now());
}

fn start(
    parts: &Parts,
    claim: &Claim,
    progress: &ProgressReport,
    [cancel, asked]: [&CancellationToken; 2],
) -> JoinHandle<Result<RunOutput, EngineError>> {
    let (sources, storage, accounts) = (parts.sources.clone(), parts.storage.clone(), parts.accounts.clone());
    let (run, progress) = (claim.run.clone(), progress.clone());
    let checkpoint = Checkpoint::new(parts.store.clone(), claim.clone());
    let (cancel, asked) = (cancel.clone(), asked.clone());
    let kinds = parts.kinds.clone();
    let work = async move {
        // What they may do is asked now: much may have changed since they asked for it.
        let principal = accounts.principal(&run.principal).await?.ok_or(EngineError::NotAllowedAnyMore)?;
        if principal.access().tenant() != run.tenant.as_deref() {
            return Err(EngineError::NotAllowedAnyMore);
        }
        let caller = principal.clone();
        let work = Work { sources, storage, principal, run, progress, checkpoint, cancel, asked };
        on_behalf_of(&caller, async { kind_of(&kinds, &work.run)?.run(work).await }).await
    };
    // A task of its own: a kind that panics ends its run, and not the runner.
    tokio::spawn(work.in_current_span())
}

/// Until the lease is over; a state that does not answer must not keep an attempt from noticing that.
async fn renew(
    parts: &Parts,
    claim: &Claim,
    progress: RunProgress,
    until: Instant,
) -> Result<RunState, StoreError> {
    let (store, sources, claim) = (parts.store.clone(), parts.sources.clone(), claim.clone());
    let lease = signed(parts.settings.lease);
    // A task of its own, so that no transaction is left half done.
    let renewing = tokio::spawn(async move {
        store.runs().heartbeat(sources.clock().as_ref(), &claim, lease, progress).await
    });
    match tokio::time::timeout_at(until, renewing).await {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => Err(StoreError::Busy { message: error.to_string() }),
        Err(_) => {
            Err(StoreError::Busy { message: "the state did not answer while the lease lasted".to_owned() })
        }
    }
}

/// Writes down how the attempt ended. A store that does not answer is asked again while the lease lasts; after that
/// the run is recovered like that of a process that died.
async fn end(
    parts: &Parts,
    claim: &Claim,
    progress: RunProgress,
    outcome: Result<RunOutput, EngineError>,
    stop: Option<Stop>,
    until: Instant,
) -> Ended {
    if stop == Some(Stop::Lost) {
        tracing::warn!("an attempt was lost to another worker");
        return Ended::Lost;
    }
    loop {
        let error = match write_end(parts, claim, progress, &outcome, stop).await {
            Ok(ended) => return ended,
            Err(error) => error,
        };
        // It was cancelled while it was being completed: its file is not wanted any more.
        if matches!(error, StoreError::Lost { .. }) {
            return match parts.store.runs().cancelled(parts.clock(), claim).await {
                Ok(()) => Ended::Cancelled,
                Err(_) => Ended::Lost,
            };
        }
        tracing::warn!(%error, "the end of a run cannot be written down");
        if Instant::now() >= until {
            return Ended::Lost;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn write_end(
    parts: &Parts,
    claim: &Claim,
    progress: RunProgress,
    outcome: &Result<RunOutput, EngineError>,
    stop: Option<Stop>,
) -> Result<Ended, StoreError> {
    let (runs, clock) = (parts.store.runs(), parts.clock());
    match (outcome, stop) {
        // A file that is whole all the same is worth more than having stopped.
        (Ok(made), None | Some(Stop::Draining)) => {
            let bytes = made.artifact.as_ref().map_or(0, |artifact| artifact.bytes);
            let progress = RunProgress { rows: made.rows, bytes, ..progress };
            runs.complete(clock, claim, progress, made.artifact.as_ref()).await.map(|_| Ended::Completed)
        }
        (_, Some(Stop::Asked)) => runs.cancelled(clock, claim).await.map(|()| Ended::Cancelled),
        (Err(_), Some(Stop::Draining)) => runs.release(clock, claim).await.map(|()| Ended::Released),
        (Err(error), _) => {
            let failure = Failure {
                code: error.code(),
                message: error.to_string(),
                retry_at: may_pass(error.code()).then(|| clock.now() + back_off(claim.run.attempt)),
            };
            // The words of a database may quote a row; its code does not.
            tracing::warn!(code = failure.code.as_str(), "an attempt failed");
            tracing::debug!(%error, "this is why");
            runs.fail(clock, claim, &failure).await.map(Ended::after_failure)
        }
        (Ok(_), Some(Stop::Lost)) => Ok(Ended::Lost),
    }
}

/// 2, 8, 32, … seconds, and at most five minutes.
fn back_off(attempt: u32) -> SignedDuration {
    let seconds = 2_i64.saturating_mul(4_i64.saturating_pow(attempt.saturating_sub(1)));
    SignedDuration::from_secs(seconds.min(300))
}

/// Leases are seconds to minutes.
pub(super) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
