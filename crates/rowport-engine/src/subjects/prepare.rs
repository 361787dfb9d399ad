use jiff::Timestamp;
use rowport_model::{
    Condition, DatasetAt, Filter, Literal, Names, Operator, Permission, Principal, QueryError, View, nearest,
};

use super::{SubjectDataset, SubjectKind, SubjectRequest};
use crate::error::EngineError;
use crate::export::{ExportOptions, ExportRequest, PreparedExport, Tier, archive_name, file_name};
use crate::settings::{DatasetSettings, Shared, SubjectSettings};
use crate::sources::Sources;

/// An archive that can be made whole: every dataset resolved for whoever asks, and nothing read yet.
pub struct PreparedSubjectExport {
    pub(super) request: SubjectRequest,
    pub(super) label: String,
    /// Whose rows it is about, where whoever asks sees those of one tenant.
    pub(super) tenant: Option<String>,
    pub(super) exported_at: Timestamp,
    pub(super) parts: Vec<Part>,
    /// The name of the archive.
    pub file_name: String,
}

/// One dataset of an archive.
pub(super) struct Part {
    pub(super) source: String,
    /// The columns that know the person.
    pub(super) found_by: Vec<String>,
    /// The name of the file within the archive.
    pub(super) file: String,
    pub(super) export: PreparedExport,
}

/// A dataset that knows persons of a kind.
struct Place<'a> {
    source: &'a str,
    dataset: &'a str,
    columns: &'a [String],
    settings: &'a DatasetSettings,
    names: Names,
}

impl Sources {
    /// The kinds of person that the principal may have an archive about, as far as roles and configuration tell. The
    /// databases are not asked.
    pub fn subjects(&self, principal: &Principal) -> Vec<SubjectKind> {
        let kinds = self.subjects.iter().filter(|kind| self.may_have(principal, kind));
        kinds
            .map(|kind| SubjectKind {
                name: kind.name.clone(),
                label: kind.label.clone(),
                datasets: self.places(kind).map(|place| place.named()).collect(),
            })
            .collect()
    }

    /// Checks an archive and readies it. Nothing is read yet.
    pub async fn prepare_subject_export(
        &self,
        principal: &Principal,
        request: &SubjectRequest,
    ) -> Result<PreparedSubjectExport, EngineError> {
        let kind = self.subjects.iter().find(|kind| kind.name == request.subject);
        let kind = kind.ok_or_else(|| EngineError::UnknownSubject {
            name: request.subject.clone(),
            suggestion: nearest(&request.subject, self.subjects.iter().map(|kind| kind.name.clone())),
        })?;
        if !self.may_have(principal, kind) {
            return Err(EngineError::NotTheWhole { subject: kind.name.clone() });
        }
        request.check()?;
        let now = self.clock().now();
        let mut parts: Vec<Part> = Vec::new();
        for place in self.places(kind) {
            let export = export_of(&place, request);
            let prepared = self
                .prepare_permitted(
                    principal,
                    Permission::SubjectsExport,
                    place.source,
                    place.dataset,
                    &export,
                )
                .await
                .map_err(|error| untold(error, principal, kind))?;
            let format = request.format.format();
            let name = file_name(Some(place.dataset), None, place.dataset, now, format, None);
            let taken = |file: &String| parts.iter().any(|part| part.file.eq_ignore_ascii_case(file));
            let file = within(place.source, &name).find(|file| !taken(file)).unwrap_or_default();
            let source = place.source.to_owned();
            parts.push(Part { source, found_by: place.columns.to_vec(), file, export: prepared });
        }
        Ok(PreparedSubjectExport {
            request: request.clone(),
            label: kind.label.clone(),
            tenant: principal.access().tenant().map(str::to_owned),
            exported_at: now,
            parts,
            file_name: archive_name(self.workspace.as_deref(), &kind.name, now),
        })
    }

    /// The datasets that know persons of this kind, in the order of the sources.
    fn places(&self, kind: &SubjectSettings) -> impl Iterator<Item = Place<'_>> {
        let name = kind.name.clone();
        self.every_setting().filter_map(move |(source, dataset, settings)| {
            let columns = settings.subjects.get(&name)?;
            let names = self.driver(source).ok()?.kind().names();
            Some(Place { source, dataset, columns, settings, names })
        })
    }

    fn may_have(&self, principal: &Principal, kind: &SubjectSettings) -> bool {
        self.places(kind).all(|place| place.is_open_to(principal))
    }
}

impl PreparedSubjectExport {
    /// What of all datasets this shows to whom it was prepared for; see [`PreparedExport::scope`].
    pub fn scope(&self) -> String {
        let scopes: Vec<_> = self.parts.iter().map(|part| (&part.file, part.export.scope())).collect();
        serde_json::json!(scopes).to_string()
    }
}

impl Place<'_> {
    fn named(&self) -> SubjectDataset {
        SubjectDataset { source: self.source.to_owned(), dataset: self.dataset.to_owned() }
    }

    /// Whether the principal may export rows of it and ask by the columns that find them.
    fn is_open_to(&self, principal: &Principal) -> bool {
        let access = principal.access();
        let at = DatasetAt { source: self.source, dataset: self.dataset, names: self.names };
        let allows = |permission| access.allows(permission, self.source, self.dataset);
        let has_tenant = self.settings.tenant.is_some() || self.settings.shared != Shared::No;
        let plain = |column: &String| {
            let sensitive = self.settings.columns.get(column).is_some_and(|column| column.sensitive);
            access.effect_on(&at, column).is_none() && (!sensitive || allows(Permission::RecordsReveal))
        };
        allows(Permission::RecordsRead)
            && allows(Permission::SubjectsExport)
            && (access.tenant().is_none() || has_tenant)
            && self.columns.iter().all(plain)
    }
}

/// The export whose file goes into the archive: all columns of the rows that any of the place's columns gives to the
/// person.
fn export_of(place: &Place<'_>, request: &SubjectRequest) -> ExportRequest {
    let by = |column: &String| {
        Filter::Condition(Condition {
            column: column.clone(),
            operator: Operator::Equals,
            values: vec![Literal::Text(request.value.clone())],
        })
    };
    let mut by: Vec<Filter> = place.columns.iter().map(by).collect();
    let filter = if by.len() == 1 { by.remove(0) } else { Filter::Or(by) };
    ExportRequest {
        view: View { filter: Some(filter), ..View::default() },
        keys: None,
        format: request.format.format(),
        options: ExportOptions::default(),
        limit: None,
        tier: Tier::Background,
        file_name: None,
    }
}

/// An error that would tell of what is not there for the principal, without telling. Whoever may see everything is told
/// what the configuration has wrong.
fn untold(error: EngineError, principal: &Principal, kind: &SubjectSettings) -> EngineError {
    let tells = matches!(
        error,
        EngineError::UnknownSource { .. }
            | EngineError::UnknownDataset { .. }
            | EngineError::Forbidden { .. }
            | EngineError::Query(QueryError::UnknownColumn { .. } | QueryError::MaskedColumn { .. })
    );
    match tells && !principal.access().is_everything() {
        true => EngineError::NotTheWhole { subject: kind.name.clone() },
        false => error,
    }
}

/// Names for a file in the folder of its source: its own first, then others, for tables whose names differ in what no
/// file system knows.
fn within<'a>(source: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let others = (2_u32..).map(move |number| format!("{source}/{stem}-{number}.{extension}"));
    std::iter::once(format!("{source}/{name}")).chain(others)
}
