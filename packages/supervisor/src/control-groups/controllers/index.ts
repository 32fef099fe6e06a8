import type { Ceiling, Controller } from './controller.ts'
import { cpuTime } from './cpu-time.ts'
import { cpu } from './cpu.ts'
import { io } from './io.ts'
import { memory } from './memory.ts'
import { pids } from './pids.ts'

export type { Ceiling, Controller, ReadFile, Version } from './controller.ts'

export type CeilingName = 'memory' | 'pids' | 'cpu'
export type ControllerName = CeilingName | 'cpuTime' | 'io'

export const ceilings: Readonly<Record<CeilingName, Ceiling>> = { memory, pids, cpu }
export const controllers: Readonly<Record<ControllerName, Controller>> = { ...ceilings, cpuTime, io }
export const ceilingNames: readonly CeilingName[] = ['memory', 'pids', 'cpu']
