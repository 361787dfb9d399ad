import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import clsx from 'clsx';
import { Clipboard, Download, Link2, Loader2, Play, SquareTerminal } from 'lucide-react';
import { useMemo, useState } from 'react';
import { runStore } from '@/api/run-store';
import { startExport } from '@/api/runs';
import type { Dataset, DatasetRef, ExportPlan, Key, View } from '@/api/types';
import { Button } from '@/components/button';
import { ColumnList } from '@/components/column-list';
import { Dialog } from '@/components/dialog';
import { Field, Select, TextInput } from '@/components/field';
import { ProblemNotice } from '@/components/problem-notice';
import { useCurrentUser } from '@/hooks/use-current-user';
import { useDebounced } from '@/hooks/use-debounced';
import { copy } from '@/lib/clipboard';
import { EXPORT_FORMATS, FORMAT_NAMES } from '@/lib/export-formats';
import { askToNotify } from '@/lib/notify';
import { addOwnRun } from '@/lib/own-runs';
import { showToast, showProblem } from '@/lib/toast';
import { formatEstimate, formatBytes, formatCount, plural } from '@/lib/format';
import { fetchText, startDownload } from './download';
import { FormatOptions } from './format-options';
import { planQuery } from './plan';
import { presetsQuery } from '@/api/queries';
import { recallExport, rememberExport } from './remembered';
import { buildRequest, DELIVERIES, type Delivery, exportCurl, exportLink, type Scope } from './request';

interface ExportDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  view: View;
  columns: readonly string[];
  labelOf: (name: string) => string;
  keys: Key[];
  startScope: Scope;
  onClose: () => void;
}

/** What a clipboard takes without choking. */
const MAX_COPY = 5000;

