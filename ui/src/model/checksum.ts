// The checksum in the letters of an address (EIP-55). A file of its own: it brings a hash function with it.
import { getAddress } from 'viem';
import { isAddress } from './domain';

/** The right spelling of an address whose mixed letters are wrong; null where nothing is. */
export function wrongChecksum(text: string): string | null {
  const digits = text.slice(2);
  if (!isAddress(text) || digits === digits.toLowerCase() || digits === digits.toUpperCase()) return null;
  const right = getAddress(text.toLowerCase());
  return right === text ? null : right;
}
