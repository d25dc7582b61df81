// Names of worlds, made from the names of tests. Knows no server.
import { randomBytes } from 'node:crypto';

/** The part of a name that comes from the test: at most 48 characters that a world's name may have. */
export function cleanName(id: string): string {
  const clean = id.replace(/[^A-Za-z0-9_.]+/g, '-');
  return clean.slice(-48).replace(/^[-.]+|[-.]+$/g, '') || 'test';
}

/** A name for a world that no other test has, also not in another run on the same server. */
export function worldName(id: string): string {
  return `${cleanName(id)}-${randomBytes(6).toString('hex')}`;
}