export default function ExportDialog(props: ExportDialogProps) {
  const { datasetRef, dataset, view, labelOf, keys, onClose } = props;
  const { history } = useRouter();
  const signedIn = useCurrentUser().session != null;
  const [{ format, options }, setWhat] = useState(recallExport);
  const [scope, setScope] = useState<Scope>(props.startScope);
  const [columns, setColumns] = useState<string[]>([...props.columns]);
  const [choosing, setChoosing] = useState(false);
  const [stem, setStem] = useState<string>();
  const [delivery, setDelivery] = useState<Delivery>('auto');
  const [copying, setCopying] = useState(false);
  const [starting, setStarting] = useState(false);

  const presets = useQuery(presetsQuery(datasetRef)).data ?? [];
  const narrowed = view.filter !== undefined || view.search !== undefined;
  const request = useMemo(
    () => buildRequest({ scope, view, columns, keys, format, options, delivery, fileName: undefined }),
    [scope, view, columns, keys, format, options, delivery],
  );
  const asked = useDebounced(request, 250);
  const plan = useQuery(planQuery(datasetRef, asked));
  const settled = asked === request && !plan.isFetching;
  const [defaultStem, extension] = splitName(plan.data?.file_name, EXPORT_FORMATS[format].extension);
  const named = {
    ...request,
    ...(stem !== undefined && stem.trim() !== '' && { file_name: stem.trim() + extension }),
  };
  const link = exportLink(datasetRef, named);
  const tier: Delivery | undefined = plan.data?.tier;
  const background = delivery === 'background' || (delivery === 'auto' && tier === 'background');

  const choosePreset = (name: string) => {
    setChoosing(name === 'custom');
    const preset = presets.find((each) => `preset:${each.name}` === name);
    if (preset) setColumns(preset.columns);
    else if (name === 'shown') setColumns([...props.columns]);
    else if (name === 'all') setColumns(dataset.columns.map((column) => column.name));
  };
  const presetOptions = [
    { value: 'shown', label: `As shown (${formatCount(props.columns.length)})` },
    ...presets.map((preset) => ({ value: `preset:${preset.name}`, label: preset.name })),
    ...(presets.some((preset) => preset.columns.length === dataset.columns.length)
      ? []
      : [{ value: 'all', label: `All columns (${formatCount(dataset.columns.length)})` }]),
    { value: 'custom', label: 'Choose…' },
  ];
  const same = (list: readonly string[]) => list.join('\n') === columns.join('\n');
  const preset = presets.find((each) => same(each.columns));
  const chosenPreset = choosing
    ? 'custom'
    : same(props.columns)
      ? 'shown'
      : preset
        ? `preset:${preset.name}`
        : 'custom';

  const download = () => {
    rememberExport({ format, options });
    startDownload(datasetRef, named);
    showToast('Download started', plan.data && plural(plan.data.rows, 'row'));
    onClose();
  };
  const start = async () => {
    rememberExport({ format, options });
    askToNotify();
    setStarting(true);
    try {
      const run = await startExport(datasetRef, named);
      showToast('Export started', 'It runs in the background and appears under Exports.', {
        action: { label: 'Exports', run: () => history.push('/exports') },
        about: run.id,
      });
      addOwnRun(run.id);
      runStore.put([run]);
      onClose();
    } catch (error) {
      showProblem(error);
      setStarting(false);
    }
  };
  const copyText = async () => {
    setCopying(true);
    try {
      await copy(
        await fetchText(datasetRef, { ...request, format: 'text', options: {} }),
        plan.data ? plural(plan.data.rows, 'row') : 'Text',
      );
    } catch (error) {
      showProblem(error);
    }
    setCopying(false);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      size="wide"
      title={`Export ${dataset.label}`}
      footer={
        <div className="flex flex-col gap-3 sm:flex-row sm:items-center">
          <PlanLine plan={plan.data} error={plan.isError ? plan.error : undefined} settled={settled} />
          {background ? (
            <Button
              look="primary"
              className="sm:ml-auto"
              disabled={starting || !settled || plan.isError}
              onClick={() => void start()}
            >
              {starting ? <Loader2 aria-hidden className="animate-spin" /> : <Play aria-hidden />}
              Start export
            </Button>
          ) : (
            // Until the plan is there, this may still be an export for the background.
            <Button
              look="primary"
              className="sm:ml-auto"
              disabled={delivery === 'auto' ? !settled || plan.isError : plan.isError && settled}
              onClick={download}
            >
              <Download aria-hidden />
              Download
            </Button>
          )}
        </div>
      }
    >
      <div className="grid gap-5">
        <fieldset>
          <legend className="mb-1.5 text-xs font-medium text-ink-soft">Format</legend>
          <div className="grid grid-cols-2 gap-2 min-[480px]:grid-cols-4">
            {FORMAT_NAMES.map((each) => (
              <Choice
                key={each}
                name="format"
                label={EXPORT_FORMATS[each].label}
                about={EXPORT_FORMATS[each].about}
                checked={format === each}
                onChange={() => setWhat({ format: each, options })}
              />
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend className="mb-1.5 text-xs font-medium text-ink-soft">Rows</legend>
          <div className="grid gap-2 sm:grid-cols-3">
            <Choice
              name="scope"
              label="Current view"
              about={narrowed ? 'Rows matching the filter and search' : 'No filter set: all rows'}
              checked={scope === 'view'}
              onChange={() => setScope('view')}
            />
            <Choice
              name="scope"
              label="All rows"
              about="Ignore filters"
              checked={scope === 'everything'}
              onChange={() => setScope('everything')}
            />
            <Choice
              name="scope"
              label="Selected rows"
              about={keys.length > 0 ? plural(keys.length, 'row') : 'No rows selected'}
              disabled={keys.length === 0}
              checked={scope === 'selected'}
              onChange={() => setScope('selected')}
            />
          </div>
        </fieldset>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="Columns">
            <Select value={chosenPreset} options={presetOptions} onChange={choosePreset} />
          </Field>
          <Field label="File name">
            <span className="flex items-center gap-1.5">
              <TextInput
                className="w-full flex-1"
                value={stem ?? defaultStem}
                placeholder={defaultStem}
                onChange={(event) => setStem(event.target.value)}
              />
              <span className="text-[13px] text-ink-soft">{extension}</span>
            </span>
          </Field>
          <Field label="Delivery">
            <Select value={delivery} options={DELIVERIES} onChange={setDelivery} />
          </Field>
        </div>
        {chosenPreset === 'custom' && (
          <div className="max-h-72 overflow-y-auto rounded-[7px] border border-line p-2">
            <ColumnList
              chosen={columns}
              available={[
                ...new Set([
                  ...[...dataset.columns, ...dataset.lookups].map((each) => each.name),
                  ...props.columns,
                ]),
              ]}
              labelOf={labelOf}
              onChange={(next) => {
                setChoosing(true);
                setColumns(next);
              }}
            />
          </div>
        )}
        <section aria-label="Options">
          <FormatOptions
            format={format}
            options={options}
            columns={columns
              .filter((name) => dataset.columns.every((each) => each.name !== name || !each.masked))
              .map((name) => ({ name, label: labelOf(name) }))}
            onChange={(next) => setWhat({ format, options: next })}
          />
        </section>
        <div className="flex flex-wrap gap-2 border-t border-line pt-4">
          <Button
            small
            disabled={copying || !settled || plan.data === undefined || plan.data.rows > MAX_COPY}
            onClick={() => void copyText()}
          >
            {copying ? <Loader2 aria-hidden className="animate-spin" /> : <Clipboard aria-hidden />}
            Copy as text
            {plan.data && plan.data.rows > MAX_COPY && (
              <span className="text-xs">(up to {formatCount(MAX_COPY)} rows)</span>
            )}
          </Button>
          <Button
            small
            disabled={link === undefined}
            title={link === undefined ? 'Too long for a link: use curl' : undefined}
            onClick={() => link && void copy(window.location.origin + link, 'Link')}
          >
            <Link2 aria-hidden />
            Copy link
          </Button>
          <Button
            small
            title={signedIn ? 'Set ROWPORT_KEY to an API key' : undefined}
            onClick={() =>
              void copy(exportCurl(window.location.origin, datasetRef, named, signedIn), 'Command')
            }
          >
            <SquareTerminal aria-hidden />
            Copy as curl
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  about: string;
  checked: boolean;
  disabled?: boolean;
  onChange: () => void;
}

function Choice({ name, label, about, checked, disabled = false, onChange }: ChoiceProps) {
  return (
    <label
      className={clsx(
        'relative flex min-h-13 flex-col justify-center rounded-lg border px-3 py-1.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring',
        checked ? 'border-accent bg-accent-soft' : 'border-line',
        disabled ? 'text-ink-faint' : 'cursor-pointer hover:border-line-strong',
      )}
    >
      <input
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onChange}
        className="absolute inset-0 cursor-[inherit] appearance-none rounded-lg outline-none"
      />
      <span className={clsx('text-[13px] font-medium', checked && 'text-accent-text')}>{label}</span>
      <span className="text-xs text-ink-soft">{about}</span>
    </label>
  );
}

const TIER_LABELS: Record<Delivery, string> = {
  auto: 'automatic',
  direct: 'immediately',
  streamed: 'streamed',
  background: 'in the background',
};

interface PlanLineProps {
  plan: ExportPlan | undefined;
  error: unknown;
  settled: boolean;
}

function PlanLine({ plan, error, settled }: PlanLineProps) {
  if (error !== undefined && settled) return <ProblemNotice compact error={error} />;
  return (
    <div aria-live="polite" aria-busy={!settled} className="min-h-9 min-w-0 text-[13px]">
      {plan ? (
        <>
          <p className="font-medium">
            {plan.exact ? plural(plan.rows, 'row') : `About ${formatEstimate(plan.rows)} rows`} · about{' '}
            {formatBytes(plan.estimated_bytes)} · {TIER_LABELS[plan.tier]}
            {!settled && <Loader2 aria-hidden className="ml-1.5 inline size-3 animate-spin text-ink-faint" />}
          </p>
          {plan.tier === 'background' && (
            <p className="text-xs text-ink-soft">
              Large export: it runs in the background and appears under Exports.
            </p>
          )}
        </>
      ) : (
        <p className="text-ink-soft">Counting…</p>
      )}
    </div>
  );
}

/** `a-b.csv.gz` → `a-b` and `.csv.gz`; the ending is the server's to choose. */
function splitName(name: string | undefined, extension: string): [stem: string, extension: string] {
  const at = name?.indexOf(`.${extension}`) ?? -1;
  return name === undefined || at < 0 ? ['', `.${extension}`] : [name.slice(0, at), name.slice(at)];
}
