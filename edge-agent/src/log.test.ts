import { describe, expect, it } from 'vitest'
import { AgentError } from './error.ts'
import { createLog } from './log.ts'
import { jsonOutput } from './log-json.ts'

const silent = new AgentError('DEVICE_SILENT', { device: 'cold1', port: '/dev/x', why: 'no answer' })

describe('the log', () => {
  it('is lines for people on a terminal', () => {
    const lines: string[] = []
    const log = createLog((line) => lines.push(line), 'zh')
    log.info('· device cold1 is up')
    log.problem(silent)
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} · 设备 cold1 正常\n$/)
    expect(lines[1]).toMatch(/✗ DEVICE_SILENT /)
  })

  it('is one JSON object a line elsewhere, with the same codes', () => {
    const lines: string[] = []
    const log = createLog(
      jsonOutput((line) => lines.push(line)),
      'en',
    )
    log.info('a "quoted"\nline')
    log.problem(silent)
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
    const [info, problem] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(info).toMatchObject({ level: 'info', program: 'tristamp-agent', msg: 'a "quoted"\nline' })
    expect(problem).toMatchObject({ level: 'warn', code: 'DEVICE_SILENT', device: 'cold1' })
    const fields = ['code', 'device', 'level', 'msg', 'pid', 'program', 'time']
    expect(new Set(Object.keys(problem!))).toEqual(new Set(fields))
    expect(Date.parse(String(problem!['time']))).not.toBeNaN()
  })

  it('tells a thing that repeats itself once a minute', () => {
    let nowMs = 0
    const lines: string[] = []
    const log = createLog(
      (line) => lines.push(line),
      'en',
      () => nowMs,
    )
    for (const at of [0, 1000, 59_999, 60_000]) {
      nowMs = at
      log.problem(silent, 'cold1')
      log.problem(silent, 'cold2')
    }
    expect(lines).toHaveLength(4)
  })
})
