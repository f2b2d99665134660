// States that every widget has (web-ui.md §5): loading, empty, error, stale, not found; and the wall around a crash.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Component, useEffect, useState, type ErrorInfo, type ReactNode } from 'react';
import { clockTime } from '../model/time';
import { ApiError } from '../transport/http';
import { useFeedStatus, useNow, type ApiQuery } from '../state/data';
import { say } from '../state/activity';
import { Button, Chip, Notice } from './ui';

const STILL_MS = 3_000;
/** Keeps the height of an empty line. */
const NO_BREAK = '\u00a0';

export function Skeleton({ rows = 5, height = 32 }: { rows?: number; height?: number }): ReactNode {
  const [still, setStill] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setStill(true), STILL_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true" role="status">
      <span className="sr">{still ? t`still loading` : t`loading`}</span>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} style={{ height, display: 'grid', alignItems: 'center', padding: '0 12px' }}>
          <span className="skeleton" style={{ width: `${92 - ((at * 17) % 40)}%` }} />
        </div>
      ))}
      {still ? <p className="muted small" style={{ padding: '0 12px' }}><Trans>still loading</Trans></p> : null}
    </div>
  );
}

/** Tiles of figures that are not there yet, as high as those that come. */
export function TileSkeleton({ tiles }: { tiles: number }): ReactNode {
  return (
    <div aria-busy="true" role="status">
      <span className="sr"><Trans>loading</Trans></span>
      <div className="stats" aria-hidden="true">
        {Array.from({ length: tiles }, (_, at) => <div key={at} className="stat"><span className="label">{NO_BREAK}</span><div className="value"><span className="skeleton" style={{ width: '55%' }} /></div><div className="sub">{NO_BREAK}</div></div>)}
      </div>
    </div>
  );
}

export function diagnostics(error: unknown): string {
  const { code, message, request, status } = error as Partial<ApiError>;
  return JSON.stringify({ code, message, request, status, page: location.pathname, build: __BUILD__, time: new Date().toISOString() }, null, 2);
}

export function ErrorState({ error, retry }: { error: unknown; retry?: (() => void) | undefined }): ReactNode {
  const now = useNow(1_000);
  const [since] = useState(() => Date.now());
  const known = error instanceof ApiError ? error : null;
  const wait = known?.retryAfterMs ? Math.max(0, Math.ceil((since + known.retryAfterMs - now) / 1000)) : 0;
  return (
    <div className="body" style={{ padding: 12 }}>
      <Notice tone="danger" alert>
        <p>
          {known ? known.message : ((error as Error)?.message ?? t`Something went wrong.`)}
          {known?.hint ? ` ${known.hint}` : ''}
          {wait > 0 ? <> <Trans>Next try in {wait} s.</Trans></> : null}
        </p>
        <div className="row small">
          {known ? <Chip tone="neutral">{known.code}</Chip> : null}
          {known?.request ? <span className="muted"><Trans>request {{ id: known.request }}</Trans></span> : null}
          {retry ? <Button look="tiny" onClick={retry}><Trans>Retry</Trans></Button> : null}
          <Button look="tiny" onClick={() => void navigator.clipboard?.writeText(diagnostics(error)).then(() => say(t`diagnostics copied`))}><Trans>Copy diagnostics</Trans></Button>
        </div>
      </Notice>
    </div>
  );
}

export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <span>{children}</span>
      {action}
    </div>
  );
}

/** A read that the market asked to slow down: it is tried again by itself (§5, Rate limited). */
function SlowedDown({ waitMs }: { waitMs: number }): ReactNode {
  const now = useNow(1_000);
  const [since] = useState(() => Date.now());
  const left = Math.max(0, Math.ceil((since + waitMs - now) / 1000));
  return (
    <div className="body" style={{ padding: 12 }}>
      <Notice tone="warning">{left > 0 ? <Trans>The market asks this page to slow down. Next try in {left} s.</Trans> : <Trans>The market asks this page to slow down. Trying again.</Trans>}</Notice>
    </div>
  );
}

/** Data with the states around it: the skeleton only the first time, old data kept and marked when a refresh fails. */
export function Loaded<Answer>({ query, rows = 5, tiles = 0, children }: { query: ApiQuery<Answer>; rows?: number; tiles?: number; children: (data: Answer) => ReactNode }): ReactNode {
  if (query.data !== undefined)
    return (
      <>
        {query.error ? (
          <div style={{ padding: '6px 12px' }}>
            <Chip tone="warning"><Trans>as of {{ time: clockTime(query.dataUpdatedAt) }}</Trans></Chip> <span className="small muted">{query.error.message}</span>{' '}
            <button type="button" className="link-button small" onClick={() => void query.refetch()}><Trans>Retry</Trans></button>
          </div>
        ) : null}
        {children(query.data)}
      </>
    );
  if (query.error) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const { failureReason, failureCount } = query;
  if (failureReason?.status === 429) return <SlowedDown key={failureCount} waitMs={failureReason.retryAfterMs ?? 0} />;
  return tiles > 0 ? <TileSkeleton tiles={tiles} /> : <Skeleton rows={rows} />;
}

/** Grey veil and time while the live connection is lost. */
export function useStale(): { stale: boolean; since: number | null } {
  const status = useFeedStatus();
  const forced = new URLSearchParams(location.search).get('state') === 'stale';
  const stale = forced || status.phase === 'lost' || status.phase === 'backoff' || status.phase === 'lagging';
  return { stale, since: status.lastMessageAt };
}

export function StaleBadge(): ReactNode {
  const { stale, since } = useStale();
  if (!stale) return null;
  return <Chip tone="warning"><Trans>as of {{ time: clockTime(since ?? Date.now()) }}</Trans></Chip>;
}

type BoundaryProps = {
  name: string;
  children: ReactNode;
  /** The path of a whole page: another one starts afresh. */
  at?: string;
};

/** A page that stopped: what it was, what to tell somebody who can help, and the ways on (§11). */
function Crashed({ name, error, at, retry }: { name: string; error: Error; at: string; retry: () => void }): ReactNode {
  return (
    <div className="stack">
      <h1 tabIndex={-1}><Trans>{name} stopped</Trans></h1>
      <p className="lead"><code><bdi>{at}</bdi></code></p>
      <ErrorState error={error} retry={retry} />
      <div className="row">
        <a className="button primary" href="/market"><Trans>To the market</Trans></a>
        <a className="button" href="/explorer"><Trans>To the explorer</Trans></a>
      </div>
    </div>
  );
}

/** A crashed widget does not take the others with it; it is started again once by itself. */
export class Boundary extends Component<BoundaryProps, { error: Error | null; restarts: number }> {
  override state = { error: null as Error | null, restarts: 0 };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(this.props.name, error, info.componentStack);
    if (this.state.restarts === 0) setTimeout(() => this.restart(), 0);
  }

  /** Going to another page leaves the crash behind. */
  override componentDidUpdate(before: BoundaryProps): void {
    if (before.at !== this.props.at && (this.state.error || this.state.restarts > 0)) this.setState({ error: null, restarts: 0 });
  }

  private restart(): void {
    this.setState((old) => ({ error: null, restarts: old.restarts + 1 }));
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    const { name, at } = this.props;
    const retry = (): void => this.restart();
    if (at !== undefined) return <Crashed name={name} at={at} error={this.state.error} retry={retry} />;
    return <ErrorState error={new Error(t`${name} stopped: ${{ cause: this.state.error.message }}`)} retry={retry} />;
  }
}
