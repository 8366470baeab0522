// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: the gst-prompt authors
//
// Preloaded into a test: names and addresses that no real network has.
//   hang.test    the lookup takes 20 s
//   again.test   the lookup fails for the moment
//   api.test     127.0.0.1
//   port80.test  127.0.0.80, whose port 80 is really $FAKE_PORT_80 of 127.0.0.1
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string_view wanted = name == nullptr ? "" : name;
  if (wanted == "hang.test") {
    sleep(20);
    return EAI_NONAME;
  }
  if (wanted == "again.test") return EAI_AGAIN;
  if (wanted == "api.test") return real("127.0.0.1", service, hints, result);
  if (wanted == "port80.test") return real("127.0.0.80", service, hints, result);
  if (wanted.ends_with(".test")) return EAI_NONAME;
  return real(name, service, hints, result);
}

extern "C" __attribute__((visibility("default"))) int connect(int fd, const sockaddr* address,
                                                              socklen_t length) {
  static const auto real = reinterpret_cast<decltype(&connect)>(dlsym(RTLD_NEXT, "connect"));
  const char* port = std::getenv("FAKE_PORT_80");
  if (address->sa_family != AF_INET || port == nullptr) return real(fd, address, length);
  sockaddr_in to = *reinterpret_cast<const sockaddr_in*>(address);
  if (to.sin_addr.s_addr != inet_addr("127.0.0.80") || to.sin_port != htons(80))
    return real(fd, address, length);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  return real(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}
