import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PageHead } from '../view/command';

export function NotFound(): ReactNode {
  return (
    <>
      <PageHead title="There is no such page" lead={location.pathname} command={null} />
      <p>
        Go to the <Link to="/market">market</Link> or the <Link to="/explorer">explorer</Link>, or search for an id above.
      </p>
    </>
  );
}
