import { join, resolve, sep } from 'node:path'
import process from 'node:process'
import { defaultDirectory, prepareDirectory } from '../wal/location.ts'

/** RUNTIMO_SESSIONS_DIR, or a directory beside the default log. */
export function defaultSessionsDirectory(): string {
  const given = process.env['RUNTIMO_SESSIONS_DIR'] ?? ''
  return given === '' ? join(defaultDirectory(), 'sessions') : resolve(given)
}

/** Makes it when missing, and refuses one that others could exchange or write into. @throws RT_WAL_UN… */
export async function prepareSessionsDirectory(directory: string): Promise<void> {
  // At a guessable name in /tmp the one above it must be ours, too: its owner could exchange this one.
  if (directory.startsWith(defaultDirectory() + sep)) await prepareDirectory(join(defaultDirectory(), 'any'))
  await prepareDirectory(join(directory, 'any'))
}
