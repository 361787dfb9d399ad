import {
  Component,
  type ComponentType,
  type FunctionComponent,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
} from 'react';
import { ChunkLoadError } from '@/api/chunk-load-error';
import { showChunkError } from '@/lib/toast';
import { ProblemNotice } from './problem-notice';

/** A component of a chunk of its own, loaded when it is first shown, and again where that failed. */
export function lazyComponent<P extends object = object>(
  load: () => Promise<{ default: ComponentType<P> }>,
): FunctionComponent<P> {
  const begin = (): ComponentType<P> =>
    lazy(() =>
      load().catch((cause: unknown) => {
        throw new ChunkLoadError(cause, () => {
          shown = begin();
        });
      }),
    );
  let shown = begin();
  return function LazyComponent(props: P) {
    const Shown = shown;
    return <Shown {...props} />;
  };
}

interface OverlayProps {
  /** Closes what could not be loaded. */
  onFail: () => void;
  children: ReactNode;
}

/** Dialogs and panels that are loaded when they open. Where that fails a notice says so, and the page stays as it is. */
export function Overlay({ onFail, children }: OverlayProps) {
  const onMissing = () => {
    showChunkError();
    onFail();
  };
  return (
    <ChunkBoundary onMissing={onMissing} fallback={() => null}>
      <Suspense>{children}</Suspense>
    </ChunkBoundary>
  );
}

interface InPlaceProps {
  /** What stands there until it is loaded. */
  waiting: ReactNode;
  children: ReactNode;
}

/** What is loaded when it is needed, within something that is there. Where that fails, its place says so. */
export function InPlace({ waiting, children }: InPlaceProps) {
  return (
    <ChunkBoundary fallback={(error, retry) => <ChunkProblem error={error} onRetry={retry} />}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </ChunkBoundary>
  );
}

function ChunkProblem({ error, onRetry }: { error: ChunkLoadError; onRetry: () => void }) {
  useOnline(onRetry);
  return (
    <div className="p-3">
      <ProblemNotice compact error={error} />
    </div>
  );
}

/** Calls when the browser is connected again. */
export function useOnline(onOnline: () => void) {
  useEffect(() => {
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [onOnline]);
}

interface ChunkBoundaryProps {
  children: ReactNode;
  onMissing?: () => void;
  fallback: (error: ChunkLoadError, retry: () => void) => ReactNode;
}

/** The boundary that keeps the rest of the page when a chunk could not be loaded; any other error goes on to the page. */
class ChunkBoundary extends Component<ChunkBoundaryProps, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: unknown) {
    if (!(error instanceof ChunkLoadError)) return;
    error.forget();
    this.props.onMissing?.();
  }

  override componentDidUpdate(before: ChunkBoundaryProps) {
    // It is closed by now, or something else is shown.
    if (this.props.onMissing && this.state.error !== undefined && before.children !== this.props.children)
      this.retry();
  }

  retry = () => this.setState({ error: undefined });

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    if (!(error instanceof ChunkLoadError)) throw error;
    return this.props.fallback(error, this.retry);
  }
}
