import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { openError } from './store-error.ts'

/**
 * Repairs if told so, then writes all tables anew: what comes through that will come through whatever the database does to its tables later.
 * Plain JavaScript, for a Node without anything of ours.
 */
const PROGRAM = `
const [, library, folder, repair] = process.argv
const { Level } = require(library)
async function work() {
  if (repair) await Level.repair(folder)
  const database = new Level(folder, { createIfMissing: false, maxFileSize: 1048576 })
  await database.open()
  // Tables that overlap are merged by this, others only moved: so whether keys can be read, and their order, is looked at, too.
  await database.compactRange('', '\\uffff').catch(() => undefined)
  let last
  try {
    for await (const key of database.keys({ keyEncoding: 'buffer' })) {
      if (last && Buffer.compare(last, key) >= 0) process.exit(2)
      last = key
    }
  } catch {
    process.exit(2)
  }
  await database.close()
}
work().catch((error) => {
  process.stdout.write(String((error.cause ?? error).message))
  process.exitCode = 1
})
`
const WORDS = 2000

/**
 * Makes what is readable of a damaged database a database again, in place. In a process of its own: LevelDB ends the process that it is in when a
 * table's keys are out of order (an assertion, measured), and a gateway would end so at each of its starts. Tables that it cannot bear, or keeps
 * though their keys cannot be read, are left out.
 * @throws AgentError OUTBOX_DAMAGED, DISK_FULL
 */
export async function repairApart(folder: string): Promise<void> {
  const aside = `${folder}.apart`
  const one = `${folder}.one`
  try {
    rmSync(aside, { recursive: true, force: true })
    cpSync(folder, aside, { recursive: true })
    if (await survives(folder)) return
    const tables = readdirSync(aside).filter((name) => name.endsWith('.ldb'))
    for (const name of tables) {
      rmSync(one, { recursive: true, force: true })
      mkdirSync(one, { mode: 0o700 })
      cpSync(join(aside, name), join(one, name))
      if (!(await survives(one).catch(() => true))) rmSync(join(aside, name))
    }
    rmSync(folder, { recursive: true, force: true })
    cpSync(aside, folder, { recursive: true })
    if (await survives(folder)) return
    throw openError(new Error('its repair does not come to an end'), folder)
  } finally {
    for (const path of [aside, one]) rmSync(path, { recursive: true, force: true })
  }
}

/**
 * Whether the closed database can be written anew as it stands, tried with a copy. It may open without a word, and end the process only when it
 * merges its tables in the background.
 */
export async function isBearable(folder: string): Promise<boolean> {
  const copy = `${folder}.proof`
  try {
    rmSync(copy, { recursive: true, force: true })
    cpSync(folder, copy, { recursive: true })
    // What is wrong in another way is found where it is opened.
    return await survives(copy, false).catch(() => true)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** @returns false when the process was ended over it. @throws AgentError OUTBOX_DAMAGED, DISK_FULL */
function survives(folder: string, repair = true): Promise<boolean> {
  const library = createRequire(import.meta.url).resolve('level')
  return new Promise((resolve, reject) => {
    const args = ['-e', PROGRAM, library, folder, ...(repair ? ['repair'] : [])]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let words = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      words = (words + text).slice(0, WORDS)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 1) reject(openError(new Error(words), folder))
      else resolve(code === 0)
    })
  })
}
