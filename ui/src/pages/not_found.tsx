import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { curl } from '../model/commands';
import { PageHead } from '../view/command';

export function NotFound(): ReactNode {
  return (
    <>
      <PageHead title={t`There is no such page`} lead={location.pathname} command={curl(location.origin, '/v1/openapi.json')} />
      <p>
        <Trans>Go to the <Link to="/market">market</Link> or the <Link to="/explorer">explorer</Link>, or search for an id above.</Trans>
      </p>
    </>
  );
}
