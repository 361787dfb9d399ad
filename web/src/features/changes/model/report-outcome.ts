import { runStore } from '@/api/run-store';
import { announceRowsChanged } from '@/api/rows-changed';
import type { RunOf } from '@/api/runs';
import type { DatasetRef } from '@/api/types';
import { addOwnRun } from '@/lib/own-runs';
import { showToast, showProblem, type ToastAction, dismissToast } from '@/lib/toast';
import { formatCount, plural } from '@/lib/format';
import { type ChangeResponse, isStarted, type Outcome } from '../api/types';
import { fetchOutcome, undoChange } from '../api/execute';
import { findChange } from '../api/lists';
import { cascadeFailures, cascadeText } from './cascade';
import { type ChangeKind, kindOf, doneText, progressText, pastTense } from './change-kind';
import { showResult } from './shown-result';

/** The kinds of the changes that were started here, by their change sets. */
const started = new Map<string, ChangeKind>();

/** Reports the outcome of a change: at once, or once its run has ended. */
export function reportOutcome(ref: DatasetRef, kind: ChangeKind, answer: ChangeResponse) {
  if (isStarted(answer)) {
    const { run, change_set } = answer;
    started.set(change_set, kind);
    showToast(progressText(kind, run.progress.rows_expected ?? 0), 'This runs in the background.', {
      about: run.id,
    });
    addOwnRun(run.id);
    runStore.put([run]);
    return;
  }
  announceChange(ref, answer);
  if (countFailed(answer) > 0 || isAltered(answer)) showResult({ ref, kind, outcome: answer });
  else if (answer.state !== 'done' || cascadeFailures(answer) > 0) showPartly(ref, kind, answer);
  else showDone(ref, kind, answer);
}

/** Has every view of the dataset, and of those with cascaded rows, ask again. */
function announceChange(ref: DatasetRef, { cascade = [] }: Outcome) {
  for (const dataset of new Set([ref.dataset, ...cascade.map((each) => each.dataset)])) {
    announceRowsChanged({ source: ref.source, dataset });
  }
}

/** How many rows were not changed. */
export function countFailed({ failed, skipped }: Outcome): number {
  return failed + skipped;
}

/** Whether rows were restored, and not as they were. */
function isAltered({ altered = [] }: Outcome): boolean {
  return altered.length > 0;
}

/** Whether an undo is offered for a change that was just made. */
export function isUndoable({ action }: ChangeKind): boolean {
  return action !== 'undo' && action !== 'purge';
}

/** Undoes a change and reports the outcome. */
export async function undoAndReport(ref: DatasetRef, id: string, of: ChangeKind): Promise<void> {
  const kind: ChangeKind = { action: 'undo', of: of.action, undoes: id };
  // A toast may still offer it.
  dismissToast(id);
  try {
    reportOutcome(ref, kind, await undoChange(ref, id));
  } catch (error) {
    showProblem(error);
    announceRowsChanged(ref);
  }
}

/** The undo that a toast offers. An undo is undone in the list of changes, and a purge can't be undone. */
function undoAction(
  ref: DatasetRef,
  kind: ChangeKind,
  { done, change_set: id }: Outcome,
): ToastAction | undefined {
  if (!isUndoable(kind) || done === 0) return undefined;
  return { label: 'Undo', run: () => void undoAndReport(ref, id, kind) };
}

function showDone(ref: DatasetRef, kind: ChangeKind, outcome: Outcome, about = outcome.change_set) {
  const action = undoAction(ref, kind, outcome);
  const options = { about, ...(action && { action, timeout: 20_000 }) };
  showToast(doneText(kind, outcome.done), cascadeText(outcome), options);
}

/** Shows a change that was stopped, or that skipped rows of other datasets. */
function showPartly(ref: DatasetRef, kind: ChangeKind, outcome: Outcome, about = outcome.change_set) {
  const action = undoAction(ref, kind, outcome);
  const rest = cascadeFailures(outcome);
  const others = `${plural(rest, 'related row')} in other datasets ${rest === 1 ? 'was' : 'were'} skipped.`;
  const words = doneText(kind, outcome.done);
  showToast(outcome.state === 'done' ? words : `Stopped: ${words}`, rest > 0 ? others : undefined, {
    about,
    problem: true,
    ...(action && { action, timeout: 20_000 }),
  });
}

/** Reports how a background change has ended. */
export async function reportRunEnd(run: RunOf<'change'>): Promise<void> {
  const id = run.request.change_set;
  const ref = { source: run.source, dataset: run.dataset };
  try {
    const outcome = await fetchOutcome(ref, id);
    const known = started.get(id) ?? (await findChange(ref, id).then((change) => change && kindOf(change)));
    const kind = known ?? { action: 'set' };
    announceChange(ref, outcome);
    const rest = countFailed(outcome);
    if (run.state === 'completed' && rest === 0 && !isAltered(outcome)) {
      const tell = outcome.state === 'done' && cascadeFailures(outcome) === 0 ? showDone : showPartly;
      tell(ref, kind, outcome, run.id);
      return;
    }
    const show: ToastAction = { label: 'Show', run: () => showResult({ ref, kind, outcome }) };
    const action = rest > 0 || isAltered(outcome) ? show : undoAction(ref, kind, outcome);
    const options = { about: run.id, ...(action && { action }), timeout: 20_000 };
    if (run.state === 'failed') {
      const reason = run.error?.message ?? 'The reason is unknown.';
      showToast(`Stopped: ${doneText(kind, outcome.done)}`, reason, { ...options, problem: true });
    } else if (run.state === 'cancelled')
      showToast(`Stopped: ${doneText(kind, outcome.done)}`, undefined, options);
    else {
      const failed = `${formatCount(rest)} could not be ${pastTense(kind)}.`;
      showToast(
        doneText(kind, outcome.done),
        rest > 0 ? failed : 'Some of them are not as they were.',
        options,
      );
    }
  } catch (error) {
    showProblem(error);
  }
}
