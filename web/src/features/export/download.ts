import { Problem } from '@/api/problem';
import type { DatasetRef, ExportRequest } from '@/api/types';
import { sayProblem } from '@/lib/toast';
import { exportLink, exportPath } from './request';

const FRAME = 'rowport-download';

/** Starts the browser's own download, so that a file of any size never passes through this page's memory. */
export function startDownload(ref: DatasetRef, request: ExportRequest) {
  const link = exportLink(ref, request);
  if (link !== undefined) followLink(link);
  else postForm(exportPath(ref), JSON.stringify(request));
}

function followLink(link: string) {
  const anchor = document.createElement('a');
  anchor.href = link;
  anchor.download = '';
  anchor.hidden = true;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}

function postForm(action: string, request: string) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = action;
  form.target = frame().name;
  form.hidden = true;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'request';
  field.value = request;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}

/** Where the answer goes: a download leaves the frame alone, so whatever loads in it is an error. */
function frame(): HTMLIFrameElement {
  const known = document.querySelector<HTMLIFrameElement>(`iframe[name="${FRAME}"]`);
  if (known) return known;
  const made = document.createElement('iframe');
  made.name = FRAME;
  made.title = 'Downloads';
  made.hidden = true;
  document.body.append(made);
  // The empty frame loads at once; only what loads later is an answer.
  setTimeout(() => {
    made.addEventListener('load', () => sayProblem(readProblem(made)));
  });
  return made;
}

function readProblem(from: HTMLIFrameElement): Problem {
  try {
    const text = from.contentDocument?.body.textContent;
    if (text) return Problem.fromBody(JSON.parse(text), 0);
  } catch {
    // Not readable, or no problem document.
  }
  return new Problem({
    title: 'Export failed',
    status: 0,
    code: 'export',
    detail: 'The export could not be started.',
  });
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
    throw Problem.fromBody(body, answer.status);
  }
  return answer.text();
}
