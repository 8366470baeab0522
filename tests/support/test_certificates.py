# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: the gst-prompt authors
"""Certificates for tests, made anew each time with the openssl command line."""
import os
import ssl
import subprocess

KINDS = ("good", "self-signed", "wrong-name", "expired")
NAMES = "IP:127.0.0.1,DNS:localhost,DNS:api.test"


def run(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_key(folder, name):
    run(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")


def make_signed(folder, name, names, days):
    make_key(folder, name)
    run(folder, "req", "-new", "-key", name + ".key", "-subj", "/CN=" + name, "-out", name + ".csr")
    with open(os.path.join(folder, name + ".ext"), "w", encoding="utf-8") as extensions:
        extensions.write(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
    sign = ["x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-extfile", name + ".ext", "-out", name + ".crt"]
    try:
        run(folder, *sign, "-days", str(days))
    except subprocess.CalledProcessError:
        # OpenSSL from 3.4 on takes no end before today, but has a word for it.
        run(folder, *sign, "-not_before", "20200101000000Z", "-not_after", "20200102000000Z")


def make(folder):
    """Makes the keys and certificates of all kinds; the path of the authority's certificate."""
    make_key(folder, "ca")
    run(folder, "req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=Test authority", "-days", "2",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
        "-out", "ca.crt")
    make_signed(folder, "good", NAMES, 2)
    make_signed(folder, "wrong-name", "DNS:somebody.else.test", 2)
    make_signed(folder, "expired", NAMES, -1)
    make_key(folder, "self-signed")
    run(folder, "req", "-x509", "-new", "-key", "self-signed.key", "-subj", "/CN=self", "-days", "2",
        "-addext", "subjectAltName=" + NAMES, "-out", "self-signed.crt")
    return os.path.join(folder, "ca.crt")


def server_context(folder, kind, protocols=("h2", "http/1.1")):
    """Prefers HTTP/2, so that the log shows whether a client offers it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, kind + ".crt"), os.path.join(folder, kind + ".key"))
    context.set_alpn_protocols(list(protocols))
    return context
