import { RuntimoError } from '@runtimo/capabilities'
import { openPrivate } from '../location.ts'
import { readHead } from '../read/last.ts'
import { type Anchor, signAnchor } from './anchor.ts'
import { anchorsPath } from './read.ts'

/**
 * Signs what the log ends with, and appends that to `<log>.anchors` or another file (0600), durably. It says nothing of
 * what comes before: `verify` does. @throws RT_USAGE on an empty log or a wrong key, RT_WAL_CORRUPT when the log ends
 * with no record, RT_WAL_UNSAFE or RT_WAL_UNWRITABLE of the file
 */
export async function writeAnchor(
  logPath: string,
  pem: string,
  out: string = anchorsPath(logPath),
): Promise<Anchor> {
  const head = await readHead(logPath)
  if (head === undefined)
    throw new RuntimoError('RT_USAGE', `${logPath}: no record to anchor`, { path: logPath })
  const anchor = signAnchor({ seq: head.record.seq, hash: head.hash, log: logPath }, pem)
  await using file = await openPrivate(out)
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.from('\n'), 0, 1, Math.max(0, size - 1))
  // A line that a crash cut short must not swallow this one.
  const begin = size > 0 && buffer.toString() !== '\n' ? '\n' : ''
  await file.appendFile(`${begin}${JSON.stringify(anchor)}\n`)
  await file.datasync()
  return anchor
}
