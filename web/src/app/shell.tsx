import { Dialog as Base } from '@base-ui/react/dialog';
import { Outlet, useParams, useRouter } from '@tanstack/react-router';
import { Keyboard, Menu as MenuIcon, Search, X } from 'lucide-react';
import { Suspense, useState } from 'react';
import type { DatasetRef } from '@/api/types';
import { AppLink } from '@/components/app-link';
import { Button } from '@/components/button';
import { Logo } from '@/components/logo';
import { Overlay, lazyComponent } from '@/components/lazy';
import { AccountMenu } from '@/features/account/account-menu';
import { SourceTree } from '@/features/catalog/source-tree';
import { RunBadge } from '@/features/runs/run-badge';
import { useRunFeed } from '@/features/runs/use-run-feed';
import { usePermission } from '@/hooks/use-current-user';
import { usePhone } from '@/hooks/use-media';
import { useShortcut } from '@/hooks/use-shortcut';
import { useTheme } from '@/hooks/use-theme';
import { useTypedAhead } from '@/hooks/use-typed-ahead';
import { datasetHref } from '@/lib/address';
import { ChangeResults, reportChangeEnd } from './change-results';
import { PageLinks } from './page-links';

const DatasetSwitcher = lazyComponent(() => import('@/features/catalog/dataset-switcher'));
const ShortcutsDialog = lazyComponent(() => import('./shortcuts-dialog'));

type Shown = 'switcher' | 'shortcuts' | 'drawer';

/** The frame around every page: the datasets at the side, the account, the shortcuts, the exports in progress. */
export function Shell() {
  const phone = usePhone();
  const { history } = useRouter();
  const params = useParams({ strict: false });
  const { theme, choose } = useTheme();
  const audits = usePermission('audit.read');
  const [shown, setShown] = useState<Shown>();
  const typed = useTypedAhead();
  const close = () => {
    typed.stop();
    setShown(undefined);
  };
  const openSwitcher = () => {
    // It takes focus when it is there; what is typed before is for it, too.
    if (shown !== 'switcher') typed.start();
    setShown('switcher');
  };
  const current =
    params.source !== undefined && params.dataset !== undefined
      ? { source: params.source, dataset: params.dataset }
      : undefined;

  useShortcut('mod+k', openSwitcher);
  useShortcut('?', () => setShown('shortcuts'));
  useShortcut('g d', () => history.push('/'));
  useShortcut('g e', () => history.push('/exports'));
  useShortcut('g s', () => history.push('/settings'));
  useShortcut('g a', () => audits && history.push('/audit'));
  useRunFeed(() => history.push('/exports'), reportChangeEnd);

  const account = <AccountMenu theme={theme} onTheme={choose} onSettings={() => history.push('/settings')} />;
  const pick = (ref: DatasetRef) => {
    close();
    history.push(datasetHref(ref));
  };

  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only z-60 rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      {phone ? (
        <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line bg-sunken px-2">
          <Button look="ghost" icon aria-label="Open menu" onClick={() => setShown('drawer')}>
            <MenuIcon aria-hidden />
          </Button>
          <AppLink href="/" className="flex items-center gap-2 rounded-md p-1 font-semibold">
            <Logo />
            Rowport
          </AppLink>
          <span className="flex-1" />
          <RunBadge />
          <Button look="ghost" icon aria-label="Go to a dataset" onClick={openSwitcher}>
            <Search aria-hidden />
          </Button>
          {account}
        </header>
      ) : (
        <aside
          aria-label="Sources"
          className="flex w-60 shrink-0 flex-col border-r border-line bg-sunken xl:w-64"
        >
          <div className="flex h-14 items-center px-4">
            <AppLink href="/" className="flex items-center gap-2.5 rounded-md font-semibold">
              <Logo />
              Rowport
            </AppLink>
            <span className="flex-1" />
            <RunBadge />
            <span className="-mr-2">{account}</span>
          </div>
          <PageLinks />
          <SourceTree current={current} />
          <div className="flex items-center gap-1 border-t border-line p-2">
            <Button look="ghost" small onClick={openSwitcher} className="flex-1 justify-start">
              <Search aria-hidden />
              Go to…
              <kbd className="ml-auto font-sans text-xs text-ink-faint">{isMac() ? '⌘K' : 'Ctrl K'}</kbd>
            </Button>
            <Button
              look="ghost"
              small
              icon
              aria-label="Keyboard shortcuts"
              title="Keyboard shortcuts (?)"
              onClick={() => setShown('shortcuts')}
            >
              <Keyboard aria-hidden />
            </Button>
          </div>
        </aside>
      )}
      <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
        <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
          <Outlet />
        </Suspense>
      </main>
      <Base.Root open={shown === 'drawer'} onOpenChange={(open) => !open && close()}>
        <Base.Portal>
          <Base.Backdrop className="backdrop z-40" />
          <Base.Popup className="drawer fixed inset-y-0 left-0 z-50 flex w-[min(320px,86vw)] flex-col bg-sunken outline-none">
            <div className="flex h-12 items-center justify-between pr-2 pl-4">
              <Base.Title className="font-semibold">Rowport</Base.Title>
              <Base.Close render={<Button look="ghost" icon aria-label="Close" />}>
                <X aria-hidden />
              </Base.Close>
            </div>
            <PageLinks onPick={close} />
            <SourceTree current={current} onPick={close} />
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
      <ChangeResults />
      <Overlay onFail={close}>
        {shown === 'switcher' && <DatasetSwitcher typed={typed} onPick={pick} onClose={close} />}
        {shown === 'shortcuts' && <ShortcutsDialog onClose={close} />}
      </Overlay>
    </div>
  );
}

function isMac(): boolean {
  return /mac/i.test(navigator.userAgent);
}
