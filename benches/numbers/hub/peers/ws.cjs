// Says each line that comes on the second port to everybody on the first.
const http = require('node:http').createServer();
const { WebSocketServer, WebSocket } = require('ws');
const server = new WebSocketServer({ server: http });
http.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
require('node:net')
  .createServer((publisher) => {
    require('node:readline').createInterface({ input: publisher }).on('line', (line) => {
      for (const client of server.clients) {
        if (client.readyState === WebSocket.OPEN) client.send(line);
      }
    });
  })
  .listen(Number(process.argv[3]), '127.0.0.1');
