use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rowport_engine::export::{
    ExportOptions, ExportRequest, HeaderStyle, OpenExport, Progress, Tier, write_beside, write_manifest,
};
use rowport_engine::{CountMode, EngineError, Sources};
use rowport_formats::{Compression, DateNotation, DecimalSign, Format, Manifest, RowOrder};
use rowport_model::{Filter, Principal, Sort, View};
use tokio_util::sync::CancellationToken;

use self::progress::ProgressLine;
use crate::failure::Failure;
use crate::sources::OneSource;
use crate::terminal::Terminal;

mod progress;

/// Write a dataset to a file or a pipe.
///
/// The export is one consistent state of the database. A file appears under its name only once it is whole.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    source: OneSource,
    /// The table or view, with `schema.` before it where the schema is not the default one.
    #[arg(long)]
    dataset: String,
    /// csv, tsv, json, ndjson, xlsx, parquet or text; taken from the file's name when absent.
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// The file, or `-` for standard output.
    #[arg(long, short, default_value = "-")]
    output: PathBuf,
    /// Columns in order, separated by commas; a dotted name reaches through a foreign key.
    #[arg(long)]
    columns: Option<String>,
    /// Which rows: `status = "paid" and price > 100`, or JSON.
    #[arg(long)]
    filter: Option<String>,
    /// Columns separated by commas, a minus before the descending ones.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
    /// Text that must stand in one of the text columns.
    #[arg(long)]
    search: Option<String>,
    /// At most so many rows.
    #[arg(long)]
    limit: Option<u64>,
    /// gzip or zstd; taken from the file's name when absent.
    #[arg(long, value_parser = compression)]
    compress: Option<Compression>,
    /// Without the formula guard: texts that a spreadsheet would run stay as they are.
    #[arg(long)]
    raw: bool,
    /// What the header row says.
    #[arg(long, value_enum, default_value = "names")]
    header: Header,
    /// One character between the fields of CSV.
    #[arg(long)]
    delimiter: Option<char>,
    /// Begin with a UTF-8 byte order mark.
    #[arg(long)]
    bom: bool,
    /// What stands for NULL in CSV, TSV and text.
    #[arg(long, default_value = "")]
    null: String,
    /// Dates in CSV, TSV and text: iso, dotted (31.01.2026), day_first or month_first (01/31/2026).
    #[arg(long, value_parser = dates, default_value = "iso", value_name = "WAY")]
    dates: DateNotation,
    /// Write fractions after a comma in CSV, TSV and text.
    #[arg(long)]
    decimal_comma: bool,
    /// XLSX: a sheet for each value of this column.
    #[arg(long)]
    sheet_by: Option<String>,
    /// `total`: the key ends the sort. `none`: rows come as the database reads them, where the sort leaves it open.
    #[arg(long, value_enum, default_value = "total", hide_possible_values = true)]
    order: Order,
    /// Write a manifest (rows, bytes, SHA-256, snapshot time, view) to this file.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// No progress on a terminal.
    #[arg(long, short)]
    quiet: bool,
}

/// What the header row says.
#[derive(Clone, Copy, ValueEnum)]
enum Header {
    /// The columns' names.
    Names,
    /// The columns' labels.
    Labels,
    /// There is none.
    None,
}

/// What tells rows apart which the sort does not.
#[derive(Clone, Copy, ValueEnum)]
enum Order {
    /// The key.
    Total,
    /// Nothing.
    None,
}

