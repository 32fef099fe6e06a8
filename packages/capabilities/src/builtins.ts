import type { Capability, CommandCapability } from './capability.ts'
import { fileRead } from './file-read/execute.ts'
import { fileWrite } from './file-write/execute.ts'
import { shellExec } from './shell-exec/shell-exec.ts'
import { undo } from './undo/execute.ts'

/** The capabilities that come with Runtimo. */
export const builtins: readonly Capability[] = [fileRead, fileWrite, shellExec, undo]

export function findBuiltin(name: string): Capability | undefined {
  return builtins.find((capability) => capability.manifest.name === name)
}

export function isCommand(capability: Capability): capability is CommandCapability {
  return 'plan' in capability
}
