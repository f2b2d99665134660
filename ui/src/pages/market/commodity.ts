// The commodity of the page; all of it in the URL (M-04).
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { commodityOf, type Commodity } from '../../model/commodity';
import { setSetting } from '../../state/settings';
import { useUrl } from '../../state/url';

export type { Commodity } from '../../model/commodity';

export function useCommodity(): Commodity {
  const { cat } = useParams({ strict: false }) as { cat?: string };
  const [url] = useUrl();
  const commodity = commodityOf(cat, url.tag, url.trust);
  const { category } = commodity;
  useEffect(() => {
    setSetting('lastCategory', category);
    setSetting('welcomed', true);
  }, [category]);
  return commodity;
}
