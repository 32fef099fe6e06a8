import {
  isJsonObject,
  type Json,
  type JsonObject,
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

  /** @throws RT_INVALID_MANIFEST */
  check(manifest: Json, expected: { readonly name: string }): Manifest {
    const measured = measureJson(manifest, { maxBytes: maxManifestBytes })
    if (typeof measured !== 'number') throw invalid(measured.pointer, 'plain data', measured.got)
    if (!this.#isManifest(manifest)) {
      const [first] = this.#validate.errors ?? []
      throw first === undefined ? invalid('', 'a manifest', 'something else') : this.#toError(first, manifest)
    }
    if (manifest.name !== expected.name) {
      throw invalid('/name', JSON.stringify(expected.name), JSON.stringify(manifest.name))
    }
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

function invalid(pointer: string, expected: string, got: string): RuntimoError {
  const place = pointer === '' ? 'manifest' : `manifest${pointer}`
  return new RuntimoError('RT_INVALID_MANIFEST', `${place}: expected ${expected}, got ${got}`, {
    pointer,
    expected,
    got,
  })
}
