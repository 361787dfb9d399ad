import { FileDown, PenLine, UserRound } from 'lucide-react';
import type { Run, RunKind, RunOf } from '@/api/runs';
import type { ExportFormat } from '@/api/types';
import { datasetHref } from '@/lib/address';
import { EXPORT_FORMATS } from '@/lib/export-formats';

/** What the page says of a kind of run, and what it does with one. */
interface KindDescription<K extends RunKind> {
  icon: typeof FileDown;
  /** How one is counted: `2 exports in progress`. */
  noun: string;
  /** What it does to rows, before how many: `Exporting 450 of 1,200 rows`. */
  verb: string;
  /** Whether it makes a file, so that the page of exports lists it. */
  makesFile: boolean;
  /** The name of a run, as far as it has no file with a name. */
  title: (run: RunOf<K>) => string;
  /** What a run is of, where the label of its dataset does not say it. */
  subject: (run: RunOf<K>) => string | undefined;
  /** Where the subject leads. */
  href: (run: RunOf<K>) => string | undefined;
  /** The kind of its file: `CSV`. */
  format: (run: RunOf<K>) => string | undefined;
}

const formatName = (format: ExportFormat | null = 'csv') => EXPORT_FORMATS[format ?? 'csv'].label;

const person = ({ request: { subject, value } }: RunOf<'subject_export'>) => `${subject} ${value}`;

/** Every kind of run. A new one of the API does not compile until it stands here. */
export const RUN_KINDS: { [K in RunKind]: KindDescription<K> } = {
  export: {
    icon: FileDown,
    noun: 'export',
    verb: 'Exporting',
    makesFile: true,
    title: ({ request, dataset }) => request.file_name ?? `Export of ${dataset}`,
    subject: () => undefined,
    href: datasetHref,
    format: ({ request }) => formatName(request.format),
  },
  subject_export: {
    icon: UserRound,
    noun: 'export',
    verb: 'Exporting',
    makesFile: true,
    title: (run) => `Personal data of ${person(run)}`,
    subject: (run) => `Personal data export · ${person(run)}`,
    href: () => undefined,
    format: ({ request }) => `ZIP of ${formatName(request.format)} files`,
  },
  change: {
    icon: PenLine,
    noun: 'change',
    verb: 'Changing',
    makesFile: false,
    title: ({ dataset }) => `Change of ${dataset}`,
    subject: () => undefined,
    href: datasetHref,
    format: () => undefined,
  },
};

/** What the page says of the kind of this run. */
export function kindOf(run: Run): KindDescription<RunKind> {
  // The entry of a kind takes runs of that kind, which the compiler cannot follow through a lookup.
  return RUN_KINDS[run.kind] as KindDescription<RunKind>;
}

/** The name that people know a run by: that of its file once there is one. */
export function runTitle(run: Run): string {
  return run.artifact?.file_name ?? kindOf(run).title(run);
}
