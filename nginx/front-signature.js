// Signs a request to the functions, so that they can tell nginx from anybody else who knows their address. The functions check it
// with FrontSignature.cs, whose comments define what is signed. njs runs sign once a request.

const crypto = require('crypto');

const key = '${DRAGOMAN_FRONT_KEY}';

// A proxy between nginx and the functions may encode or decode the path once more, so both sides sign what is left after decoding.
// Both numbers bound the work that a client can cause: a character takes about 5 us, in which this worker serves nobody else.
const mostRounds = 4;
const mostEncoded = 100;

function plain(path) {
    const rounds = path.split('%').length - 1 > mostEncoded ? 0 : mostRounds;
    for (let round = 0; round < rounds && path.includes('%'); round++) {
        path = path.replace(/%[0-9A-Fa-f]{2}/g, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
    }
    while (path.includes('//')) {
        path = path.split('//').join('/');
    }
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function sign(r) {
    const seconds = Math.floor(Date.now() / 1000);
    const path = plain(r.variables.request_uri.split('?')[0]);
    const text = 'dragoman-front-1\n' + seconds + '\n' + r.method + '\n' + path;
    return 't=' + seconds + ',s=' + crypto.createHmac('sha256', key).update(text).digest('hex');
}

export default { sign };
