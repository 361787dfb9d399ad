//! What is told, in words and as JSON. The same delivery is the same message at each attempt.

use rowport_model::ErrorCode;
use rowport_store::{DeliveryEvent, DueDelivery, Run};
use serde_json::{Value, json};

use super::reasons::reason_of;

/// An e-mail, but for its addresses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
}

/// The body of a webhook: `{"type", "timestamp", "data"}`.
pub(super) fn payload(due: &DueDelivery, page: Option<&str>) -> String {
    let delivery = &due.delivery;
    let data = match &due.run {
        Some(run) => told_of(run, page),
        None => json!({ "message": "This only shows that the webhook works." }),
    };
    json!({"type": delivery.event, "timestamp": delivery.created_at.to_string(), "data": data}).to_string()
}

/// How a run ended, and nothing of its rows.
fn told_of(run: &Run, page: Option<&str>) -> Value {
    json!({
        "run": run.id,
        "kind": run.kind,
        "state": run.state,
        "principal": run.principal,
        "source": run.source,
        "dataset": run.dataset,
        "attempt": run.attempt,
        "rows": run.progress.rows,
        "bytes": run.progress.bytes,
        "file": run.artifact.as_ref().map(|file| json!({
            "name": file.file_name,
            "sha256": file.sha256,
            "expires_at": file.expires_at.to_string(),
        })),
        "error": run.error.as_ref().map(|error| json!({
            "code": error.code,
            "message": reason_of(error.code),
        })),
        "created_at": run.created_at.to_string(),
        "finished_at": run.finished_at.map(|moment| moment.to_string()),
        "page": page.map(exports),
    })
}

/// The subject and the text of an e-mail.
pub(super) fn letter(due: &DueDelivery, page: Option<&str>) -> Letter {
    let Some(run) = &due.run else {
        let text = "Rowport can send e-mail, and this is the proof of it. There is nothing to do.\n";
        return Letter { subject: "Rowport: a test".to_owned(), text: text.to_owned() };
    };
    let what = one_line(&named(run));
    let place = |words: &str| page.map(|page| format!("{words}\n{}\n", exports(page)));
    let (subject, said, place) = match (&run.artifact, due.delivery.event) {
        (Some(file), DeliveryEvent::RunCompleted) => {
            let said = format!(
                "{} is ready: {}, {}.",
                one_line(&file.file_name),
                counted(run.progress.rows, "row"),
                size(file.bytes)
            );
            let until = file.expires_at.strftime("%Y-%m-%d %H:%M UTC");
            let place = place(&format!("You can download it until {until}:"))
                .unwrap_or_else(|| format!("You can download it from Exports until {until}.\n"));
            (format!("{what} is ready"), said, place)
        }
        _ => {
            let code = run.error.as_ref().map_or(ErrorCode::Internal, |error| error.code);
            let said = format!("{what} failed: {}.", reason_of(code));
            let place = place("Exports says more, and can start it anew:")
                .unwrap_or_else(|| "Exports says more, and can start it anew.\n".to_owned());
            (format!("{what} failed"), said, place)
        }
    };
    let why = "You get this message because you asked for it in Rowport.";
    Letter { subject: capital(&subject), text: format!("{}\n\n{place}\n{why}\n", capital(&said)) }
}

fn named(run: &Run) -> String {
    match run.kind.as_str() {
        "export" => format!("the export of {}", run.dataset),
        // Not about whom: an e-mail is no place for that.
        "change" => format!("the change of {}", run.dataset),
        "subject_export" => "the archive about one person".to_owned(),
        kind => format!("the run `{kind}`"),
    }
}

/// The page that has the file. Not a link to the file itself: an e-mail is no safe place for one.
fn exports(page: &str) -> String {
    format!("{page}/exports")
}

/// Names of tables and files may have anything in them.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn capital(text: &str) -> String {
    match text.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => text.to_owned(),
    }
}

/// `1 row`, `12,345 rows`.
fn counted(number: u64, name: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {name}{}", if number == 1 { "" } else { "s" })
}

/// `734 bytes`, `1.2 MB`.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => counted(bytes, "byte"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_people_write_them() {
        assert_eq!(counted(0, "row"), "0 rows");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(999, "row"), "999 rows");
        assert_eq!(counted(10_000_000, "row"), "10,000,000 rows");
        assert_eq!(size(734), "734 bytes");
        assert_eq!(size(1_234_567), "1.2 MB");
        assert_eq!(one_line("a\r\nBcc: b"), "a  Bcc: b");
    }
}
