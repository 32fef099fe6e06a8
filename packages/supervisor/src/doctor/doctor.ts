import process from 'node:process'
import type { Check } from './check.ts'
import { type Machine, readMachine } from './machine.ts'
import { probeControlGroups } from './probes/control-groups.ts'
import { probeDescriptors } from './probes/descriptors.ts'
import { probeForkEvents } from './probes/fork-events.ts'
import { probeMemory, probeTasks } from './probes/headroom.ts'
import { probeIdMappedMount } from './probes/id-mapped-mount.ts'
import { probeKernel } from './probes/kernel.ts'
import { probeLauncher } from './probes/launcher.ts'
import { probeOthers, probeProc } from './probes/proc.ts'
import { probeProcessLevel } from './probes/process-level.ts'
import { probePs } from './probes/ps.ts'
import { probeReaper } from './probes/reaper.ts'
import { probeNode, probeProcessor } from './probes/runtime.ts'
import { probeSandboxLevel } from './probes/sandbox-level.ts'
import { type DoctorReport, toReport } from './report.ts'

export interface DoctorOptions {
  /** Where jobs are to work; our own working directory unless told. */
  readonly workingDir?: string
}

/**
 * Finds out by doing what this machine can do for jobs, and what is in the way of the rest.
 *
 * @example
 * const { ok, checks } = await runDoctor()
 * for (const { have, ability, cause, cure } of checks) if (!have) console.log(ability, cause, cure)
 */
export async function runDoctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const { workingDir = process.cwd() } = options
  const machine = readMachine()
  const proc = probeProc()
  // What is found through the wrong /proc would be wrong.
  if (!proc.have) return toReport([proc])
  const [levels, groups, forkEvents, reaper, ps] = await Promise.all([
    probeLevels(machine, workingDir),
    probeControlGroups(),
    probeForkEvents(),
    probeReaper(),
    probePs(),
  ])
  const simple = [
    probeKernel(machine),
    probeNode(),
    probeProcessor(),
    proc,
    probeOthers(),
    probeDescriptors(),
    probeMemory(),
    probeTasks(),
  ]
  return toReport([...simple, ...levels, ...groups, forkEvents, reaper, ps])
}

async function probeLevels(machine: Machine, workingDir: string): Promise<readonly Check[]> {
  const { check, file } = probeLauncher(machine)
  if (file === undefined) return [check]
  using executable = file
  const { path } = executable
  const checks = await Promise.all([
    probeProcessLevel(path, machine),
    probeIdMappedMount(path, machine, workingDir),
    probeSandboxLevel(path, machine),
  ])
  return [check, ...checks.flat()]
}
