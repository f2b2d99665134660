// Where the texts are taken from and the catalogue they are kept in (ui/README.md, "Texts").
import { formatter } from '@lingui/format-po';
import type { LinguiConfig } from '@lingui/conf';

const config: LinguiConfig = {
  rootDir: import.meta.dirname,
  sourceLocale: 'en',
  locales: ['en'],
  catalogs: [{ path: '<rootDir>/src/texts/{locale}', include: ['src'] }],
  // Files without line numbers: a catalogue changes when a text does, not when a line moves.
  format: formatter({ lineNumbers: false, printLinguiId: false }),
  orderBy: 'message',
  runtimeConfigModule: { i18n: ['#texts', 'i18n'], Trans: ['#texts', 'Trans'] },
};

export default config;
