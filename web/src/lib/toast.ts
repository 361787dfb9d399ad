import { Toast } from '@base-ui/react/toast';
import { Problem } from '@/api/problem';

/** The one place where toasts are collected; `Toaster` shows them. */
export const toasts = Toast.createToastManager();

/** What a toast offers to do. */
export interface ToastAction {
  label: string;
  run: () => void;
}

interface SayOptions {
  action?: ToastAction;
  problem?: boolean;
  /** Milliseconds that it stays; longer when there is something to do. */
  timeout?: number;
}

export function say(title: string, description?: string, options: SayOptions = {}) {
  const { action, problem = false, timeout = action ? 10_000 : 4000 } = options;
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
}

export function sayProblem(error: unknown) {
  const problem = Problem.from(error);
  toasts.add({
    title: problem.message,
    ...(problem.hint && { description: problem.hint }),
    type: 'problem',
    timeout: 9000,
  });
}
