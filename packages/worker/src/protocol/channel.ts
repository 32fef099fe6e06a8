import { Socket } from 'node:net'
import { encodeFrame, FrameReader } from './frame.ts'
import { maxRequestBytes, type Reply, type Request } from './messages.ts'

/** The descriptor on which a worker finds its socket to the supervisor. */
export const channelFd = 3

export interface ChannelHandlers {
  onRequest(request: Request): void
  onClose(): void
}

/** The worker's end of the channel. The supervisor is believed: its frames are only decoded. */
export function openChannel(fd: number, handlers: ChannelHandlers): { send(...replies: Reply[]): void } {
  const socket = new Socket({ fd, readable: true, writable: true })
  const frames = new FrameReader(maxRequestBytes)
  socket.on('data', (chunk: Buffer) => {
    for (const body of frames.push(chunk)) {
      const request: Request = JSON.parse(body.toString('utf8'))
      handlers.onRequest(request)
    }
  })
  socket.on('close', () => handlers.onClose())
  socket.on('error', () => handlers.onClose())
  return {
    send: (...replies) => {
      socket.cork() // one system call, and the supervisor wakes once
      for (const reply of replies) socket.write(encodeFrame(reply))
      socket.uncork()
    },
  }
}
