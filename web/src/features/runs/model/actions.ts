import { runStore } from '@/api/run-store';
import { cancelRun, deleteRun, fetchLink, repeatRun, type Run } from '@/api/runs';
import { followLink } from '@/lib/follow-link';
import { addOwnRun } from '@/lib/own-runs';
import { showToast, showProblem } from '@/lib/toast';
import { runTitle } from '../kinds';

export async function download(run: Run) {
  await attempt(async () => followLink(await fetchLink(run.id)));
}

export async function cancel(run: Run) {
  await attempt(async () => runStore.put([await cancelRun(run.id)]));
}

export async function repeat(run: Run) {
  await attempt(async () => {
    const again = await repeatRun(run.id);
    showToast('Export restarted', runTitle(again), { about: again.id });
    addOwnRun(again.id);
    runStore.put([again]);
  });
}

export async function remove(run: Run) {
  await deleteRun(run.id);
  // The stream will say so with a version of its own.
  const latest = runStore.get(run.id) ?? run;
  runStore.put([{ ...latest, deleted: true, version: latest.version + 1 }]);
  showToast('Export deleted', runTitle(run));
}

async function attempt(steps: () => Promise<void>) {
  try {
    await steps();
  } catch (error) {
    showProblem(error);
  }
}
