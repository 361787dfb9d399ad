import { Toast } from '@base-ui/react/toast';
import { ChunkLoadError } from '@/api/chunk-load-error';
import { Problem } from '@/api/problem';

/** The one place where toasts are collected; `Toaster` shows them. */
export const toasts = Toast.createToastManager();

/** What a toast offers to do. */
export interface ToastAction {
  label: string;
  run: () => void;
}

interface ToastOptions {
  action?: ToastAction;
  problem?: boolean;
  /** The subject: a later toast about it replaces this one. */
  about?: string;
  /** Milliseconds that it stays; longer when there is something to do. */
  timeout?: number;
}

const shownAbout = new Map<string, string>();

/** Closes the last toast about something. */
export function dismissToast(about: string) {
  const id = shownAbout.get(about);
  if (id !== undefined) toasts.close(id);
  shownAbout.delete(about);
}

export function showToast(title: string, description?: string, options: ToastOptions = {}) {
  const { action, about, problem = false, timeout = action ? 10_000 : 4000 } = options;
  if (about !== undefined) dismissToast(about);
  const id = toasts.add({
    title,
    ...(description !== undefined && { description }),
    ...(problem && { type: 'problem' }),
    ...(action && {
      actionProps: {
        children: action.label,
        onClick: () => {
          toasts.close(id);
          action.run();
        },
      },
    }),
    timeout,
  });
  if (about !== undefined) shownAbout.set(about, id);
}

/** Shows that something could not be opened, because its code could not be loaded. */
export function showChunkError() {
  const { title, message, hint } = Problem.from(new ChunkLoadError(undefined));
  showToast(title, [message, hint].join(' '), {
    about: 'part',
    problem: true,
    action: { label: 'Reload', run: () => window.location.reload() },
    timeout: 20_000,
  });
}

export function showProblem(error: unknown) {
  const problem = Problem.from(error);
  toasts.add({
    title: problem.message,
    ...(problem.hint && { description: problem.hint }),
    type: 'problem',
    timeout: 9000,
  });
}
