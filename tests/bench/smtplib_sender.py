#!/usr/bin/python3
"""Python's smtplib as a sender: a process for each core, each with its share of the connections.

`smtplib_sender.py PORT CONNECTIONS COUNT MESSAGE CA`: every connection is a thread that keeps it open
and sends its share of COUNT messages, each with another To. CA: "" for a plain connection.
"""

import os
import smtplib
import ssl
import sys
import threading

READER = b"reader1@d1.paper.example"


def send(port, numbers, message, ca):
  relay = smtplib.SMTP("localhost", port)
  if ca:
    relay.starttls(context=ssl.create_default_context(cafile=ca))
  for i in numbers:
    address = f"reader{i}@d{i % 7}.paper.example"
    relay.sendmail("bounce@harbour.example", [address], message.replace(READER, address.encode(), 1))
  relay.quit()


def share(port, shares, message, ca):
  threads = [threading.Thread(target=send, args=(port, numbers, message, ca)) for numbers in shares]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()


def main():
  port, connections, count = (int(argument) for argument in sys.argv[1:4])
  with open(sys.argv[4], "rb") as file:
    message = file.read()
  shares = [range(k, count, connections) for k in range(connections)]
  workers = min(connections, os.cpu_count())
  print("ready", flush=True)
  children = []
  for k in range(workers):
    child = os.fork()
    if not child:
      share(port, shares[k::workers], message, sys.argv[5])
      os._exit(0)
    children.append(child)
  for child in children:
    os.waitpid(child, 0)


if __name__ == "__main__":
  main()
