import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bookmark, Check, Pencil, Plus, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { DatasetRef, SavedView, View } from '@/api/types';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Overlay, lazyComponent } from '@/components/lazy';
import { Popover } from '@/components/popover';
import { ProblemNotice } from '@/components/problem-notice';
import { useCurrentUser } from '@/hooks/use-current-user';
import { showToast, showProblem } from '@/lib/toast';
import { createView, deleteView, mayChange, updateView, viewsQuery } from './views';

const NameDialog = lazyComponent(() => import('./name-dialog'));

interface ViewsMenuProps {
  dataset: DatasetRef;
  current: View;
  onApply: (view: View) => void;
}

type Asking = { what: 'save' } | { what: 'rename' | 'delete'; view: SavedView };

export function ViewsMenu({ dataset, current, onApply }: ViewsMenuProps) {
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const views = useQuery({ ...viewsQuery(dataset), enabled: open });
  const client = useQueryClient();
  const me = useCurrentUser();
  const refresh = () => client.invalidateQueries({ queryKey: viewsQuery(dataset).queryKey });
  const done = (message: string) => async () => {
    setAsking(undefined);
    showToast(message);
    await refresh();
  };
  const create = useMutation({
    mutationFn: (name: string) => createView(dataset, { name, view: current }),
    onSuccess: done('View saved'),
  });
  const update = useMutation({
    mutationFn: (view: SavedView) => updateView(dataset, view.id, { name: view.name, view: view.view }),
    onSuccess: done('View updated'),
    onError: (error) => asking?.what !== 'rename' && showProblem(error),
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) => deleteView(dataset, view.id),
    onSuccess: done('View deleted'),
  });
  const ask = (next: Asking) => {
    create.reset();
    update.reset();
    setOpen(false);
    setAsking(next);
  };

  return (
    <>
      <Popover
        open={open}
        onOpenChange={setOpen}
        align="end"
        label="Saved views"
        className="w-80"
        trigger={
          <Button>
            <Bookmark aria-hidden />
            Views
          </Button>
        }
      >
        <div className="min-h-0 overflow-y-auto p-1">
          {views.isPending && <div className="skeleton m-2 h-6" />}
          {views.isError && <ProblemNotice compact error={views.error} />}
          {views.data?.length === 0 && (
            <p className="px-3 py-3 text-[13px] text-ink-soft">
              No saved views yet. Save the current filter, sort and columns to reuse them. Everyone with
              access to this dataset can use saved views.
            </p>
          )}
          <ul>
            {views.data?.map((view) => (
              <li key={view.id} className="group flex items-center rounded-md hover:bg-hover">
                <button
                  type="button"
                  className="flex min-h-8 min-w-0 flex-1 items-center gap-2.5 rounded-md px-2.5 text-left text-[13px] pointer-coarse:min-h-10"
                  onClick={() => {
                    setOpen(false);
                    onApply(view.view);
                  }}
                >
                  <Check
                    aria-hidden
                    className={
                      sameView(view.view, current)
                        ? 'size-4 shrink-0 text-accent-text'
                        : 'invisible size-4 shrink-0'
                    }
                  />
                  <span className="truncate">{view.name}</span>
                  {sameView(view.view, current) && <span className="sr-only">(current)</span>}
                </button>
                {mayChange(view, me) && (
                  <>
                    <Button
                      small
                      look="ghost"
                      icon
                      title="Overwrite with current view"
                      aria-label={`Overwrite ${view.name} with current view`}
                      disabled={sameView(view.view, current)}
                      onClick={() => update.mutate({ ...view, view: current })}
                    >
                      <RefreshCw aria-hidden />
                    </Button>
                    <Button
                      small
                      look="ghost"
                      icon
                      title="Rename"
                      aria-label={`Rename ${view.name}`}
                      onClick={() => ask({ what: 'rename', view })}
                    >
                      <Pencil aria-hidden />
                    </Button>
                    <Button
                      small
                      look="ghost"
                      icon
                      title="Delete"
                      aria-label={`Delete ${view.name}`}
                      onClick={() => ask({ what: 'delete', view })}
                    >
                      <Trash2 aria-hidden />
                    </Button>
                  </>
                )}
              </li>
            ))}
          </ul>
        </div>
        <div className="border-t border-line p-1">
          <Button look="ghost" className="w-full justify-start" onClick={() => ask({ what: 'save' })}>
            <Plus aria-hidden />
            Save this view…
          </Button>
        </div>
      </Popover>
      <Overlay onFail={() => setAsking(undefined)}>
        {asking?.what === 'save' && (
          <NameDialog
            title="Save this view"
            start=""
            action="Save"
            error={create.error}
            pending={create.isPending}
            onName={(name) => create.mutate(name)}
            onClose={() => setAsking(undefined)}
          />
        )}
        {asking?.what === 'rename' && (
          <NameDialog
            title="Rename view"
            start={asking.view.name}
            action="Rename"
            error={update.error}
            pending={update.isPending}
            onName={(name) => update.mutate({ ...asking.view, name })}
            onClose={() => setAsking(undefined)}
          />
        )}
        {asking?.what === 'delete' && (
          <ConfirmDialog
            title="Delete view?"
            description={`This deletes “${asking.view.name}” for everyone. No data is deleted.`}
            action="Delete"
            onConfirm={() => remove.mutateAsync(asking.view)}
            onClose={() => setAsking(undefined)}
          />
        )}
      </Overlay>
    </>
  );
}

function sameView(a: View, b: View): boolean {
  const parts = (view: View) =>
    JSON.stringify([
      view.columns ?? null,
      view.filter ?? null,
      (view.sort ?? []).map((each) => [each.column, each.descending ?? false]),
      view.search ?? '',
    ]);
  return parts(a) === parts(b);
}
