import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { DatasetsList } from '@/features/catalog/datasets-list';
import type { RunsWanted, RunState } from '@/api/runs';
import { parseSearch, readSearch, stringifySearch, toSearch, toViewState } from '@/lib/address';
import { DatasetPage } from './dataset-page';
import { ExportsPage } from './exports-page';
import { NotFound } from './not-found';
import { recallColumns } from './remembered-columns';
import { Shell } from './shell';

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: NotFound,
});

const listRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: DatasetsList });

export const datasetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$source/$dataset',
  validateSearch: readSearch,
  beforeLoad: ({ params, search }) => {
    // The columns chosen last time are written into the address, so that it says all that is shown.
    if (search.columns !== undefined) return;
    const columns = recallColumns(params);
    if (columns) {
      const state = { ...toViewState(search), columns };
      const row = search.row === undefined ? {} : { row: search.row };
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way to redirect
      throw redirect({
        to: '/datasets/$source/$dataset',
        params,
        search: { ...toSearch(state), ...row },
        replace: true,
      });
    }
  },
  component: DatasetPage,
});

const RUN_STATES: readonly RunState[] = [
  'queued',
  'running',
  'cancelling',
  'cancelled',
  'completed',
  'failed',
];

const exportsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/exports',
  validateSearch: ({ state, source, dataset }: Record<string, unknown>): RunsWanted => {
    const known = RUN_STATES.find((each) => each === state);
    return {
      ...(known && { state: known }),
      ...(typeof source === 'string' && typeof dataset === 'string' && { source, dataset }),
    };
  },
  component: ExportsPage,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([listRoute, datasetRoute, exportsRoute]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
