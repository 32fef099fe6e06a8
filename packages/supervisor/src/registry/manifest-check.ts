import {
  isJsonObject,
  type Json,
  type JsonObject,
  type Level,
  levels,
  type Manifest,
  manifestSchema,
  maxManifestBytes,
  measureJson,
  RuntimoError,
} from '@runtimo/capabilities'
import { describeMismatch } from '@runtimo/worker'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import { compileOwn } from '../options/compile-own.ts'

/** Checks what a worker says of a module, as data: the schema of its arguments is not compiled here. */
export class ManifestCheck {
  #compiled: ValidateFunction | undefined

  /** @throws RT_INVALID_MANIFEST, RT_POSTURE_UNAVAILABLE */
  check(manifest: Json, expected: { readonly name: string; readonly level: Level }): Manifest {
    const measured = measureJson(manifest, { maxBytes: maxManifestBytes })
    if (typeof measured !== 'number') throw invalid(measured.pointer, 'plain data', measured.got)
    if (!this.#isManifest(manifest)) {
      const [first] = this.#validate.errors ?? []
      throw first === undefined ? invalid('', 'a manifest', 'something else') : this.#toError(first, manifest)
    }
    if (manifest.name !== expected.name) {
      throw invalid('/name', JSON.stringify(expected.name), JSON.stringify(manifest.name))
    }
    if (manifest.level !== undefined) requireLevel(manifest.level, expected)
    return manifest
  }

  get #validate(): ValidateFunction {
    this.#compiled ??= compileOwn(manifestSchema)
    return this.#compiled
  }

  #isManifest(value: Json): value is Json & Manifest & JsonObject {
    return this.#validate(value) && isJsonObject(value)
  }

  #toError(error: Parameters<typeof describeMismatch>[0], manifest: Json): RuntimoError {
    const { pointer, expected, got } = describeMismatch(error, manifest)
    return invalid(pointer, expected, got)
  }
}

/** A capability never runs at a level weaker than the one that it asks for. */
function requireLevel(
  wanted: Level,
  { name, level }: { readonly name: string; readonly level: Level },
): void {
  if (levels.indexOf(level) >= levels.indexOf(wanted)) return
  throw new RuntimoError(
    'RT_POSTURE_UNAVAILABLE',
    `${name} needs level ${wanted}, and ${level} was asked for`,
    {
      missing: [{ field: 'level', wanted, got: level }],
    },
  )
}

function invalid(pointer: string, expected: string, got: string): RuntimoError {
  const place = pointer === '' ? 'manifest' : `manifest${pointer}`
  return new RuntimoError('RT_INVALID_MANIFEST', `${place}: expected ${expected}, got ${got}`, {
    pointer,
    expected,
    got,
  })
}
