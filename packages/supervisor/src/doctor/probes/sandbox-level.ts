import { RuntimoError } from '@runtimo/capabilities'
import { readLandlockAbi } from '../../linux/landlock.ts'
import { probeHostRoot, type HostRoot } from '../../view/host-root.ts'
import { type Check, has, lacks, ofSandbox } from '../check.ts'
import type { Refused } from '../explain/diagnosis.ts'
import { explainProc } from '../explain/mounts.ts'
import { isIdMapStep } from '../launch-failure.ts'
import type { Machine } from '../machine.ts'
import { judge } from './judge.ts'
import { haveNamespaces, judgeNamespaces, probeUserNamespace } from './namespaces.ts'
import { play } from './play.ts'
import { sandboxTapes } from './policy.ts'

const idMaps = ofSandbox('id_maps', 'uid')
const privateRoot = ofSandbox('private_root', 'view')
const newProc = ofSandbox('new_proc', 'pidNamespace')

/** Makes a whole sandbox; only where that fails is one part tried after the other. */
export async function probeSandboxLevel(executable: string, machine: Machine): Promise<Check[]> {
  const root = hostRoot()
  if ('ability' in root) return [root]
  const { base, job } = sandboxTapes(readLandlockAbi(), root)
  const refused = await play(executable, base, { job })
  const step = refused === undefined ? 'none' : stepOf(refused, machine)
  if (refused === undefined || step === 'none') {
    return [...haveNamespaces(), has(idMaps, 'written'), haveRoot, has(newProc, 'mounted')]
  }
  switch (step) {
    case 'early':
      return [
        await probeUserNamespace(executable, machine),
        judge(privateRoot, refused, machine),
        ...knownMasks(machine),
      ]
    case 'namespaces':
      return [...(await judgeNamespaces(executable, refused, machine)), ...knownMasks(machine)]
    case 'id maps':
      return [...haveNamespaces(), judge(idMaps, refused, machine), ...knownMasks(machine)]
    case 'root':
      return [
        ...haveNamespaces(),
        has(idMaps, 'written'),
        judge(privateRoot, refused, machine),
        ...knownMasks(machine),
      ]
    case 'proc':
      return [...haveNamespaces(), has(idMaps, 'written'), haveRoot, judge(newProc, refused, machine)]
  }
}

const haveRoot = has(privateRoot, 'mounted: tmpfs, the programs of this machine read-only')

type Step = 'none' | 'early' | 'namespaces' | 'id maps' | 'root' | 'proc'

function stepOf(refused: Refused, machine: Machine): Step {
  const { call, text, purpose } = refused
  if (call === 'seccomp' || call.startsWith('landlock')) return 'none' // told of at level process
  if (call === 'unshare') return 'namespaces'
  if (isIdMapStep(refused)) return 'id maps'
  if (text.startsWith('mount("proc"') || text.includes('/proc/')) return 'proc'
  const isTaking = /^(?:take|restrict) /u.test(purpose) || call.startsWith('setres') || call === 'setgroups'
  return machine.isRoot && isTaking ? 'early' : 'root'
}

/** Not tried yet, but sure to be refused once all before it works. */
function knownMasks(machine: Machine): Check[] {
  if (machine.procMasks.length === 0) return []
  const refused = { call: 'mount', text: 'mount("proc")', purpose: '', errno: 'EPERM' }
  return [lacks(newProc, 'not tried', explainProc(refused, machine))]
}

function hostRoot(): HostRoot | Check {
  try {
    return probeHostRoot()
  } catch (error) {
    if (!(error instanceof RuntimoError)) throw error
    const cure = 'run on a system that keeps its programs below /usr'
    return lacks(privateRoot, 'no programs to show', [{ cause: error.message, cure }])
  }
}
