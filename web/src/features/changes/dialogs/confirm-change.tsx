import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { Loader2, RotateCw } from 'lucide-react';
import { type ReactNode, type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import type { Dataset } from '@/api/types';
import { Button } from '@/components/button';
import { CheckField } from '@/components/checkbox';
import { Dialog } from '@/components/dialog';
import { Field, TextInput } from '@/components/field';
import { ProblemNotice } from '@/components/problem-notice';
import { formatCount, plural } from '@/lib/format';
import { execute, previewQuery } from '../api/execute';
import type { Preview, ChangeRequest } from '../api/types';
import type { ChangeKind } from '../model/change-kind';
import { reportOutcome } from '../model/report-outcome';
import { NotUndoable, WouldFail } from './would-fail';

interface ConfirmChangeProps {
  title: string;
  /** The request; absent while it is incomplete. */
  request: Omit<ChangeRequest, 'allOrNothing'> | undefined;
  /** Whether the request is being edited, so that the preview is out of date. */
  waiting?: boolean;
  kind: ChangeKind;
  /** `Delete`, `Change`: what the button says before the number of rows. */
  verb: string;
  size?: 'small' | 'wide';
  /** What stands above, to choose from. */
  children?: ReactNode;
  /** The dataset of the rows. */
  dataset: Dataset;
  /** What it means, from the preview, for as many rows as it will be done to. */
  consequences: (preview: Preview, changed: number) => ReactNode;
  onDone: () => void;
  onClose: () => void;
}

/** The codes of an answer when other rows would be changed than those of the preview. */
const SELECTION_CHANGED = ['selection_changed', 'dependents_changed'];

/** The dialog that previews a change, asks for the number of rows to be typed, and executes it. */
export function ConfirmChange(props: ConfirmChangeProps) {
  const { title, kind, verb, size = 'small', waiting = false, children } = props;
  const { dataset, consequences, onDone, onClose } = props;
  const formId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [allOrNothing, setAllOrNothing] = useState(false);
  const [look, setLook] = useState(0);
  const [typed, setTyped] = useState('');
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const request: ChangeRequest | undefined = props.request && { ...props.request, allOrNothing };
  const source = request?.ref.source ?? '';
  const asked = useQuery({
    ...previewQuery(
      request ?? { ref: { source: '', dataset: '' }, action: 'set', selection: { keys: [] } },
      look,
    ),
    enabled: request !== undefined,
    placeholderData: keepPreviousData,
  });
  const preview = request && !asked.isError ? asked.data : undefined;
  const settled = preview !== undefined && !waiting && !asked.isPlaceholderData && !asked.isFetching;
  const moved = refused !== undefined && SELECTION_CHANGED.includes(Problem.from(refused).code);
  const changed = preview && changedRows(preview, allOrNothing);
  const expected = preview && (preview.undoable ? formatCount(changed ?? 0) : 'DELETE');
  const right =
    preview !== undefined &&
    changed !== 0 &&
    typed.trim().replaceAll(',', '') === expected?.replaceAll(',', '') &&
    settled;

  const begun = preview !== undefined && children === undefined;
  useEffect(() => {
    if (begun) field.current?.focus();
  }, [begun]);

  const refresh = () => {
    setRefused(undefined);
    setTyped('');
    setLook(look + 1);
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!right || !request || pending || moved) return;
    setPending(true);
    setRefused(undefined);
    execute(request, preview).then(
      (answer) => {
        reportOutcome(request.ref, kind, answer);
        onDone();
      },
      (error: unknown) => {
        setPending(false);
        setRefused(error);
      },
    );
  };

  return (
    <Dialog
      open
      keep={children !== undefined}
      onClose={onClose}
      title={title}
      size={size}
      footer={
        <div className="flex items-center justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            look={kind.action === 'set' ? 'primary' : 'danger'}
            disabled={!right || pending || moved}
          >
            {pending && <Loader2 aria-hidden className="animate-spin" />}
            {verb} {changed === undefined ? '…' : plural(changed, 'row')}
          </Button>
        </div>
      }
    >
      <form id={formId} onSubmit={onSubmit} className="grid gap-4">
        {children}
        <div
          aria-live="polite"
          aria-busy={!settled}
          className="grid min-h-14 content-start gap-3 text-[13px]"
        >
          {request === undefined ? (
            <p className="text-ink-soft">Fill in all fields above.</p>
          ) : asked.isError ? (
            <>
              <ProblemNotice compact error={asked.error} />
              {Problem.from(asked.error).status !== 400 && <RefreshButton onClick={refresh} />}
            </>
          ) : (
            !preview && <PreviewSkeleton />
          )}
          {preview && consequences(preview, changed ?? 0)}
          {preview && <WouldFail {...{ source, dataset, preview, kind, changed: changed ?? 0 }} />}
          {preview && <NotUndoable {...{ source, dataset, preview, kind }} />}
        </div>
        <CheckField
          checked={allOrNothing}
          onChange={setAllOrNothing}
          label="Stop if any row fails"
          hint="If one row can’t be changed, none will be."
        />
        {moved ? (
          <div role="alert" className="grid gap-2 rounded-lg bg-warning-soft px-3 py-2.5 text-[13px]">
            <p className="text-warning">
              The rows have changed since this preview. Nothing was done. {Problem.from(refused).message}
            </p>
            <RefreshButton onClick={refresh} />
          </div>
        ) : changed === 0 ? null : (
          <Field label={`Type ${expected ?? 'the number of rows'} to confirm`}>
            <TextInput
              ref={field}
              value={typed}
              disabled={preview === undefined}
              inputMode={preview?.undoable === false ? 'text' : 'numeric'}
              onChange={(event) => setTyped(event.target.value)}
            />
          </Field>
        )}
        {refused !== undefined && !moved && <ProblemNotice compact error={refused} />}
      </form>
    </Dialog>
  );
}

/** How many rows will be changed, as far as it was tried: with all or nothing, none if one of them can't be. */
export function changedRows({ rows, would_fail: failing = 0 }: Preview, allOrNothing: boolean): number {
  if (allOrNothing && failing > 0) return 0;
  return Math.max(0, rows - failing);
}

function RefreshButton({ onClick }: { onClick: () => void }) {
  return (
    <div>
      <Button small onClick={onClick}>
        <RotateCw aria-hidden />
        Refresh preview
      </Button>
    </div>
  );
}

function PreviewSkeleton() {
  return (
    <>
      <span className="sr-only">Loading the preview</span>
      <span className="skeleton h-4 w-2/3" />
      <span className="skeleton h-4 w-1/2" />
    </>
  );
}
