import { runBook } from '@/api/run-store';
import { tellRowsChanged } from '@/api/rows-changed';
import type { Run } from '@/api/runs';
import type { DatasetRef } from '@/api/types';
import { addOwnRun } from '@/lib/own-runs';
import { say, sayProblem, type ToastAction, unsay } from '@/lib/toast';
import { formatCount, plural } from '@/lib/format';
import { type Answer, fetchOutcome, findChange, isStarted, type Outcome, takeBack } from '../api/changes';
import { alongLeft, alongWords } from './cascade';
import { type Deed, deedOf, deedWords, goingOnWords, past } from './change-kind';
import { showResult } from './shown-result';

/** What the runs that were started here do, by their change sets. */
const started = new Map<string, Deed>();

/** Tells what came of a change: at once, or once its run has ended. */
export function settle(ref: DatasetRef, deed: Deed, answer: Answer) {
  if (isStarted(answer)) {
    const { run, change_set } = answer;
    started.set(change_set, deed);
    say(goingOnWords(deed, run.progress.rows_expected ?? 0), 'You can go on: it is done in the background.', {
      about: run.id,
    });
    addOwnRun(run.id);
    runBook.put([run]);
    return;
  }
  tellChanged(ref, answer);
  if (left(answer) > 0) showResult({ ref, deed, outcome: answer });
  else if (answer.state !== 'done' || alongLeft(answer) > 0) sayPart(ref, deed, answer);
  else sayDone(ref, deed, answer);
}

/** Everything that shows rows of the dataset, or of those where rows went along, looks again. */
function tellChanged(ref: DatasetRef, { along = [] }: Outcome) {
  for (const dataset of new Set([ref.dataset, ...along.map((each) => each.dataset)])) {
    tellRowsChanged({ source: ref.source, dataset });
  }
}

/** How many rows were not changed. */
export function left({ failed, kept }: Outcome): number {
  return failed + kept;
}

/** Whether what was just done is offered to be taken back. */
export function isUndoable({ kind }: Deed): boolean {
  return kind !== 'undo' && kind !== 'purge';
}

/** Takes a change back and tells what came of it. */
export async function undo(ref: DatasetRef, id: string, of: Deed): Promise<void> {
  const deed: Deed = { kind: 'undo', of: of.kind, undoes: id };
  // It may be offered still by what told of it.
  unsay(id);
  try {
    settle(ref, deed, await takeBack(ref, id));
  } catch (error) {
    sayProblem(error);
    tellRowsChanged(ref);
  }
}

/** What takes it back again; an undo is taken back in the list of changes, and nothing brings back what is gone for good. */
function undoing(ref: DatasetRef, deed: Deed, { done, change_set: id }: Outcome): ToastAction | undefined {
  if (!isUndoable(deed) || done === 0) return undefined;
  return { label: 'Undo', run: () => void undo(ref, id, deed) };
}

function sayDone(ref: DatasetRef, deed: Deed, outcome: Outcome, about = outcome.change_set) {
  const action = undoing(ref, deed, outcome);
  const options = { about, ...(action && { action, timeout: 20_000 }) };
  say(deedWords(deed, outcome.done), alongWords(outcome), options);
}

/** Tells of a change that was stopped, or that left rows of other datasets as they are. */
function sayPart(ref: DatasetRef, deed: Deed, outcome: Outcome, about = outcome.change_set) {
  const action = undoing(ref, deed, outcome);
  const rest = alongLeft(outcome);
  const others = `${plural(rest, 'row')} of other datasets ${rest === 1 ? 'was' : 'were'} left as ${rest === 1 ? 'it is' : 'they are'}.`;
  const words = deedWords(deed, outcome.done);
  say(outcome.state === 'done' ? words : `Stopped: ${words}`, rest > 0 ? others : undefined, {
    about,
    problem: true,
    ...(action && { action, timeout: 20_000 }),
  });
}

/** Tells how a change in the background has ended. */
export async function tellEnd(run: Run): Promise<void> {
  const id = run.request.change_set;
  if (id === undefined) {
    unsay(run.id);
    return;
  }
  const ref = { source: run.source, dataset: run.dataset };
  try {
    const outcome = await fetchOutcome(ref, id);
    const known = started.get(id) ?? (await findChange(ref, id).then((change) => change && deedOf(change)));
    const deed = known ?? { kind: 'set' };
    tellChanged(ref, outcome);
    const rest = left(outcome);
    if (run.state === 'completed' && rest === 0) {
      const tell = outcome.state === 'done' && alongLeft(outcome) === 0 ? sayDone : sayPart;
      tell(ref, deed, outcome, run.id);
      return;
    }
    const show: ToastAction = { label: 'Show', run: () => showResult({ ref, deed, outcome }) };
    const action = rest > 0 ? show : undoing(ref, deed, outcome);
    const options = { about: run.id, ...(action && { action }), timeout: 20_000 };
    if (run.state === 'failed') {
      const reason = run.error?.message ?? 'No reason was given.';
      say(`Stopped: ${deedWords(deed, outcome.done)}`, reason, { ...options, problem: true });
    } else if (run.state === 'cancelled')
      say(`Stopped: ${deedWords(deed, outcome.done)}`, undefined, options);
    else say(deedWords(deed, outcome.done), `${formatCount(rest)} could not be ${past(deed)}.`, options);
  } catch (error) {
    sayProblem(error);
  }
}
