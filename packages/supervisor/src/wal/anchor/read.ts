import { readFile } from 'node:fs/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { hasCode } from '../../linux/errno.ts'
import { type Damage, damageAt } from '../verify/place.ts'
import type { WantedHash } from '../verify/wanted.ts'
import { fingerprint, isSignedBy, parseAnchorLine, parseKey } from './anchor.ts'

export function anchorsPath(logPath: string): string {
  return `${logPath}.anchors`
}

interface Signed {
  readonly wanted: readonly WantedHash[]
  /** Anchors of other keys, which say nothing to whoever has this one. */
  readonly otherKeys: number
}

/**
 * The records that the anchors of a key name. An anchor that cannot be trusted is damage, and so is a file without one
 * of that key: whoever asks for anchors must not be told that all is well when somebody has removed them.
 * @throws RT_USAGE
 */
export async function readAnchors(
  logPath: string,
  {
    anchors: given,
    publicKey,
  }: { readonly anchors?: string | undefined; readonly publicKey?: string | undefined },
): Promise<Signed | Damage> {
  if (publicKey === undefined) return withoutKey(given)
  const file = given ?? anchorsPath(logPath)
  const key = parseKey(publicKey, 'public')
  const name = fingerprint(key)
  const text = await readText(file)
  const wanted: WantedHash[] = []
  let otherKeys = 0
  let offset = 0
  for (const line of text.split('\n')) {
    const place = { file, offset }
    offset += Buffer.byteLength(line) + 1
    if (line === '') continue
    const anchor = parseAnchorLine(line)
    if (anchor === undefined) return damageAt(place, undefined, 'foreign', 'the line is no anchor')
    if (anchor.key !== name) otherKeys += 1
    else if (isSignedBy(anchor, key))
      wanted.push({ seq: anchor.seq, hash: anchor.hash, source: `the anchor signed at ${toTime(anchor.ts)}` })
    else return damageAt(place, anchor.seq, 'foreign', 'the signature of the anchor does not fit')
  }
  if (wanted.length > 0) return { wanted, otherKeys }
  return damageAt({ file, offset: 0 }, undefined, 'truncated', `there is no anchor of the key ${name}`)
}

/** @throws RT_USAGE when there are anchors that nobody can check */
function withoutKey(file: string | undefined): Signed {
  if (file === undefined) return { wanted: [], otherKeys: 0 }
  throw new RuntimoError('RT_USAGE', `anchors: expected a public key to check ${file} with`, { file })
}

function toTime(seconds: number): string {
  const time = new Date(seconds * 1000)
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString()
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  }
}
