// Loaded into a program before its own code (`node --import`), never part of it: at one call to the disk or the network, named by the file
// at FAILPOINT, the process kills itself, the call fails, or only half of it is done. Plain JavaScript, as the programs run without a build
// step of the tests. `failpoint.ts` writes the file.
import { promises, readFileSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

const control = process.env.FAILPOINT
/** The point that the file names now, and how many calls like it were seen. */
let point
let seen = 0
/** The disk is full from the point on, for as long as the file is there. */
let full = false

/** What happens at this call: undefined, nothing. */
function faultAt(call, path, content) {
  look()
  if (point === undefined) return undefined
  if (full && (call === 'write' || call === 'rows')) return 'ENOSPC'
  const met = call === point.call && new RegExp(point.path).test(path) && content().includes(point.holding)
  if (point.fired || !met || ++seen < point.nth) return undefined
  point.fired = true
  full = point.fault === 'ENOSPC'
  writeFileSync(`${control}.fired`, `${call} ${path}`)
  return point.fault
}

function look() {
  let text
  try {
    text = readFileSync(control, 'utf8')
  } catch {
    point = undefined
    full = false
    return
  }
  if (text === point?.text) return
  point = { ...JSON.parse(text), text, fired: false }
  seen = 0
  full = false
}

/**
 * Does a call with its fault. `half` does part of it, where there is such a thing: it is what a kill or a full disk leaves behind, and
 * all of what a short write does.
 */
async function faulty(fault, whole, half) {
  switch (fault) {
    case undefined:
      return whole()
    case 'kill':
      await half?.()
      return die()
    case 'kill after':
      await whole()
      return die()
    case 'short':
      return half === undefined ? whole() : half()
    case 'ENOSPC':
      await half?.()
      throw failure('ENOSPC', 'no space left on device')
    default:
      throw failure('EIO', 'i/o error')
  }
}

function die() {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

function failure(code, words) {
  return Object.assign(new Error(`${code}: ${words}, injected`), { code, syscall: 'injected' })
}

const nothing = () => ''

async function faultyFiles() {
  /** Of every open file its path and what was written to it last. */
  const files = new WeakMap()
  const { open, rename } = promises
  promises.open = async (path, ...rest) => {
    const handle = await open(path, ...rest)
    files.set(handle, { path: String(path), last: nothing })
    return handle
  }
  /** What was written to a file as a whole, for when it is put in place. */
  const drafts = new Map()
  promises.rename = (from, to) =>
    faulty(faultAt('rename', String(to), drafts.get(String(from)) ?? nothing), () => rename(from, to))
  const probe = await open('/dev/null')
  const proto = Object.getPrototypeOf(probe)
  await probe.close()

  const { write, writeFile, sync, datasync, truncate } = proto
  const fileOf = (handle) => files.get(handle) ?? { path: '', last: nothing }
  proto.write = function (buffer, offset, length, position) {
    const file = fileOf(this)
    file.last = () => Buffer.from(buffer.buffer, buffer.byteOffset + offset, length)
    return faulty(
      faultAt('write', file.path, file.last),
      () => write.call(this, buffer, offset, length, position),
      () => write.call(this, buffer, offset, Math.max(1, length >> 1), position),
    )
  }
  proto.writeFile = function (bytes, ...rest) {
    const file = fileOf(this)
    file.last = () => Buffer.from(bytes)
    drafts.set(file.path, file.last)
    const half = (all) => all.subarray(0, all.length >> 1)
    return faulty(
      faultAt('write', file.path, file.last),
      () => writeFile.call(this, bytes, ...rest),
      () => writeFile.call(this, half(file.last()), ...rest),
    )
  }
  for (const [name, call] of Object.entries({ sync, datasync })) {
    proto[name] = function () {
      const { path, last } = fileOf(this)
      return faulty(faultAt('sync', path, last), () => call.call(this))
    }
  }
  proto.truncate = function (size) {
    return faulty(faultAt('truncate', fileOf(this).path, nothing), () => truncate.call(this, size))
  }
}

/** LevelDB writes by itself, in native code: its batches succeed or fail as one. */
function faultyRows() {
  const { ClassicLevel } = createRequire(import.meta.url)('classic-level')
  const chainedBatch = ClassicLevel.prototype._chainedBatch
  ClassicLevel.prototype._chainedBatch = function () {
    const batch = chainedBatch.call(this)
    const write = batch._write
    batch._write = function (options) {
      const { location } = this.db
      const whole = () => write.call(this, options)
      return faulty(faultAt('rows', location, nothing), whole).catch((error) => {
        if (error.syscall !== 'injected') throw error
        const words = error.code === 'EIO' ? 'Input/output error' : 'No space left on device'
        throw Object.assign(new Error(`IO error: ${location}: ${words}`), { code: 'LEVEL_IO_ERROR' })
      })
    }
    return batch
  }
}

function faultySockets() {
  const { write } = Socket.prototype
  Socket.prototype.write = function (chunk, ...rest) {
    const fault = faultAt('send', '', () => (typeof chunk === 'string' ? chunk : Buffer.from(chunk)))
    if (fault === 'kill') void die()
    if (fault === 'EIO') {
      this.destroy(failure('ECONNRESET', 'reset'))
      return false
    }
    const taken = write.call(this, chunk, ...rest)
    if (fault === 'kill after') void die()
    return taken
  }
}

if (control !== undefined && isMainThread) {
  await faultyFiles()
  faultyRows()
  faultySockets()
  syncBuiltinESMExports()
}
