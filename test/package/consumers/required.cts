import sexton = require('sexton')

const status: Promise<sexton.ExitStatus> = sexton.spawn('true').exited

export = status
