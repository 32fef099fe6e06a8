import { hash } from 'node:crypto'
import {
  type Json,
  type JsonObject,
  type Manifest,
  redact,
  type Secrets,
  secretsOf,
  secretTexts,
} from '@runtimo/capabilities'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** Of arguments that take more, only the hash and length are written. */
const maxArgumentBytes = 4096

/** What is known of a capability by now: of a foreign one nothing before its files were loaded once. */
export function manifestOf({ capability }: Job, { manifestCache }: Services): Manifest | undefined {
  const { manifest, code } = capability
  return manifest ?? (code === undefined ? undefined : manifestCache.find(code.integrity))
}

/** A schema may take a megabyte, and is asked at the start and at the end of each job. */
const known = new WeakMap<Manifest, Secrets>()

function secretsBy(manifest: Manifest): Secrets {
  const secrets = known.get(manifest) ?? secretsOf(manifest.args)
  known.set(manifest, secrets)
  return secrets
}

/**
 * The arguments as they are written: without what the capability's schema marks secret. Of a schema that is not known
 * yet, not even a hash: a short secret can be found by trying.
 */
export function describeArguments(args: Json, manifest: Manifest | undefined): JsonObject {
  if (manifest === undefined) return { bytes: Buffer.byteLength(JSON.stringify(args)) }
  const value = redact(args, secretsBy(manifest))
  const text = JSON.stringify(value)
  const bytes = Buffer.byteLength(text)
  return { bytes, sha256: hash('sha256', text), ...(bytes <= maxArgumentBytes ? { value } : {}) }
}

/** The secrets among the arguments: taken out of what the job printed and returned before that is written. */
export function secretsIn(args: Json, manifest: Manifest | undefined): string[] {
  return manifest === undefined ? [] : secretTexts(args, secretsBy(manifest))
}
