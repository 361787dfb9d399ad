import { Dialog as Base } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { firstRowsQuery } from '@/api/queries';
import type { Cell, Dataset, DatasetRef, Key } from '@/api/types';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { ProblemNotice } from '@/components/problem-notice';
import { usePhone } from '@/hooks/use-media';
import { keyFilter } from '@/lib/filter';
import { RowFields } from './row-fields';
import { RelatedRows } from './related-rows';
import { RowHistory } from './row-history';

interface RowPanelProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  rowKey: Key;
  onClose: () => void;
}

/** Everything about one row: beside the grid on a desktop, over it on a phone. */
export default function RowPanel({ datasetRef, dataset, rowKey, onClose }: RowPanelProps) {
  const phone = usePhone();
  const title = `${dataset.label} ${rowKey.map(String).join(' · ')}`;
  const body = <RowBody datasetRef={datasetRef} dataset={dataset} rowKey={rowKey} />;
  if (phone) {
    return (
      <Base.Root open onOpenChange={(open) => !open && onClose()}>
        <Base.Portal>
          <Base.Popup className="fixed inset-0 z-30 flex flex-col bg-canvas outline-none">
            <PanelHeader
              title={<Base.Title className="truncate text-[15px] font-semibold">{title}</Base.Title>}
              onClose={onClose}
            />
            {body}
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
    );
  }
  return (
    <SidePanel title={title} onClose={onClose}>
      {body}
    </SidePanel>
  );
}

function SidePanel({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const panel = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const covered = document.querySelector('[role=dialog][data-open], [role=menu][data-open]') !== null;
      const typing = event.target instanceof HTMLInputElement && event.target.type === 'text';
      if (event.key === 'Escape' && !covered && !typing && !event.defaultPrevented) close.current();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <aside
      ref={panel}
      aria-label={title}
      className="flex w-[420px] shrink-0 flex-col border-l border-line bg-canvas max-lg:w-[340px]"
    >
      <PanelHeader
        title={<h2 className="truncate text-[15px] font-semibold">{title}</h2>}
        onClose={onClose}
      />
      {children}
    </aside>
  );
}

function PanelHeader({ title, onClose }: { title: ReactNode; onClose: () => void }) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
      <div className="min-w-0 flex-1">{title}</div>
      <Button look="ghost" icon aria-label="Close the row" onClick={onClose}>
        <X aria-hidden />
      </Button>
    </header>
  );
}

function RowBody({ datasetRef, dataset, rowKey }: Omit<RowPanelProps, 'onClose'>) {
  const answer = useQuery(firstRowsQuery(datasetRef, keyFilter(dataset.key, rowKey), 1));
  const row = answer.data?.rows[0];
  if (answer.isPending) {
    return (
      <div className="grid gap-4 p-4" aria-busy="true">
        {dataset.columns.slice(0, 12).map((column) => (
          <div key={column.name} className="grid gap-1.5">
            <div className="skeleton h-3 w-24" />
            <div className="skeleton h-4 w-48" />
          </div>
        ))}
      </div>
    );
  }
  if (answer.isError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!row) {
    return (
      // A region that scrolls must be reachable by keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="Row">
        <EmptyNotice icon={<X />} title="Row not found">
          It was deleted, or its key has changed.
        </EmptyNotice>
        <RowHistory datasetRef={datasetRef} dataset={dataset} rowKey={rowKey} />
      </div>
    );
  }
  const names = answer.data.columns.map((column) => column.name);
  const truncated = new Set(answer.data.truncated.map(([, column]) => names[column] ?? ''));
  const values = new Map<string, Cell>(names.map((name, index) => [name, row[index] ?? null]));
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="Row">
      <RowFields dataset={dataset} values={values} truncated={truncated} />
      <RelatedRows datasetRef={datasetRef} dataset={dataset} values={values} />
      <RowHistory datasetRef={datasetRef} dataset={dataset} rowKey={rowKey} />
    </div>
  );
}
