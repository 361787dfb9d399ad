import { Dialog as Base } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { sourcesQuery } from '@/api/queries';
import type { DatasetRef } from '@/api/types';
import { SearchList } from '@/components/search-list';
import type { TypedAhead } from '@/hooks/use-typed-ahead';
import { plural } from '@/lib/format';

interface DatasetSwitcherProps {
  /** What was typed for it before it was there. */
  typed: TypedAhead;
  onPick: (ref: DatasetRef) => void;
  onClose: () => void;
}

export default function DatasetSwitcher({ typed, onPick, onClose }: DatasetSwitcherProps) {
  const [start] = useState(typed.read);
  useEffect(() => typed.stop(), [typed]);
  const sources = useQuery(sourcesQuery);
  const items = (sources.data ?? []).flatMap((source) =>
    source.datasets.map((dataset) => ({
      id: `${source.name}/${dataset.name}`,
      label: dataset.label,
      keywords: `${dataset.name} ${source.label}`,
      detail: [source.label, dataset.estimated_rows != null && plural(dataset.estimated_rows, 'row')]
        .filter(Boolean)
        .join(' · '),
      ref: { source: source.name, dataset: dataset.name },
    })),
  );
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop z-40" />
        <Base.Popup className="popup fixed top-[12dvh] left-1/2 z-50 flex max-h-[60dvh] w-[min(520px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden">
          <Base.Title className="sr-only">Go to a dataset</Base.Title>
          <SearchList
            items={items}
            start={start}
            placeholder="Go to a dataset…"
            empty={sources.isPending ? 'Loading…' : 'No matching datasets.'}
            onPick={({ ref }) => onPick(ref)}
          />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
