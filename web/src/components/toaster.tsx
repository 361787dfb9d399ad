import { Toast } from '@base-ui/react/toast';
import clsx from 'clsx';
import { X } from 'lucide-react';
import { buttonClass } from './button';
import { toasts } from '@/lib/toast';

export function Toaster() {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="toasts fixed right-4 z-60 flex w-[min(360px,calc(100vw-32px))] flex-col gap-2 outline-none">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={clsx(
        'popup flex items-start gap-3 py-2.5 pr-2 pl-3.5 data-limited:hidden',
        toast.type === 'problem' && 'text-danger',
      )}
    >
      <Toast.Content className="min-w-0 flex-1 py-0.5">
        <Toast.Title className="text-[13px] font-medium break-words" />
        <Toast.Description className="text-[13px] break-words text-ink-soft" />
      </Toast.Content>
      <Toast.Action className={buttonClass({ small: true })} />
      <Toast.Close
        aria-label="Dismiss"
        className="flex size-7 items-center justify-center rounded-md text-ink-soft hover:bg-hover"
      >
        <X aria-hidden className="size-4" />
      </Toast.Close>
    </Toast.Root>
  ));
}
