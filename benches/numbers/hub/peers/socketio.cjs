// Says each line that comes on the second port to everybody on the first.
const http = require('node:http').createServer();
const { Server } = require('socket.io');
const io = new Server(http, { transports: ['websocket'], serveClient: false });
http.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
require('node:net')
  .createServer((publisher) => {
    require('node:readline').createInterface({ input: publisher }).on('line', (line) => io.emit('m', line));
  })
  .listen(Number(process.argv[3]), '127.0.0.1');
