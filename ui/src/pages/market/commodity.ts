// The commodity of the page: category, capability class, trust; all of it in the URL (M-04).
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { TagClass } from '../../model/domain';
import { setSetting } from '../../state/settings';
import { useUrl } from '../../state/url';

export type Commodity = { category: number; tag: TagClass; trust: number; key: string };

const CLASSES: TagClass[] = ['none', 'tee', 'gpu', 'any'];

export function useCommodity(): Commodity {
  const { cat } = useParams({ strict: false }) as { cat?: string };
  const [url] = useUrl();
  const category = Number(/^(?:cat)?(\d+)$/i.exec(cat ?? '0')?.[1] ?? '0');
  const tag = CLASSES.find((each) => each === url.tag) ?? 'none';
  const trust = Math.max(0, Math.floor(Number(url.trust ?? '0')) || 0);
  useEffect(() => {
    setSetting('lastCategory', category);
    setSetting('welcomed', true);
  }, [category]);
  return { category, tag, trust, key: `${category}-${tag}-${trust}` };
}
