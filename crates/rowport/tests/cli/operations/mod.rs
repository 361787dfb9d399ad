//! What whoever runs Rowport stands on: probes, log lines, metrics, traces, and processes of one role.

mod audit;
mod logs;
mod metrics;
mod notifications;
mod probes;
mod roles;
mod traces;