impl Export {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let request = self.request()?;
        self.check_output(request.format)?;
        let (sources, source) = self.source.open()?;
        let sources = Arc::new(sources);
        let cancel = CancellationToken::new();
        cancel_on_interrupt(cancel.clone());
        let open = tokio::select! {
            open = self.open(&sources, &source, &request) => open?,
            () = cancel.cancelled() => return Err(EngineError::Cancelled.into()),
        };
        let line = self.progress_line(&sources, source, request);
        let output = self.output.clone();
        let written = tokio::task::spawn_blocking(move || write(open, &output, &line, &cancel));
        let manifest = written.await.map_err(Failure::other)??;
        if let Some(path) = &self.manifest {
            write_manifest(&manifest, path)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn open(
        &self,
        sources: &Sources,
        source: &str,
        request: &ExportRequest,
    ) -> Result<OpenExport, EngineError> {
        let prepared = sources.prepare_export(&Principal::local(), source, &self.dataset, request).await?;
        prepared.open().await
    }

    fn request(&self) -> Result<ExportRequest, Failure> {
        let name =
            self.output.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let (stem, packed) = match name.rsplit_once('.') {
            Some((stem, "gz")) => (stem, Some(Compression::Gzip)),
            Some((stem, "zst")) => (stem, Some(Compression::Zstd)),
            _ => (name.as_str(), None),
        };
        let extension = stem.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
        let by_name = Format::ALL.into_iter().find(|format| format.extension() == extension);
        if self.format.is_none() && by_name.is_none() && !extension.is_empty() && !is_stdout(&self.output) {
            let known = Format::ALL.map(|format| format!(".{}", format.extension())).join(", ");
            let message = format!("no format is known by the name `.{extension}`");
            return Err(Failure::usage(message)
                .with_hint(format!("end it in one of {known}, or name one with --format")));
        }
        let filter = self.filter.as_deref().map(Filter::parse).transpose().map_err(Failure::request)?;
        Ok(ExportRequest {
            view: View {
                columns: self.columns.as_deref().map(View::parse_columns),
                filter,
                sort: self.sort.as_deref().map(Sort::parse_list).unwrap_or_default(),
                search: self.search.clone(),
            },
            keys: None,
            format: self.format.or(by_name).unwrap_or(Format::Csv),
            options: ExportOptions {
                compress: self.compress.or(packed),
                raw: self.raw,
                header: match self.header {
                    Header::Names => HeaderStyle::Names,
                    Header::Labels => HeaderStyle::Labels,
                    Header::None => HeaderStyle::None,
                },
                delimiter: self.delimiter,
                bom: self.bom,
                null: self.null.clone(),
                dates: self.dates,
                decimal: if self.decimal_comma { DecimalSign::Comma } else { DecimalSign::Point },
                sheet_by: self.sheet_by.clone(),
                order: match self.order {
                    Order::Total => RowOrder::Total,
                    Order::None => RowOrder::None,
                },
            },
            limit: self.limit,
            tier: Tier::Streamed,
            file_name: None,
        })
    }

    /// Refuses what would only turn out wrong after minutes of work.
    fn check_output(&self, format: Format) -> Result<(), Failure> {
        let binary = matches!(format, Format::Xlsx | Format::Parquet) || self.compress.is_some();
        if is_stdout(&self.output) && binary && std::io::stdout().is_terminal() {
            let message = format!("{} is not for a terminal", format.name());
            return Err(Failure::usage(message).with_hint("name a file with --output, or pipe it on"));
        }
        if let Some(manifest) = &self.manifest
            && *manifest == self.output
        {
            return Err(Failure::usage("--manifest and --output name the same file"));
        }
        Ok(())
    }

    /// Progress is for people: on a terminal, and never mixed into an output that goes to the same one.
    fn progress_line(&self, sources: &Arc<Sources>, source: String, request: ExportRequest) -> ProgressLine {
        let to_terminal = is_stdout(&self.output) && std::io::stdout().is_terminal();
        if self.quiet || to_terminal || !std::io::stderr().is_terminal() {
            return ProgressLine::hidden();
        }
        let line = ProgressLine::shown();
        let (sources, dataset, counted) = (Arc::clone(sources), self.dataset.clone(), line.clone());
        tokio::spawn(async move {
            // Without a count there is no time left to show; the export itself does not need it.
            let count =
                sources.count(&Principal::local(), &source, &dataset, &request.view, CountMode::Quick).await;
            if let Ok(count) = count {
                counted.expect(count.count.min(request.limit.unwrap_or(u64::MAX)), count.exact);
            }
        });
        line
    }
}

fn write(
    open: OpenExport,
    output: &Path,
    line: &ProgressLine,
    cancel: &CancellationToken,
) -> Result<Manifest, Failure> {
    let mut report = |progress: Progress| line.report(progress);
    let written = if is_stdout(output) {
        // Not through Rust's own handle, which looks for line ends in everything.
        let stdout = std::io::stdout().as_fd().try_clone_to_owned().map(File::from);
        let mut stdout = stdout.map_err(|error| Failure::output("standard output", &error))?;
        if stdout.is_terminal() {
            open.write_to(&mut Terminal::new(stdout), &mut report, cancel)
        } else {
            open.write_to(&mut stdout, &mut report, cancel)
        }
    } else if std::fs::metadata(output).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        // A device or a named pipe is written to; a file put in its place would be no export of it.
        let device = File::options().write(true).open(output);
        let mut device = device.map_err(|error| Failure::output(&output.display().to_string(), &error))?;
        open.write_to(&mut device, &mut report, cancel)
    } else {
        write_beside(open, output, &mut report, cancel)
    };
    line.finish();
    match written {
        // Nobody asked for the end but the program that reads: `head` has seen enough.
        Err(EngineError::Cancelled) if is_stdout(output) && !cancel.is_cancelled() => {
            Err(Failure::reader_left())
        }
        written => Ok(written?),
    }
}

fn is_stdout(output: &Path) -> bool {
    output.as_os_str() == "-"
}

/// The first interrupt lets the export clean up; its sender knows how to insist.
pub(super) fn cancel_on_interrupt(cancel: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    const SIGXFSZ: i32 = 25;
    // Once it is caught, a file at its size limit is an error like a full disk, and no longer the end of the process.
    let _ = signal(SignalKind::from_raw(SIGXFSZ));
    let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
    // `nohup` has it ignored, and whoever said so means it.
    if !is_ignored(SignalKind::hangup()) {
        kinds.push(SignalKind::hangup());
    }
    for mut received in kinds.into_iter().filter_map(|kind| signal(kind).ok()) {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            received.recv().await;
            cancel.cancel();
        });
    }
}

/// Whether the process was started with this signal ignored. False where the system does not tell.
fn is_ignored(kind: tokio::signal::unix::SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (kind.as_raw_value() - 1)) != 0
}

fn format(name: &str) -> Result<Format, String> {
    let known = || Format::ALL.map(Format::name).join(", ");
    Format::from_name(name).ok_or_else(|| format!("known formats are {}", known()))
}

fn compression(name: &str) -> Result<Compression, String> {
    Compression::from_name(name).ok_or_else(|| "known compressions are gzip and zstd".to_owned())
}

fn dates(name: &str) -> Result<DateNotation, String> {
    let found = DateNotation::NAMES.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, notation)| notation).ok_or_else(|| {
        let known = DateNotation::NAMES.map(|(known, _)| known).join(", ");
        format!("known ways are {known}")
    })
}
