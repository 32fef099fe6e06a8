import process from 'node:process'
import { CapabilityRegistry } from '../registry/registry.ts'
import { printJson } from './print-json.ts'
import { table } from './render/table.ts'

export function list({ schema, json }: { readonly schema?: boolean; readonly json?: boolean }): void {
  const manifests = new CapabilityRegistry()
    .list()
    .flatMap(({ kind, manifest }) => (manifest === undefined ? [] : [{ kind, manifest }]))
  if (json === true) {
    const rows = manifests.map(({ kind, manifest: { args, ...rest } }) => ({
      ...rest,
      kind,
      ...(schema === true ? { args } : {}),
    }))
    printJson(rows)
    return
  }
  process.stdout.write(
    table(
      ['NAME', 'KIND', 'DESCRIPTION'],
      manifests.map(({ kind, manifest }) => [manifest.name, kind, manifest.description]),
    ),
  )
  if (schema !== true) return
  for (const { manifest } of manifests) {
    process.stdout.write(`\n${manifest.name}\n${JSON.stringify(manifest.args, null, 2)}\n`)
  }
}
