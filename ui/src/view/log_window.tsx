// The lines of a log in a window of their own: only those in sight are drawn, scrolling up stops following (O-20, O-23).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import '../styles/console.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { ansiSpans } from '../model/text';
import { eventOf, indexOfLine, newerThan, type Shown } from '../model/log_lines';
import { clockTime, utcClock } from '../model/time';
import { count as countText } from '../model/format';
import { Button } from './ui';
import { Id } from './values';

const LINE_PX = 20;
const NEAR_END_PX = 24;

export type Look = { stamps: boolean; utc: boolean; wrap: boolean; term: string };

function Line({ line, look, onLink }: { line: Shown; look: Look; onLink: (line: Shown) => void }): ReactNode {
  const { term } = look;
  const event = eventOf(line.text);
  const at = line.time ? (look.utc ? utcClock(line.time) : clockTime(line.time)) : '--:--:--';
  return (
    <>
      <button type="button" className="at" title={t`Copy a link to this line`} aria-label={t`Copy a link to the line of ${at}`} onClick={() => onLink(line)}>{look.stamps ? at : '#'}</button>
      <span className={`src ${line.level === 'WARN' ? 'warn' : ''}`}>{line.source}</span>
      <span>
        {ansiSpans(line.text).map((span, index) => (
          <span key={index} className={span.colour ? `c-${span.colour}` : undefined}>
            {term && span.text.toLowerCase().includes(term.toLowerCase()) ? <mark>{span.text}</mark> : span.text}
          </span>
        ))}
        {line.times > 1 ? <strong> × {line.times}</strong> : null}
        {event?.task ? <> <Id id={event.task} kind={t`task`} to={`/task/${event.task}`} copy={false} /></> : null}
      </span>
    </>
  );
}

export const following = (lines: number): string => {
  const shown = countText(lines);
  return plural(lines, { one: `${shown} line, following`, other: `${shown} lines, following` });
};
const notFollowing = (lines: number): string => {
  const shown = countText(lines);
  return plural(lines, { one: `${shown} new line, not following`, other: `${shown} new lines, not following` });
};

type WindowProps = { lines: Shown[]; look: Look; onLink: (line: Shown) => void; /** Position of a linked line: it is shown first, and marked. */ marked: number | null; onFollow: () => void };

export function LogWindow({ lines, look, onLink, marked, onFollow }: WindowProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [frozen, setFrozen] = useState<Shown[] | null>(null);
  const shown = frozen ?? lines;
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => LINE_PX, overscan: 12 });
  const last = lines[lines.length - 1]?.position;
  const target = marked === null ? -1 : indexOfLine(shown, marked);
  useEffect(() => {
    if (target >= 0) virtual.scrollToIndex(target, { align: 'center' });
    else if (frozen === null && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
    // The ring is full at some time: its length stays, its last line does not.
  }, [last, lines.length, frozen, virtual, target]);
  const follow = (): void => {
    delete box.current?.dataset.grabbed;
    setFrozen(null);
    onFollow();
  };
  const scrolled = (): void => {
    const element = box.current;
    if (!element || target >= 0) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd && frozen !== null) follow();
    else if (!atEnd && frozen === null && element.dataset.grabbed) setFrozen(lines);
  };
  // Only a reader's own movement unfollows: new lines move the bar too.
  const grab = (): void => {
    if (box.current) box.current.dataset.grabbed = 'true';
  };
  const waiting = frozen === null ? 0 : newerThan(lines, frozen);
  const live = frozen === null && target < 0;
  return (
    <>
      <div className={`log ${look.wrap ? 'wrap' : ''}`} ref={box} onScroll={scrolled} onWheel={grab} onPointerDown={grab} onTouchStart={grab} onKeyDown={grab} tabIndex={0} role="log" aria-live="off" aria-label={t`Log lines`} data-following={live}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const line = shown[item.index];
            return (
              <div key={line?.position ?? item.key} className={`line ${line?.near ? 'near' : ''} ${line?.gap ? 'gap' : ''}`} data-marked={item.index === target || undefined} data-index={item.index} ref={look.wrap ? virtual.measureElement : undefined} style={{ position: 'absolute', top: 0, insetInlineStart: 0, minWidth: '100%', transform: `translateY(${item.start}px)` }}>
                {line ? <Line line={line} look={look} onLink={onLink} /> : null}
              </div>
            );
          })}
        </div>
      </div>
      <div className="row between small" style={{ marginTop: 6 }}>
        <span role="status">{target >= 0 ? t`the line of the link, not following` : live ? following(lines.length) : notFollowing(waiting)}</span>
        <Button look={`tiny ${waiting > 0 ? 'on' : ''}`} onClick={follow} why={live ? t`You are at the newest line.` : null}><Trans>↓ Scroll to bottom</Trans></Button>
      </div>
    </>
  );
}
