use std::sync::Arc;

use rowport_drivers::{Driver, ReadOptions};
use rowport_formats::{
    Compression, DateNotation, DecimalSign, EncodeOptions, Envelope, Format, Manifest, ManifestColumn,
    Notation, RowOrder,
};
use rowport_model::{
    Expr, Filter, Literal, MASK, Permission, Predicate, Principal, Query, ResolvedDataset, Snapshot, Sort,
    View, key_filter, rows_with_keys,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::name::file_name;
use super::pipeline::OpenExport;
use super::plan::Tier;
use crate::changes::selection::named_keys::NamedKeys;
use crate::error::EngineError;
use crate::sources::Sources;

/// An export, asked for.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// Which rows and columns.
    pub view: View,
    /// Only the rows with these keys, within the view.
    pub keys: Option<Vec<Vec<Literal>>>,
    /// The format.
    pub format: Format,
    /// What the file is to look like.
    pub options: ExportOptions,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// How it is delivered.
    pub tier: Tier,
    /// The name for the file.
    pub file_name: Option<String>,
}

/// What people can choose about an export's file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExportOptions {
    /// `gzip` or `zstd`.
    pub compress: Option<Compression>,
    /// Without the formula guard: texts that a spreadsheet would run stay as they are.
    pub raw: bool,
    /// What the header row says.
    pub header: HeaderStyle,
    /// Between the fields of CSV: a tab or a sign that occurs in no number or date.
    #[schema(value_type = Option<String>, pattern = "^[\\t!#$%&()*,/;<>?\\[\\]^_`{|}~]$", example = ";")]
    pub delimiter: Option<char>,
    /// A UTF-8 byte order mark, which older spreadsheets need.
    pub bom: bool,
    /// What stands for NULL in CSV, TSV and text.
    pub null: String,
    /// Dates in CSV, TSV and text: `iso`, `dotted`, `day_first` or `month_first`.
    pub dates: DateNotation,
    /// What stands before a fraction in CSV, TSV and text: `point` or `comma`.
    pub decimal: DecimalSign,
    /// XLSX: a sheet for each value of this column.
    pub sheet_by: Option<String>,
    /// Whether the key ends the sort (`total`, the default), or nothing does (`none`): then rows come as the
    /// database reads
    /// them, which for a large table with a random key costs it a fraction.
    pub order: RowOrder,
}

/// What the header row of a file says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HeaderStyle {
    /// The columns' names.
    #[default]
    Names,
    /// The columns' labels.
    Labels,
    /// There is none.
    None,
}

/// An export that makes sense: resolved, typed, named, and not yet begun.
pub struct PreparedExport {
    pub(super) driver: Arc<dyn Driver>,
    pub(super) query: Query,
    pub(super) encode: EncodeOptions,
    pub(super) envelope: Envelope,
    pub(super) manifest: Manifest,
    tenant: Option<String>,
    /// How many columns do not exist for whom it was prepared for.
    pub(crate) hidden_columns: usize,
    /// Whether rows that are marked as deleted are left out.
    pub(crate) leaves_out_deleted: bool,
    /// The name of the file.
    pub file_name: String,
    /// Its media type, as HTTP says it.
    pub media_type: &'static str,
}

impl Sources {
    /// Checks an export and readies it. Nothing is read yet.
    pub async fn prepare_export(
        &self,
        principal: &Principal,
        source: &str,
        dataset: &str,
        request: &ExportRequest,
    ) -> Result<PreparedExport, EngineError> {
        self.prepare_permitted(principal, Permission::RecordsExport, source, dataset, request).await
    }

