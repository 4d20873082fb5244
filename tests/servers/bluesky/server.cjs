// A Bluesky server of one's own on loopback: the real PDS, and a directory of identities that lives in memory.
// Called with a port, a folder for its data, a handle and a password. Says «ready» when there is an account.
const crypto = require('node:crypto')
const { mkdirSync } = require('node:fs')
const { join } = require('node:path')

const [port, folder, handle, password] = process.argv.slice(2)
process.env.LOG_ENABLED ??= 'false'
const { PDS, envToCfg, envToSecrets } = require('@atproto/pds')
const { MockDatabase, PlcServer } = require('@did-plc/server')

const secret = () => crypto.randomBytes(32).toString('hex')

async function main() {
  mkdirSync(join(folder, 'blobs'), { recursive: true })
  const plc = PlcServer.create({ db: new MockDatabase() })
  const listener = await plc.start() // any free port
  const settings = {
    port: Number(port),
    hostname: 'localhost',
    devMode: true,
    dataDirectory: folder,
    blobstoreDiskLocation: join(folder, 'blobs'),
    didPlcUrl: `http://localhost:${listener.address().port}`,
    inviteRequired: false,
    disableSsrfProtection: true,
    rateLimitsEnabled: true, // as they are for everyone
    jwtSecret: process.env.PDS_JWT_SECRET ?? secret(),
    adminPassword: secret(),
    dpopSecret: secret(),
    plcRotationKeyK256PrivateKeyHex: secret(),
  }
  const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
  await pds.start()
  const call = async (name, body, token) => {
    const answer = await fetch(`http://localhost:${port}/xrpc/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const account = { email: 'bibliotek@example.org', handle, password: secret() }
  const { accessJwt } = await call('com.atproto.server.createAccount', account)
  const made = await call('com.atproto.server.createAppPassword', { name: 'utbud' }, accessJwt)
  console.log(JSON.stringify({ ready: true, handle, password: made.password }))
  const stop = async () => {
    await pds.destroy()
    await plc.destroy()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
