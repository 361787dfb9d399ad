import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { runStore } from '@/api/run-store';
import { followRuns } from '@/api/run-stream';
import { isUnderWay, type Run, type RunOf } from '@/api/runs';
import { notify } from '@/lib/notify';
import { forgetOwnRun, isOwnRun, watchOwnRuns } from '@/lib/own-runs';
import { showToast, dismissToast } from '@/lib/toast';
import { formatBytes, plural } from '@/lib/format';
import { download } from './model/actions';
import { runTitle } from './kinds';

/** A page out of sight lets go of its stream after so long, unless the user waits for an export: a browser opens only
 * six connections to a server, for all of its tabs together. */
const REST = 15_000;

const waitedFor = () => runStore.latest.some((run) => isUnderWay(run) && !run.deleted && isOwnRun(run.id));

/** Follows the runs for as long as the page is open, and tells of the ends of those started here; of changes, `onChange` does. */
export function useRunFeed(onShow: () => void, onChange: (run: RunOf<'change'>) => void) {
  const queries = useQueryClient();
  const on = useRef({ show: onShow, change: onChange });
  useEffect(() => {
    on.current = { show: onShow, change: onChange };
  });

  useEffect(() => {
    let stop: (() => void) | undefined;
    let rest: ReturnType<typeof setInterval> | undefined;
    const onReset = () => void queries.invalidateQueries({ queryKey: ['runs'] });
    const follow = () => {
      stop ??= followRuns(runStore, { onReset });
    };
    const onVisibility = () => {
      clearInterval(rest);
      if (!document.hidden) {
        if (!stop) onReset();
        follow();
        return;
      }
      rest = setInterval(() => {
        if (waitedFor()) return;
        stop?.();
        stop = undefined;
      }, REST);
    };
    const look = () => {
      for (const run of runStore.latest) {
        if (!isOwnRun(run.id) || (isUnderWay(run) && !run.deleted)) continue;
        forgetOwnRun(run.id);
        if (run.deleted) dismissToast(run.id);
        else if (run.kind === 'change') on.current.change(run);
        else announce(run, () => on.current.show());
      }
    };
    const unsubscribe = runStore.subscribe(look);
    const unwatch = watchOwnRuns(look);
    document.addEventListener('visibilitychange', onVisibility);
    follow();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      unsubscribe();
      unwatch();
      clearInterval(rest);
      stop?.();
    };
  }, [queries]);
}

function announce(run: Run, onShow: () => void) {
  if (run.state === 'completed') {
    const heading = `${runTitle(run)} is ready`;
    const about = [
      plural(run.progress.rows, 'row'),
      ...(run.artifact ? [formatBytes(run.artifact.bytes)] : []),
    ].join(', ');
    showToast(heading, about, {
      about: run.id,
      action: { label: 'Download', run: () => void download(run) },
      timeout: 20_000,
    });
    notify(heading, about, run.id, onShow);
  } else if (run.state === 'failed') {
    const heading = `${runTitle(run)} failed`;
    const reason = run.error?.message ?? 'The reason is unknown.';
    const action = { label: 'Exports', run: onShow };
    showToast(heading, reason, { about: run.id, action, problem: true, timeout: 20_000 });
    notify(heading, reason, run.id, onShow);
  } else dismissToast(run.id);
}
