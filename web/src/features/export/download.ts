import { leaveIfSignedOut } from '@/api/client';
import { Problem } from '@/api/problem';
import type { DatasetRef, ExportRequest } from '@/api/types';
import { followLink } from '@/lib/follow-link';
import { showProblem } from '@/lib/toast';
import { fetchPlan } from './plan';
import { exportLink, exportPath } from './request';

const FRAME = 'rowport-download';

/** Starts the browser's own download, so that a file of any size never passes through this page's memory. */
export function startDownload(ref: DatasetRef, request: ExportRequest) {
  const link = exportLink(ref, request);
  if (link !== undefined) followLink(link);
  else postForm(ref, request);
}

function postForm(ref: DatasetRef, request: ExportRequest) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = exportPath(ref);
  form.target = frame(() => void explain(ref, request)).name;
  form.hidden = true;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'request';
  field.value = JSON.stringify(request);
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}

/** Where the answer goes: a download leaves the frame alone, so whatever loads in it is an error. */
function frame(onError: () => void): HTMLIFrameElement {
  document.querySelector(`iframe[name="${FRAME}"]`)?.remove();
  const made = document.createElement('iframe');
  made.name = FRAME;
  made.title = 'Downloads';
  made.hidden = true;
  document.body.append(made);
  // The empty frame loads at once; only what loads later is an answer.
  setTimeout(() => made.addEventListener('load', onError));
  return made;
}

/** No page may read an answer of ours in a frame, not even this one: the plan of the same export says what is wrong. */
async function explain(ref: DatasetRef, request: ExportRequest) {
  try {
    await fetchPlan(ref, request);
    showProblem(
      new Problem({
        title: 'Export failed',
        status: 0,
        code: 'export',
        detail: 'The export could not be started.',
      }),
    );
  } catch (error) {
    showProblem(error);
  }
}

/** The whole export as text, for the clipboard. */
export async function fetchText(ref: DatasetRef, request: ExportRequest): Promise<string> {
  const answer = await fetch(exportPath(ref), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!answer.ok) {
    const body: unknown = await answer.json().catch(() => undefined);
    const problem = Problem.fromAnswer(body, answer);
    leaveIfSignedOut(problem);
    throw problem;
  }
  return answer.text();
}
