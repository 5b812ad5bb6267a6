// The phone that every journey is made with: a small one, in Chinese, in China, with nothing of the vendor's own traffic.
export const PHONE = { width: 360, height: 780 };

export const browser = {
  browserName: 'chromium',
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
  viewport: PHONE,
  screenshot: 'only-on-failure',
  launchOptions: {
    executablePath: process.env.SHIMIN_CHROMIUM || '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};
