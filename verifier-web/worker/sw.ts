// The page that a code opens: what it checked before it can check again without a connection. It keeps the proofs itself.
import { keepShell } from './shell.ts'

keepShell({
  prefix: 'tristamp-shell-',
  address: '/',
  addresses: /^\/(?:index\.html)?$|^\/(?:00|01|414|417|8003|8004|8006|8010)\/./,
})
