import process from 'node:process'
import prettyBytes from 'pretty-bytes'
import prettyMs from 'pretty-ms'
import { toWire } from '../codec/wire.ts'
import { Telemetry } from '../telemetry/index.ts'
import { printJson } from './print-json.ts'
import { table } from './render/table.ts'

export async function telemetry({ json }: { readonly json?: boolean }): Promise<void> {
  const captured = await Telemetry.capture()
  if (json === true) printJson(toWire(captured))
  else process.stdout.write(table(['WHAT', 'VALUE'], rows(captured)))
}

function rows({
  host,
  kernel,
  uptimeSeconds,
  cpu,
  load,
  memory,
  pressure,
  disk,
  network,
  accelerators,
}: Telemetry): string[][] {
  const { limitBytes, usedBytes } = memory
  return [
    ['host', host],
    ['kernel', kernel],
    ['up', prettyMs(uptimeSeconds * 1000, { compact: true })],
    ['cpu', `${cpu.count} × ${cpu.model ?? 'unknown'}, ${cpu.usagePercent ?? '?'} % used`],
    ...(cpu.limit === undefined
      ? []
      : [['cpu of container', `${cpu.limit} CPUs, ${cpu.containerUsagePercent ?? '?'} % used`]]),
    ['load', `${load.one} ${load.five} ${load.fifteen}`],
    ['memory', `${prettyBytes(memory.availableBytes)} available of ${prettyBytes(memory.totalBytes)}`],
    ...(limitBytes === undefined
      ? []
      : [['memory of container', `${prettyBytes(usedBytes ?? 0)} used of ${prettyBytes(limitBytes)}`]]),
    ...(pressure?.cpu?.some === undefined ? [] : [['cpu pressure', `${pressure.cpu.some.avg10} % in 10 s`]]),
    ...(disk === undefined
      ? []
      : [
          [
            'disk',
            `${prettyBytes(disk.availableBytes)} available of ${prettyBytes(disk.totalBytes)} at ${disk.path}`,
          ],
        ]),
    ['network', network.map(({ name }) => name).join(' ')],
    ...(accelerators.length === 0 ? [] : [['accelerators', accelerators.map(({ path }) => path).join(' ')]]),
  ]
}
