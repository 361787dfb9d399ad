import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { type AuditFilters, readAuditFilters } from '@/features/audit/filters';
import type { RunFilters, RunState } from '@/api/runs';
import { parseSearch, readSearch, stringifySearch, toSearch, toViewState } from '@/lib/address';
import { lazyComponent } from '@/components/lazy';
import { DatasetPage } from './dataset-page';
import { NotFound } from './not-found';
import { PageError } from './page-error';
import { recallColumns } from './remembered-columns';
import { Root } from './root';
import { JoinPage, SignInPage } from './sign-in-pages';

const DatasetsList = lazyComponent(() => import('@/features/catalog/datasets-list'));
const HistoryPage = lazyComponent(async () => ({ default: (await import('./changes-pages')).HistoryPage }));
const TrashPage = lazyComponent(async () => ({ default: (await import('./changes-pages')).TrashPage }));
const ExportsPage = lazyComponent(() => import('./exports-page'));
const AuditPage = lazyComponent(() => import('./audit-page'));
const SettingsStart = lazyComponent(async () => ({
  default: (await import('./settings-pages')).SettingsStart,
}));
const SettingsPage = lazyComponent(async () => ({
  default: (await import('./settings-pages')).SettingsPage,
}));

const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

const listRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: DatasetsList });

const datasetRoute = createRoute({
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

const historyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$source/$dataset/changes',
  component: HistoryPage,
});

const trashRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$source/$dataset/trash',
  validateSearch: ({ search }: Record<string, unknown>): { search?: string } =>
    typeof search === 'string' ? { search } : {},
  component: TrashPage,
});

const RUN_STATES: readonly RunState[] = [
  'queued',
  'running',
  'cancelling',
  'cancelled',
  'completed',
  'failed',
];

/** As addresses have it: texts only. */
type ExportsSearch = Omit<RunFilters, 'everyone'> & { everyone?: 'true' };

const exportsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/exports',
  validateSearch: ({ everyone, state, source, dataset }: Record<string, unknown>): ExportsSearch => {
    const known = RUN_STATES.find((each) => each === state);
    return {
      ...(everyone === 'true' && { everyone }),
      ...(known && { state: known }),
      ...(typeof source === 'string' && typeof dataset === 'string' && { source, dataset }),
    };
  },
  component: ExportsPage,
});

const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  validateSearch: (raw: Record<string, unknown>): AuditFilters => readAuditFilters(raw),
  component: AuditPage,
});

const settingsStartRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: SettingsStart,
});

const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/$part',
  component: SettingsPage,
});

const signInRoute = createRoute({ getParentRoute: () => rootRoute, path: '/sign-in', component: SignInPage });

const joinRoute = createRoute({ getParentRoute: () => rootRoute, path: '/join', component: JoinPage });

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    listRoute,
    datasetRoute,
    historyRoute,
    trashRoute,
    exportsRoute,
    auditRoute,
    settingsStartRoute,
    settingsRoute,
    signInRoute,
    joinRoute,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
  defaultErrorComponent: PageError,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
