// The runtime behind the macros `t`, `plural` and `Trans`. English stands in the code itself, compiled by the build
// (tools/texts.ts), so it is active at once and asks for no file; another language is put in by language.ts.
import { i18n } from '@lingui/core';
import { TransNoContext } from '@lingui/react/server';
import { createElement, type ComponentProps, type ReactNode } from 'react';

i18n.loadAndActivate({ locale: 'en', messages: {} });

const lingui = { i18n };

/** A sentence with elements in it. The language never changes while the page lives, so no context is needed. */
export function Trans(message: Omit<ComponentProps<typeof TransNoContext>, 'lingui'>): ReactNode {
  return createElement(TransNoContext, { ...message, lingui } as ComponentProps<typeof TransNoContext>);
}

export { i18n };
