import { closeSync, readlinkSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { checked, libc } from './libc.ts'

const AF_NETLINK = 16
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const NETLINK_CONNECTOR = 11
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVTIMEO = 20
const SO_RCVBUFFORCE = 33
const CN_IDX_PROC = 1
const CN_VAL_PROC = 1
const NLMSG_DONE = 3
const PROC_CN_MCAST_LISTEN = 1
const PROC_CN_MCAST_IGNORE = 2

const INITIAL_PID_NAMESPACE = 'pid:[4026531836]' // the same number on every kernel
const RECEIVE_TIMEOUT_US = 250_000

/**
 * Subscribes to every fork, exec, rename and exit of this machine, and returns the descriptor to read
 * them from, one datagram an event. A read gives up after 250 ms (EAGAIN) and tells of loss (ENOBUFS).
 * That the call works does not prove that events come: older kernels keep silent in a user namespace.
 */
export function openProcConnector(receiveBuffer: number = 16 * 2 ** 20): number {
  if (endianness() !== 'LE') throw new Error('the proc connector is read on little-endian machines only')
  if (readlinkSync('/proc/self/ns/pid') !== INITIAL_PID_NAMESPACE) {
    throw new Error('the proc connector speaks of pids of the initial pid namespace')
  }
  const socket = libc.func('socket', 'int', ['int', 'int', 'int']) as (...args: number[]) => number
  const bind = libc.func('bind', 'int', ['int', 'void *', 'uint']) as SetBytes
  const setsockopt = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint']) as SetOption

  const fd = checked('socket', socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR))
  try {
    checked('setsockopt', setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval(RECEIVE_TIMEOUT_US), 16))
    // Only CAP_NET_ADMIN may go over net.core.rmem_max; without it take what one can get.
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(receiveBuffer), 4) === -1) {
      checked('setsockopt', setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int(receiveBuffer), 4))
    }
    checked('bind', bind(fd, address(), 12))
    subscribe(fd)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return fd
}

/** Older kernels go on making events for nobody unless told to stop. */
export function closeProcConnector(fd: number): void {
  try {
    writeSync(fd, control(PROC_CN_MCAST_IGNORE))
  } finally {
    closeSync(fd)
  }
}

function subscribe(fd: number): void {
  try {
    writeSync(fd, control(PROC_CN_MCAST_LISTEN))
  } catch (error) {
    const reason = 'the proc connector answers in the initial network namespace of a kernel that has it'
    throw new Error(reason, { cause: error })
  }
}

type SetBytes = (fd: number, bytes: Uint8Array, length: number) => number
type SetOption = (fd: number, level: number, option: number, value: Uint8Array, length: number) => number

// struct sockaddr_nl with the port number left to the kernel
function address(): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(12))
  bytes.setUint16(0, AF_NETLINK, true)
  bytes.setUint32(8, CN_IDX_PROC, true)
  return new Uint8Array(bytes.buffer)
}

// struct nlmsghdr, struct cn_msg and the one word that the connector takes
function control(operation: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(40))
  bytes.setUint32(0, bytes.byteLength, true)
  bytes.setUint16(4, NLMSG_DONE, true)
  bytes.setUint32(16, CN_IDX_PROC, true)
  bytes.setUint32(20, CN_VAL_PROC, true)
  bytes.setUint16(32, 4, true)
  bytes.setUint32(36, operation, true)
  return new Uint8Array(bytes.buffer)
}

function timeval(microseconds: number): Uint8Array {
  return new Uint8Array(new BigInt64Array([0n, BigInt(microseconds)]).buffer)
}

function int(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer)
}
