import process from 'node:process'
import { channelFd, openChannel } from './protocol/channel.ts'
import { Host } from './host/serve.ts'

// The entry of levels `process` and `sandbox`: jobs, one after the other, in the main thread of a process.
const channel = openChannel(channelFd, {
  onRequest: (request) => void host.handle(request),
  // Whoever asked is gone: there is nobody to work for.
  onClose: () => process.exit(0),
})
const host = new Host(channel)
channel.send({ type: 'ready' })
