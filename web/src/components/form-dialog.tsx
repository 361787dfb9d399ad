import { Loader2 } from 'lucide-react';
import { type ReactNode, type SyntheticEvent, useId } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { ProblemNotice } from './problem-notice';

interface FormDialogProps {
  title: string;
  description?: string | undefined;
  size?: 'small' | 'wide';
  /** Whether a click beside the dialog closes it; what was entered would be lost. */
  dismissible?: boolean;
  /** The text of the button that submits. */
  action: string;
  pending?: boolean;
  disabled?: boolean;
  /** Whether the form checks its fields by itself, and says in `missing` what is left to enter. */
  noValidate?: boolean;
  /** What is still missing, in words. */
  missing?: string | undefined;
  error?: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog with a form: Cancel and one button that submits, and why it could not be done. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, size = 'small', dismissible = false, action, children } = props;
  const { pending = false, disabled = false, noValidate = false, missing, error, onSubmit, onClose } = props;
  const id = useId();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!pending && !disabled) onSubmit();
  };
  return (
    <Dialog
      open
      keep={!dismissible}
      size={size}
      onClose={onClose}
      title={title}
      {...(description !== undefined && { description })}
      footer={
        <div className="grid gap-3">
          {missing !== undefined && (
            <p role="alert" className="text-[13px] text-danger">
              {missing}
            </p>
          )}
          {error !== undefined && error !== null && <ProblemNotice compact error={error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={id} look="primary" disabled={pending || disabled}>
              {pending && <Loader2 aria-hidden className="animate-spin" />}
              {action}
            </Button>
          </div>
        </div>
      }
    >
      <form
        id={id}
        onSubmit={submit}
        noValidate={noValidate}
        className={size === 'wide' ? 'grid gap-6' : 'grid gap-4'}
      >
        {children}
      </form>
    </Dialog>
  );
}
