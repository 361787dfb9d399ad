import { Ellipsis, Eye, History, Link2, RotateCw, Table2, Trash2 } from 'lucide-react';
import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Dataset, DatasetRef, View } from '@/api/types';
import { Button } from '@/components/button';
import { Menu, MenuItem } from '@/components/menu';
import { ViewsMenu } from '@/features/views/views-menu';
import { copy } from '@/lib/clipboard';
import { datasetHref, fromView, toSearch } from '@/lib/address';

interface DatasetHeaderProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  view: View;
  columns: readonly string[];
  count: ReactNode;
  onView: (view: View) => void;
  onReload: () => void;
}

export function DatasetHeader({
  datasetRef,
  dataset,
  view,
  columns,
  count,
  onView,
  onReload,
}: DatasetHeaderProps) {
  const { history } = useRouter();
  const changeable = dataset.kind === 'table' && dataset.key.length > 0;
  const Icon = dataset.kind === 'view' ? Eye : Table2;
  const share = () => {
    // The columns are always spelled out: the reader of the link may have chosen others before.
    const search = toSearch(fromView({ ...view, columns: [...columns] }));
    void copy(window.location.origin + datasetHref(datasetRef, search), 'Link');
  };
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 px-4 max-md:h-12 max-md:px-3">
      <Icon aria-hidden className="size-4.5 shrink-0 text-ink-faint max-md:hidden" />
      <h1
        className="truncate text-[17px] font-semibold"
        title={`${datasetRef.source} · ${datasetRef.dataset}`}
      >
        {dataset.label}
      </h1>
      <p className="mr-auto ml-1 text-[13px] text-ink-soft">{count}</p>
      <Button
        look="ghost"
        icon
        aria-label="Refresh"
        title="Refresh"
        onClick={onReload}
        className="max-md:hidden"
      >
        <RotateCw aria-hidden />
      </Button>
      <Button
        look="ghost"
        icon
        aria-label="Copy link to this view"
        title="Copy link to this view"
        onClick={share}
      >
        <Link2 aria-hidden />
      </Button>
      <ViewsMenu dataset={datasetRef} current={view} onApply={onView} />
      {changeable && (
        <Menu
          align="end"
          trigger={
            <Button look="ghost" icon aria-label="More actions" title="More actions">
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem icon={<History />} onClick={() => history.push(`${datasetHref(datasetRef)}/changes`)}>
            Changes
          </MenuItem>
          {dataset.permissions.includes('records.delete') && (
            <MenuItem icon={<Trash2 />} onClick={() => history.push(`${datasetHref(datasetRef)}/trash`)}>
              Trash
            </MenuItem>
          )}
        </Menu>
      )}
    </header>
  );
}