    /// The same for a principal with this permission on the dataset.
    pub(crate) async fn prepare_permitted(
        &self,
        principal: &Principal,
        permission: Permission,
        source: &str,
        dataset: &str,
        request: &ExportRequest,
    ) -> Result<PreparedExport, EngineError> {
        let catalog = self.catalog_with(principal, source, dataset).await?;
        self.permit(principal, permission, source, dataset)?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        let mut view = view_to_export(request)?;
        let now = self.clock.now();
        let mut query = match request.options.order {
            RowOrder::Total => resolved.query(&view, now)?,
            RowOrder::None => resolved.query_as_it_comes(&view, now)?,
        };
        if let Some(keys) = &request.keys {
            let (rows, words) = selection(&resolved, keys)?;
            query.filter = Predicate::All(vec![rows, query.filter]);
            view.filter = Some(match view.filter.take() {
                Some(filter) => Filter::And(vec![filter, words]),
                None => words,
            });
        }
        // No database counts further.
        if let Some(limit) = request.limit.filter(|limit| i64::try_from(*limit).is_err()) {
            let message = format!("`limit` is {} at most, not {limit}", i64::MAX);
            return Err(EngineError::BadExport { message });
        }
        query.limit = request.limit;
        let encode = encode_options(&query, request, dataset)?;
        let key = match request.options.order {
            RowOrder::Total => resolved.key().iter().map(|column| column.name.clone()).collect(),
            RowOrder::None => Vec::new(),
        };
        Ok(PreparedExport {
            driver: Arc::clone(self.driver(source)?),
            tenant: principal.access().tenant().map(str::to_owned),
            hidden_columns: resolved.hidden_columns(),
            leaves_out_deleted: resolved.leaves_out_deleted(),
            envelope: Envelope {
                exported_at: now.to_string(),
                dataset: dataset.to_owned(),
                view: serde_json::to_value(&request.view).unwrap_or_default(),
                ..Envelope::default()
            },
            manifest: manifest(
                &query,
                &view,
                request,
                &encode,
                dataset,
                key,
                now.to_string(),
                self.driver(source)?,
            ),
            file_name: file_name(
                request.file_name.as_deref(),
                self.workspace.as_deref(),
                dataset,
                now,
                request.format,
                request.options.compress,
            ),
            media_type: match request.options.compress {
                Some(compression) => compression.media_type(),
                None => request.format.media_type(),
            },
            query,
            encode,
        })
    }
}

impl PreparedExport {
    /// Takes the snapshot and waits for the first row.
    pub async fn open(self) -> Result<OpenExport, EngineError> {
        self.open_with(ReadOptions::EXPORT).await
    }

    pub(super) async fn open_with(self, options: ReadOptions) -> Result<OpenExport, EngineError> {
        let stream = self.driver.read(self.query, options).await?;
        OpenExport::new(stream, self.encode, self.envelope, self.manifest)
    }

    /// What of the dataset this shows to whom it was prepared for: the tenant, and of each column whether its values
    /// can be read. Two exports of the same request with the same scope show nothing that the other does not.
    pub fn scope(&self) -> String {
        let columns: Vec<_> = self.query.columns.iter().map(|it| (&it.name, !is_mask(&it.expr))).collect();
        serde_json::json!([self.tenant, columns]).to_string()
    }

    /// The columns of the file whose values are masks.
    pub(crate) fn masked_columns(&self) -> Vec<String> {
        let masked = self.query.columns.iter().filter(|column| is_mask(&column.expr));
        masked.map(|column| column.name.clone()).collect()
    }

    /// The query, for counting.
    pub(crate) fn query(&self) -> &Query {
        &self.query
    }
}

fn is_mask(expr: &Expr) -> bool {
    *expr == Expr::Text(MASK.to_owned())
}

/// The view, ordered by the sheets' column.
fn view_to_export(request: &ExportRequest) -> Result<View, EngineError> {
    let mut view = request.view.clone();
    if let Some(column) = &request.options.sheet_by {
        if request.format != Format::Xlsx {
            let message = format!("`sheet_by` is for xlsx; {} has no sheets", request.format.name());
            return Err(EngineError::BadExport { message });
        }
        let descending = view.sort.iter().any(|sort| sort.column == *column && sort.descending);
        view.sort.retain(|sort| sort.column != *column);
        view.sort.insert(0, Sort { column: column.clone(), descending });
    }
    Ok(view)
}

