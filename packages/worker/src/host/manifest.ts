import { type Json, maxManifestBytes, measureJson, RuntimoError } from '@runtimo/capabilities'

/** The manifest as plain data, so that the supervisor may look at it without touching the module. */
export function toManifest(manifest: unknown): Json {
  const measured = measureJson(manifest, { maxBytes: maxManifestBytes })
  if (typeof measured === 'number') return JSON.parse(JSON.stringify(manifest))
  throw new RuntimoError(
    'RT_LOAD_FAILED',
    `the manifest is no plain data: ${measured.got} at ${measured.pointer}`,
    {
      pointer: measured.pointer,
      got: measured.got,
    },
  )
}
