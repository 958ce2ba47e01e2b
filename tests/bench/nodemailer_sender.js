// nodemailer as a sender, pooled: node nodemailer_sender.js OPTIONS.json
//
// It composes each message from its parts, as it must; `padding` brings it to the
// size that everybody's messages have here.
const nodemailer = require("nodemailer");
const given = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));

const relay = nodemailer.createTransport({
  pool: true,
  host: "localhost",
  port: given.port,
  maxConnections: given.connections,
  maxMessages: Infinity,
  ignoreTLS: !given.ca,
  requireTLS: !!given.ca,
  tls: given.ca ? { ca: require("fs").readFileSync(given.ca) } : undefined,
  dkim: given.dkim || undefined,
});

const letter = i => {
  const greeting = "Dear Reader " + i + ",";
  return {
    envelope: { from: "bounce@harbour.example", to: `reader${i}@d${i % 7}.paper.example` },
    from: given.fields["From"],
    replyTo: given.fields["Reply-To"],
    to: { name: "Reader " + i, address: `reader${i}@d${i % 7}.paper.example` },
    subject: given.fields["Subject"],
    headers: given.others,
    text: given.text.replace(given.greeting, greeting) + given.padding,
    html: given.html.replace(given.greeting, greeting),
    textEncoding: "quoted-printable",
  };
};

let next = 0;
const work = async () => {
  while (next < given.count) await relay.sendMail(letter(++next));
};

(async () => {
  console.log("ready");
  // Twice as many as connections: the pool always has one waiting.
  await Promise.all(Array.from({ length: 2 * given.connections }, work));
  relay.close();
})().catch(error => {
  console.error(error);
  process.exit(1);
});
