import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { isJsonObject, RuntimoError } from '@runtimo/capabilities'

/** Says, signed, which record the log ended with at a time. */
export interface Anchor {
  readonly v: 1
  readonly seq: number
  /** SHA-256 of that record's line, in hexadecimal. */
  readonly hash: string
  /** Unix seconds, by the clock of whoever signed. */
  readonly ts: number
  /** The log's path then: for people, the log may have been moved. */
  readonly log: string
  /** SHA-256 of the public key's DER (SubjectPublicKeyInfo), in hexadecimal. */
  readonly key: string
  /** Ed25519, in base64. */
  readonly signature: string
}

/** What is signed: the words `runtimo anchor`, a newline, and the anchor's JSON without the signature. */
function toBytes({ v, seq, hash, ts, log, key }: Omit<Anchor, 'signature'>): Buffer {
  return Buffer.from(`runtimo anchor\n${JSON.stringify({ v, seq, hash, ts, log, key })}`)
}

/** @throws RT_USAGE when the PEM is no private Ed25519 key */
export function signAnchor(head: Pick<Anchor, 'seq' | 'hash' | 'log'>, pem: string): Anchor {
  const key = parseKey(pem, 'private')
  const { seq, hash, log } = head
  const ts = Math.floor(Date.now() / 1000)
  const unsigned = { v: 1 as const, seq, hash, ts, log, key: fingerprint(createPublicKey(key)) }
  return { ...unsigned, signature: sign(null, toBytes(unsigned), key).toString('base64') }
}

export function isSignedBy(anchor: Anchor, key: KeyObject): boolean {
  return verify(null, toBytes(anchor), key, Buffer.from(anchor.signature, 'base64'))
}

export function fingerprint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

/** Undefined when the line is no anchor. */
export function parseAnchorLine(text: string): Anchor | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isJsonObject(value) || value['v'] !== 1) return undefined
  const { seq, hash, ts, log, key, signature } = value
  if (typeof seq !== 'number' || typeof ts !== 'number' || typeof hash !== 'string') return undefined
  if (typeof log !== 'string' || typeof key !== 'string' || typeof signature !== 'string') return undefined
  return { v: 1, seq, hash, ts, log, key, signature }
}

/** A key as `openssl genpkey -algorithm ed25519` writes it, or its public half. @throws RT_USAGE */
export function parseKey(pem: string, kind: 'private' | 'public'): KeyObject {
  const expected = `a${kind === 'private' ? ' private' : ' public'} Ed25519 key in PEM`
  let key: KeyObject
  try {
    key = kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem)
  } catch (error) {
    throw new RuntimoError(
      'RT_USAGE',
      `key: expected ${expected}, without a pass phrase`,
      { expected },
      { cause: error },
    )
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  const got = key.asymmetricKeyType ?? 'none'
  throw new RuntimoError('RT_USAGE', `key: expected ${expected}, got one of type ${got}`, { expected, got })
}
