// A part of a page whose code comes after the page.
import { lazy } from 'react';
import { steady } from '../transport/steady';

export const lazyPart: typeof lazy = (load) => lazy(() => steady(load));