/// The rows with these keys, and the same in words.
fn selection(
    dataset: &ResolvedDataset<'_>,
    keys: &[Vec<Literal>],
) -> Result<(Predicate, Filter), EngineError> {
    let key = dataset.row_key();
    let columns: Vec<String> = key.iter().map(|column| column.name.clone()).collect();
    let bad = |message: String| Err(EngineError::BadExport { message });
    if columns.is_empty() {
        return bad(format!("`{}` has no key, so rows of it cannot be selected", dataset.name()));
    }
    let Some(words) = key_filter(&columns, keys) else {
        return bad(format!("each key has {} values, in this order: {}", columns.len(), columns.join(", ")));
    };
    if keys.len() * columns.len() > Filter::MAX_VALUES {
        return bad(format!("more than {} values in keys; use a filter instead", Filter::MAX_VALUES));
    }
    let named = NamedKeys::of_literals(dataset, &key, keys)?;
    Ok((rows_with_keys(&key, &named.values(0..named.len())?), words))
}

fn encode_options(
    query: &Query,
    request: &ExportRequest,
    dataset: &str,
) -> Result<EncodeOptions, EngineError> {
    let options = &request.options;
    let delimiter = match options.delimiter {
        Some(character) if request.format == Format::Csv && character.is_ascii() => Some(character as u8),
        Some(_) => {
            let message = "`delimiter` is one ASCII character, and only for csv".to_owned();
            return Err(EngineError::BadExport { message });
        }
        None => None,
    };
    let labels = || query.columns.iter().map(|column| column.label.clone()).collect();
    Ok(EncodeOptions {
        headers: if options.header == HeaderStyle::Labels { labels() } else { Vec::new() },
        header_row: options.header != HeaderStyle::None,
        guard: !options.raw,
        delimiter,
        bom: options.bom,
        null: options.null.clone(),
        notation: Notation { dates: options.dates, decimal: options.decimal },
        sheet_by: options.sheet_by.clone(),
        sheet_name: dataset.to_owned(),
        ..EncodeOptions::default()
    })
}

#[expect(clippy::too_many_arguments, reason = "a manifest says all of it, and nothing else gathers it")]
fn manifest(
    query: &Query,
    view: &View,
    request: &ExportRequest,
    encode: &EncodeOptions,
    dataset: &str,
    key: Vec<String>,
    now: String,
    driver: &Arc<dyn Driver>,
) -> Manifest {
    let headers = encode.headers.iter().chain(query.columns.iter().map(|column| &column.name));
    Manifest {
        rows: 0,
        bytes: 0,
        sha256: String::new(),
        snapshot_at: None,
        snapshot: Snapshot::One,
        exported_at: now,
        dataset: dataset.to_owned(),
        source_kind: driver.kind().to_string(),
        format: request.format,
        compression: request.options.compress,
        columns: query
            .columns
            .iter()
            .zip(headers)
            .map(|(column, header)| ManifestColumn {
                name: column.name.clone(),
                header: header.clone(),
                column_type: column.expr.column_type().word().to_owned(),
            })
            .collect(),
        filter: view.filter.as_ref().map(ToString::to_string),
        sort: view
            .sort
            .iter()
            .map(|sort| format!("{}{}", if sort.descending { "-" } else { "" }, sort.column))
            .collect(),
        search: view.search.clone(),
        order: if query.total_order { RowOrder::Total } else { RowOrder::None },
        order_key: key,
        guard: encode.guard,
        null: encode.null.clone(),
        notation: encode.notation,
        delimiter: match request.format {
            Format::Csv => Some(encode.delimiter.map_or(',', char::from)),
            Format::Tsv => Some('\t'),
            _ => None,
        },
        header_row: encode.header_row,
    }
}
