// A readme as text: its Markdown as elements of ours, never as HTML. Links lead to the page that shows all of the address.
import { Link } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { blocksOf, type Block, type Item, type Span } from '../model/readme';
import { visible } from '../model/text';
import { webAddress } from '../model/web_address';
import '../styles/app_page.css';

function Piece({ span }: { span: Span }): ReactNode {
  const text = visible(span.text);
  if (span.kind === 'link') {
    if (webAddress(span.to)) return <Link to="/explorer/link" search={{ to: span.to } as never}>{text}</Link>;
    return span.text === span.to ? text : <>{text} (<code>{visible(span.to)}</code>)</>;
  }
  if (span.kind === 'code') return <code>{text}</code>;
  if (span.kind === 'strong') return <strong>{text}</strong>;
  return span.kind === 'emphasis' ? <em>{text}</em> : text;
}

const Pieces = ({ of }: { of: Span[] }): ReactNode => of.map((span, at) => <Piece key={at} span={span} />);

function Items({ items }: { items: Item[] }): ReactNode {
  return items.map((item, at) => <li key={at} style={item.depth ? { marginInlineStart: `${item.depth * 20}px` } : undefined}><Pieces of={item.spans} /></li>);
}

function Part({ block, under }: { block: Block; under: number }): ReactNode {
  if (block.kind === 'heading') {
    const Heading = `h${Math.min(6, under + block.level)}` as 'h3';
    return <Heading><Pieces of={block.spans} /></Heading>;
  }
  if (block.kind === 'code') return <pre className="command-box" tabIndex={0}>{visible(block.text)}</pre>;
  if (block.kind === 'rule') return <hr />;
  if (block.kind === 'list') return block.ordered ? <ol><Items items={block.items} /></ol> : <ul><Items items={block.items} /></ul>;
  return block.kind === 'quote' ? <blockquote><Pieces of={block.spans} /></blockquote> : <p><Pieces of={block.spans} /></p>;
}

/** `under`: level of the heading that it stands below. */
export function Readme({ text, under = 2 }: { text: string; under?: number }): ReactNode {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return <div className="readme" dir="auto" data-data="">{blocks.map((block, at) => <Part key={at} block={block} under={under} />)}</div>;
}
