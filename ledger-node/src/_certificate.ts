import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { TlsFiles } from './tls.ts'

/** Certificates for tests come from openssl; where it is missing, those tests are skipped. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0

/** A self-signed certificate for 127.0.0.1 and localhost, with its key, in this folder. */
export function makeCertificate(folder: string, name: string): TlsFiles {
  const files = { cert: join(folder, `${name}-cert.pem`), key: join(folder, `${name}-key.pem`) }
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc']
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const args = ['req', '-x509', ...curve, ...names, '-days', '2', '-keyout', files.key, '-out', files.cert]
  execFileSync('openssl', args, { stdio: 'ignore' })
  return files
}
