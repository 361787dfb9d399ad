import { Toast } from '@base-ui/react/toast';
import { Problem } from '@/api/problem';

/** The one place where toasts are collected; `Toaster` shows them. */
export const toasts = Toast.createToastManager();

export function say(title: string, description?: string) {
  toasts.add({ title, ...(description !== undefined && { description }), timeout: 4000 });
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
