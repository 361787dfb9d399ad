import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, TextInput } from '@/components/field';
import { copy } from '@/lib/clipboard';

interface SecretDialogProps {
  title: string;
  description: string;
  /** What the secret is called. */
  label: string;
  secret: string;
  children?: ReactNode;
  onClose: () => void;
}

/** The dialog with a secret that is shown once. */
export function SecretDialog({ title, description, label, secret, children, onClose }: SecretDialogProps) {
  return (
    <Dialog open keep onClose={onClose} title={title} description={description}>
      <div className="grid gap-4">
        <div className="flex items-end gap-2">
          <Field label={label} className="flex-1">
            <TextInput
              readOnly
              value={secret}
              onFocus={(event) => event.target.select()}
              className="w-full font-mono text-xs"
            />
          </Field>
          <Button look="primary" onClick={() => void copy(secret, label)}>
            <Copy aria-hidden />
            Copy
          </Button>
        </div>
        <div className="grid gap-2 text-[13px] text-ink-soft">{children}</div>
        <div className="flex justify-end">
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  );
}
