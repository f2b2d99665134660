// Code that is loaded when it is wanted. A market that restarts meanwhile is asked again, so that no part of the page stops for it.

const WAITS_MS = [500, 1_000, 2_000, 4_000];

/** Style sheets that did not arrive are asked for again, too: the build's loader asks once. */
function styleAgain(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) if (!link.sheet) link.replaceWith(link.cloneNode());
}

/** What `load`, a dynamic import, gives; rejects after some tries. */
export async function steady<Code>(load: () => Promise<Code>): Promise<Code> {
  for (const wait of WAITS_MS) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
      styleAgain();
    }
  }
  return load();
}
