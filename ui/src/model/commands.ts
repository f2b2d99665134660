// "Show as command" (A-05): the line of the program that fetches or does the same as the screen.

/** One argument, quoted for a shell where it needs to be. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export type Command = { line: string; request: string };

export function command(parts: string[], method: string, path: string, body?: unknown): Command {
  return {
    line: parts.map(quote).join(' '),
    request: body === undefined ? `${method} ${path}` : `${method} ${path}\n${JSON.stringify(body, null, 2)}`,
  };
}

/** The same request from a terminal, for screens without a verb of their own. */
export function curl(origin: string, path: string, body?: unknown): Command {
  const parts = ['curl', '-s', `${origin}${path}`];
  if (body !== undefined) parts.push('-H', 'content-type: application/json', '-d', JSON.stringify(body));
  return command(parts, body === undefined ? 'GET' : 'POST', path, body);
}

export type RunDraft = {
  app: string;
  dataset?: string;
  workerpool?: string;
  category: number;
  trust: number;
  volume: number;
  params: string;
  budget?: string;
};

export function runCommand(draft: RunDraft): string[] {
  const parts = ['bourse', 'run', draft.app, '--params', draft.params, '--category', String(draft.category)];
  if (draft.trust > 1) parts.push('--trust', String(draft.trust));
  if (draft.volume > 1) parts.push('--volume', String(draft.volume));
  if (draft.dataset) parts.push('--dataset', draft.dataset);
  if (draft.workerpool) parts.push('--workerpool', draft.workerpool);
  if (draft.budget) parts.push('--budget', `${draft.budget} nRLC`);
  return [...parts, '--watch'];
}
