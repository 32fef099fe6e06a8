import { isDeepStrictEqual } from 'node:util'
import { type Manifest, RuntimoError } from '@runtimo/capabilities'

const maxManifests = 256
/** UTF-16 units of JSON, all manifests together. */
const maxLength = 16_777_216

interface Seen {
  readonly manifest: Manifest
  readonly length: number
}

/**
 * The manifests that were seen, by the integrity of the files that gave them: permissions are then known before
 * a worker starts. Bounded: what was not asked for the longest goes first.
 */
export class ManifestCache {
  readonly #seen = new Map<string, Seen>()
  #length = 0

  find(integrity: string): Manifest | undefined {
    const seen = this.#seen.get(integrity)
    if (seen === undefined) return undefined
    this.#seen.delete(integrity)
    this.#seen.set(integrity, seen)
    return seen.manifest
  }

  /**
   * Remembers a checked manifest. Files that gave another one before are forgotten: the job that runs was
   * given what the other asked for.
   * @throws RT_INVALID_MANIFEST
   */
  agree(integrity: string, manifest: Manifest): void {
    const known = this.find(integrity)
    if (known === undefined) return this.#remember(integrity, manifest)
    if (isDeepStrictEqual(known, manifest)) return
    this.#forget(integrity)
    throw new RuntimoError(
      'RT_INVALID_MANIFEST',
      'manifest: expected the one that the same files gave before, got another',
      { pointer: '', expected: 'the manifest that the same files gave before', got: 'another' },
    )
  }

  #remember(integrity: string, manifest: Manifest): void {
    const { length } = JSON.stringify(manifest)
    this.#seen.set(integrity, { manifest, length })
    this.#length += length
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= maxManifests && this.#length <= maxLength) return
      this.#forget(oldest)
    }
  }

  #forget(integrity: string): void {
    this.#length -= this.#seen.get(integrity)?.length ?? 0
    this.#seen.delete(integrity)
  }
}
