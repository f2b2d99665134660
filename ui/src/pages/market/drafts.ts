// Drafts of the ticket: kept in this browser, without secrets; the salt is drawn once for each draft (§5.2).
import { newSalt } from '../../model/orders';
import { EMPTY_FORM, EMPTY_SELL, type Form, type SellForm } from '../../model/ticket';
import { createStore, keptStore } from '../../state/store';

export type ParamsView = 'json' | 'form';
export type Draft = { side: 'buy' | 'sell'; kind: 'market' | 'limit'; form: Form; sell: SellForm; request: string; salt: string; params: ParamsView };

export const draftStore = keptStore<Draft>('draft', { side: 'buy', kind: 'market', form: EMPTY_FORM, sell: EMPTY_SELL, request: '', salt: newSalt(), params: 'json' }, (old) => ({
  ...old,
  form: { ...EMPTY_FORM, ...old.form, hash: '', encrypt: false },
  sell: { ...EMPTY_SELL, ...old.sell },
}));

/** What is wrong in the form of the work params, while it is shown. */
export const formProblem = createStore<string | null>(null);

/** Whole tickets under a name (M-38). */
export type Template = { name: string; form: Form };
export const templateStore = keptStore<Template[]>('templates', []);
export const dropTemplate = (name: string): void => templateStore.set((old) => old.filter((each) => each.name !== name));

/** Workerpools whose offers are never taken. */
export const deniedStore = keptStore<string[]>('denied-pools', []);

export function setForm(part: Partial<Form>): void {
  draftStore.set((old) => ({ ...old, form: { ...old.form, ...part } }));
}

export function setSell(part: Partial<SellForm>): void {
  draftStore.set((old) => ({ ...old, sell: { ...old.sell, ...part } }));
}

export function setDraft(part: Partial<Draft>): void {
  draftStore.set((old) => ({ ...old, ...part }));
}

/** After an order went out the next one is another order. */
export function nextDraft(): void {
  draftStore.set((old) => ({ ...old, salt: newSalt(), form: { ...old.form, hash: '' } }));
}
