// How the browser is started: Debian's, without anything that would talk to the outside.
export const chromium = {
  browserName: 'chromium',
  launchOptions: {
    executablePath: process.env.SHIMIN_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  },
}
