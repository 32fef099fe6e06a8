import { type Accelerator, findAccelerators } from './accelerators.ts'
import { type Cpu, readCpu } from './cpu.ts'
import { CpuMeter } from './cpu-meter.ts'
import type { CpuUsage } from './cpu-reading.ts'
import { type Disk, readDisk } from './disk.ts'
import { type Host, readHost } from './host.ts'
import { type Load, readLoad } from './load.ts'
import { type Memory, readMemory } from './memory.ts'
import { type NetworkInterface, readNetwork } from './network.ts'
import { type Pressure, readPressure } from './pressure.ts'

/** What one capture tells. What the machine does not tell is missing. */
export interface TelemetryFields extends Host {
  /** Unix seconds. */
  timestamp: number
  cpu: Cpu
  load: Load
  memory: Memory
  pressure?: Pressure
  /** Of the job's working directory. */
  disk?: Disk
  network: readonly NetworkInterface[]
  accelerators: readonly Accelerator[]
}

/** How to capture {@link Telemetry}. */
export interface TelemetryOptions {
  /** Where /proc, /sys and /dev are; '/' unless told. */
  root?: string
  /** Whose file system `disk` tells of; the current directory unless told. */
  workingDir?: string
  /** A running meter. With it the capture never waits; without, it measures for 200 ms. */
  cpu?: CpuMeter
}

/**
 * State of the machine and of our container at one moment.
 *
 * @example
 * const before = await Telemetry.capture()
 */
export class Telemetry implements Readonly<TelemetryFields> {
  readonly timestamp: number
  readonly host: string
  readonly kernel: string
  readonly uptimeSeconds: number
  readonly cpu: Cpu
  readonly load: Load
  readonly memory: Memory
  // Only declared, so that without a value there is no property either.
  declare readonly pressure?: Pressure
  declare readonly disk?: Disk
  readonly network: readonly NetworkInterface[]
  readonly accelerators: readonly Accelerator[]

  constructor(fields: TelemetryFields) {
    this.timestamp = fields.timestamp
    this.host = fields.host
    this.kernel = fields.kernel
    this.uptimeSeconds = fields.uptimeSeconds
    this.cpu = fields.cpu
    this.load = fields.load
    this.memory = fields.memory
    if (fields.pressure !== undefined) this.pressure = fields.pressure
    if (fields.disk !== undefined) this.disk = fields.disk
    this.network = fields.network
    this.accelerators = fields.accelerators
  }

  /** Reads everything anew; never rejects. */
  static async capture(options: TelemetryOptions = {}): Promise<Telemetry> {
    const [space, machine] = await Promise.all([readDisk(options.workingDir ?? '.'), readMachine(options)])
    return new Telemetry({ ...machine, ...(space !== undefined && { disk: space }) })
  }
}

/** What does not depend on a directory, read anew; never rejects. */
export async function readMachine({
  root = '/',
  cpu,
}: Omit<TelemetryOptions, 'workingDir'>): Promise<Omit<TelemetryFields, 'disk'>> {
  const timestamp = Math.floor(Date.now() / 1000)
  const usage = cpu === undefined ? await measure(root) : cpu.peek()
  const pressure = readPressure(root)
  return {
    timestamp,
    ...readHost(root),
    cpu: readCpu(root, usage),
    load: readLoad(root),
    memory: readMemory(root),
    ...(pressure !== undefined && { pressure }),
    network: readNetwork(root),
    accelerators: findAccelerators(root),
  }
}

async function measure(root: string): Promise<CpuUsage | undefined> {
  using meter = new CpuMeter({ root })
  return await meter.usage()
}
